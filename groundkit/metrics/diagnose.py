"""What may be wrong with a set of answers. Diagnoses, never a score.

`Readings` asks whether the numbers would fit better in another frame. It looks at the gold boxes,
which scoring must not: a frame chosen by what fits best inflates every figure. So it only ever
advises to declare another frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundkit.geometry import FRAME_NAMES, FrameName
from groundkit.grammar import Answer
from groundkit.metrics import boxes as bx
from groundkit.metrics.frames import rescale
from groundkit.metrics.gold import GoldArrays
from groundkit.vocabulary import type_of_word

# Another reading is far better if it at least doubles the hits and adds 20 points, and if these
# are so many rows and so many more hits that chance does not bring them about.
_FACTOR, _GAIN = 2.0, 0.2
_MIN_ROWS, _MIN_HITS = 20, 10
# Readings this close to the best one cannot be told apart; of these the likeliest is named.
_CLOSE = 0.02
_LIKELIEST: tuple[FrameName, ...] = (
    *("resized", "pixel", "norm1000", "norm1", "percent", "norm999", "norm1024"),
)
_ENOUGH, _STRIDE = 20_000, 10
_RUNAWAY_RATE = 0.05


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What the rows with a box would score if their numbers were meant otherwise.

    Attributes:
        frame: the frame that the numbers are taken to be in.
        swapped: whether they are taken as y1, x1, y2, x2.
        hit, iou: closed-edge hit rate and mean IoU over the rows looked at.
        declared_hit: hit rate of the same rows in the frame that was declared.
        n: rows with a box that were looked at: all, or a part of a large file.
        overruled: whether the rows declare this frame and the user declared another one.
    """

    frame: FrameName
    swapped: bool
    hit: float
    iou: float
    declared_hit: float
    n: int
    overruled: bool = False


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

    def far_better(self, overruled: FrameName | None = None) -> Reading | None:
        """The reading that fits best, if it is far better than the declared one; else None.

        Args:
            overruled: the frame that the rows declare, if the user declared another one.
        """
        if self.rows < _MIN_ROWS:
            return None
        frame, swapped = self._best(overruled)
        hits = self._hits[frame, swapped]
        best = Reading(
            frame=frame,
            swapped=swapped,
            hit=hits / self.rows,
            iou=self._ious[frame, swapped] / self.rows,
            declared_hit=self.declared / self.rows,
            n=self.rows,
            overruled=frame == overruled and not swapped,
        )
        enough = hits >= self.declared + max(_MIN_HITS, _GAIN * self.rows)
        return best if enough and hits >= _FACTOR * self.declared else None

    def _best(self, overruled: FrameName | None) -> tuple[FrameName, bool]:
        """The likeliest of the readings that no other one clearly beats."""
        enough = max(self._hits.values()) - _CLOSE * self.rows
        close = [key for key, hits in self._hits.items() if hits >= enough]
        return min(close, key=lambda key: (key[1], key[0] != overruled, _LIKELIEST.index(key[0])))


@dataclass
class Sameness:
    """Whether a model writes the same box for everything, where that is not the right answer."""

    _first: tuple[bx.Floats, bx.Floats] | None = None
    _predicted: bool = True
    _gold: bool = True

    def add(self, raw: bx.Floats, gold: bx.Floats) -> None:
        """Looks at boxes as written, shape (N, 4), and at gold boxes, shape (M, 4)."""
        if not len(raw):
            return
        self._first = self._first or (raw[0], gold[0])
        self._predicted = self._predicted and bool((raw == self._first[0]).all())
        self._gold = self._gold and bool((gold == self._first[1]).all())

    @property
    def only_predicted(self) -> bool:
        """Whether all predicted boxes are the same and the gold boxes are not."""
        return self._predicted and not self._gold


@dataclass
class Wording:
    """Counts answers whose type is wrong because of their form.

    Attributes:
        unnamed: that name nothing.
        unknown_types: whose `<ref>` holds no known type word.
    """

    unnamed: int = 0
    unknown_types: int = 0

    def add(self, answers: Sequence[Answer], mistyped: bx.Bools) -> None:
        """Looks at the answers with a box and a wrong type."""
        for row in np.flatnonzero(mistyped).tolist():
            answer = answers[row]
            if not (answer.type_word or answer.name):
                self.unnamed += 1
            elif type_of_word(answer.type_word) is None:
                self.unknown_types += 1


def count_runaway(edits: NDArray[np.int64], lengths: NDArray[np.int64]) -> int:
    """The rows that own the character error rate; 0 if there is nothing of the kind.

    That is the fewest rows that hold more than half of the edits, if they are less than 1 % of
    all and alone account for a rate of 0.05.

    Args:
        edits, lengths: Levenshtein distances and lengths of the gold names, shape (N,).
    """
    few = (len(edits) - 1) // 100
    if not few or not edits.any():
        return 0
    top = np.cumsum(np.sort(np.partition(edits, -few)[-few:])[::-1])
    needed = int(np.searchsorted(top, edits.sum() / 2, side="right"))
    if needed == few or top[needed] < _RUNAWAY_RATE * lengths.sum():
        return 0
    return needed + 1
