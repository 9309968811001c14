"""Geometry of many boxes at once.

Boxes are float arrays of shape (N, 4), `x1, y1, x2, y2` with continuous edges, and functions of
two sets compare row with row: the i-th prediction with the i-th gold box. Both sides must be in
the same frame; `frames.to_saved` sees to that.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Edges = Literal["closed", "half-open", "open", "last-pixel"]
Pixels = Literal["continuous", "inclusive", "refer"]
EDGES: tuple[Edges, ...] = get_args(Edges)

SIZE_BUCKETS = ("tiny", "small", "medium", "large", "none")
"""Sizes of targets; `none` where there is nothing to find."""

# Sides of a square in pixels of the saved image. 32 and 96 are COCO's (pycocotools areaRng);
# below 16 a target is smaller than the 28-pixel patch that a Qwen-VL model sees.
_BUCKET_SIDES = (16.0, 32.0, 96.0)
# Above what rounding takes from the IoU of a box of at least 1 px: edges are off by up to 5e-10 px
# (`frames.rescale`), so intersection and union by up to 2e-9 of the union. Far below what a pixel
# changes in an IoU.
_IOU_ROUNDING = 1e-8


def areas(boxes: Floats) -> Floats:
    """Width times height, shape (N,); boxes must not be inverted."""
    result: Floats = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return result


def iou(a: Floats, b: Floats, pixels: Pixels = "continuous") -> Floats:
    """Intersection over union of row i of `a` with row i of `b`, shape (N,), in [0, 1].

    0 where the union has no area, so two equal points do not overlap.

    Args:
        pixels: what the numbers of a box mean. `continuous`: edges. `inclusive`: the first and the
            last pixel, so that a box is one wider than the difference (PASCAL VOC). `refer`: edges,
            but an overlap of one pixel or less in width or height is none (the evaluation of
            RefCOCO in MAttNet, which VLM-R1, SE-GUI and others took over).
    """
    if pixels == "inclusive":
        one = np.array([0.0, 0.0, 1.0, 1.0])
        a, b = a + one, b + one
    low, high = np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])
    sides = np.maximum(high - low, 0.0)
    if pixels == "refer":
        sides = np.where(sides > 1, sides, 0.0)
    intersection = sides[:, 0] * sides[:, 1]
    union = areas(a) + areas(b) - intersection
    result: Floats = np.divide(intersection, union, out=np.zeros_like(union), where=union > 0)
    return result


def giou(a: Floats, b: Floats) -> Floats:
    """Generalised IoU of row i with row i, shape (N,), from -1 to 1: the IoU less the share of the
    smallest box around both that neither covers (Rezatofighi et al. 2019, arXiv:1902.09630).

    0 where the box around both has no area.
    """
    low, high = np.minimum(a[:, :2], b[:, :2]), np.maximum(a[:, 2:], b[:, 2:])
    hull = (high - low).prod(axis=1)
    overlap = np.maximum(np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2]), 0.0)
    union = areas(a) + areas(b) - overlap.prod(axis=1)
    uncovered = np.divide(hull - union, hull, out=np.zeros_like(hull), where=hull > 0)
    result: Floats = iou(a, b) - uncovered
    return result


def pairwise_iou(a: Floats, b: Floats) -> Floats:
    """The IoU of each of `a` with each of `b`, shape (len(a), len(b))."""
    return iou(np.repeat(a, len(b), 0), np.tile(b, (len(a), 1))).reshape(len(a), len(b))


def reaches(ious: Floats, threshold: float) -> Bools:
    """Whether each IoU is at least `threshold`, where one rounding step does not decide a tie."""
    result: Bools = ious >= threshold - _IOU_ROUNDING
    return result


def centres(boxes: Floats) -> Floats:
    """The middle of each box, shape (N, 2)."""
    result: Floats = (boxes[:, :2] + boxes[:, 2:]) / 2
    return result


def contains(points: Floats, boxes: Floats, edges: Edges = "closed") -> Bools:
    """Whether point i, shape (N, 2), lies in box i, shape (N,).

    Peers differ on a point that lies on an edge. `closed` counts it as inside (SeeClick,
    ScreenSpot-Pro, OSWorld-G), `half-open` only on the left and the top edge (SE-GUI), `open`
    nowhere (GUI-R1), `last-pixel` takes the right and the bottom edge to be one pixel further in
    (VLMEvalKit on ScreenSpot).
    """
    low, high = boxes[:, :2], boxes[:, 2:]
    if edges == "last-pixel":
        high, edges = high - 1, "closed"
    after = points > low if edges == "open" else points >= low
    before = points <= high if edges == "closed" else points < high
    result: Bools = after[:, 0] & after[:, 1] & before[:, 0] & before[:, 1]
    return result


def distances(a: Floats, b: Floats) -> Floats:
    """Euclidean distance of point i of `a` from point i of `b`, shapes (N, 2), in their unit."""
    result: Floats = np.hypot(a[:, 0] - b[:, 0], a[:, 1] - b[:, 1])
    return result


def out_of_image(boxes: Floats, sizes: Floats) -> Bools:
    """Whether any part of box i lies outside of an image of `sizes[i]`, (width, height)."""
    result: Bools = np.logical_or(
        (boxes[:, :2] < 0).any(axis=1), (boxes[:, 2:] > sizes).any(axis=1)
    )
    return result


def size_buckets(boxes: Floats) -> NDArray[np.int64]:
    """Index into `SIZE_BUCKETS` by the square root of the area, shape (N,); never that of `none`.

    In pixels of the saved image: tiny below 16, small below 32, medium below 96, else large.
    """
    result: NDArray[np.int64] = np.searchsorted(
        np.square(_BUCKET_SIDES), areas(boxes), side="right"
    ).astype(np.int64)
    return result
