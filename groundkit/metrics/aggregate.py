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
    """Means over `n` gold records, each of which counts, answered or not.

    JSON keys are the names in quotes where they differ from the attribute.

    Attributes:
        n: gold records.
        hit: share whose predicted centre lies in the gold box.
        iou: mean intersection over union.
        iou_50, iou_75, iou_90: share with an IoU of at least that; "iou@0.5" and so on.
        dist_mean, dist_median: between the centres, in pixels of the saved image, over the
            `dist_n` rows that have a box; None if there are none.
        type: share with the right type word.
        name: share with exactly the right name.
        cer: character edits over gold characters, all rows together; None if no gold record has a
            name.
        out_of_image: rows whose box leaves the image.
        status: rows by status.
    """

    n: int
    hit: float
    iou: float
    iou_50: float = msgspec.field(name="iou@0.5")
    iou_75: float = msgspec.field(name="iou@0.75")
    iou_90: float = msgspec.field(name="iou@0.9")
    dist_mean: float | None
    dist_median: float | None
    dist_n: int
    type: float
    name: float
    cer: float | None
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

    columns = {
        "hit": total(scores.hit) / size,
        "iou": total(scores.iou) / size,
        "iou_50": total(reaches(scores.iou, 0.5)) / size,
        "iou_75": total(reaches(scores.iou, 0.75)) / size,
        "iou_90": total(reaches(scores.iou, 0.9)) / size,
        "type": total(scores.type_correct) / size,
        "name": total(scores.name_correct) / size,
    }
    characters, wrong = total(scores.name_length), total(scores.edits)
    outside = total(scores.out_of_image)
    distances = _distances(scores.distance, groups, count)
    return [
        Summary(
            n=int(size[group]),
            dist_mean=distances[group][0],
            dist_median=distances[group][1],
            dist_n=distances[group][2],
            cer=float(wrong[group] / characters[group]) if characters[group] else None,
            out_of_image=int(outside[group]),
            status=dict(zip(STATUSES, status[group].tolist(), strict=True)),
            **{name: float(column[group]) for name, column in columns.items()},
        )
        for group in range(count)
    ]


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
