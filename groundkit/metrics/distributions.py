"""How figures are spread: what histograms, curves and heat maps are drawn from."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from itertools import compress
from typing import NamedTuple

import msgspec
import numpy as np

from groundkit.metrics.boxes import Bools, Floats, centres
from groundkit.metrics.judge import Ints, Judged
from groundkit.metrics.rows import Batch

IOU_EDGES = tuple(step / 20 for step in range(20))
DISTANCE_EDGES = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
SIZE_EDGES = (0.0, 8.0, 16.0, 24.0, 32.0, 48.0, 64.0, 96.0, 128.0, 192.0, 256.0, 512.0)
TOLERANCES = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
POSITION_COLUMNS, POSITION_ROWS = 12, 8
_AT_ONCE = 16  # batches; as many as a piece of `parallel` has, so that none are left in it


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """Samples from `low` on and below `high`, which is None for all that is larger."""

    low: float
    high: float | None
    n: int
    hits: int


class Tolerance(msgspec.Struct, frozen=True, kw_only=True):
    """The share of samples that would hit if what was asked for were `px` larger on each side; of
    several boxes the first, of a polygon the box around it."""

    px: float
    hit: float


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """Samples of one place, and how many of them hit."""

    n: int
    hits: int


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Answers that one rule of the grammar read; `rule` is empty where none did."""

    rule: str
    n: int
    hits: int


class Distributions(msgspec.Struct, frozen=True, kw_only=True):
    """How figures are spread over the samples.

    Attributes:
        iou: of the answers that are boxes; the last bin holds 1.
        distance: of the answers that have one, in pixels.
        size: by the square root of the area of the gold box, in pixels.
        tolerance: by pixels, from none on.
        position: by where the centre of the gold box lies in the image: rows from the top down, in
            each the columns from the left.
        rules: the most frequent first.
    """

    iou: list[Bin]
    distance: list[Bin]
    size: list[Bin]
    tolerance: list[Tolerance]
    position: list[list[Cell]]
    rules: list[Provenance]


class _Columns(NamedTuple):
    """What is counted of some rows; see `judge.Scores`.

    Attributes:
        found: whether there is an answer where there is something to find, and
        boxed: whether it is a box.
        points: where the answer points, shape (N, 2).
        gold: boxes, shape (N, 4).
        sizes: of the images, shape (N, 2).
    """

    iou: Floats
    distance: Floats
    hit: Bools
    present: Bools
    found: Bools
    boxed: Bools
    points: Floats
    gold: Floats
    sizes: Floats


