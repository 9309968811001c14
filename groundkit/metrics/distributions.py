"""How figures are spread: what histograms, curves and heat maps are drawn from."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

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


@dataclass
class Spread:
    """Counts, over batches, what a `Distributions` shows."""

    rows: int = 0
    # Of each bin the samples and the hits, shape (bins, 2).
    _bins: dict[str, Ints] = field(default_factory=dict)
    _rules: Counter[tuple[str, bool]] = field(default_factory=Counter)

    def add(self, batch: Batch, judged: Judged) -> None:
        """Looks at one more batch."""
        scores, arrays = judged.scores, batch.arrays
        hit, present = scores.hit, scores.present
        boxed = scores.scored & present & ~scores.is_point
        self.rows += len(hit)
        self._count("iou", _bin(scores.iou, IOU_EDGES), boxed, hit, len(IOU_EDGES))
        known = ~np.isnan(scores.distance)
        place = _bin(scores.distance, DISTANCE_EDGES)
        self._count("distance", place, known, hit, len(DISTANCE_EDGES))
        sides = np.maximum(arrays.boxes[:, 2:] - arrays.boxes[:, :2], 0)
        lengths = np.sqrt(sides.prod(axis=1))
        self._count("size", _bin(lengths, SIZE_EDGES), present, hit, len(SIZE_EDGES))
        outside = np.where(
            hit, 0.0, np.where(scores.scored & present, _outside(batch, judged), np.inf)
        )
        far = np.searchsorted(TOLERANCES, outside)
        self._count("tolerance", far, np.ones_like(hit), hit, len(TOLERANCES) + 1)
        sized = present & arrays.sizes.all(axis=1)
        place = _position(arrays.boxes, arrays.sizes)
        self._count("position", place, sized, hit, POSITION_COLUMNS * POSITION_ROWS)
        self._rules.update(zip(judged.answers.rules, hit.tolist(), strict=True))

    def _count(self, name: str, place: Ints, counted: Bools, hit: Bools, bins: int) -> None:
        both = [np.bincount(place[rows], minlength=bins) for rows in (counted, counted & hit)]
        found = np.stack(both, axis=1)
        self._bins[name] = found + self._bins[name] if name in self._bins else found

    def merge(self, other: Spread) -> None:
        """Adds the counts of others."""
        self.rows += other.rows
        self._rules.update(other._rules)
        for name, found in other._bins.items():
            self._bins[name] = found + self._bins[name] if name in self._bins else found

    def distributions(self) -> Distributions:
        """Of all batches; there must be at least one."""
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
        rules = {rule for rule, _ in self._rules}
        found = [
            Provenance(
                rule=rule,
                n=self._rules[rule, True] + self._rules[rule, False],
                hits=self._rules[rule, True],
            )
            for rule in rules
        ]
        return sorted(found, key=lambda one: (-one.n, one.rule))


def _bin(values: Floats, edges: tuple[float, ...]) -> Ints:
    """The bin of each value; what is not known is anywhere."""
    # IoUs that rounding puts just below an edge belong to it.
    return np.maximum(np.searchsorted(edges, values + 1e-9, side="right") - 1, 0)


def _outside(batch: Batch, judged: Judged) -> Floats:
    """How far each point is from its gold box, along the axis where it is farther; never 0."""
    points, boxes = centres(judged.boxes), batch.arrays.boxes
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
