"""Where to ask, so that only one answer is right.

A point inside: the target is the smallest box that holds it. Every other box that a person sees
and that holds the point, or comes within a margin of it, encloses the target and is clearly larger.
(The smallest box that contains a point is also the rule of Screen-Point-and-Read, eric-ai-lab.)

A point near: it lies outside every box, second outlines of an element included, the target's box is
the nearest, and the second nearest is half as far again and some pixels more.

Neither lies on anything that is drawn over the target, or within the margin of it; of a target that
is partly covered no near point is asked.

All lengths are pixels of the saved image; boxes are integer arrays of shape (N, 4).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from groundkit.geometry import IntBox, Point, Size
from groundkit.records import Placement

Boxes = NDArray[np.int64]
Points = NDArray[np.int64]

MARGIN = 2
"""Closer than this to an edge of another element, two people may see two answers."""
NEAR_LIMIT = 24
"""A near miss is a finger's error, not a point somewhere on the screen."""
NEAR_RATIO = 1.5
NEAR_LEAD = 8
ENCLOSED_SHARE = 0.8
"""A box of which the target fills more could be a second outline of the target."""

# Most targets have their point among the first few; the rest get a long second look.
_TRIES = (16, 112)


def choose_point(
    rng: np.random.Generator,
    target: int,
    boxes: Boxes,
    size: Size,
    placement: Placement,
    covers: Boxes | None = None,
    outlines: Boxes | None = None,
) -> Point | None:
    """A random point whose only right answer is `boxes[target]`, or None if none was found.

    Args:
        boxes: all boxes that a person sees, the target among them, shape (N, 4).
        size: of the saved image; the point is a pixel of it.
        covers: boxes drawn over the target, shape (M, 4).
        outlines: other boxes of the same elements, shape (L, 4); see `rival_outlines`.
    """
    if placement == "near" and _overlaps(boxes[target], covers):
        return None  # what still shows of the target may be far from the point
    reach = NEAR_LIMIT if placement == "near" else 0
    low = np.maximum(boxes[target, :2] - reach, 0)
    high = np.minimum(boxes[target, 2:] + reach, np.array(size) - 1)
    if bool(np.any(high < low)):
        return None
    check = is_unique_near if placement == "near" else is_unique_inside
    target, boxes = _neighbourhood(target, boxes)
    for tries in _TRIES:
        points = rng.integers(low, high, size=(tries, 2), endpoint=True)
        found = np.flatnonzero(check(points, target, boxes, outlines) & ~_touches(points, covers))
        if len(found):
            x, y = points[found[0]].tolist()
            return x, y
    return None


def rival_outlines(
    target: IntBox, outlines: Boxes, placement: Placement, duplicate_iou: float
) -> Boxes:
    """The outlines that a point of `target` must keep away from: near it all of them, in it those
    of other elements.

    Args:
        outlines: boxes that were dropped because they have an IoU of `duplicate_iou` or more with
            the box of another element, shape (L, 4).
    """
    if placement == "near" or not len(outlines):
        return outlines
    others: Boxes = outlines[ious(np.array([target]), outlines)[0] < duplicate_iou]
    return others


