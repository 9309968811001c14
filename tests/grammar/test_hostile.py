"""No text makes the grammar raise, crawl or invent a number."""

from __future__ import annotations

import random
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import pytest

from groundkit.grammar import read_answer
from tests.grammar.formats import FORMATS

SEEDS = 8
BATCHES, MUTATIONS = 25, 1000
# Of the CPU, for a batch that takes a fraction of a second.
MAX_SECONDS = 30
LETTERS = "<>[](){}/,.;:-+&#%=|_\"'\\ \n\t\0" + "0123456789refboxpointEnaif９٣½²文😀\ud800"
PIECES = [
    *("<think>", "</think>", "<answer>", "</answer>", "<box>", "</box>", "<|box_start|>", "```"),
    *('"x1": 1, "y1": ', '"width": 3, "height": 4', "1e-05", "1,000, ", "</Think>", "click("),
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
            letters[at:at] = rng.choice(FORMATS).text[: rng.randint(1, 60)]
    return "".join(letters)


def written_numbers(text: str) -> set[float]:
    """What stands in a text, letter by letter and without the grammar: the longest numbers, with
    and without a sign before them. Digits of words are none."""
    found: set[float] = set()
    at = 0
    while at < len(text):
        before, end = text[at - 1] if at else "", end_of_digits(text, at)
        tail = end + 1 + (text[end + 1 : end + 2] in ("+", "-"))
        has_exponent = text[end : end + 1] in ("e", "E") and end_of_digits(text, tail) > tail
        if has_exponent and any(map(str.isdecimal, text[at:end])):
            end = end_of_digits(text, tail)
        number = as_number(text[at:end].rstrip("."))  # of a sentence
        if number is not None and not is_word(before) and not is_word(text[end : end + 1]):
            found |= {number, -number} if before == "-" else {number}
        at = max(end, at + 1)
    return found


def end_of_digits(text: str, at: int) -> int:
    """Behind digits and dots, but before two dots."""
    while text[at : at + 1].isdecimal() or (text[at : at + 1] == "." != text[at + 1 : at + 2]):
        at += 1
    return at


def as_number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


NOT_INVENTED = {
    "an exponent": ("[0.1, 1e-05]", {0.1, 0.00001}),
    "keys": ('{"bbox_2d": [1, -2.5], x1=3, v2.0', {1, 2.5, -2.5, 3}),
    "dots": ("1.2.3 4. .5", {4, 0.5}),
    "a dot before an e": ("box.e+8]", {8}),
    "an exponent without a number": ("7e 8e- 9 1e-050.1", {9}),
}


@pytest.mark.parametrize("case", NOT_INVENTED)
def test_what_is_a_number_of_the_text(case):
    text, numbers = NOT_INVENTED[case]
    assert written_numbers(text) == numbers


def check(text: str) -> None:
    """What must hold for any text whatever."""
    answer = read_answer(text)
    known = written_numbers(text) | set(map(float, LOCATION.findall(text)))
    if answer.rule == "xywh":  # x + width
        known |= {round(one + other, 9) for one, other in product(known, known)}
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


@contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Raises TimeoutError after so much time of the CPU, which other processes do not use up."""

    def stop(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def test_the_limit_stops_a_pattern_that_never_ends():
    with pytest.raises(TimeoutError), cpu_limit(0.1):
        re.fullmatch("(a|a)*b", "a" * 60)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_two_hundred_thousand_damaged_answers(seed):
    rng = random.Random(seed)
    for _ in range(BATCHES):
        texts = [mutate(rng, rng.choice(FORMATS).text) for _ in range(MUTATIONS)]
        with cpu_limit(MAX_SECONDS):
            for text in texts:
                check(text)


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
    "letters that grow": "İ",
    "prose": "the quick brown fox jumps over the lazy dog. ",
    "parentheses": "(",
    "points": "(1,2)",
    "lists": "[1,2],",
    "lists in lists": "[[1,2],",
    "keys": "box:",
    "keys and lists": '"bbox_2d": [1,2,3,4],',
    "keys and cut lists": "box:[[1,2],",
    "lines of keys": "point: 1, 2\n",
    "edges": "x1=1,y1=2,x2=3,",
    "x": "x=1,",
    "calls": "click(1,",
    "strings": '"a":"',
    "escaped quotes": '"a":"\\"',
    "objects": '{"a":',
    "NaN": "[nan ",
    "exponents": "[1e",
    "thousands": "[1,000, ",
    "long numbers": "(111111111111111.1111111111111111111111111 ",
    "locations": "<loc_1>",
    "Molmo": "<points x=1 y=2>",
    "thoughts": "<think>",
    "ends of thoughts": "</think>",
    "answers": "<answer>",
    "actions": "Thought:\nAction:\n",
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
    "one list": ("<box>", "1,", "2</box>"),
    "points in one list": ("<box>[", "[1,2]", "]</box>"),
    "spaces between points": ("<box>[[1,2]", " ", "[3,4]</box>"),
    "a label": ('{"bbox_2d": [1,2,3,4]', ',"\\"', ""),
    "labels": ("", '"label":', '{"bbox_2d": [1,2,3,4]'),
    "a ref that is not closed": ("<ref>", "a", "<box>[[1,2,3,4]]</box>"),
} | {case: ("", text, "") for case, text in HOSTILE.items()}


# The whole, as much as is searched, and fewer places than are too many.
@pytest.mark.parametrize("size", [1 << 20, 96 << 10, 30_000])
@pytest.mark.parametrize("case", FRAMED)
def test_a_megabyte_of_anything_reads_fast(case, size):
    head, text, tail = FRAMED[case]
    count = (size - len(head) - len(tail)) // len(text)
    hostile = head + text * count + tail
    # Another process on the same core may slow down some of them.
    assert any(seconds(hostile) < 0.05 for _ in range(10))


def seconds(text: str) -> float:
    start = time.process_time()
    read_answer(text)
    return time.process_time() - start
