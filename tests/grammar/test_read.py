"""What is read from what models write."""

from __future__ import annotations

import pytest

from groundkit.grammar import read_answer
from groundkit.grammar.forms import RULES
from tests.grammar.formats import FORMATS

CASES = pytest.mark.parametrize("case", FORMATS, ids=[case.family for case in FORMATS])


@CASES
def test_every_format_is_read(case):
    answer = read_answer(case.text)
    assert (answer.kind, answer.numbers, answer.order) == (case.kind, case.numbers, case.order)
    assert (answer.rule, answer.ignored) == (case.rule, case.ignored)
    assert case.text[slice(*answer.span)] == case.place
    assert bool(answer.problem) == (case.kind == "none")


def test_every_rule_reads_some_format():
    assert {case.rule for case in FORMATS} == {*RULES, "ref-box", "refusal", ""}


@pytest.mark.parametrize(
    "wrapped", ["{}<|im_end|>", "```\n{}\n```", "<answer>{}</answer>", "<ANSWER>{}", " {} \n"]
)
@CASES
def test_what_stands_around_it_changes_nothing(case, wrapped):
    if case.kind == "refusal" or "<answer>" not in (case.text + wrapped).lower():
        answer = read_answer(wrapped.replace("{}", case.text))
        assert (answer.kind, answer.numbers) == (case.kind, case.numbers)


THOUGHTS = {
    "think": ("<think>", "</think>"),
    "Kimi-VL": ("◁think▷", "◁/think▷"),
    "tokens": ("<|think|>", "<|/think|>"),
    "a capital": ("<Think>", "</Think>"),
    "capitals": ("<THINK>", "</THINK>"),
    "thinking": ("<thinking>", "</thinking>"),
    "thought": ("<thought>", "</Thought>"),
    "reasoning": ("<reasoning>", "</reasoning>"),
    "Seed": ("<seed:think>", "</seed:think>"),
    "Sky-T1": ("<|begin_of_thought|>", "<|end_of_thought|>"),
}