@dataclass
class Spread:
    """Counts, over batches, what a `Distributions` shows."""

    rows: int = 0
    # Of each bin the samples and the hits, shape (bins, 2).
    _bins: dict[str, Ints] = field(default_factory=dict)
    _rules: Counter[str] = field(default_factory=Counter)
    _rule_hits: Counter[str] = field(default_factory=Counter)
    # Columns of batches that are not counted yet: many calls for few rows each would take longer.
    _waiting: list[_Columns] = field(default_factory=list)

    def add(self, batch: Batch, judged: Judged) -> None:
        """Looks at one more batch."""
        scores, arrays = judged.scores, batch.arrays
        self.rows += len(scores.hit)
        self._rules.update(judged.answers.rules)
        self._rule_hits.update(compress(judged.answers.rules, scores.hit.tolist()))
        found = scores.scored & scores.present
        self._waiting.append(
            _Columns(
                *(scores.iou, scores.distance, scores.hit, scores.present, found),
                *(found & ~scores.is_point, centres(judged.boxes), arrays.boxes, arrays.sizes),
            )
        )
        if len(self._waiting) >= _AT_ONCE:
            self._catch_up()

    def _catch_up(self) -> None:
        """Counts the columns that wait."""
        if not self._waiting:
            return
        rows = _Columns(*map(np.concatenate, zip(*self._waiting, strict=True)))
        self._waiting.clear()
        hit, present, boxes = rows.hit, rows.present, rows.gold
        self._count("iou", _bin(rows.iou, IOU_EDGES), rows.boxed, hit, len(IOU_EDGES))
        known = ~np.isnan(rows.distance)
        place = _bin(rows.distance, DISTANCE_EDGES)
        self._count("distance", place, known, hit, len(DISTANCE_EDGES))
        lengths = np.sqrt(np.maximum(boxes[:, 2:] - boxes[:, :2], 0).prod(axis=1))
        self._count("size", _bin(lengths, SIZE_EDGES), present, hit, len(SIZE_EDGES))
        outside = np.where(rows.found, _outside(rows.points, boxes), np.inf)
        far = np.searchsorted(TOLERANCES, np.where(hit, 0.0, outside))
        self._count("tolerance", far, np.ones_like(hit), hit, len(TOLERANCES) + 1)
        sized = present & rows.sizes.all(axis=1)
        place = _position(boxes, rows.sizes)
        self._count("position", place, sized, hit, POSITION_COLUMNS * POSITION_ROWS)

    def _count(self, name: str, place: Ints, counted: Bools, hit: Bools, bins: int) -> None:
        both = np.bincount((2 * place + hit)[counted], minlength=2 * bins).reshape(-1, 2)
        found = np.column_stack((both.sum(axis=1), both[:, 1]))
        self._bins[name] = found + self._bins[name] if name in self._bins else found

    def merge(self, other: Spread) -> None:
        """Adds the counts of others."""
        self.rows += other.rows
        self._rules.update(other._rules)
        self._rule_hits.update(other._rule_hits)
        other._catch_up()
        for name, found in other._bins.items():
            self._bins[name] = found + self._bins[name] if name in self._bins else found

    def distributions(self) -> Distributions:
        """Of all batches; there must be at least one."""
        self._catch_up()
        within = self._bins["tolerance"][:, 0].cumsum()
        cells = [Cell(n=n, hits=hits) for n, hits in self._bins["position"].tolist()]
        return Distributions(
            iou=self._histogram("iou", IOU_EDGES, 1.0),
            distance=self._histogram("distance", DISTANCE_EDGES, None),
            size=self._histogram("size", SIZE_EDGES, None),
            tolerance=[
                Tolerance(px=px, hit=count / self.rows)
                for px, count in zip(TOLERANCES, within.tolist(), strict=False)
            ],
            position=[
                cells[start : start + POSITION_COLUMNS]
                for start in range(0, len(cells), POSITION_COLUMNS)
            ],
            rules=self._provenance(),
        )

    def _histogram(self, name: str, edges: tuple[float, ...], last: float | None) -> list[Bin]:
        rows = zip(edges, (*edges[1:], last), self._bins[name].tolist(), strict=True)
        return [Bin(low=low, high=high, n=n, hits=hits) for low, high, (n, hits) in rows]

    def _provenance(self) -> list[Provenance]:
        found = [
            Provenance(rule=rule, n=n, hits=self._rule_hits[rule])
            for rule, n in self._rules.items()
        ]
        return sorted(found, key=lambda one: (-one.n, one.rule))


def _bin(values: Floats, edges: tuple[float, ...]) -> Ints:
    """The bin of each value; what is not known is anywhere."""
    # IoUs that rounding puts just below an edge belong to it.
    return np.maximum(np.searchsorted(edges, values + 1e-9, side="right") - 1, 0)


def _outside(points: Floats, boxes: Floats) -> Floats:
    """How far each point is from its gold box, along the axis where it is farther; never 0."""
    apart = np.maximum(boxes[:, :2] - points, points - boxes[:, 2:]).max(axis=1)
    result: Floats = np.maximum(apart, math.ulp(0.0))
    return result


def _position(boxes: Floats, sizes: Floats) -> Ints:
    """The cell of the centre of each box, row by row; centres outside go to the nearest."""
    share = centres(boxes) / np.maximum(sizes, 1)
    grid = np.array([POSITION_COLUMNS, POSITION_ROWS])
    column, row = np.clip(np.floor(share * grid), 0, grid - 1).astype(np.int64).T
    result: Ints = row * POSITION_COLUMNS + column
    return result
