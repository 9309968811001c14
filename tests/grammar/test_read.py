"""What is read from what models write."""

from __future__ import annotations

import pytest

from groundkit.grammar import read_answer
from groundkit.grammar.forms import RULES
from tests.grammar.formats import FORMATS


@pytest.mark.parametrize(("family", "text", "kind", "numbers"), FORMATS)
def test_every_format_is_read(family, text, kind, numbers):
    answer = read_answer(text)
    assert (answer.kind, answer.numbers) == (kind, numbers)
    assert bool(answer.problem) == (kind == "none")
    assert answer.rule in {*RULES, "ref-box", "refusal", ""}


@pytest.mark.parametrize(
    "wrapped", ["{}<|im_end|>", "```\n{}\n```", "<answer>{}</answer>", " {} \n"]
)
@pytest.mark.parametrize(("family", "text", "kind", "numbers"), FORMATS)
def test_what_stands_around_it_changes_nothing(family, text, kind, numbers, wrapped):
    if kind == "refusal" or "<answer>" not in text + wrapped:
        answer = read_answer(wrapped.format(text))
        assert (answer.kind, answer.numbers) == (kind, numbers)


@pytest.mark.parametrize("thought", ["<think>a [9, 9] (8, 8)</think>", "◁think▷no [9, 9]◁/think▷"])
@pytest.mark.parametrize(("family", "text", "kind", "numbers"), FORMATS)
def test_thoughts_are_stripped(family, text, kind, numbers, thought):
    if "forced" not in family:  # its prefix is the beginning of the text
        answer = read_answer(thought + text)
        assert (answer.kind, answer.numbers) == (kind, numbers)
    assert read_answer(thought[: thought.index("[")] + text).kind != "box" or "</think>" in text


WORDS = {
    "names with a hyphen": ("<ref>text-A-B</ref><box>[[1, 2, 3, 4]]</box>", "text", "A-B"),
    "no hyphen": ("<ref>Save</ref><box>[[1, 2, 3, 4]]</box>", "", "Save"),
    "a raw less-than": ("<ref>text-a<b</ref><box>[[1, 2, 3, 4]]</box>", "text", "a<b"),
    "raw markup": (
        "<ref>text-<b>a</b> <<refs></ref><box>[[1, 2, 3, 4]]</box>",
        *("text", "<b>a</b> <<refs>"),
    ),
    "a ref in a ref": ("<ref>text-a<ref>text-b</ref><box>[[1, 2, 3, 4]]</box>", "text", "b"),
    "empty ref": ("<ref></ref><box>[[1, 2, 3, 4]]</box>", "", ""),
    "no ref": ("<box>[[1, 2, 3, 4]]</box>", "", None),
    "ref that is not closed": ("<ref>text-A<box>[[1, 2, 3, 4]]</box>", "", None),
    "words around": (
        "<think>The star sits on it.</think>\nIt is <ref>text-A</ref> at "
        "<box>[[1, 2, 3, 4]]</box>.<|im_end|>",
        *("text", "A"),
    ),
    "ref after the box": ("<box>[[1, 2, 3, 4]]</box><ref>text-A</ref>", "text", "A"),
    "a model that thinks aloud": (
        "I see <ref>button-x</ref> here but <ref>text-A</ref><box>[[1, 2, 3, 4]]</box> not "
        "<ref>x-y</ref>",
        *("text", "A"),
    ),
    "a label of JSON": (
        '[{"bbox_2d": [1, 2, 3, 4], "label": "a \\"b\\" \\u5730"}]',
        "",
        'a "b" 地',
    ),
    "a label that is cut": ('[{"bbox_2d": [1, 2, 3, 4], "label": "a', "", None),
}


@pytest.mark.parametrize("case", WORDS)
def test_what_was_named(case):
    text, type_word, name = WORDS[case]
    answer = read_answer(text)
    assert (answer.kind, answer.numbers) == ("box", (1, 2, 3, 4))
    assert (answer.type_word, answer.name) == (type_word, name)


