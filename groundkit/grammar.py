"""The language of answers: writes one form, reads what models write.

    <ref>{type}-{name}</ref><box>[[x1, y1, x2, y2]]</box>

The form is InternVL's and OS-Atlas's. A string never tells its frame: the frame is declared beside
it. Text inside `<ref>` is escaped where it could be taken for markup (`<` and `>` as `&lt;` and
`&gt;`, line breaks as `&#10;` and `&#13;`), and `&` only where it would then read as an escape,
so that "R&D" stays "R&D". Model text is data: it is matched, never evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from groundkit.geometry import Box

_ESCAPES = {"<": "&lt;", ">": "&gt;", "\n": "&#10;", "\r": "&#13;"}
_UNESCAPES = {escape: char for char, escape in _ESCAPES.items()} | {"&amp;": "&"}
_MARKUP = re.compile(r"[<>\n\r]|&(?=lt;|gt;|amp;|#10;|#13;)")
_ESCAPED = re.compile("|".join(map(re.escape, _UNESCAPES)))

Kind = Literal["box", "refusal", "none"]


class Answer(NamedTuple):
    """What was read from a text.

    Attributes:
        kind: `box`, `refusal` (the model says there is no such element) or `none`.
        box: xyxy in whatever frame the model used; finite and not inverted.
        type_word, name: the two halves of `<ref>`, empty if there is none.
        rule: the reading that fired, or why none did if `kind` is `none`.
    """

    kind: Kind
    box: Box | None
    type_word: str
    name: str
    rule: str


def escape(text: str) -> str:
    """`text` as it is written inside `<ref>`."""
    return _MARKUP.sub(lambda match: _ESCAPES.get(match[0], "&amp;"), text)


def unescape(text: str) -> str:
    """The inverse of `escape`."""
    if "&" not in text:
        return text
    return _ESCAPED.sub(lambda match: _UNESCAPES[match[0]], text)


def write_ref(type_word: str, name: str) -> str:
    """`<ref>text-Address</ref>`.

    Raises:
        ValueError: the type word holds a hyphen, which would end it when read.
    """
    if "-" in type_word:
        raise ValueError(f"a type word cannot hold a hyphen: {type_word!r}")
    return f"<ref>{escape(type_word)}-{escape(name)}</ref>"


def write_box(box: Sequence[float]) -> str:
    """`<box>[[33, 241, 66, 264]]</box>`."""
    x1, y1, x2, y2 = box
    return f"<box>[[{x1}, {y1}, {x2}, {y2}]]</box>"


def write_answer(type_word: str, name: str, box: Sequence[float]) -> str:
    """The full answer: what is there, then where."""
    return write_ref(type_word, name) + write_box(box)


_NUMBER = r"([+-]?(?:\d+(?:\.\d*)?|\.\d+))"
_FOUR = r"\s*,\s*".join([_NUMBER] * 4)
# A `<` is part of the name unless it starts one of our tags. No tag lies inside, so that text is
# looked through once, whatever it holds.
_REF = re.compile(r"<ref>([^<]*(?:<(?!/?(?:ref|box)>)[^<]*)*)</ref>")
_BOX = re.compile(rf"<box>\s*\[\s*\[\s*{_FOUR}\s*\]\s*\]\s*</box>")
# The form as `write_answer` writes it, read in one step: most rows of a file have it.
_WRITTEN = re.compile(
    r"<ref>([^<-]*)-([^<]*)</ref><box>\[\[(\d{1,9}), (\d{1,9}), (\d{1,9}), (\d{1,9})\]\]</box>"
)
# Two runs of spaces never meet, or a megabyte of them would take minutes.
_BARE = re.compile(rf"\[\s*(\[\s*)?{_FOUR}\s*(?(1)\]\s*)\]")
_NOWHERE = (-1.0, -1.0, -1.0, -1.0)
# Without spaces and in lower case, as `_is_refusal` compares.
_REFUSALS = frozenset({"[]", "[-1,-1]", "[[-1,-1]]", "refusal", "targetnotexistent", "无ui元素"})
# A longer text holds no answer of ours; matching it would only cost time.
_MAX_LENGTH = 1 << 20


def read_answer(text: str) -> Answer:
    """Reads a model's text. Never raises on any string; takes time linear in its length.

    Rules, first match wins: `ref-box` (the form above), `box` (the same without `<ref>`: the
    names are empty), `bare-box` (the whole text is `[x1, y1, x2, y2]`), `refusal`. A box with
    x2 < x1 or y2 < y1 and a text with several different boxes are not answers: they read as
    kind `none`.
    """
    if len(text) > _MAX_LENGTH:
        return _none("longer than 1 MiB")
    if written := _WRITTEN.fullmatch(text):
        type_word, name, x1, y1, x2, y2 = written.groups()
        box = int(x1), int(y1), int(x2), int(y2)
        if box[0] <= box[2] and box[1] <= box[3]:
            return Answer("box", box, unescape(type_word), unescape(name), "ref-box")
    matches = list(_BOX.finditer(text))
    if matches:
        boxes = {_numbers(match.groups()) for match in matches}
        if len(boxes) > 1:
            return _none("several different boxes")
        ref = _nearest_ref(text, matches[0].start())
        type_word, _, name = ref.partition("-") if ref else ("", "", "")
        rule = "box" if ref is None else "ref-box"
        return _box(boxes.pop(), unescape(type_word), unescape(name), rule)
    if bare := _BARE.fullmatch(text.strip()):
        return _box(_numbers(bare.groups()[1:]), "", "", "bare-box")
    if _is_refusal(text):
        return Answer("refusal", None, "", "", "refusal")
    return _none("no box in the text")


def _nearest_ref(text: str, box_start: int) -> str | None:
    """What the last `<ref>` before the box holds, or else the first after it; others belong to
    what the model was thinking."""
    before = _REF.findall(text, 0, box_start)
    if before:
        return str(before[-1])
    after = _REF.search(text, box_start)
    return after[1] if after else None


def _numbers(words: Sequence[str]) -> Box:
    x1, y1, x2, y2 = map(float, words)
    return x1, y1, x2, y2


def _box(box: Box, type_word: str, name: str, rule: str) -> Answer:
    x1, y1, x2, y2 = box
    if box == _NOWHERE:
        return Answer("refusal", None, "", "", "refusal")
    if x2 < x1 or y2 < y1:
        return _none("inverted box")
    if not max(abs(x1), abs(y1), abs(x2), abs(y2)) < 1e9:
        return _none("absurd numbers")
    return Answer("box", box, type_word, name, rule)


def _none(reason: str) -> Answer:
    return Answer("none", None, "", "", reason)


def _is_refusal(text: str) -> bool:
    return len(text) < 64 and "".join(text.split()).casefold() in _REFUSALS
