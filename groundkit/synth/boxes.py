"""Cutting boxes into boxes."""

from __future__ import annotations

from dataclasses import dataclass

from groundkit.geometry import IntBox


@dataclass
class Flow:
    """A column that is filled from the top.

    Attributes:
        left, right: its edges.
        top: where the next thing goes.
        bottom: where it ends.
    """

    left: int
    right: int
    top: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def rest(self) -> int:
        """The height that is left."""
        return self.bottom - self.top

    def take(self, height: int, gap: int = 0) -> IntBox | None:
        """The next box of a height, None if it does not fit; `gap` is left free below it."""
        if not 0 < height <= self.rest:
            return None
        box = (self.left, self.top, self.right, self.top + height)
        self.top += height + gap
        return box

    def inner(self, margin: int) -> Flow:
        """The same column without margins on both sides."""
        return Flow(self.left + margin, self.right - margin, self.top, self.bottom)


def columns(box: IntBox, count: int, gap: int) -> list[IntBox]:
    """A box side by side in equal parts."""
    width = (box[2] - box[0] - gap * (count - 1)) / count
    lefts = [box[0] + round(index * (width + gap)) for index in range(count)]
    return [(left, box[1], left + int(width), box[3]) for left in lefts]


def split(box: IntBox, at: int) -> tuple[IntBox, IntBox]:
    """A box left and right of `at` pixels from its left edge, from the right one if negative."""
    x = box[0] + at if at >= 0 else box[2] + at
    return (box[0], box[1], x, box[3]), (x, box[1], box[2], box[3])


def inset(box: IntBox, x: int, y: int = 0) -> IntBox:
    """A box without margins."""
    return box[0] + x, box[1] + y, box[2] - x, box[3] - y


def middle(box: IntBox, width: int, height: int) -> IntBox:
    """A box of a size in the middle of another."""
    x, y = (box[0] + box[2] - width) // 2, (box[1] + box[3] - height) // 2
    return x, y, x + width, y + height


def square_left(box: IntBox, side: int) -> IntBox:
    """A square at the left edge of a box, in its vertical middle."""
    y = (box[1] + box[3] - side) // 2
    return box[0], y, box[0] + side, y + side


def square_right(box: IntBox, side: int) -> IntBox:
    """A square at the right edge of a box, in its vertical middle."""
    y = (box[1] + box[3] - side) // 2
    return box[2] - side, y, box[2], y + side
