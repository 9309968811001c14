"""From judged rows to the two columns that each metric is a ratio of.

Every metric but the medians and COCO's is a sum over a sum: what a row adds above the line and
below it. Means of groups, macro averages, intervals, comparisons and rewards all follow from these
two columns, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from groundkit.metrics import boxes as bx
from groundkit.metrics import candidates
from groundkit.metrics.judge import STATUSES, Judged
from groundkit.metrics.matching import Match
from groundkit.metrics.metric import Metric
from groundkit.metrics.regions import locate
from groundkit.metrics.rows import Batch

_REFUSED = STATUSES.index("refused")
_READ = (STATUSES.index("scored"), _REFUSED)

Column = NDArray[Any]


@dataclass(frozen=True)
class Ratio:
    """What each row adds above and below the line, shapes (N,).

    Both boolean: the figure is a share of rows, and its interval Wilson's.
    """

    part: Column
    whole: Column

    @property
    def is_share(self) -> bool:
        """Whether it counts rows among rows."""
        return bool(self.part.dtype == bool and self.whole.dtype == bool)


def measure(metric: Metric, batch: Batch, judged: Judged) -> Ratio:
    """The columns of a metric for one batch; as a reward, the part of each row.

    Args:
        metric: any but `ap` and `ar`, which no single row has a share in.
    """
    return _MEASURES[metric.name](metric, batch, judged)


def _hit(metric: Metric, batch: Batch, judged: Judged) -> Ratio:
    scores, gold = judged.scores, batch.arrays
    edges = cast("bx.Edges", metric.option("edges"))
    outline = metric.option("polygon")
    polygon = edges if outline == "as-edges" else cast("bx.Edges", outline)
    first = metric.option("point") == "first"
    if metric.at is not None:
        hit = candidates.hits_at(batch, judged, int(metric.at), edges, polygon, first=first)
    elif edges == judged.edges == polygon and not first:
        hit = scores.hit
    else:
        place = locate(candidates.clicked(judged.boxes, first), gold, edges, polygon)
        hit = np.where(gold.present, place.hit & scores.scored, scores.hit)
    if metric.option("refusal") == "negative":
        # Signs as written: an image whose size is not known has no pixels to turn them into.
        where = bx.centres(candidates.clicked(judged.raw, first))
        hit = hit | (~gold.present & scores.scored & (where < 0).all(axis=1))
    skip = metric.option("absent") == "skip"
    return Ratio(hit, gold.present if skip else np.ones(len(hit), dtype=bool))


def _iou(metric: Metric, batch: Batch, judged: Judged) -> Ratio:
    scores, gold = judged.scores, batch.arrays
    ious = scores.iou
    pixels = cast("bx.Pixels", metric.option("pixels"))
    if pixels != "continuous":
        read = scores.scored & ~scores.is_point & gold.present
        compare = partial(bx.iou, pixels=pixels)
        ious = np.where(read, _over_golds(compare, np.max, batch, judged.boxes), 0.0)
    if metric.at is None:
        return Ratio(ious, gold.present)
    if metric.option("bound") == "above":
        return Ratio(ious > metric.at, gold.present)
    return Ratio(bx.reaches(ious, metric.at) & gold.present, gold.present)


def _over_golds(
    compare: Callable[[bx.Floats, bx.Floats], bx.Floats],
    best: Callable[[bx.Floats], Any],
    batch: Batch,
    boxes: bx.Floats,
) -> bx.Floats:
    """`compare` of box i with gold box i, or with the `best` of several; with the box around a
    polygon."""
    found = compare(boxes, batch.arrays.boxes)
    for row, region in batch.arrays.regions.items():
        if region.boxes:
            golds = np.array(region.boxes, dtype=np.float64)
            found[row] = best(compare(np.repeat(boxes[row : row + 1], len(golds), 0), golds))
    return found


def _giou(metric: Metric, batch: Batch, judged: Judged) -> Ratio:
    """-1, the least, without an answer."""
    present = batch.arrays.present
    value = _over_golds(bx.giou, np.max, batch, judged.boxes)
    value = np.where(judged.scores.scored, value, -1.0)
    return Ratio(np.where(present, value, 0.0), present)


def _dist(metric: Metric, batch: Batch, judged: Judged) -> Ratio:
    distance = judged.scores.distance
    if metric.option("unit") == "image":
        distance = np.where(np.isnan(distance), np.nan, _relative(batch, judged))
    known = ~np.isnan(distance)
    if metric.at is not None:
        near = known & (np.where(known, distance, np.inf) <= metric.at)
        return Ratio(near, judged.scores.present)
    return Ratio(np.where(known, distance, 0.0), known)


def _relative(batch: Batch, judged: Judged) -> bx.Floats:
    """Distances where the width and the height of the image are 1 each, shape (N,)."""
    sizes = np.tile(np.maximum(batch.arrays.sizes, 1.0), 2)

    def compare(boxes: bx.Floats, golds: bx.Floats) -> bx.Floats:
        return bx.distances(bx.centres(boxes), bx.centres(golds))

    found = compare(judged.boxes / sizes, batch.arrays.boxes / sizes)
    for row, region in batch.arrays.regions.items():
        if region.boxes:
            golds = np.array(region.boxes, dtype=np.float64) / sizes[row]
            box = judged.boxes[row : row + 1] / sizes[row]
            found[row] = compare(np.repeat(box, len(golds), 0), golds).min()
    return found


def _type(metric: Metric, batch: Batch, judged: Judged) -> Ratio:
    return Ratio(judged.scores.type_correct, judged.scores.typed)


def _name(metric: Metric, batch: Batch, judged: Judged) -> Ratio:
    return Ratio(judged.scores.name_correct, judged.scores.named)


def _cer(metric: Metric, batch: Batch, judged: Judged) -> Ratio:
    return Ratio(judged.scores.edits.astype(np.int32), judged.scores.name_length.astype(np.int32))


def _parse(metric: Metric, batch: Batch, judged: Judged) -> Ratio:
    return Ratio(np.isin(judged.scores.status, _READ), np.ones(len(judged.answers), dtype=bool))


def _refusal(metric: Metric, batch: Batch, judged: Judged) -> Ratio:
    return refusal_ratio(metric, judged.scores.status, judged.scores.present)


def refusal_ratio(metric: Metric, status: NDArray[np.int8], present: bx.Bools) -> Ratio:
    """The columns of `refusal-precision`, `refusal-recall` and `refusal-f1`.

    Args:
        status, present: of each row; see `judge.Scores`.
    """
    refused, absent = status == _REFUSED, ~present
    right = refused & absent
    if metric.name == "refusal-f1":
        # 2 TP / (2 TP + FP + FN): a ratio of sums as well.
        return Ratio(2.0 * right, refused.astype(np.float64) + absent)
    return Ratio(right, refused if metric.name == "refusal-precision" else absent)


def _matched(metric: Metric, batch: Batch, judged: Judged) -> Ratio:
    assert metric.at is not None
    match = cast("Match", metric.option("match"))
    found = np.array(list(candidates.matches(batch, judged, metric.at, match)), dtype=np.float64)
    right, written, asked = found.reshape(-1, 3).T
    if metric.name == "f1":
        return Ratio(2 * right, written + asked)
    return Ratio(right, written if metric.name == "precision" else asked)


_MEASURES: dict[str, Callable[[Metric, Batch, Judged], Ratio]] = {
    "hit": _hit,
    "iou": _iou,
    "giou": _giou,
    "dist": _dist,
    "type": _type,
    "name": _name,
    "cer": _cer,
    "parse": _parse,
    "refusal-precision": _refusal,
    "refusal-recall": _refusal,
    "refusal-f1": _refusal,
    "precision": _matched,
    "recall": _matched,
    "f1": _matched,
}


def join_ratios(parts: list[Ratio]) -> Ratio:
    """The columns of all batches, one after the other."""
    return Ratio(
        np.concatenate([ratio.part for ratio in parts]),
        np.concatenate([ratio.whole for ratio in parts]),
    )
