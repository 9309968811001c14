"""The answer form: what is written, what reads back, and that nothing makes it raise or crawl."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from groundkit.grammar import (
    Answer,
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
    assert read_answer(GOLDEN) == Answer("box", (33, 241, 66, 264), "文本", "地址", "ref-box")


@given(word=WORDS, name=NAMES, box=BOXES)
@example(word="text", name="", box=(0, 0, 0, 0))
@example(word="text", name="a-b - c", box=(0, 0, 1, 1))
@example(word="text", name="</ref><box>[[9, 9, 9, 9]]</box>", box=(1, 2, 3, 4))
def test_any_name_survives_writing_and_reading(word, name, box):
    text = write_answer(word, name, box)
    assert "\n" not in text
    assert "\r" not in text
    assert read_answer(text) == Answer("box", box, word, name, "ref-box")


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


BOX = (1.0, 2.0, 3.0, 4.0)
READ_AS_BOX = {
    "names with a hyphen": (
        "<ref>text-A-B</ref><box>[[1, 2, 3, 4]]</box>",
        ("text", "A-B", "ref-box"),
    ),
    "no hyphen": ("<ref>Save</ref><box>[[1, 2, 3, 4]]</box>", ("Save", "", "ref-box")),
    "a raw less-than": ("<ref>text-a<b</ref><box>[[1, 2, 3, 4]]</box>", ("text", "a<b", "ref-box")),
    "raw markup": (
        "<ref>text-<b>a</b> <<refs></ref><box>[[1, 2, 3, 4]]</box>",
        ("text", "<b>a</b> <<refs>", "ref-box"),
    ),
    "a ref in a ref": (
        "<ref>text-a<ref>text-b</ref><box>[[1, 2, 3, 4]]</box>",
        ("text", "b", "ref-box"),
    ),
    "empty ref": ("<ref></ref><box>[[1, 2, 3, 4]]</box>", ("", "", "ref-box")),
    "no ref": ("<box>[[1, 2, 3, 4]]</box>", ("", "", "box")),
    "ref that is not closed": ("<ref>text-A<box>[[1, 2, 3, 4]]</box>", ("", "", "box")),
    "words around": (
        "<think>The star sits on it.</think>\n"
        "It is <ref>text-A</ref> at <box>[[1, 2, 3, 4]]</box>.<|im_end|>",
        ("text", "A", "ref-box"),
    ),
    "spaces everywhere": (
        "<ref>text-A</ref> <box> [ [ 1 , 2 ,3,\n4 ] ] </box>",
        ("text", "A", "ref-box"),
    ),
    "decimals": ("<box>[[1.0, 2., 3.00, 4]]</box>", ("", "", "box")),
    "plus signs": ("<box>[[+1, +2, +3, +4]]</box>", ("", "", "box")),
    "the same box twice": (
        "<box>[[1, 2, 3, 4]]</box> so <box>[[1,2,3,4.0]]</box>",
        ("", "", "box"),
    ),
    "ref after the box": ("<box>[[1, 2, 3, 4]]</box><ref>text-A</ref>", ("text", "A", "ref-box")),
    "bare box": ("[1, 2, 3, 4]", ("", "", "bare-box")),
    "bare double box": (" \n[[1,2,3,4]]\t", ("", "", "bare-box")),
    "bare box with spaces": ("[ [ 1 , 2 , 3 , 4 ] ]", ("", "", "bare-box")),
    "Arabic digits": ("[١, ٢, ٣, ٤]", ("", "", "bare-box")),
}


@pytest.mark.parametrize("case", READ_AS_BOX)
def test_reads_as_box(case):
    text, (word, name, rule) = READ_AS_BOX[case]
    assert read_answer(text) == Answer("box", BOX, word, name, rule)


@pytest.mark.parametrize(
    ("text", "box"),
    [
        pytest.param("[-5, -0.5, 3, 4]", (-5, -0.5, 3, 4), id="outside the image"),
        pytest.param("[.5, .25, .75, 1.]", (0.5, 0.25, 0.75, 1), id="0-1"),
        pytest.param("[3, 4, 3, 4]", (3, 4, 3, 4), id="no area"),
        pytest.param("[0, 0, 999999999, 1]", (0, 0, 999999999, 1), id="large"),
    ],
)
def test_reads_these_numbers(text, box):
    assert read_answer(text).box == box


REFUSALS = {
    "empty list": "[]",
    "minus one": "[-1, -1]",
    "minus one, nested": " [[-1,-1]]\n",
    "four times minus one": "[-1, -1, -1, -1]",
    "four times minus one, nested": "[[-1,-1,-1,-1.0]]",
    "four times minus one, in tags": "<box>[[-1, -1, -1, -1]]</box>",
    "the word": "Refusal",
    "the sentence": "Target not existent",
    "Chinese": "无UI元素",
}


@pytest.mark.parametrize("case", REFUSALS)
def test_reads_as_refusal(case):
    assert read_answer(REFUSALS[case]) == Answer("refusal", None, "", "", "refusal")


NO_BOX = "no box in the text"
READ_AS_NONE = {
    "empty": ("", NO_BOX),
    "only spaces": (" \n\t ", NO_BOX),
    "words": ("I cannot see a star in this image.", NO_BOX),
    "refusal inside a sentence": ("My refusal is final.", NO_BOX),
    "words with digits": ("The button 1, 2, 3, 4 at 10:30 in [5] is 6 px", NO_BOX),
    "inverted x": ("<box>[[3, 2, 1, 4]]</box>", "inverted box"),
    "inverted y": ("[1, 4, 3, 2]", "inverted box"),
    "NaN": ("<box>[[NaN, 2, 3, 4]]</box>", NO_BOX),
    "infinity": ("<box>[[1, 2, inf, Infinity]]</box>", NO_BOX),
    "exponent": ("<box>[[1, 2, 1e999, 4]]</box>", NO_BOX),
    "400 digits": (f"<box>[[1, 2, {'9' * 400}, 4]]</box>", "absurd numbers"),
    "a billion": ("[0, 0, 1000000000, 4]", "absurd numbers"),
    "truncated in the number": ("<ref>text-A</ref><box>[[1, 2, 3", NO_BOX),
    "truncated in the tag": ("<ref>text-A</ref><box>[[1, 2, 3, 4]]</bo", NO_BOX),
    "truncated bare box": ("[1, 2, 3, 4", NO_BOX),
    "one bracket lost": ("[[1, 2, 3, 4]", NO_BOX),
    "one bracket too many": ("[1, 2, 3, 4]]", NO_BOX),
    "single brackets in the tag": ("<box>[1, 2, 3, 4]</box>", NO_BOX),
    "three numbers": ("<box>[[1, 2, 3]]</box>", NO_BOX),
    "five numbers": ("<box>[[1, 2, 3, 4, 5]]</box>", NO_BOX),
    "two boxes in one tag": ("<box>[[1, 2, 3, 4], [5, 6, 7, 8]]</box>", NO_BOX),
    "several boxes": (
        "<box>[[1, 2, 3, 4]]</box><box>[[5, 6, 7, 8]]</box><box>[[1, 2, 3, 4]]</box>",
        "several different boxes",
    ),
    "another box while thinking": (
        "<think><box>[[5, 6, 7, 8]]</box>? No.</think><box>[[1, 2, 3, 4]]</box>",
        "several different boxes",
    ),
    "bare box in a sentence": ("The box is [1, 2, 3, 4].", NO_BOX),
    "a point": ("[1, 2]", NO_BOX),
    "Qwen's JSON, not read yet": ('[{"bbox_2d": [1, 2, 3, 4], "label": "A"}]', NO_BOX),
    "Qwen-VL's parentheses, not read yet": ("<box>(1,2),(3,4)</box>", NO_BOX),
    "numbers as code": ("<box>[[1, 2, 3, __import__('os')]]</box>", NO_BOX),
    "over a mebibyte": ("[1, 2, 3, 4]" + " " * (1 << 20), "longer than 1 MiB"),
}


@pytest.mark.parametrize("case", READ_AS_NONE)
def test_reads_as_none_with_the_reason(case):
    text, reason = READ_AS_NONE[case]
    assert read_answer(text) == Answer("none", None, "", "", reason)


def check_answer(text):
    """What must hold for any text whatever."""
    answer = read_answer(text)
    assert (answer.kind == "box") is (answer.box is not None), text
    assert answer.rule, text
    if answer.box is not None:
        x1, y1, x2, y2 = answer.box
        assert -1e9 < x1 <= x2 < 1e9, text
        assert -1e9 < y1 <= y2 < 1e9, text


@given(text=TEXT | MARKUP)
def test_never_raises_on_text(text):
    check_answer(text)


def test_never_raises_on_damaged_answers():
    rng = random.Random(7)
    seeds = [text for text, _ in READ_AS_BOX.values()] + [GOLDEN]
    alphabet = "<>[](){}/,.;:-+&#\"'\\ \n\t\0" + "0123456789refboxeEnaif９٣½²文😀\ud800"
    for _ in range(20_000):
        letters = list(rng.choice(seeds))
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(letters) + 1)
            letters[at : at + rng.choice([0, 0, 1, 1, 4])] = rng.choices(
                alphabet, k=rng.randint(0, 3)
            )
        check_answer("".join(letters))


HOSTILE = {
    "open boxes": "<box>[[",
    "open boxes with a number": "<box>[[1,",
    "open refs": "<ref>",
    "refs and boxes, never closed": "<ref>a<box>",
    "closing refs": "</ref>",
    "spaces": " ",
    "digits": "9",
    "dots": "1.",
    "brackets": "[",
    "commas": "1,",
    "ampersands": "&amp;",
    "boxes": "<box>[[1,2,3,4]]</box>",
    "different scripts": "９٣文😀",
}
FRAMED = {
    "spaces in a bare box": ("[", " ", "x"),
    "spaces before a bare box": ("", " ", "[1,2,3,4]x"),
    "spaces after a bare box": ("[1,2,3,4]", " ", "x"),
    "spaces in a box": ("<box>", " ", "x"),
    "spaces between numbers": ("<box>[[1,2", " ", ",3,4"),
    "digits of a number": ("<box>[[1,2,3,", "9", "x"),
    "digits of a fraction": ("<box>[[1,2,3,0.", "9", "x"),
    "a name": ("<ref>", "&lt;", "</ref><box>[[1,2,3,4]]</box>"),
    "less-thans in a ref": ("<ref>", "<", "<box>[[1,2,3,4]]</box>"),
    "less-thans in a closed ref": ("<ref>", "<a", "</ref><box>[[1,2,3,4]]</box>"),
    "refs with less-thans": ("", "<ref>a<", "<box>[[1,2,3,4]]</box>"),
    "nearly a tag": ("<ref>", "</re", "<box>[[1,2,3,4]]</box>"),
    "a ref that is not closed": ("<ref>", "a", "<box>[[1,2,3,4]]</box>"),
} | {case: ("", text, "") for case, text in HOSTILE.items()}


@pytest.mark.parametrize("case", FRAMED)
def test_a_megabyte_of_anything_reads_fast(case):
    # The slowest takes under 0.2 s; a quadratic rule would take minutes.
    head, text, tail = FRAMED[case]
    count = (1_000_000 - len(head) - len(tail)) // len(text)
    hostile = head + text * count + tail
    start = time.process_time()
    read_answer(hostile)
    assert time.process_time() - start < 2.0


def test_the_name_is_the_one_beside_the_box():
    """A model that thinks aloud names other elements first."""
    thought = "I see <ref>按钮-别的</ref> here but "
    answer = read_answer(
        thought + "<ref>文本-地址</ref><box>[[1, 2, 3, 4]]</box> not <ref>x-y</ref>"
    )
    assert (answer.type_word, answer.name) == ("文本", "地址")
