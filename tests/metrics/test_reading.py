"""The short way through the grammar reads what the long way reads."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundkit.grammar import escape, read, read_answer, write_answer

number = st.integers(0, 2_000_000_000).map(str) | st.sampled_from(["-1", "0.5", "007", "٣"])
name = st.text(st.sampled_from("ab-&;<>lt文\n 'amp"), max_size=8)
text = st.builds(
    lambda word, name, box, tail: f"<ref>{word}-{name}</ref><box>[[{', '.join(box)}]]</box>{tail}",
    name,
    name | name.map(escape),
    st.lists(number, min_size=3, max_size=5),
    st.sampled_from(["", "", "", "\n", "<box>[[1, 2, 3, 4]]</box>", "."]),
)


@given(text)
def test_both_ways_agree(text):
    short = read_answer(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read, "_WRITTEN", re.compile(r"(?!)"))
        assert read_answer(text) == short


def test_what_is_written_goes_the_short_way():
    assert read._WRITTEN.fullmatch(write_answer("文本", "R&D <b>-", (1, 2, 30, 40)))
