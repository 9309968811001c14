"""Reads what a model wrote. Model text is data: it is matched, never evaluated."""

from __future__ import annotations

import json
import re
from itertools import islice

from groundkit.grammar.answer import Answer, Kind, no_answer
from groundkit.grammar.forms import NUMBER, Form, Found, find_forms, holds_nan
from groundkit.grammar.refusals import is_refusal
from groundkit.grammar.write import unescape

# A longer text is a runaway. What stands behind a thought is searched more closely.
_MAX_LENGTH, _MAX_ANSWER = 1 << 20, 1 << 16
_MAX_IGNORED, _IGNORED_REACH = 100, 1 << 13
_LARGEST = 1e9

# The form as `write_answer` writes it, read in one step: most rows of a file have it.
_WRITTEN = re.compile(
    r"<ref>([^<-]*)-([^<]*)</ref><box>\[\[(\d{1,9}), (\d{1,9}), (\d{1,9}), (\d{1,9})\]\]</box>"
)
_DIGIT = re.compile(r"\d")
_THOUGHT_ENDS = ("</think>", "◁/think▷", "</thinking>", "</thought>", "<|/think|>")
_THOUGHT_STARTS = ("<think>", "◁think▷", "<thinking>", "<thought>", "<|think|>")
_ACTION = re.compile(r"^\s{0,9}Action:", re.MULTILINE)
_THOUGHT = re.compile(r"^\s{0,9}Thought:", re.MULTILINE)
_TOKENS = re.compile(r"<\|(?:im_end|im_start|endoftext|end|eot_id)\|>|</s>|<s>|<eos>")
_FENCE = re.compile(r"\A\s*```[\w-]{0,20}\s|```\s*\Z")
_TAGS = re.compile(
    r"</?(?:answer|box|bbox|point|ref|tool_call)>|<\|/?(?:box|point)_(?:start|end)\|>"
)
# A `<` is part of the name unless it starts one of our tags. No tag lies inside, so that text is
# looked through once, whatever it holds.
_REF = re.compile(
    r"<ref>([^<]*(?:<(?!/?(?:ref|box)>)[^<]*)*)</ref>"
    r"|<\|object_ref_start\|>([^<]*)<\|object_ref_end\|>|<\|ref\|>([^<]*)<\|/ref\|>"
)
_LABEL = re.compile(r'"(?:label|text|name)"\s{0,9}:\s{0,9}("(?:[^"\\\n]|\\.){0,2000}")')
_ALT = re.compile(r"\balt\s?=\s?[\"']([^\"'<>]{0,2000})[\"']")
_ELEMENT_ID = re.compile(r"\bbbox id\b", re.IGNORECASE)


def read_answer(text: str) -> Answer:
    """Reads a model's text. Never raises on any string; takes time linear in its length.

    Thoughts are taken off; of what is left the last `<answer>` counts, if there is any. There the
    most explicit form wins: tags, then keys and calls, then brackets, then bare numbers; other
    numbers are ignored. Equal boxes count once, several different ones in the order of the text.
    A box with x2 < x1 or y2 < y1 or a number that is not finite makes the answer invalid.
    """
    if len(text) > _MAX_LENGTH:
        return no_answer("longer than 1 MiB")
    if written := _WRITTEN.fullmatch(text):
        type_word, name, *edges = written.groups()
        x1, y1, x2, y2 = box = tuple(map(int, edges))
        if x1 <= x2 and y1 <= y2:
            span = (written.end(2) + len("</ref>"), len(text))
            name = unescape(name)
            return Answer("box", box, unescape(type_word), name, "ref-box", "", span, "xy", ())
    start, end = _answer_part(text)
    if start < 0:
        return no_answer("a thought that never ends", _ignored(text, (0, 0)))
    if end - start > _MAX_ANSWER:
        return no_answer("longer than 64 KiB")
    return _read(text, start, text[start:end])


def _answer_part(text: str) -> tuple[int, int]:
    """Where the answer stands: behind the last thought, in the last answer tag. (-1, -1): nowhere,
    because a thought never ends."""
    start, end = 0, len(text)
    for opening, closing in zip(_THOUGHT_STARTS, _THOUGHT_ENDS, strict=True):
        place = text.rfind(closing)
        if place >= 0:
            start = max(start, place + len(closing))
        if text.find(opening, max(start, 0)) >= 0 and text.rfind(opening) > place:
            return -1, -1
    if "Action:" in text and _THOUGHT.search(text, start):
        *_, last = [match.end() for match in _ACTION.finditer(text, start)] or [start]
        start = last
    tag = text.rfind("<answer>", start)
    if tag >= 0:
        start = tag + len("<answer>")
        close = text.find("</answer>", start)
        end = close if close >= 0 else end
    return start, end


