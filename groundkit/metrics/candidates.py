"""All boxes and points of an answer, where there may be several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from groundkit.grammar import Answer
from groundkit.metrics import boxes as bx
from groundkit.metrics.frames import to_saved
from groundkit.metrics.gold import GoldArrays
from groundkit.metrics.judge import Judged
from groundkit.metrics.matching import Match, count_matches
from groundkit.metrics.regions import locate
from groundkit.metrics.rows import Batch

_WIDTHS = {"box": 4, "boxes": 4, "point": 2, "points": 2}


def take(answer: Answer, place: int) -> tuple[float, ...]:
    """One box of an answer, or one point as a box without extent."""
    width = _WIDTHS[answer.kind]
    return answer.numbers[place * width : (place + 1) * width] * (4 // width)


def clicked(boxes: bx.Floats, first: bool) -> bx.Floats:
    """Boxes whose centre is where a click would go: themselves, or with `first` their first two
    numbers as a box without extent."""
    return np.tile(boxes[:, :2], 2) if first else boxes


def hits_at(
    batch: Batch, judged: Judged, k: int, edges: bx.Edges, polygon: bx.Edges, *, first: bool = False
) -> bx.Bools:
    """Whether one of the first `k` boxes or points lies in what was asked for, shape (N,); where
    there is nothing to find, whether that was said.

    Args:
        first: the first two numbers of a box count, not its centre.
    """
    place = locate(clicked(judged.boxes, first), batch.arrays, edges, polygon)
    present = batch.arrays.present
    hit = np.where(present, place.hit & judged.scores.scored, judged.scores.hit)
    counts = judged.answers.counts()
    for nth in range(1, min(k, int(counts.max(initial=0)))):
        rows = np.flatnonzero((counts > nth) & ~hit & present).tolist()
        if rows:
            boxes = clicked(_convert(batch, judged, [(row, nth) for row in rows]), first)
            hit[rows] = locate(boxes, batch.arrays.pick(rows), edges, polygon).hit
    return hit


def _convert(batch: Batch, judged: Judged, places: Sequence[tuple[int, int]]) -> bx.Floats:
    """Boxes in pixels of the images; each is one of a row, by the row and its place there."""
    raw = np.array([take(judged.answers[row], nth) for row, nth in places], dtype=np.float64)
    rows = [row for row, _ in places]
    frames = [batch.frames[row] for row in rows]
    return to_saved(raw.reshape(-1, 4), frames, batch.arrays.pick(rows))


def boxes_of(batch: Batch, judged: Judged) -> list[bx.Floats]:
    """All predicted boxes of each row, shapes (M, 4), in pixels of the images; points are none."""
    kinds = judged.answers.kinds
    none = np.empty((0, 4))
    found = [
        judged.boxes[row : row + 1] if kind == "box" else none for row, kind in enumerate(kinds)
    ]
    counts = judged.answers.counts().tolist()
    several = [
        (row, nth)
        for row, kind in enumerate(kinds)
        if kind == "boxes"
        for nth in range(counts[row])
    ]
    if several:
        converted = _convert(batch, judged, several)
        rows = np.array([row for row, _ in several])
        for row in dict.fromkeys(rows.tolist()):
            found[row] = converted[rows == row]
    return found


def gold_boxes_of(gold: GoldArrays) -> list[bx.Floats]:
    """All gold boxes of each row, shapes (K, 4); of a polygon the box around it."""
    none = np.empty((0, 4))
    found = [
        gold.boxes[row : row + 1] if present else none
        for row, present in enumerate(gold.present.tolist())
    ]
    for row, region in gold.regions.items():
        if region.boxes:
            found[row] = np.array(region.boxes, dtype=np.float64)
    return found


def matches(
    batch: Batch, judged: Judged, threshold: float, match: Match
) -> Iterator[tuple[int, int, int]]:
    """(matched, written, asked for): numbers of boxes of each row."""
    pairs = zip(boxes_of(batch, judged), gold_boxes_of(batch.arrays), strict=True)
    ious = judged.scores.iou
    single = bx.reaches(ious, threshold) & (ious > 0)
    for row, (predicted, gold) in enumerate(pairs):
        if len(predicted) == 1 and len(gold) == 1:
            yield int(single[row]), 1, 1
        else:
            yield count_matches(predicted, gold, threshold, match), len(predicted), len(gold)
