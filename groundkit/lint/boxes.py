"""Boxes and polygons: each by itself, and what all boxes of a file say together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import shapely

from groundkit.lint.findings import Findings
from groundkit.lint.rows import Row, numbers, size_of

Box = tuple[float, ...]
Size = tuple[float, float]

_CORNERS = 3
# A pixel more is rounding.
_ROUNDING = 1.0
_ROUNDING_OF_FRACTIONS = 0.01
# Of boxes in images of unknown size so many may be inverted by a slip.
_SLIPS = 0.02
# Of fewer boxes nothing can be told.
_ENOUGH = 10
_LARGE, _NORM = 1200.0, 1000.0


@dataclass
class Boxes:
    """Looks at the right answers of all rows of a file.

    Attributes:
        order_is_known: whether it was settled before that boxes are corners.
    """

    findings: Findings
    order_is_known: bool = False
    count: int = 0
    fractions: int = 0
    sized: int = 0
    inverted: int = 0
    fit_as_lengths: int = 0
    large: int = 0
    beyond_norm: int = 0
    first: str = ""
    first_fraction: str = ""

    def add(self, where: str, row: Row) -> None:
        """Looks at one more row."""
        given = [key for key in ("box", "boxes", "polygon", "absent") if row.get(key)]
        if len(given) != 1:
            self.findings.add("no-answer", where)
            return
        size = size_of(row)
        if size is None:
            self.findings.add("unknown-size", where)
        if given == ["polygon"]:
            self._polygon(where, row["polygon"])
            return
        for box in _boxes(row, given[0]):
            if box is None:
                self.findings.add("not-a-box", where)
            else:
                self._box(where, box, size)

    def _box(self, where: str, box: Box, size: Size | None) -> None:
        self.first = self.first or where
        self.count += 1
        x1, y1, x2, y2 = box
        forward = x1 < x2 and y1 < y2
        if not forward:
            self.findings.add("empty-box", where)
        fraction = min(box) >= 0 and max(box) <= 1
        if fraction:
            self.fractions += 1
            self.first_fraction = self.first_fraction or where
        self.inverted += not forward
        self.fit_as_lengths += _fits_as_lengths(box, (1, 1) if fraction and not size else size)
        if size is None or size == (1, 1):
            return
        width, height = size
        self.sized += 1
        if min(x1, y1) < 0 or max(x1, x2) > width or max(y1, y2) > height:
            self.findings.add("out-of-image", where)
        if max(size) > _LARGE:
            self.large += 1
            self.beyond_norm += max(box) > _NORM

    def _polygon(self, where: str, value: object) -> None:
        found = numbers(value)
        if found is None or len(found) % 2 or len(found) < 2 * _CORNERS:
            self.findings.add("bad-polygon", where)
            return
        shape = shapely.Polygon(list(zip(found[::2], found[1::2], strict=True)))
        if not shapely.make_valid(shape).area:
            self.findings.add("bad-polygon", where)
        elif not shape.is_valid:
            self.findings.add("crossed-polygon", where)

    def finish(self) -> None:
        """Says what all boxes together show."""
        whole = self.count - self.fractions
        if self.fractions and whole:
            self.findings.add("mixed-frames", self.first_fraction, self.fractions)
        if self.count >= _ENOUGH and self.fit_as_lengths == self.count and not self.order_is_known:
            if not self.inverted:
                self.findings.add("ambiguous-order", self.first, self.count)
            elif self.sized == self.count or self.inverted > _SLIPS * self.count:
                self.findings.add("box-order", self.first, self.count)
        if self.large >= _ENOUGH and not self.beyond_norm and not self.fractions:
            self.findings.add("looks-normalised", self.first, self.large)


def _fits_as_lengths(box: Box, size: Size | None) -> bool:
    """Whether a box could be x, y, width and height in an image of that size."""
    x, y, width, height = box
    if min(box) < 0 or not (width and height):
        return False
    if size is None:
        return True
    slack = _ROUNDING_OF_FRACTIONS if size == (1, 1) else _ROUNDING
    return x + width <= size[0] + slack and y + height <= size[1] + slack


def _boxes(row: Row, key: str) -> Iterator[Box | None]:
    """The boxes of a row, None for what is none."""
    if key == "box":
        yield numbers(row["box"], 4)
    elif key == "boxes":
        listed = row["boxes"] if isinstance(row["boxes"], list | tuple) else [None]
        for box in listed:
            yield numbers(box, 4)
