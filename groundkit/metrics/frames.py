"""Coordinates of many rows, each in its own frame, to pixels of the gold records' images.

The row-wise counterpart of `geometry.convert`; x and y are scaled separately.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from groundkit.geometry import Frame, FrameName
from groundkit.metrics.boxes import Floats
from groundkit.metrics.gold import GoldArrays

_DIGITS = 9


def to_saved(raw: Floats, frames: Sequence[FrameName], gold: GoldArrays) -> Floats:
    """Boxes as models wrote them, in pixels of the images of the gold records, shape (N, 4).

    Args:
        raw: shape (N, 4), row i in frame `frames[i]`.
    """
    names = set(frames)
    if len(names) == 1:
        return rescale(raw, names.pop(), gold)
    result = np.empty_like(raw)
    for name in names:
        rows = np.flatnonzero(np.fromiter(map(name.__eq__, frames), bool, len(frames)))
        result[rows] = rescale(raw[rows], name, gold.pick(rows.tolist()))
    return result


def rescale(raw: Floats, frame: FrameName, gold: GoldArrays) -> Floats:
    """Boxes that are all in `frame`, in pixels of the images, shape (N, 4).

    Rounded to a billionth of a pixel: 33 / 91 of 91 px is 33 px, not one step of a float beside it,
    which would decide whether a centre lies on an edge. What rounding takes from an IoU stays
    within what `boxes.reaches` allows for.
    """
    extents = _extents(frame, gold)
    if extents is gold.sizes:
        return raw
    sizes, extents = np.tile(gold.sizes, 2), np.tile(extents, 2)
    # Multiplied first, as in `geometry.convert`. A size that is not known is 0, on both sides.
    scaled = np.round(raw * sizes / np.maximum(extents, 1.0), _DIGITS)
    result: Floats = np.where(sizes == extents, raw, scaled)
    return result


def _extents(frame: FrameName, gold: GoldArrays) -> Floats:
    """The bottom-right corner of each image in `frame`, or of all of them."""
    if frame == "resized":
        return gold.seen
    return gold.originals if frame == "pixel" else np.array([Frame(frame, (1, 1)).extent])
