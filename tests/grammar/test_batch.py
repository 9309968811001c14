"""Many texts as columns: the same as text by text."""

import random

import numpy as np
import pytest

from groundkit.grammar import Answers, read_answer
from tests.grammar.formats import FORMATS

NAMES = [
    *("OK", "a-b", "保存 12", "x: 3, y: 4", "R&amp;D", "&lt;b&gt;", "ref", "Action: go", ""),
    *("Thought: a", "click(1, 2)", "(3, 4)", "[1, 2, 3, 4]", "null", "-", "nan", "x=1, y=2"),
    *("<Think>", "1e5", "1,000, 2", "x1: 1", '", "label": "b'),
    *("refusal", "a'b", "5,6", "bbox_2d", "point", "x_min 3", 'a\\"b', "\\u0041", "- a", "a -"),
]
# What is left of answers that were cut off, and texts with the sign that separates texts.
CUT = ("[", "[\n", "```json", "```json\n[", "{", "\x1e", "[1, 2]\x1e[3, 4]", "<ref>a-b\x1e</ref>")
LETTERS = "<>[](){}/,.;:-+ \n\t019٣\"'|"


def draw_text(draw: random.Random) -> str:
    """A plain form, or one that just is not."""

    def number() -> str:
        small, large = str(draw.randint(0, 1200)), str(draw.randint(0, 10**9 + 5))
        exact = f"{draw.randint(0, 999):03d}"  # behind a comma it may be the rest of thousands
        return draw.choice((small, small, f"{draw.random():.3f}", large, "0", exact))

    a, b, c, d = (number() for _ in range(4))
    name, comma = draw.choice(NAMES), draw.choice((",", " ,", ", "))
    four = f"{a}{comma}{b}{comma}{c}{comma}{d}"
    return draw.choice(
        (
            f"<ref>{name}</ref><box>[[{four}]]</box>",
            f'```json\n[\n\t{{"bbox_2d": [{four}], "label": "{name}"}}\n]\n```',
            f'{{"bbox_2d": [{four}], "label": "{name}"}}',
            f'[{{"bbox_2d": [{four}]}}]',
            f"<|object_ref_start|>{name}<|object_ref_end|><|box_start|>({a},{b}),({c},{d})<|box_end|>",
            f"<|box_start|>({a},{b}),({c}{comma}{d})<|box_end|><|im_end|>",
            f"<point>{a} {b}</point>",
            f"<point>{a}{comma}{b}</point>",
            f"({a}{comma}{b})",
            f"[{a}{comma}{b}]",
            f"[{four}]",
            *CUT,
        )
    )


def mutate(draw: random.Random, text: str) -> str:
    letters = list(text)
    for _ in range(draw.randint(1, 2)):
        at = draw.randrange(len(letters) + 1)
        letters[at : at + draw.choice((0, 1))] = draw.choice(["", *LETTERS])
    return "".join(letters)


def assert_same(texts: list[str | None]) -> None:
    answers = Answers(texts)
    counts = answers.counts().tolist()
    for row, text in enumerate(texts):
        if text is None:
            continue
        one = read_answer(text)
        assert answers[row] == one, text
        columns = (answers.kinds, answers.rules, answers.type_words, answers.names)
        found = tuple(column[row] for column in columns)
        assert found == (one.kind, one.rule, one.type_word, one.name), text
        width = {"box": 4, "boxes": 4, "point": 2, "points": 2}.get(one.kind, 0)
        first = one.numbers[:width] * (4 // width) if width else (0, 0, 0, 0)
        assert tuple(answers.first[row]) == first, text
        assert counts[row] == (len(one.numbers) // width if width else 0), text


@pytest.mark.parametrize("seed", range(4))
def test_columns_equal_what_is_read_text_by_text(seed):
    draw = random.Random(seed)
    texts = [draw_text(draw) for _ in range(10_000)]
    assert_same([text if draw.random() < 0.4 else mutate(draw, text) for text in texts])


def test_every_format_of_the_table():
    assert_same([case.text for case in FORMATS])


def test_commas_of_thousands():
    lists = ("1,000, 2,000", "1,200, 2,300", "100,200,300,400", "12,345,67,890", "1,2, 3,4")
    assert_same([f"<box>[[{one}]]</box>" for one in lists])
    assert_same([f"<ref>a-b</ref><box>[[{one}]]</box>" for one in lists])
    assert_same([f'{{"bbox_2d": [{one}]}}' for one in lists])
    assert_same(["(1,000)", "[1,234]", "<point>1,000</point>", "[1,000,2,000]", "[12,050]"])
    assert Answers(["<ref>a-b</ref><box>[[1,200, 2,300]]</box>"]).kinds == ["none"]


def test_a_missing_text_is_none():
    answers = Answers([None, "[1, 2]", None])
    assert answers.kinds == ["none", "point", "none"]
    assert (answers[0].kind, answers[0].problem) == ("none", "no prediction")
    assert answers.counts().tolist() == [0, 1, 0]
    assert not Answers([]).first.size


def test_some_of_the_answers():
    answers = Answers(["[1, 2]", "hm", "<ref>icon-a</ref><box>[[1, 2, 3, 4]]</box>"]).pick([2, 0])
    assert answers.names == ["a", None]
    assert np.array_equal(answers.first, [[1, 2, 3, 4], [1, 2, 1, 2]])


def test_what_was_cut_off_does_not_take_the_answer_of_its_neighbour():
    # White space may stand before an object, and \x1e is white space.
    whole = '{"bbox_2d": [1, 2, 3, 4], "label": "x"}'
    for cut in CUT:
        assert_same([cut, whole, "[5, 6]", "[1, 2, 3, 4]", cut, cut, whole])
