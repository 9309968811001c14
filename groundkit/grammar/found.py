"""From a place where a form matches to the coordinates that stand there."""

from __future__ import annotations

import re
from typing import NamedTuple

from groundkit.grammar.answer import Order
from groundkit.grammar.numbers import NUMBER, PAIR, is_finite, numbers_of

# Which edge each name means, in the order x1, y1, x2, y2.
EDGES = {
    **dict.fromkeys(("x", "x1", "x_min", "xmin", "left"), 0),
    **dict.fromkeys(("y", "y1", "y_min", "ymin", "top"), 1),
    **dict.fromkeys(("x2", "x_max", "xmax", "right", "width", "w"), 2),
    **dict.fromkeys(("y2", "y_max", "ymax", "bottom", "height", "h"), 3),
}
# Square brackets around each of at least two pairs: [[1, 2], [3, 4]]. In parentheses, as Qwen-VL
# writes them, two pairs are the corners of a box.
_POINTS = re.compile(rf"\s*\[\s*(?:\[\s*{PAIR}\s*\][\s,;]*){{2,}}\]\s*")
_ATTRIBUTE = re.compile(rf"\b([xy])(\d{{0,3}})\s?=\s?[\"']?\s?({NUMBER})\s?[\"']?")
_START_ONLY = re.compile("drag|swipe", re.IGNORECASE)
_BRACKET = re.compile(r"[\[\]()]")
_FIELD_END = re.compile(r"[ .`*]*(?:[\t\r\n]|\Z)")
_FIELD_REACH = 80


# What repeats itself more often is a loop, or more than the answer to one question.
MAX_PLACES = 3000


class TooManyError(Exception):
    """More boxes or points than anybody would look at."""


class Found(NamedTuple):
    """Coordinates in a text.

    Attributes:
        numbers: as written, but edges of boxes that are written with a width and height; pairs of
            x and y, or of y and x if `order` is `yx`.
        is_box: whether they are boxes, of four numbers each; else points. If one is not finite they
            are a box, whatever their number: one that does not count, and is not passed over.
        span: where they stand in the text that was searched.
    """

    numbers: tuple[float, ...]
    is_box: bool
    span: tuple[int, int]
    order: Order = "xy"


def _make(text: str, span: tuple[int, int], order: Order = "xy") -> Found | None:
    """Boxes if the numbers make whole boxes, else points."""
    numbers = numbers_of(text)
    if not numbers:
        return None
    if len(numbers) > 4 * MAX_PLACES:
        raise TooManyError
    if not is_finite(numbers):
        return Found(numbers, True, span, order)
    if len(numbers) % 2:
        return None
    is_box = len(numbers) % 4 == 0 and not ("]" in text and _POINTS.fullmatch(text))
    return Found(numbers, is_box, span, order)


def read_content(match: re.Match[str]) -> Found | None:
    """All that the first group holds."""
    return _make(match[1], match.span())


def read_bracketed(match: re.Match[str]) -> Found | None:
    """A list in brackets, with a second pair around it if there is one."""
    text, (start, end) = match.string, match.span()
    start -= text[start - 1 : start] in ("[", "(")
    end += text[end : end + 1] in ("]", ")")
    return _make(match[1], (start, end))


def read_listed(match: re.Match[str]) -> Found | None:
    """A key with a list, of which as much counts as is complete."""
    key, quote, sign, value_quote, text = match.groups()
    if text[0] in "[(":
        text = _complete(text)
    elif sign == ":" and not (quote or value_quote) and not _is_field(match):
        return None
    order: Order = "yx" if key.lower() == "box_2d" else "xy"
    return _make(text, (match.start(), match.start(5) + len(text)), order)


def _complete(text: str) -> str:
    """The lists at the start of a text, side by side; of one that is cut what is complete."""
    depth = end = cut = 0
    for bracket in _BRACKET.finditer(text):
        if depth == 0 and text[end : bracket.start()].strip(" \t\r\n,;"):
            break
        depth += 1 if bracket[0] in "[(" else -1
        if depth < 0:
            break
        if bracket[0] in "])":
            cut = bracket.end()
            end = cut if depth == 0 else end
    return text[: end or cut]


def _is_field(match: re.Match[str]) -> bool:
    """Whether key and numbers are all of a line, or of what stands between tabs: "Key points: 3, 4
    and 5" are no coordinates."""
    text, start = match.string, match.start()
    reach = max(0, start - _FIELD_REACH)
    line = max(text.rfind("\n", reach, start), text.rfind("\t", reach, start)) + 1
    head = text[max(line, reach) : start]
    return not head.strip(" -*`") and _FIELD_END.match(text, match.end()) is not None


def read_edges(match: re.Match[str]) -> Found | None:
    """Names with a number each: the edges of a box, or x and y."""
    groups = match.groups()
    edges = {
        EDGES[name.lower()]: float(value.rstrip("%"))
        for name, value in zip(groups[::2], groups[1::2], strict=True)
    }
    if len(edges) < len(groups) // 2:
        return None
    numbers = tuple(edges[edge] for edge in sorted(edges))
    return Found(numbers, len(numbers) == 4 or not is_finite(numbers), match.span())


def read_sized(match: re.Match[str]) -> Found | None:
    """The same with a width and a height: x and y are the corner at the top left."""
    found = read_edges(match)
    if found is None:
        return None
    x, y, width, height = found.numbers
    # Without the noise of adding fractions.
    return found._replace(numbers=(x, y, round(x + width, 9), round(y + height, 9)))


def read_call(match: re.Match[str]) -> Found | None:
    """The arguments of an action; of a drag its start."""
    found = _make(match[2], match.span())
    if found and found.is_box and is_finite(found.numbers) and _START_ONLY.search(match[1]):
        return found._replace(numbers=found.numbers[:2], is_box=False)
    return found


def read_molmo(match: re.Match[str]) -> Found | None:
    """The attributes x and y, or x1, y1, x2, y2, ... of several points."""
    pairs = {(axis, place): value for axis, place, value in _ATTRIBUTE.findall(match[0])}
    places = [place for axis, place in pairs if axis == "x" and ("y", place) in pairs]
    numbers = tuple(float(pairs[axis, place].rstrip("%")) for place in places for axis in "xy")
    return Found(numbers, not is_finite(numbers), match.span()) if numbers else None


def read_locations(match: re.Match[str]) -> Found | None:
    """PaliGemma's are y first and have four digits; Florence-2's have an underscore."""
    numbers = tuple(map(float, re.findall(r"\d+", match[0])))
    if len(numbers) % 2:
        return None
    order: Order = "xy" if "_" in match[0] else "yx"
    return Found(numbers, len(numbers) % 4 == 0, match.span(), order)
