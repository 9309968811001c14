"""The answer form: what is written, and that it reads back."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from groundkit.grammar import (
    escape,
    read_answer,
    unescape,
    write_answer,
    write_box,
    write_ref,
)
from groundkit.vocabulary import LANGS, TYPE_WORDS, type_of_word, type_word

GOLDEN = "<ref>文本-地址</ref><box>[[33, 241, 66, 264]]</box>"

# Surrogates are no text: UTF-8 cannot write them.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
PIECES = [
    *("<", ">", "&", ";", "lt;", "gt;", "amp;", "#10;", "#13;", "\n", "\r", "\\n", "\u2028"),
    *('"', "'", "-", " ", "😀", "地址", "<ref>", "</ref>", "<box>", "[[1, 2, 3, 4]]", "</box>"),
]
MARKUP = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
NAMES = TEXT | MARKUP
WORDS = st.sampled_from([word for words in TYPE_WORDS.values() for word in words])
COORDINATES = st.integers(0, 20_000)
BOXES = st.tuples(COORDINATES, COORDINATES, COORDINATES, COORDINATES).map(
    lambda box: (*map(min, box[:2], box[2:]), *map(max, box[:2], box[2:]))
)


def test_golden_answer():
    assert write_answer("文本", "地址", (33, 241, 66, 264)) == GOLDEN
    answer = read_answer(GOLDEN)
    assert answer[:6] == ("box", (33, 241, 66, 264), "文本", "地址", "ref-box", "")
    assert GOLDEN[slice(*answer.span)] == "<box>[[33, 241, 66, 264]]</box>"


@given(word=WORDS, name=NAMES, box=BOXES)
@example(word="text", name="", box=(0, 0, 0, 0))
@example(word="text", name="a-b - c", box=(0, 0, 1, 1))
@example(word="text", name="</ref><box>[[9, 9, 9, 9]]</box>", box=(1, 2, 3, 4))
def test_any_name_survives_writing_and_reading(word, name, box):
    text = write_answer(word, name, box)
    assert "\n" not in text
    assert "\r" not in text
    assert read_answer(text)[:6] == ("box", box, word, name, "ref-box", "")


@given(text=NAMES)
def test_escape_leaves_no_markup_and_can_be_undone(text):
    written = escape(text)
    assert not set(written) & set("<>\n\r")
    assert unescape(written) == text


@pytest.mark.parametrize(
    ("name", "written"),
    [
        pytest.param("R&D", "R&D", id="a lone ampersand stays"),
        pytest.param("AT&T & Co; &c", "AT&T & Co; &c", id="ampersand and semicolon stay"),
        pytest.param("&nbsp;", "&nbsp;", id="an escape that is not ours stays"),
        pytest.param("a < b", "a &lt; b", id="less than"),
        pytest.param("a > b", "a &gt; b", id="greater than"),
        pytest.param("two\nlines\r", "two&#10;lines&#13;", id="line breaks"),
        pytest.param("&lt;", "&amp;lt;", id="a literal escape"),
        pytest.param("&amp;", "&amp;amp;", id="a literal ampersand escape"),
        pytest.param("&&lt;", "&&amp;lt;", id="ampersand before a literal escape"),
        pytest.param("\"quoted\" 'too' \\", "\"quoted\" 'too' \\", id="quotes stay"),
        pytest.param("设置 ⚙️ إعدادات", "设置 ⚙️ إعدادات", id="Chinese, emoji and Arabic stay"),
    ],
)
def test_escape(name, written):
    assert escape(name) == written
    assert unescape(written) == name


def test_type_word_with_a_hyphen_is_refused():
    with pytest.raises(ValueError, match="hyphen"):
        write_ref("drop-down", "Country")


def test_parts_of_an_answer():
    assert write_ref("button", "Save") == "<ref>button-Save</ref>"
    assert write_box((1, 2, 3, 4)) == "<box>[[1, 2, 3, 4]]</box>"


@pytest.mark.parametrize("lang", LANGS)
def test_type_words_have_no_hyphen_and_read_back(lang):
    for type_name in TYPE_WORDS:
        word = type_word(type_name, lang)
        assert "-" not in word
        assert type_of_word(f" {word.upper()}\n") == type_name
