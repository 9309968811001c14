"""What an answer names, beside its coordinates."""

from __future__ import annotations

import json
import re
from itertools import islice

from groundkit.grammar.parts import REF
from groundkit.grammar.write import unescape

_LABEL = re.compile(r'"(?:label|text|name)"\s{0,9}:\s{0,9}("(?:[^"\\\n]|\\.){0,2000}")')
# A string, which may be cut, or a brace.
_TOKEN = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|[{}]')
_MAX_TOKENS, _OBJECT_REACH = 200, 4000
_ALT = re.compile(r"\balt\s?=\s?[\"']([^\"'<>]{0,2000})[\"']")


def names_of(
    text: str, rule: str, span: tuple[int, int], first: tuple[int, int], thought: int
) -> tuple[str, str | None, str]:
    """(type word, name, rule): from the nearest `<ref>` before the coordinates or else behind
    them, from a label of the same object of JSON or from the tag itself.

    Args:
        text: all of it.
        rule: that read the coordinates.
        span: of the coordinates.
        first: of the first of them.
        thought: where the thoughts end.
    """
    if "ref" in text:
        before = list(REF.finditer(text, thought, span[0]))
        match = before[-1] if before else REF.search(text, span[1])
        if match:
            ref = next(group for group in match.groups() if group is not None)
            return *split_ref(ref), "ref-box" if rule == "box" else rule
    if rule == "point-tag" and (alt := _ALT.search(text, *span)):
        return "", alt[1], rule
    label = _label(text, first, thought) if rule in ("keyed", "corners", "xyxy", "xywh") else None
    return "", label, rule


def split_ref(ref: str) -> tuple[str, str]:
    """Type word and name of what stands in `<ref>`; without a hyphen all of it is the name."""
    type_word, hyphen, name = ref.partition("-")
    if not hyphen:
        type_word, name = "", ref
    if "&" in ref:
        return unescape(type_word), unescape(name)
    return type_word, name


def _label(text: str, span: tuple[int, int], thought: int) -> str | None:
    """The label in the object of JSON that holds the coordinates: the name of a tool is in another
    one."""
    label = _label_behind(text, span[1]) or _label_before(text, span[0], thought)
    try:
        return label and str(json.loads(label[1]))
    except ValueError:
        return None


def _label_behind(text: str, start: int) -> re.Match[str] | None:
    """The first label up to the brace that closes the object."""
    start += text[start : start + 1] in ('"', "'")
    depth = 0
    for token in islice(_TOKEN.finditer(text, start), _MAX_TOKENS):
        if token[0] == "{":
            depth += 1
        elif token[0] == "}":
            depth -= 1
            if depth < 0:
                return None
        elif depth == 0 and (label := _LABEL.match(text, token.start())):
            return label
    return None


def _label_before(text: str, end: int, thought: int) -> re.Match[str] | None:
    """The first label from the brace that opens the object."""
    start = text.rfind("{", max(thought, end - _OBJECT_REACH), end)
    if start < 0 or text.find("}", start, end) >= 0:
        return None
    return _LABEL.search(text, start, end)
