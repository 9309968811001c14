"""What may be wrong with a set of answers. Diagnoses, never a score.

`Readings` asks whether the numbers would fit better in another frame. It looks at the gold boxes,
which scoring must not: a frame chosen by what fits best inflates every figure. So it only ever
advises to declare another frame.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from groundkit.geometry import FRAME_NAMES, FrameName
from groundkit.grammar import Answers
from groundkit.metrics import boxes as bx
from groundkit.metrics.frames import rescale
from groundkit.metrics.gold import GoldArrays
from groundkit.metrics.judge import Judged, Scores
from groundkit.vocabulary import type_of_word

# Another reading is far better if it at least doubles the hits and adds 20 points, and if these
# are so many more hits that chance does not bring them about.
_FACTOR, _GAIN = 2.0, 0.2
_MIN_ROWS, _MIN_HITS = 10, 10
# Or if it adds so much to the mean IoU and takes that share off what is missing to 1: an original
# size close to the saved one moves few centres out of their box, but all edges. A bad model comes
# nowhere near 1 in any frame.
_IOU_GAIN, _IOU_ERROR = 0.1, 0.6
# Readings this close to the best one cannot be told apart; of these the likeliest is named.
_CLOSE = 0.02
_LIKELIEST: tuple[FrameName, ...] = (
    *("resized", "pixel", "norm1000", "norm1", "percent", "norm999", "norm1024"),
)
# Batches of some 700 rows.
_FIRST, _STRIDE = 24, 10
_PERCENT = re.compile(r"\d\s?%")
_RUNAWAY_RATE, _RUNAWAY_SHARE = 0.05, 0.2


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What the rows with a box would score if their numbers were meant otherwise.

    Attributes:
        frame: the frame that the numbers are taken to be in.
        swapped: whether they are taken as y1, x1, y2, x2.
        hit, iou: closed-edge hit rate and mean IoU over the rows looked at.
        declared_hit, declared_iou: of the same rows in the frame that was declared.
        n: rows with a box that were looked at: all, or a part of a large file.
        overruled: whether the rows declare this frame and the user declared another one.
    """

    frame: FrameName
    swapped: bool
    hit: float
    iou: float
    declared_hit: float
    declared_iou: float
    n: int
    overruled: bool = False

    @property
    def multiplies_hits(self) -> bool:
        """Whether it is far better by its hits; else it is by its IoU alone."""
        more = round((self.hit - self.declared_hit) * self.n)
        enough = max(_MIN_HITS, _GAIN * self.n)
        return self.hit >= _FACTOR * self.declared_hit and more >= enough

    @property
    def _mends_ious(self) -> bool:
        more = self.iou - self.declared_iou
        return more >= _IOU_GAIN and 1 - self.iou <= _IOU_ERROR * (1 - self.declared_iou)

    @property
    def is_far_better(self) -> bool:
        """Whether it is so much better than the declared one that a mistake is likely."""
        return self.n >= _MIN_ROWS and (self.multiplies_hits or self._mends_ious)


