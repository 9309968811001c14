"""The forms in which models write coordinates, the most explicit first.

Each form is a pattern and what it means. All patterns are bounded, so that no text takes more than
time linear in its length, and a number is only ever taken as it stands. Sources are the parsers,
prompts and output files of the families that are named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from groundkit.grammar.answer import Order

# Not part of a word: the digits of `bbox_2d`, `x1` and `1e5` are no numbers.
_PLAIN = r"[+-]?(?:\d{1,15}(?:\.\d{0,25})?|\.\d{1,25})(?!\w|\.\w)"
NUMBER = re.compile(rf"(?<![\w.]){_PLAIN}")
_N = rf"{_PLAIN}%?"
_SEP = r"(?:\s{0,9}[,;]\s{0,9}|\s{1,9})"
_PAIR = rf"{_N}{_SEP}{_N}"
_LIST = rf"{_PAIR}(?:{_SEP}{_PAIR})?"
# More than any screen holds: what repeats itself more often is a loop.
_MAX_PLACES = 1000
_FILLER = re.compile(r"[\s\[\](),;%]*")
_NOT_FINITE = re.compile(
    r"[\[(]\s{0,9}(?:[^\[\]()<>]{0,60}[,\s])?[+-]?(?:nan|inf(?:inity)?)\b", re.I
)


class Found(NamedTuple):
    """Coordinates in a text.

    Attributes:
        numbers: as written; pairs of x and y, or of y and x if `order` is `yx`.
        is_box: whether they are boxes, of four numbers each; else points.
        span: where they stand in the text that was searched.
    """

    numbers: tuple[float, ...]
    is_box: bool
    span: tuple[int, int]
    order: Order = "xy"


class Form(NamedTuple):
    """One way to write coordinates.

    Attributes:
        rule: its name.
        about: which models write it, for people.
        rank: forms of a smaller rank make those of a greater one a side remark.
        hint: a string that every such text holds, in lower case.
        pattern: finds candidates.
        read: the coordinates of a candidate, or None.
    """

    rule: str
    about: str
    rank: int
    hint: str
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Found | None]


def numbers_of(text: str) -> tuple[float, ...] | None:
    """The numbers of a text that holds nothing but numbers, brackets and separators."""
    rest = NUMBER.sub("", text)
    if not _FILLER.fullmatch(rest):
        return None
    return tuple(map(float, NUMBER.findall(text)))


def holds_nan(text: str) -> bool:
    """Whether a list of numbers holds one that is not finite."""
    return _NOT_FINITE.search(text) is not None


def _make(match: re.Match[str], text: str, order: Order = "xy") -> Found | None:
    """Boxes if the numbers make whole boxes, else points."""
    numbers = numbers_of(text)
    if not numbers or len(numbers) % 2:
        return None
    is_box = len(numbers) % 4 == 0 and not _POINTS.fullmatch(text)
    return Found(numbers, is_box, match.span(), order)


# Square brackets around each of at least two pairs: [[1, 2], [3, 4]]. In parentheses, as Qwen-VL
# writes them, two pairs are the corners of a box.
_POINTS = re.compile(rf"\s*\[(?:\s*\[\s*{_PAIR}\s*\][\s,;]*){{2,}}\]\s*")


def _content(match: re.Match[str]) -> Found | None:
    return _make(match, match[1])


def _listed(match: re.Match[str]) -> Found | None:
    """A key with a list, of which as much counts as is complete."""
    key, text = match[1].casefold(), match[2]
    if text[0] in "[(":
        end = max(text.rfind("]"), text.rfind(")"))
        if end < 0:
            return None
        text = text[: end + 1]
    order: Order = "yx" if key == "box_2d" else "xy"
    found = _make(match, text, order)
    return found and found._replace(span=(match.start(), match.start(2) + len(text)))


def _pair(match: re.Match[str]) -> Found | None:
    numbers = tuple(float(word.rstrip("%")) for word in match.groups())
    return Found(numbers, len(numbers) == 4, match.span())


def _call(match: re.Match[str]) -> Found | None:
    found = _make(match, match[2])
    if found and found.is_box and re.search("drag|swipe|scroll", match[1], re.I):
        return found._replace(numbers=found.numbers[:2], is_box=False)
    return found


def _molmo(match: re.Match[str]) -> Found | None:
    pairs = {(axis, place): value for axis, place, value in _ATTRIBUTE.findall(match[0])}
    places = [place for axis, place in pairs if axis == "x" and ("y", place) in pairs]
    numbers = tuple(float(pairs[axis, place]) for place in places for axis in "xy")
    return Found(numbers, False, match.span()) if numbers else None


_ATTRIBUTE = re.compile(rf"\b([xy])(\d{{0,3}})\s?=\s?[\"']?\s?({_PLAIN})\s?[\"']?")


def _locations(match: re.Match[str]) -> Found | None:
    """PaliGemma's are y first and have four digits; Florence-2's have an underscore."""
    numbers = tuple(map(float, re.findall(r"\d+", match[0])))
    if len(numbers) % 2:
        return None
    order: Order = "xy" if "_" in match[0] else "yx"
    return Found(numbers, len(numbers) % 4 == 0, match.span(), order)


_KEYS = (
    r"bbox_2d|box_2d|bbox|box|point_2d|points|point|coordinates?|coords|position|"
    r"start_box|start_point|start_coordinate"
)
_RUN = r"[\[(][\s\d.,;+\-%()\[\]]{1,4000}"
_QUOTE = r"[\"'`]?"


def _sides(*names: str) -> str:
    """`"x_min": 1, "y_min": 2, ...`, the names in this order."""
    parts = (rf"{_QUOTE}\b{name}{_QUOTE}\s?[:=]\s{{0,9}}{_QUOTE}({_N})" for name in names)
    return rf"{_QUOTE}[,;]?\s{{0,30}}".join(parts)


def _form(
    rule: str, about: str, rank: int, hint: str, pattern: str, read: Callable[..., Found | None]
) -> Form:
    return Form(rule, about, rank, hint, re.compile(pattern, re.IGNORECASE), read)


_INSIDE = r"([^<]{1,4000}?)"
FORMS: tuple[Form, ...] = (
    _form(
        "box",
        "<box>: groundkit, InternVL, MiniCPM-V",
        0,
        "<box>",
        rf"<box>{_INSIDE}</box>",
        _content,
    ),
    _form("bbox", "<bbox>: lmms-eval", 0, "<bbox>", rf"<bbox>{_INSIDE}</bbox>", _content),
    _form(
        *("box-token", "<|box_start|>: Qwen2-VL, OS-Atlas, UI-TARS", 0, "<|box_start|>"),
        *(rf"<\|box_start\|>{_INSIDE}<\|box_end\|>", _content),
    ),
    _form(
        *("box-token-end", "the opening was forced: OS-Atlas", 0, "<|box_end|>"),
        *(rf"\A\s*[\[(]{{0,2}}({_PAIR}(?:\)\s?,\s?\({_PAIR})?)[\])]{{1,2}}<\|box_end\|>", _content),
    ),
    _form("det", "<|det|>: DeepSeek-VL2", 0, "<|det|>", rf"<\|det\|>{_INSIDE}<\|/det\|>", _content),
    _form(
        "point", "<point>: UI-TARS 1.5, Seed", 0, "<point>", rf"<point>{_INSIDE}</point>", _content
    ),
    _form("point-tag", "<point x= y=>: Molmo", 0, "<point", r"<points?\s[^<>]{1,8000}>", _molmo),
    _form(
        "loc",
        "<loc0256>: PaliGemma, Florence-2",
        0,
        "<loc",
        r"(?:<loc_?\d{1,4}>){2,400}",
        _locations,
    ),
    _form(
        *("keyed", '"bbox_2d": [...]: Qwen, Gemini, tool calls', 1, ""),
        *(
            rf"(?<!\w)({_KEYS}){_QUOTE}\s{{0,9}}[:=]\s{{0,9}}{_QUOTE}({_RUN}|{_LIST})",
            _listed,
        ),
    ),
    _form(
        "corners", "x_min: Moondream", 1, "min", _sides("x_min", "y_min", "x_max", "y_max"), _pair
    ),
    _form("xyxy", "x1=, y1=, x2=, y2=", 1, "x1", _sides("x1", "y1", "x2", "y2"), _pair),
    _form(
        "x-y",
        "x=0.5, y=0.25: Aguvis, Kimi-VL, Holo",
        1,
        "x",
        rf"(?<!\w){_sides('x', 'y')}",
        _pair,
    ),
    _form(
        *("call", "click(500, 300): websight, Holo", 1, "("),
        *(rf"(?<!\w)([A-Za-z_]\w{{0,40}})\(\s{{0,9}}({_LIST})\s{{0,9}}[,)]", _call),
    ),
    _form(
        "corner-pairs",
        "(1,2),(3,4): Qwen-VL",
        2,
        "(",
        rf"(\(\s?{_PAIR}\s?\)\s?[,;]?\s?\(\s?{_PAIR}\s?\))",
        _content,
    ),
    _form(
        "brackets",
        "[1, 2, 3, 4], (1, 2)",
        2,
        "",
        rf"([\[(]{{1,2}}\s{{0,9}}{_LIST}\s{{0,9}}[\])]{{1,2}})",
        _content,
    ),
    _form("bare", "50%, 25%: nothing but numbers", 3, "", rf"\A\s*({_LIST})\s*\.?\s*\Z", _content),
)
RULES = {form.rule: form.about for form in FORMS}


def find_forms(text: str) -> Iterator[tuple[Form, list[Found]]]:
    """What each form finds in a text, form by form, without the forms that find nothing."""
    lower = text.casefold()
    for form in FORMS:
        if form.hint in lower:
            matches = islice(form.pattern.finditer(text), _MAX_PLACES)
            found = [read for match in matches if (read := form.read(match))]
            if found:
                yield form, found