def is_unique_inside(
    points: Points, target: int, boxes: Boxes, outlines: Boxes | None = None
) -> NDArray[np.bool_]:
    """For each point, shape (K, 2), whether it is in the target's own region. Shape (K,)."""
    box = boxes[target]
    # Thin targets are asked about at their core, others away from their edge.
    inset = min(MARGIN, int((box[2:] - box[:2]).min()) // 4)
    rivals = np.delete(boxes, target, axis=0)
    if outlines is not None:
        rivals = np.concatenate([rivals, outlines])
    rivals = rivals[~_encloses(rivals, box)]
    inside = (points >= box[:2] + inset) & (points <= box[2:] - inset)
    inside &= points < box[2:]  # a box of one pixel holds that pixel, not the one after it
    result: NDArray[np.bool_] = np.all(inside, axis=1) & ~_touches(points, rivals)
    return result


def is_unique_near(
    points: Points, target: int, boxes: Boxes, outlines: Boxes | None = None
) -> NDArray[np.bool_]:
    """For each point, shape (K, 2), whether it is a clear near miss of the target. Shape (K,)."""
    distances = _distances(points, boxes)
    own = distances[:, target]
    others = np.delete(distances, target, axis=1)
    second = others.min(axis=1) if others.shape[1] else np.full(len(points), np.inf)
    result: NDArray[np.bool_] = (
        (own >= MARGIN)
        & (own <= NEAR_LIMIT)
        & (second >= NEAR_RATIO * own)
        & (second >= own + NEAR_LEAD)
        & ~_touches(points, outlines)
    )
    return result


def ious(some: Boxes, others: Boxes) -> NDArray[np.float64]:
    """Intersection over union of each of some boxes, (M, 4), with each other, (N, 4): (M, N)."""
    (x1, y1, x2, y2), (u1, v1, u2, v2) = some.T[:, :, None], others.T
    width = np.maximum(np.minimum(x2, u2) - np.maximum(x1, u1), 0)
    height = np.maximum(np.minimum(y2, v2) - np.maximum(y1, v1), 0)
    both = width * height
    union = (x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1) - both
    shares: NDArray[np.float64] = both / np.maximum(union, 1)
    return shares


def _encloses(boxes: Boxes, box: Boxes) -> NDArray[np.bool_]:
    """Which boxes hold `box` and are clearly larger: either give or take the margin and `box` fills
    at most ENCLOSED_SHARE of them, or in full and with more than the margin to spare at one side.

    Both keep apart what a person can: an outline shifted by a pixel is the same element twice.
    """
    spare = np.concatenate([box[:2] - boxes[:, :2], boxes[:, 2:] - box[2:]], axis=1)
    least, most = spare.min(axis=1), spare.max(axis=1)
    area = np.prod(box[2:] - box[:2])
    small = area <= ENCLOSED_SHARE * np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    result: NDArray[np.bool_] = ((least >= -MARGIN) & small) | ((least >= 0) & (most > MARGIN))
    return result


def _overlaps(box: Boxes, covers: Boxes | None) -> bool:
    if covers is None:
        return False
    return bool(np.any(np.all((covers[:, :2] < box[2:]) & (covers[:, 2:] > box[:2]), axis=1)))


def _touches(points: Points, boxes: Boxes | None) -> NDArray[np.bool_]:
    """For each point, shape (K, 2), whether any box holds it, give or take the margin: (K,)."""
    if boxes is None:
        return np.zeros(len(points), dtype=np.bool_)
    low, high = boxes[:, :2] - MARGIN, boxes[:, 2:] + MARGIN
    touching = np.ones((len(points), len(boxes)), dtype=np.bool_)
    for axis in (0, 1):
        value = points[:, axis, None]
        touching &= (value >= low[:, axis]) & (value <= high[:, axis])
    result: NDArray[np.bool_] = np.any(touching, axis=1)
    return result


def _neighbourhood(target: int, boxes: Boxes) -> tuple[int, Boxes]:
    """The target's new index, and of the boxes only those that a point of it or near it can be
    taken for: on a full screen few are."""
    reach = NEAR_LIMIT + math.ceil(max(NEAR_RATIO * NEAR_LIMIT, NEAR_LIMIT + NEAR_LEAD))
    low, high = boxes[target, :2] - reach, boxes[target, 2:] + reach
    close = np.all((boxes[:, 2:] >= low) & (boxes[:, :2] <= high), axis=1)
    return int(np.count_nonzero(close[:target])), boxes[close]


def _distances(points: Points, boxes: Boxes) -> NDArray[np.float64]:
    """Euclidean distances from points (K, 2) to boxes (N, 4), 0 inside. Shape (K, N)."""
    before = boxes[None, :, :2] - points[:, None]
    after = points[:, None] - boxes[None, :, 2:]
    gaps = np.maximum(np.maximum(before, after), 0)
    distances: NDArray[np.float64] = np.hypot(gaps[..., 0], gaps[..., 1])
    return distances
