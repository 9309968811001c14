import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundkit.metrics.text import edits


def textbook(a: str, b: str) -> int:
    """Levenshtein distance by the table of Wagner and Fischer (1974)."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


@pytest.mark.parametrize(
    ("name", "gold", "expected"),
    [
        ("地址", "地址", 0),
        ("地点", "地址", 1),
        ("", "地址", 2),
        ("kitten", "sitting", 3),
        ("Save", "save", 1),
        ("👍🏽", "👍", 1),  # the skin tone is a code point of its own
    ],
)
def test_edits_by_hand(name, gold, expected):
    assert edits([name], [gold]).tolist() == [expected]


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=10))
def test_edits_agree_with_the_textbook(pairs):
    names, golds = [a for a, _ in pairs], [b for _, b in pairs]
    assert edits(names, golds).tolist() == [textbook(a, b) for a, b in pairs]


def test_names_too_long_to_compare_count_their_length():
    long = "的" * 100_000
    assert edits([long, long, long[1:]], ["地址", long, "地址"]).tolist() == [100_000, 0, 99_999]
