"""Whether the boxes of a file are xywh or xyxy, and in pixels or between 0 and 1.

One benchmark comes in copies of both kinds, and 66 of the 1272 xywh boxes of ScreenSpot v1 read as
xyxy just as well: so it is decided once for a file, by what is impossible, never row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundkit.benchmarks.target import Order, Target
from groundkit.errors import DataError
from groundkit.geometry import Box

# Boxes of published files leave their images by a pixel or two: that is dirt, not another order.
_SLACK = 2.0
_SLACK_NORMALISED = 0.01
# More impossible boxes than this share are no slips of annotators, unless the other order fares
# many times worse.
_DIRT = 0.02
_MANY_TIMES = 5


@dataclass(frozen=True)
class Decision:
    """How the boxes of one file are to be read.

    Attributes:
        order: xywh or xyxy.
        normalised: whether they are fractions of the image.
        boxes: how many there are.
        impossible: how many of them could not be of the other order.
        reason: in words.
    """

    order: Order
    normalised: bool
    boxes: int
    impossible: int
    reason: str

    def corners(self, target: Target) -> Box | None:
        """The box of a target as xyxy, in the frame that it came in."""
        if target.box is None:
            return None
        x, y, third, fourth = target.box
        if (target.order or self.order) == "xyxy":
            return target.box
        return x, y, x + third, y + fourth


@dataclass(frozen=True)
class Hearsay:
    """What is said about the boxes of a file.

    Attributes:
        known: what the published copy with these keys has.
        mirrored: whether there are copies of the benchmark in either order.
        asked: what the user says; it is taken without a check.
    """

    known: Order | None = None
    mirrored: bool = False
    asked: Order | None = None


def decide(targets: Sequence[Target], said: Hearsay, where: str) -> Decision | None:
    """How to read the boxes of one file; None if it has none.

    Raises:
        DataError: both orders are possible and nobody knows which it is, or neither is possible.
    """
    boxes = [target for target in targets if target.box is not None and target.order is None]
    if not boxes:
        return None
    normalised = all(_is_fraction(target.box) for target in boxes)
    slack = _SLACK_NORMALISED if normalised else _SLACK
    bad: dict[Order, int] = {
        order: sum(_is_impossible(target, order, normalised, slack) for target in boxes)
        for order in ("xywh", "xyxy")
    }
    order, reason = _choose(bad, len(boxes), said, where)
    other: Order = "xyxy" if order == "xywh" else "xywh"
    return Decision(order, normalised, len(boxes), bad[other], reason)


def _choose(bad: dict[Order, int], count: int, said: Hearsay, where: str) -> tuple[Order, str]:
    known, asked = said.known, said.asked
    hint = "say which it is: --boxes xywh or --boxes xyxy"
    if asked is not None:
        return asked, f"as asked for; {bad[asked]} of {count} are impossible as {asked}"
    possible = [order for order in bad if bad[order] <= _DIRT * count]
    possible = possible or [o for o in bad if _MANY_TIMES * bad[o] <= max(bad.values())]
    if not possible:
        shares = ", ".join(f"{n} of {count} as {order}" for order, n in bad.items())
        raise DataError(f"the boxes are impossible both ways: {shares}", where, hint=hint)
    if len(possible) == 1:
        order = possible[0]
        other: Order = "xyxy" if order == "xywh" else "xywh"
        return order, f"{bad[other]} of {count} are impossible as {other}"
    unsaid: Order = "xyxy" if known == "xywh" else "xywh"
    if known is None or (said.mirrored and bad[known] >= bad[unsaid]):
        which = "all" if not any(bad.values()) else "nearly all"
        both = "; there are copies of this benchmark with either" if said.mirrored else ""
        raise DataError(f"{which} {count} boxes could be xywh or xyxy{both}", where, hint=hint)
    return known, "both are possible, and the published copy with these keys has that"


def _is_fraction(box: Box | None) -> bool:
    return box is not None and all(-_SLACK_NORMALISED <= n <= 1 + _SLACK_NORMALISED for n in box)


def _is_impossible(target: Target, order: Order, normalised: bool, slack: float) -> bool:
    assert target.box is not None
    x, y, third, fourth = target.box
    if order == "xywh":
        third, fourth = x + third, y + fourth
    if third <= x or fourth <= y:
        return True
    size = (1, 1) if normalised else target.size
    if size is None:
        return False
    return min(x, y) < -slack or third > size[0] + slack or fourth > size[1] + slack