def _read(text: str, offset: int, part: str) -> Answer:
    """Reads the part of `text` that starts at `offset`."""
    part = _TOKENS.sub(lambda match: " " * len(match[0]), part)
    part = _FENCE.sub(lambda match: " " * len(match[0]), part)
    found = _best(part) if _DIGIT.search(part) else None
    if found is None:
        if is_refusal(_TAGS.sub("", part).strip()):
            rule, whole = "refusal", (offset, offset + len(part))
            return Answer("refusal", (), "", None, rule, "", whole, "xy", ())
        if holds_nan(part):
            return Answer("invalid", (), "", None, "brackets", "not finite", (0, 0), "xy", ())
        return no_answer(_why_none(part), _ignored(text, (0, 0)))
    form, places = found
    span = (offset + places[0].span[0], offset + places[-1].span[1])
    return _judge(text, form, places, span)


def _best(part: str) -> tuple[Form, list[Found]] | None:
    """The form of the smallest rank that is found; of several of one rank the first in the text,
    and boxes before points."""
    best: tuple[Form, list[Found]] | None = None
    for form, places in find_forms(part):
        if best is not None and form.rank > best[0].rank:
            break
        if best is None or _order(places) < _order(best[1]):
            best = form, places
    return best


def _order(places: list[Found]) -> tuple[bool, int, int]:
    return (not places[0].is_box, places[0].span[0], -places[0].span[1])


def _judge(text: str, form: Form, places: list[Found], span: tuple[int, int]) -> Answer:
    is_box = places[0].is_box
    width = 4 if is_box else 2
    groups = [
        _turn(place.numbers[at : at + width], place.order)
        for place in places
        if place.is_box == is_box
        for at in range(0, len(place.numbers), width)
    ]
    groups = list(dict.fromkeys(groups))
    numbers = tuple(number for group in groups for number in group)
    order, ignored = places[0].order, _ignored(text, span)
    if set(numbers) == {-1.0}:
        return Answer("refusal", (), "", None, "refusal", "", span, "xy", ignored)
    problem = _problem(groups, is_box)
    type_word, name, rule = _names(text, form.rule, span)
    if problem:
        return Answer("invalid", numbers, type_word, name, rule, problem, span, order, ignored)
    kinds: tuple[Kind, Kind] = ("box", "boxes") if is_box else ("point", "points")
    kind = kinds[len(groups) > 1]
    return Answer(kind, numbers, type_word, name, rule, "", span, order, ignored)


def _turn(group: tuple[float, ...], order: str) -> tuple[float, ...]:
    if order == "xy":
        return group
    return tuple(group[at ^ 1] for at in range(len(group)))


def _problem(groups: list[tuple[float, ...]], is_box: bool) -> str:
    if is_box and any(group[2] < group[0] or group[3] < group[1] for group in groups):
        return "inverted box"
    if any(abs(number) >= _LARGEST for group in groups for number in group):
        return "absurd numbers"
    return ""


def _names(text: str, rule: str, span: tuple[int, int]) -> tuple[str, str | None, str]:
    """(type word, name, rule): from the nearest `<ref>` before the coordinates or else behind
    them, from a label of JSON or from the tag itself."""
    if "ref" in text:
        before = [match for match in _REF.finditer(text, 0, span[0])]
        match = before[-1] if before else _REF.search(text, span[1])
        if match:
            ref = next(group for group in match.groups() if group is not None)
            return *split_ref(ref), "ref-box" if rule == "box" else rule
    if rule == "keyed" and (label := _LABEL.search(text, span[0])):
        try:
            return "", str(json.loads(label[1])), rule
        except ValueError:
            return "", None, rule
    if rule == "point-tag" and (alt := _ALT.search(text, *span)):
        return "", alt[1], rule
    return "", None, rule


def split_ref(ref: str) -> tuple[str, str]:
    """Type word and name of what stands in `<ref>`; without a hyphen all of it is the name."""
    type_word, hyphen, name = ref.partition("-")
    if not hyphen:
        type_word, name = "", ref
    if "&" in ref:
        return unescape(type_word), unescape(name)
    return type_word, name


def _ignored(text: str, span: tuple[int, int]) -> tuple[float, ...]:
    """Numbers outside of `span`, near it if the text is long."""
    first, last = max(0, span[0] - _IGNORED_REACH), span[1] + _IGNORED_REACH
    words = (
        match[0]
        for match in NUMBER.finditer(text, first, last)
        if match.end() <= span[0] or match.start() >= span[1]
        if match.end() < last  # which may have cut it
    )
    return tuple(map(float, islice(words, _MAX_IGNORED)))


def _why_none(part: str) -> str:
    if not part.strip():
        return "an empty answer"
    if _ELEMENT_ID.search(part):
        return "an element id, not coordinates"
    if "<|pointer_" in part:
        return "pointer tokens, whose coordinates are not in the text"
    return "no coordinates in the text"