@dataclass
class Readings:
    """Adds up, over batches, what each other reading would score.

    Attributes:
        rows: with a box, looked at so far: in the first batches, then in every tenth.
        hits: of these rows as the frame was declared.
    """

    rows: int = 0
    hits: int = 0
    # Sums of each batch, added up at the end: in whatever pieces they come, the sum is the same.
    _declared: list[float] = field(default_factory=list)
    _hits: Counter[tuple[FrameName, bool]] = field(default_factory=Counter)
    _ious: dict[tuple[FrameName, bool], list[float]] = field(default_factory=dict)

    def add(self, number: int, judged: Judged, gold: GoldArrays) -> None:
        """Counts the rows of a batch that have a box.

        Args:
            number: of the batch in its file, from 0.
        """
        if number >= _FIRST and number % _STRIDE:
            return
        # Where the size of an image is not known there are no other readings.
        known = gold.sizes.all(axis=1) & gold.present
        rows = np.flatnonzero(judged.scores.scored & known)
        raw, boxes = judged.raw[rows], gold.boxes[rows]
        gold = gold.pick(rows.tolist())
        self.rows += len(rows)
        # With closed edges, as in the other readings: another rule is no sign of another frame.
        self.hits += int(bx.contains(bx.centres(judged.boxes[rows]), boxes).sum())
        self._declared.append(float(judged.scores.iou[rows].sum()))
        for swapped in (False, True):
            numbers = raw[:, [1, 0, 3, 2]] if swapped else raw
            for frame in FRAME_NAMES:
                read = rescale(numbers, frame, gold)
                key = (frame, swapped)
                hits = bx.contains(bx.centres(read), boxes)
                self._hits[key] += int(hits.sum())
                self._ious.setdefault(key, []).append(float(bx.iou(read, boxes).sum()))

    def merge(self, other: Readings) -> None:
        """Adds the counts of others."""
        self.rows += other.rows
        self.hits += other.hits
        self._declared += other._declared
        self._hits.update(other._hits)
        for key, sums in other._ious.items():
            self._ious.setdefault(key, []).extend(sums)

    def far_better(self, overruled: FrameName | None = None) -> Reading | None:
        """The reading that fits best, if it is far better than the declared one; else None.

        Args:
            overruled: the frame that the rows declare, if the user declared another one.
        """
        if not self.rows:
            return None
        frame, swapped = self._best(overruled)
        best = Reading(
            frame=frame,
            swapped=swapped,
            hit=self._hits[frame, swapped] / self.rows,
            iou=math.fsum(self._ious[frame, swapped]) / self.rows,
            declared_hit=self.hits / self.rows,
            declared_iou=math.fsum(self._declared) / self.rows,
            n=self.rows,
            overruled=frame == overruled and not swapped,
        )
        return best if best.is_far_better else None

    def _best(self, overruled: FrameName | None) -> tuple[FrameName, bool]:
        """The likeliest of the readings that no other one clearly beats, by hits, then by IoU."""
        margin = _CLOSE * self.rows
        enough = max(self._hits.values()) - margin
        close = [key for key, hits in self._hits.items() if hits >= enough]
        ious = {key: math.fsum(self._ious[key]) for key in close}
        close = [key for key in close if ious[key] >= max(ious.values()) - margin]
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

    def merge(self, other: Sameness) -> None:
        """Takes in what others looked at, after these."""
        if other._first is None:
            return
        if self._first is None:
            self._first = other._first
        mine, theirs = self._first, other._first
        self._predicted &= other._predicted and bool((mine[0] == theirs[0]).all())
        self._gold &= other._gold and bool((mine[1] == theirs[1]).all())

    @property
    def only_predicted(self) -> bool:
        """Whether all predicted boxes are the same and the gold boxes are not."""
        return self._predicted and not self._gold


@dataclass
class Wording:
    """Counts answers whose form says that something was meant otherwise.

    Attributes:
        percent_signs: with a per cent sign behind a coordinate, which are read in another frame.
        unnamed: that name nothing.
        unknown_types: whose `<ref>` holds no known type word.
    """

    percent_signs: int = 0
    unnamed: int = 0
    unknown_types: int = 0

    def add_signs(
        self, texts: Sequence[str | None], frames: Sequence[FrameName], answers: Answers
    ) -> None:
        """Looks for per cent signs in what was read of the texts."""
        if "%" not in "".join(filter(None, texts)):
            return
        for row, text in enumerate(texts):
            if text is not None and "%" in text and frames[row] != "percent":
                start, end = answers[row].span
                self.percent_signs += _PERCENT.search(text, start, end) is not None

    def add(self, answers: Answers, mistyped: bx.Bools) -> None:
        """Looks at the answers with a box and a wrong type."""
        for row in np.flatnonzero(mistyped).tolist():
            if answers.names[row] is None:
                self.unnamed += 1
            elif type_of_word(answers.type_words[row]) is None:
                self.unknown_types += 1

    def merge(self, other: Wording) -> None:
        """Adds the counts of others."""
        self.percent_signs += other.percent_signs
        self.unnamed += other.unnamed
        self.unknown_types += other.unknown_types


@dataclass
class Runaway:
    """Counts names that never end, over batches.

    Attributes:
        rows: with such a name.
        edits: theirs.
    """

    rows: int = 0
    edits: int = 0
    _all_rows: int = 0
    _all_edits: int = 0
    _length: int = 0

    def add(self, scores: Scores) -> None:
        """Looks at one more batch."""
        self.rows += int(scores.endless.sum())
        self.edits += int(scores.edits[scores.endless].sum())
        self._all_rows += len(scores.edits)
        self._all_edits += int(scores.edits.sum())
        self._length += int(scores.name_length.sum())

    def merge(self, other: Runaway) -> None:
        """Adds the counts of others."""
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)

    @property
    def culprits(self) -> int:
        """The rows with endless names, if the character error rate is theirs; else 0.

        It is theirs if they hold more than half of the edits and alone account for a rate of
        0.05; if more than a fifth of all rows are endless, that is how the model writes.
        """
        few = 0 < self.rows <= _RUNAWAY_SHARE * self._all_rows
        owned = 2 * self.edits > self._all_edits and self.edits >= _RUNAWAY_RATE * self._length
        return self.rows if few and owned else 0
