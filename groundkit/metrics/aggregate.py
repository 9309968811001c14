"""Reduces columns of scores to the numbers of a report, for all rows or group by group."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundkit.metrics.boxes import Floats, reaches
from groundkit.metrics.judge import STATUSES, Ints, Scores
from groundkit.records import Status


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Means over gold records, each of which counts, answered or not.

    A mean over no records is None.

    JSON keys are the names in quotes where they differ from the attribute.

    Attributes:
        n: gold records.
        absent: those of them where there is nothing to find, so that a refusal is right.
        hit: share of all whose predicted centre or point lies in the gold region, or that refuse
            where there is nothing to find.
        iou: mean intersection over union, where there is something to find.
        iou_50, iou_75, iou_90: share of these with an IoU of at least that; "iou@0.5" and so on.
        dist_mean, dist_median: between the centres, in pixels of the image, over the `dist_n` rows
            that have a box or a point.
        type: share with the right type word, of those whose type is known.
        name: share with exactly the right name, of those whose name is known.
        cer: character edits over gold characters, all rows together.
        points: rows answered by a point, which has no IoU but 0.
        on_edge: rows whose hit depends on whether edges belong to the region.
        out_of_image: rows whose box leaves the image.
        status: rows by status.
    """

    n: int
    absent: int
    hit: float
    iou: float | None
    iou_50: float | None = msgspec.field(name="iou@0.5")
    iou_75: float | None = msgspec.field(name="iou@0.75")
    iou_90: float | None = msgspec.field(name="iou@0.9")
    dist_mean: float | None
    dist_median: float | None
    dist_n: int
    type: float | None
    name: float | None
    cer: float | None
    points: int
    on_edge: int
    out_of_image: int
    status: dict[Status, int]


def summarise(scores: Scores) -> Summary:
    """The summary of all rows; there must be at least one."""
    return summarise_groups(scores, np.zeros(len(scores.iou), dtype=np.int64), 1)[0]


def summarise_groups(scores: Scores, groups: Ints, count: int) -> list[Summary]:
    """One summary for each of the groups 0 to `count` - 1, none of which may be empty.

    Args:
        groups: the group of each row, shape (N,).
    """
    size = np.bincount(groups, minlength=count)
    kinds = len(STATUSES)
    status = np.bincount(groups * kinds + scores.status, minlength=count * kinds).reshape(
        count, kinds
    )

    def total(column: NDArray[Any]) -> Floats:
        return np.bincount(groups, weights=column, minlength=count).astype(np.float64)

    present, typed, named = total(scores.present), total(scores.typed), total(scores.named)
    shares = {
        "iou": (total(scores.iou), present),
        "iou_50": (total(reaches(scores.iou, 0.5)), present),
        "iou_75": (total(reaches(scores.iou, 0.75)), present),
        "iou_90": (total(reaches(scores.iou, 0.9)), present),
        "type": (total(scores.type_correct), typed),
        "name": (total(scores.name_correct), named),
        "cer": (total(scores.edits), total(scores.name_length)),
    }
    hits = total(scores.hit) / size
    counts = {
        "points": total(scores.is_point),
        "on_edge": total(scores.on_edge),
        "out_of_image": total(scores.out_of_image),
    }
    distances = _distances(scores.distance, groups, count)
    return [
        Summary(
            n=int(size[group]),
            absent=int(size[group] - present[group]),
            hit=float(hits[group]),
            dist_mean=distances[group][0],
            dist_median=distances[group][1],
            dist_n=distances[group][2],
            status=dict(zip(STATUSES, status[group].tolist(), strict=True)),
            **{name: int(column[group]) for name, column in counts.items()},
            **_shares(shares, group),
        )
        for group in range(count)
    ]


def _shares(columns: dict[str, tuple[Floats, Floats]], group: int) -> dict[str, Any]:
    """What each part is of its whole in one group; None of nothing."""
    return {
        name: float(part[group] / whole[group]) if whole[group] else None
        for name, (part, whole) in columns.items()
    }


def _distances(
    distance: Floats, groups: Ints, count: int
) -> list[tuple[float | None, float | None, int]]:
    """(mean, median, n) of the distances of each group, without those that are NaN."""
    known = ~np.isnan(distance)
    distance, groups = distance[known], groups[known]
    by_distance = np.argsort(distance)
    # Of 16-bit numbers numpy's stable sort is a radix sort.
    small = groups.astype(np.int16) if count < 1 << 15 else groups
    by_group = np.argsort(small[by_distance], kind="stable")
    ordered = distance[by_distance][by_group]
    ends = np.cumsum(np.bincount(groups, minlength=count))
    return [_middle(some) for some in np.split(ordered, ends[:-1])]


def _middle(ordered: Floats) -> tuple[float | None, float | None, int]:
    n = len(ordered)
    if not n:
        return None, None, 0
    return float(ordered.mean()), float(ordered[(n - 1) // 2] + ordered[n // 2]) / 2, n