# Mistakes of public scorers, each with what the text says.
NUMBERS = {
    "spaces everywhere": ("<box> [ [ 1 , 2 ,3,\n4 ] ] </box>", "box", (1, 2, 3, 4)),
    "decimals": ("<box>[[1.0, 2., 3.00, 4]]</box>", "box", (1, 2, 3, 4)),
    "plus signs": ("<box>[[+1, +2, +3, +4]]</box>", "box", (1, 2, 3, 4)),
    "Arabic digits": ("[١, ٢, ٣, ٤]", "box", (1, 2, 3, 4)),
    "outside the image": ("[-5, -0.5, 3, 4]", "box", (-5, -0.5, 3, 4)),
    "0-1": ("[.5, .25, .75, 1.]", "box", (0.5, 0.25, 0.75, 1)),
    "no area": ("[3, 4, 3, 4]", "box", (3, 4, 3, 4)),
    "a loop": ("<box>[[1, 2, 3, 4]]</box>" * 99, "box", (1, 2, 3, 4)),
    "a cut loop": ("<box>[[1, 2, 3, 4]]</box>" * 9 + "<box>[[1, 2", "box", (1, 2, 3, 4)),
    "several boxes": ("<box>[[1, 2, 3, 4], [5, 6, 7, 8]]</box>", "boxes", (1, 2, 3, 4, 5, 6, 7, 8)),
    "box tags": (
        "<box>[[1, 2, 3, 4]]</box><box>[[5, 6, 7, 8]]</box>",
        *("boxes", (1, 2, 3, 4, 5, 6, 7, 8)),
    ),
    "pairs in a list are points": ("[[1, 2], [3, 4]]", "points", (1, 2, 3, 4)),
    "pairs in parentheses are corners": ("<box>(1,2),(3,4)</box>", "box", (1, 2, 3, 4)),
    "the digit of a key": ('{"bbox_2d": [100, 200, 300, 400]}', "box", (100, 200, 300, 400)),
    "a key without brackets": ("bbox_2d: 10 20 30 40", "box", (10, 20, 30, 40)),
    "a number in prose": ("3 people; (10,20),(30,40)", "box", (10, 20, 30, 40)),
    "a step list": ("Step 1: open. 2 items", "none", ()),
    "words with digits": ("The button 1, 2, 3, 4 at 10:30 in [5] is 6 px", "none", ()),
    "Aguvis without a space": ("pyautogui.click(x=0.5,y=0.25)", "point", (0.5, 0.25)),
    "a negative number": ("(-5, 10)", "point", (-5, 10)),
    "UI-TARS with a decimal": ("click(point='<point>200.5 300</point>')", "point", (200.5, 300)),
    "the start of a drag": (
        "drag(start_point='<point>1 2</point>', end_point='<point>3 4</point>')",
        *("points", (1, 2, 3, 4)),
    ),
    "Gemini is y first": ('[{"box_2d": [1, 2, 3, 4]}]', "box", (2, 1, 4, 3)),
    "the last answer tag": (
        "[9, 9] <answer>[8, 8]</answer> <answer>[1, 2]</answer>",
        "point",
        (1, 2),
    ),
    "an answer tag that is not closed": ("[9, 9] <answer>[1, 2]", "point", (1, 2)),
    "tags before JSON before brackets": (
        'at [9, 9], {"bbox_2d": [5, 6, 7, 8]}: <box>[[1, 2, 3, 4]]</box>',
        *("box", (1, 2, 3, 4)),
    ),
    "another box while thinking": (
        "<think><box>[[5, 6, 7, 8]]</box>? No.</think><box>[[1, 2, 3, 4]]</box>",
        *("box", (1, 2, 3, 4)),
    ),
    "a box in a sentence": ("The box is [1, 2, 3, 4].", "box", (1, 2, 3, 4)),
    "three numbers": ("<box>[[1, 2, 3]]</box>", "none", ()),
    "five numbers": ("<box>[[1, 2, 3, 4, 5]]</box>", "none", ()),
    "an exponent": ("<box>[[1, 2, 1e999, 4]]</box>", "none", ()),
    "code": ("<box>[[1, 2, 3, __import__('os')]]</box>", "none", ()),
    "cut in the number": ("<ref>text-A</ref><box>[[1, 2, 3, 4", "none", ()),
    "a cut list": ("[1, 2, 3, 4", "none", ()),
    "a cut key": ('{"bbox_2d": [1, 2, 3, 4', "none", ()),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_which_numbers_are_coordinates(case):
    text, kind, numbers = NUMBERS[case]
    answer = read_answer(text)
    assert (answer.kind, answer.numbers) == (kind, numbers)


WRONG = {
    "empty": ("", "none", "an empty answer"),
    "only spaces": (" \n\t ", "none", "an empty answer"),
    "words": ("I cannot see a star in this image.", "none", "no coordinates in the text"),
    "refusal inside a sentence": ("My refusal is final.", "none", "no coordinates in the text"),
    "a thought that never ends": ("<think>[1, 2]", "none", "a thought that never ends"),
    "a second one": ("<think>a</think>[1, 2]<think>", "none", "a thought that never ends"),
    "an element": ('{"Click BBox ID": "16"}', "none", "an element id, not coordinates"),
    "inverted x": ("<box>[[3, 2, 1, 4]]</box>", "invalid", "inverted box"),
    "inverted y": ("[1, 4, 3, 2]", "invalid", "inverted box"),
    "one of two inverted": ("<box>[[1, 2, 3, 4], [3, 2, 1, 4]]</box>", "invalid", "inverted box"),
    "NaN": ("<box>[[NaN, 2, 3, 4]]</box>", "invalid", "not finite"),
    "infinity": ('{"bbox_2d": [1, 2, inf, Infinity]}', "invalid", "not finite"),
    "a billion": ("[0, 0, 1000000000, 4]", "invalid", "absurd numbers"),
    "a mebibyte": ("[1, 2, 3, 4]" + " " * (1 << 20), "none", "longer than 1 MiB"),
    "64 KiB behind a thought": ("</think>" + " " * (1 << 17), "none", "longer than 64 KiB"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said(case):
    text, kind, problem = WRONG[case]
    answer = read_answer(text)
    assert (answer.kind, answer.problem) == (kind, problem)


@pytest.mark.parametrize(
    "text",
    [
        *("[]", "[-1, -1]", " [[-1,-1]]\n", "[-1, -1, -1, -1]", "[[-1,-1,-1,-1.0]]", "Refusal"),
        *("<box>[[-1, -1, -1, -1]]</box>", "Target not existent.", "无UI元素", '{"bbox_2d": null}'),
        *("```json\n[]\n```", "<answer>refusal</answer>", '"coordinate": null'),
        '<tool_call>{"name": "computer_use", "arguments": {"action": "terminate", "status": '
        '"failure"}}</tool_call>',
    ],
)
def test_refusals(text):
    assert read_answer(text)[:4] == ("refusal", (), "", None)


def test_where_it_stands_and_what_was_ignored():
    text = "<think>[7, 7]</think>After 3 steps at 1.5: <box>[[1, 2, 3, 4]]</box>, not 10%."
    answer = read_answer(text)
    assert text[slice(*answer.span)] == "<box>[[1, 2, 3, 4]]</box>"
    assert answer.ignored == (7, 7, 3, 1.5, 10)
    text = '[{"bbox_2d": [1, 2, 3, 4], "id": 1}, {"bbox_2d": [5, 6, 7, 8]}]'
    assert text[slice(*read_answer(text).span)] == text[3:-2]
