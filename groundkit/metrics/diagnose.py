"""Would the numbers fit better in another frame? A diagnosis, never a score.

It looks at the gold boxes, which scoring must not: a frame chosen by what fits best inflates every
figure. So it only ever advises to declare another frame.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import numpy as np

from groundkit.geometry import FRAME_NAMES, FrameName
from groundkit.metrics import boxes as bx
from groundkit.metrics.frames import rescale
from groundkit.metrics.gold import GoldArrays

# Another reading is far better if it at least doubles the hits and adds 20 points.
_FACTOR, _GAIN = 2.0, 0.2
_ENOUGH, _STRIDE = 20_000, 10


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What the rows with a box would score if their numbers were meant otherwise.

    Attributes:
        frame: the frame that the numbers are taken to be in.
        swapped: whether they are taken as y1, x1, y2, x2.
        hit, iou: closed-edge hit rate and mean IoU over the rows looked at.
        declared_hit: hit rate of the same rows in the frame that was declared.
        n: rows with a box that were looked at: all, or a part of a large file.
    """

    frame: FrameName
    swapped: bool
    hit: float
    iou: float
    declared_hit: float
    n: int


@dataclass
class Readings:
    """Adds up, over batches, what each other reading would score.

    Attributes:
        rows: with a box, looked at so far: in the first batches, then in every tenth.
        declared: hits among them as the frame was declared.
    """

    rows: int = 0
    declared: float = 0.0
    _batches: int = 0
    _hits: dict[tuple[FrameName, bool], float] = field(default_factory=dict)
    _ious: dict[tuple[FrameName, bool], float] = field(default_factory=dict)

    def add(self, raw: bx.Floats, gold: GoldArrays, scored: bx.Bools, hit: bx.Bools) -> None:
        """Counts the rows where `scored` is true.

        Args:
            raw: boxes as written, shape (N, 4).
            hit: whether row i is a hit in its declared frame.
        """
        self._batches += 1
        if self.rows >= _ENOUGH and self._batches % _STRIDE:
            return
        rows = np.flatnonzero(scored)
        raw, boxes = raw[rows], gold.boxes[rows]
        sizes, originals = gold.sizes[rows], gold.originals[rows]
        self.rows += len(rows)
        self.declared += float(hit[rows].sum())
        for swapped in (False, True):
            numbers = raw[:, [1, 0, 3, 2]] if swapped else raw
            for frame in FRAME_NAMES:
                read = rescale(numbers, frame, sizes, originals)
                key = (frame, swapped)
                hits = bx.contains(bx.centres(read), boxes)
                self._hits[key] = self._hits.get(key, 0.0) + float(hits.sum())
                self._ious[key] = self._ious.get(key, 0.0) + float(bx.iou(read, boxes).sum())

    def far_better(self) -> Reading | None:
        """The reading that fits best, if it is far better than the declared one; else None."""
        if not self.rows:
            return None
        frame, swapped = max(self._hits, key=lambda key: (self._hits[key], self._ious[key]))
        declared = self.declared / self.rows
        best = Reading(
            frame=frame,
            swapped=swapped,
            hit=self._hits[frame, swapped] / self.rows,
            iou=self._ious[frame, swapped] / self.rows,
            declared_hit=declared,
            n=self.rows,
        )
        return best if best.hit >= max(_FACTOR * declared, declared + _GAIN) else None