@pytest.mark.parametrize("thought", THOUGHTS)
@CASES
def test_thoughts_are_stripped(case, thought):
    opening, closing = THOUGHTS[thought]
    body = "no [9, 9] or <box>[[1, 2, 3, 4]]</box>"
    if "forced" not in case.family:  # its prefix is the beginning of the text
        for before in (opening + body + closing, body + closing):
            answer = read_answer(before + case.text)
            assert (answer.kind, answer.numbers) == (case.kind, case.numbers)
    unclosed = read_answer(case.text + opening + body)
    assert (unclosed.kind, unclosed.problem) == ("none", "a thought that never ends")


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
    "a label before the box": ('{"label": "a", "bbox_2d": [1, 2, 3, 4]}', "", "a"),
    "a label with braces": ('{"bbox_2d": [1, 2, 3, 4], "id": "}", "label": "{b}"}', "", "{b}"),
    "a label of another object": (
        '{"label": "b"}, {"bbox_2d": [1, 2, 3, 4], "more": {"label": "c"}}, {"label": "d"}',
        *("", None),
    ),
    "the name of the next tool": (
        '{"name": "a", "arguments": {"bbox": [1, 2, 3, 4]}}</tool_call><tool_call>{"name": "b"}',
        *("", None),
    ),
    "a ref in the thoughts": ("<think><ref>text-B</ref></think>[1, 2, 3, 4]", "", None),
    "a ref before the answer tag": (
        "<ref>text-A</ref> <answer>[1, 2, 3, 4]</answer>",
        *("text", "A"),
    ),
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
    "a colour": ("rgba(0, 120, 215) is at [100, 200, 300, 400]", "box", (100, 200, 300, 400)),
    "a size": ("size(1920, 1080), so [3, 4]", "point", (3, 4)),
    "a size alone": ("The screen has size(1920, 1080).", "none", ()),
    "seconds": ("sleep(1, 2)", "none", ()),
    "a loop in code": ("for i in range(0, 10): pass", "none", ()),
    "a scroll": ("pyautogui.scroll(0, -5)", "none", ()),
    "four numbers of a colour": ("rgba(0, 12, 21, 1), rgba(1, 2, 3, 4)", "none", ()),
    "corners of a call": ("f(1, 2), (3, 4) at (5, 6)", "points", (3, 4, 5, 6)),
    "any spelling of an action": ("LEFT_CLICK(1, 2)", "point", (1, 2)),
    "the start of a swipe": ("swipe(1, 2, 3, 4)", "point", (1, 2)),
    "an action in Chinese": ("点击(1, 2)", "point", (1, 2)),
    "a key in prose": ("In this box: 4, 5 items. Answer [100, 200]", "point", (100, 200)),
    "the end of a key in prose": ("Key points: 3, 4 and 5", "none", ()),
    "a key at a line start, in prose": ("Points: 3, 4 and 5", "none", ()),
    "a key on its own line": ("It is there.\n- point: 3, 4.\nDone", "point", (3, 4)),
    "a key with an equals sign": ("the point=3, 4 there", "point", (3, 4)),
    "a key in quotes": ("the 'point': 3, 4 there", "point", (3, 4)),
    "a key with brackets": ("the point: (3, 4) there", "point", (3, 4)),
    "a list with more behind it": ("box=[[1, 2, 3, 4]], ... (5)", "box", (1, 2, 3, 4)),
    "a label with a key": (
        '{"label": "point: 3, 4", "bbox_2d": [1, 2, 3, 4]}',
        "box",
        (1, 2, 3, 4),
    ),
    "a label with a call": ('{"label": "click(3, 4)", "point_2d": [1, 2]}', "point", (1, 2)),
    "a label with tags": ('{"label": "<point>3 4</point>", "point": [1, 2]}', "point", (1, 2)),
    "a label of Python": ("{'label': 'x=3, y=4', 'point': [1, 2]}", "point", (1, 2)),
    "a label that is cut, with a key": ('[{"point": [1, 2], "label": "point=3, 4', "point", (1, 2)),
    "a name with a call": ("<ref>button-click(3, 4)</ref> (1, 2)", "point", (1, 2)),
    "a name with half of a label": ('<ref>"label": "b</ref><point>1 2</point>', "point", (1, 2)),
    "a label alone": ('{"label": "x=3, y=4"}', "none", ()),
    "a quote in a label": ('{"label": "a\\" click(3, 4)", "point": [1, 2]}', "point", (1, 2)),
    "an action in JSON": ('{"action": "click(3, 4)"}', "point", (3, 4)),
    "a figure before a box": ("As in Fig. (1, 2), click [5, 6, 7, 8]", "box", (5, 6, 7, 8)),
    "a point before a box": ("<box>1 2</box><box>5 6 7 8</box>", "box", (5, 6, 7, 8)),
    "exponents": ("[0.1, 1e-05, 3E-1, 4e0]", "box", (0.1, 0.00001, 0.3, 4)),
    "thousands": ("[1,000, 2,000]", "none", ()),
    "thousands that are a box": ("<box>[[1,200, 2,300]]</box>", "none", ()),
    "thousands in a point": ("(1,000)", "none", ()),
    "thousands of a key": ('{"bbox_2d": [1,000, 2,000, 1,100, 2,100]}', "none", ()),
    "no thousands": ("[100,200,300,400]", "box", (100, 200, 300, 400)),
    "no thousands either": ("(12,345)", "point", (12, 345)),
    "not even here": ("(12,345), (67,890)", "box", (12, 345, 67, 890)),
    "x twice": ("x=1, x=2, y=3", "point", (2, 3)),
    "three edges": ('{"x1": 1, "y1": 2, "x2": 3}', "none", ()),
    "a thought in a thought": ("<think>a <thought> b</think>[1, 2]", "point", (1, 2)),
    "three numbers": ("<box>[[1, 2, 3]]</box>", "none", ()),
    "five numbers": ("<box>[[1, 2, 3, 4, 5]]</box>", "none", ()),
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
    "NaN in the first of two": (
        '[{"bbox_2d": [1, 2, NaN, 4]}, {"bbox_2d": [1, 1, 2, 2]}]',
        *("invalid", "not finite"),
    ),
    "NaN alone, before a box": ("[nan] [5, 6, 7, 8]", "invalid", "not finite"),
    "NaN without brackets": ("<box>nan 2 3 4</box>", "invalid", "not finite"),
    "NaN of a name": ("x=nan, y=3", "invalid", "not finite"),
    "NaN of an edge": ('{"x1": 1, "y1": NaN, "x2": 3, "y2": 4}', "invalid", "not finite"),
    "NaN without numbers": ("[nan, nan]", "invalid", "not finite"),
    "NaN in a call": ("click(nan, 3)", "invalid", "not finite"),
    "a name with NaN": ("Nan (the bread) is there.", "none", "no coordinates in the text"),
    "an endless exponent": ("<box>[[1, 2, 1e999, 4]]</box>", "invalid", "not finite"),
    "a negative width": ("x=5, y=6, w=-1, h=2", "invalid", "inverted box"),
    "infinity": ('{"bbox_2d": [1, 2, inf, Infinity]}', "invalid", "not finite"),
    "a billion": ("[0, 0, 1000000000, 4]", "invalid", "absurd numbers"),
    "a mebibyte": ("[1, 2, 3, 4]" + " " * (1 << 20), "none", "longer than 1 MiB"),
    "96 KiB behind a thought": ("</think>" + " " * (1 << 17), "none", "longer than 96 KiB"),
    "boxes without end": (
        "".join(f"[1,2,{x},4]" for x in range(2, 3003)),
        *("none", "more than 3,000 boxes or points"),
    ),
    "boxes without end in one tag": (
        "<box>" + "1 2 3 4 " * 3001 + "</box>",
        *("none", "more than 3,000 boxes or points"),
    ),
    "brackets without end": (
        "[" * 16_001,
        "none",
        "more than 16,000 brackets, quotes, colons and tags",
    ),
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
        *('[{"bbox_2d": null, "label": "x"}]', '{"label": "box: 3, 4", "bbox_2d": null}'),
        *('{"bbox_2d": []}', '{"point_2d": []}', "{'bbox': None}", '{"bbox_2d": [null, null]}'),
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


