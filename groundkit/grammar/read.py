"""Reads what a model wrote. Model text is data: it is matched, never evaluated."""

from __future__ import annotations

import re
from itertools import chain, islice
from math import isfinite
from typing import NamedTuple

from groundkit.grammar.answer import Answer, Kind, no_answer
from groundkit.grammar.forms import ANSWERS, Form, find_forms
from groundkit.grammar.found import MAX_PLACES, Found, TooManyError
from groundkit.grammar.names import names_of
from groundkit.grammar.numbers import ENDLESS, FINITE, is_finite
from groundkit.grammar.parts import Part, answer_part, blank, too_large
from groundkit.grammar.refusals import is_refusal
from groundkit.grammar.write import unescape

# A longer text is a runaway.
_MAX_LENGTH = 1 << 20
_MAX_IGNORED, _IGNORED_REACH = 100, 1 << 13
_LARGEST = 1e9
_TOO_MANY = f"more than {MAX_PLACES:,} boxes or points"

# The form as `write_answer` writes it, read in one step: most rows of a file have it.
_WRITTEN = re.compile(
    r"<ref>([^<-]*)-([^<]*)</ref><box>\[\[(\d{1,9}), (\d{1,9}), (\d{1,9}), (\d{1,9})\]\]</box>"
)
_MAX_WRITTEN = 1 << 12
_DIGIT = re.compile(r"\d")
_ELEMENT_ID = re.compile(r"\bbbox id\b", re.IGNORECASE)


class _Best(NamedTuple):
    """The form that counts, and its boxes, or its points if it has no boxes."""

    form: Form
    places: list[Found]


def read_answer(text: str) -> Answer:
    """Reads a model's text. Never raises on any string; takes time linear in its length.

    Thoughts are taken off; of what is left the last `<answer>` counts, if there is any. There the
    most explicit form wins: tags, then keys and calls, then brackets, then bare numbers; other
    numbers are ignored. Equal boxes count once, several different ones in the order of the text.
    A box with x2 < x1 or y2 < y1 or a number that is not finite makes the answer invalid.
    """
    if len(text) > _MAX_LENGTH:
        return no_answer("longer than 1 MiB")
    if len(text) < _MAX_WRITTEN and (written := _WRITTEN.fullmatch(text)):
        type_word, name, *edges = written.groups()
        x1, y1, x2, y2 = box = tuple(map(int, edges))
        if x1 <= x2 and y1 <= y2:
            span = (written.end(2) + len("</ref>"), len(text))
            name = unescape(name)
            return Answer("box", box, unescape(type_word), name, "ref-box", "", span, "xy", ())
    part = answer_part(text)
    if part is None:
        return no_answer("a thought that never ends", _ignored(text, (0, 0)))
    return _read(text, part)


def _read(text: str, part: Part) -> Answer:
    answer = text[part.start : part.end]
    if problem := too_large(answer):
        return no_answer(problem, _ignored(text, (0, 0)))
    clear = blank(answer, ANSWERS)
    try:
        best = _best(clear)
    except TooManyError:
        return no_answer(_TOO_MANY, _ignored(text, (0, 0)))
    if best is not None:
        return _judge(text, part, best)
    if is_refusal(clear):
        whole = (part.start, part.end)
        return Answer("refusal", (), "", None, "refusal", "", whole, "xy", _ignored(text, whole))
    return no_answer(_why_none(answer), _ignored(text, (0, 0)))


def _best(answer: str) -> _Best | None:
    """The form of the smallest rank that is found; of several of one rank a box before a point,
    then the first in the text."""
    if not (_DIGIT.search(answer) or ENDLESS.search(answer)):
        return None
    best: _Best | None = None
    for form, places in find_forms(answer):
        boxes = [place for place in places if place.is_box]
        found = _Best(form, boxes or places)
        if best is None or _order(found) < _order(best):
            best = found
    return best


def _order(best: _Best) -> tuple[bool, int, int]:
    first = best.places[0]
    return (not first.is_box, first.span[0], -first.span[1])


def _judge(text: str, part: Part, best: _Best) -> Answer:
    form, places = best
    (first, *_), (*_, last) = places, places
    span = (part.start + first.span[0], part.start + last.span[1])
    groups = _groups(places)
    numbers = tuple(number for group in groups for number in group)
    ignored = _ignored(text, span)
    if set(numbers) == {-1.0}:
        return Answer("refusal", (), "", None, "refusal", "", span, "xy", ignored)
    type_word, name, rule = names_of(
        text, form.rule, span, (span[0], part.start + first.span[1]), part.thought
    )
    if problem := _problem(groups, first.is_box):
        written = numbers if is_finite(numbers) else ()
        return Answer(
            *("invalid", written, type_word, name, rule, problem, span, first.order, ignored)
        )
    kinds: tuple[Kind, Kind] = ("box", "boxes") if first.is_box else ("point", "points")
    kind = kinds[len(groups) > 1]
    return Answer(kind, numbers, type_word, name, rule, "", span, first.order, ignored)


def _groups(places: list[Found]) -> list[tuple[float, ...]]:
    """The different boxes or points, x before y."""
    width = 4 if places[0].is_box else 2
    groups = (
        _turn(place.numbers[at : at + width], place.order)
        for place in places
        for at in range(0, len(place.numbers), width)
    )
    return list(dict.fromkeys(groups))


def _turn(group: tuple[float, ...], order: str) -> tuple[float, ...]:
    # Of numbers that are not finite there may be any count.
    if order == "xy" or len(group) % 2:
        return group
    return tuple(group[at ^ 1] for at in range(len(group)))


def _problem(groups: list[tuple[float, ...]], is_box: bool) -> str:
    if not all(map(is_finite, groups)):
        return "not finite"
    if is_box and any(group[2] < group[0] or group[3] < group[1] for group in groups):
        return "inverted box"
    if any(abs(number) >= _LARGEST for group in groups for number in group):
        return "absurd numbers"
    return ""


def _ignored(text: str, span: tuple[int, int]) -> tuple[float, ...]:
    """Numbers outside of `span`, near it if the text is long."""
    start, end = span
    # A little more, since what stands behind a number says whether it is one; `last` may cut it.
    last = end + _IGNORED_REACH
    before = FINITE.finditer(text, max(0, start - _IGNORED_REACH), start + 2)
    behind = FINITE.finditer(text, end, last)
    words = chain(
        (match[0] for match in before if match.end() <= start),
        (match[0] for match in behind if match.end() < last),
    )
    return tuple(islice(filter(isfinite, map(float, words)), _MAX_IGNORED))


def _why_none(answer: str) -> str:
    if not answer.strip():
        return "an empty answer"
    if _ELEMENT_ID.search(answer):
        return "an element id, not coordinates"
    if "<|pointer_" in answer:
        return "pointer tokens, whose coordinates are not in the text"
    return "no coordinates in the text"
