"""No text makes the grammar raise, crawl or invent a number."""

from __future__ import annotations

import random
import re
import time

import pytest

from groundkit.grammar import read_answer
from groundkit.grammar.forms import NUMBER
from tests.grammar.formats import FORMATS

SEEDS = 8
MUTATIONS = 25_000
LETTERS = "<>[](){}/,.;:-+&#%=|_\"'\\ \n\t\0" + "0123456789refboxpointEnaif９٣½²文😀\ud800"
PIECES = [
    *("<think>", "</think>", "<answer>", "</answer>", "<box>", "</box>", "<|box_start|>", "```"),
    *('"bbox_2d": [', '"label": "', "point=", "(1,2)", "[3, 4]", "null", "NaN", "Action:", "-1"),
]


def mutate(rng: random.Random, text: str) -> str:
    letters = list(text)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(letters) + 1)
        kind = rng.random()
        if kind < 0.6:
            size = rng.choice([0, 0, 1, 1, 4])
            letters[at : at + size] = rng.choices(LETTERS, k=rng.randint(0, 3))
        elif kind < 0.75:
            letters[at:at] = rng.choice(PIECES)
        elif kind < 0.85:
            letters = letters[:at]
        else:
            letters[at:at] = rng.choice(FORMATS)[1][: rng.randint(1, 60)]
    return "".join(letters)


def check(text: str) -> None:
    """What must hold for any text whatever."""
    answer = read_answer(text)
    known = set(map(float, NUMBER.findall(text))) | set(map(float, LOCATION.findall(text)))
    assert {*answer.numbers, *answer.ignored} <= known, text
    width = {"box": 4, "boxes": 4, "point": 2, "points": 2}.get(answer.kind)
    start, end = answer.span
    assert 0 <= start <= end <= len(text), text
    if width is None:
        assert bool(answer.problem) == (answer.kind != "refusal"), text
        return
    groups = [answer.numbers[at : at + width] for at in range(0, len(answer.numbers), width)]
    assert len(set(groups)) == len(groups), text
    assert (len(groups) > 1) == (answer.kind in ("boxes", "points")), text
    assert answer.rule, text
    assert not answer.problem, text
    assert all(abs(number) < 1e9 for group in groups for number in group), text
    if width == 4:
        assert all(group[0] <= group[2] and group[1] <= group[3] for group in groups), text


# In <loc0256> the number is part of a word.
LOCATION = re.compile(r"(?<=[ocOC_])\d{1,4}(?=>)")


@pytest.mark.parametrize("seed", range(SEEDS))
def test_two_hundred_thousand_damaged_answers(seed):
    rng = random.Random(seed)
    for _ in range(MUTATIONS):
        check(mutate(rng, rng.choice(FORMATS)[1]))


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
    head, text, tail = FRAMED[case]
    # The whole, and as much as is searched: what is longer is a runaway.
    for size in (1 << 20, 1 << 16):
        count = (size - len(head) - len(tail)) // len(text)
        hostile = head + text * count + tail
        assert min(map(seconds, [hostile] * 3)) < 0.05


def seconds(text: str) -> float:
    start = time.process_time()
    read_answer(text)
    return time.process_time() - start