@pytest.mark.parametrize(
    "text",
    [
        '[{"bbox_2d": null}, {"bbox_2d": [1, 2',
        'The "bbox_2d": null is what I would say.',
        '[{"bbox_2d": null, "label": "x',
        '{"label": "x"}',
    ],
)
def test_what_is_no_refusal(text):
    assert read_answer(text).kind == "none"


INVALID = {
    "NaN": ("at <box>[[NaN, 2, 3, 4]]</box>, 5", "<box>[[NaN, 2, 3, 4]]</box>", (5,)),
    "NaN of a key": ('{"bbox_2d": [1, nan]}', 'bbox_2d": [1, nan]', ()),
    "inverted": ("[4, 3, 2, 1]!", "[4, 3, 2, 1]", ()),
}


@pytest.mark.parametrize("case", INVALID)
def test_where_an_invalid_answer_stands(case):
    text, place, ignored = INVALID[case]
    answer = read_answer(text)
    assert (answer.kind, answer.ignored) == ("invalid", ignored)
    assert text[slice(*answer.span)] == place


LONG = {
    "Qwen": (
        1200,
        "[{items}]",
        '{{"bbox_2d": [{0}, 2, {1}, 4], "label": "item number {0}"}}',
        ", ",
    ),
    "tags": (3000, "{items}", "<box>[[{0}, 2, {1}, 4]]</box>", ""),
    "one tag": (3000, "<box>[{items}]</box>", "[{0}, 2, {1}, 4]", ", "),
    "one key": (3000, '{{"bbox_2d": [{items}]}}', "[{0}, 2, {1}, 4]", ", "),
}


@pytest.mark.parametrize("case", LONG)
def test_long_lists_are_read_whole(case):
    count, around, item, separator = LONG[case]
    items = separator.join(item.format(x, x + 1) for x in range(count))
    answer = read_answer(around.format(items=items))
    assert answer.kind == "boxes"
    assert len(answer.numbers) == 4 * count
    assert answer.numbers[-4:] == (count - 1, 2, count, 4)


def test_a_line_with_an_action_long_before_the_end():
    text = "Thought: " + "a (1, 2) " * 30_000 + "\nAction: click(3, 4)"
    assert read_answer(text).numbers == (3, 4)
