"""Coordinates of many rows, each in its own frame, to pixels of the saved images.

The row-wise counterpart of `geometry.convert`; x and y are scaled separately.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from groundkit.geometry import Frame, FrameName
from groundkit.metrics.boxes import Floats

_DIGITS = 9


def to_saved(raw: Floats, frames: Sequence[FrameName], sizes: Floats, originals: Floats) -> Floats:
    """Boxes as models wrote them, in pixels of the saved image, shape (N, 4).

    Args:
        raw: shape (N, 4), row i in frame `frames[i]`.
        sizes: width and height of the saved images, shape (N, 2).
        originals: width and height of the screenshots before they were resized, shape (N, 2).
    """
    names = set(frames)
    if len(names) == 1:
        return rescale(raw, names.pop(), sizes, originals)
    result = np.empty_like(raw)
    for name in names:
        rows = np.array([frame == name for frame in frames])
        result[rows] = rescale(raw[rows], name, sizes[rows], originals[rows])
    return result


def rescale(raw: Floats, frame: FrameName, sizes: Floats, originals: Floats) -> Floats:
    """Boxes that are all in `frame`, in pixels of the saved images; shapes as in `to_saved`.

    Rounded to a billionth of a pixel: 33 / 91 of 91 px is 33 px, not one step of a float beside it,
    which would decide whether a centre lies on an edge. What rounding takes from an IoU stays
    within what `boxes.reaches` allows for.
    """
    if frame == "resized":
        return raw
    extents = originals if frame == "pixel" else np.array(Frame(frame, (1, 1)).extent)
    # Multiplied first, as in `geometry.convert`.
    result: Floats = np.round(raw * np.tile(sizes, 2) / np.tile(extents, 2), _DIGITS)
    return result
