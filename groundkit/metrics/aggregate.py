"""Reduces the columns of metrics to figures, for all rows or group by group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundkit.metrics.boxes import Bools, Floats
from groundkit.metrics.catalog import AVERAGE
from groundkit.metrics.intervals import Interval, wilson
from groundkit.metrics.judge import STATUSES, Ints, Scores
from groundkit.metrics.measures import Ratio
from groundkit.metrics.metric import Metric
from groundkit.records import Status


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One metric over some rows.

    Attributes:
        value: None over no rows.
        n: rows that have a share in it.
        interval: the 95 % interval; None where there is none.
        se: standard error, clustered by screen; `se_iid` as if all rows were independent.
        macro: mean over the groups of `Evaluation.cells`, each of which counts alike.
    """

    value: float | None
    n: int
    interval: Interval | None = None
    se: float | None = None
    se_iid: float | None = None
    macro: float | None = None


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Figures over gold records, each of which counts, answered or not.

    Attributes:
        n: gold records.
        absent: those of them where there is nothing to find, so that a refusal is right.
        metrics: by the name of the metric, in the order of the report.
        points: rows answered by a point, which has no IoU but 0.
        on_edge: rows whose hit depends on whether edges belong to the region.
        out_of_image: rows whose box leaves the image.
        naming: rows whose answer names something.
        status: rows by status.
    """

    n: int
    absent: int
    metrics: dict[str, Figure]
    points: int
    on_edge: int
    out_of_image: int
    naming: int
    status: dict[Status, int]

    def __getitem__(self, metric: str) -> float | None:
        """The figure of a metric; None if there is none."""
        figure = self.metrics.get(metric)
        return None if figure is None else figure.value

    def usual(self, metric: str) -> float | None:
        """The figure of `metric` by the rules of this report: `hit` may be `hit(edges=open)`."""
        key = usual_name(metric, self.metrics)
        return None if key is None else self[key]

    @property
    def only_points(self) -> bool:
        """Whether all that could be scored were points, of which figures of boxes say nothing."""
        return 0 < self.points == self.status["scored"]

    @property
    def wordless(self) -> bool:
        """Whether no answer names anything, so that figures of names say nothing: that was not
        what the model was asked for."""
        return self.naming == 0 < self.status["scored"]

    def can_say(self, metric: Metric) -> bool:
        """Whether a metric says something about answers like these."""
        if metric.needs_boxes:
            return not self.only_points
        return not (self.wordless and metric.needs_words)

    def says(self, metric: Metric) -> bool:
        """Whether the figure of one of `metrics` says something."""
        return self.metrics[str(metric)].n > 0 and self.can_say(metric)

    @property
    def hit(self) -> float:
        """The hit rate, by whatever rule about edges."""
        return self.usual("hit") or 0.0

    @property
    def iou(self) -> float | None:
        """The mean IoU."""
        return self.usual("iou")


def usual_name(metric: str, names: Iterable[str]) -> str | None:
    """The name under which a report has a metric: the plain one, or one with options that are no
    average; None if it has neither."""
    known = list(names)
    if metric in known:
        return metric
    variants = (name for name in known if name.startswith(f"{metric}(") and AVERAGE not in name)
    return next(variants, None)


@dataclass(frozen=True)
class Facts:
    """What is counted beside the metrics, each of shape (N,); see `judge.Scores`."""

    status: NDArray[np.int8]
    present: Bools
    is_point: Bools
    on_edge: Bools
    out_of_image: Bools
    naming: Bools
    size: NDArray[np.int8]

    def pick(self, rows: Ints) -> Facts:
        """Some of the rows, each as often as it is named."""
        return Facts(**{name: column[rows] for name, column in vars(self).items()})


def facts_of(scores: Scores) -> Facts:
    """The columns of one batch."""
    return Facts(
        status=scores.status,
        present=scores.present,
        is_point=scores.is_point,
        on_edge=scores.on_edge,
        out_of_image=scores.out_of_image,
        naming=scores.naming,
        size=scores.size.astype(np.int8),
    )


def join_facts(parts: list[Facts]) -> Facts:
    """The columns of all batches, one after the other."""
    names = vars(parts[0])
    return Facts(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    )


Ratios = Mapping[Metric, Ratio]


def summarise(facts: Facts, ratios: Ratios) -> Summary:
    """The summary of all rows; there must be at least one."""
    return summarise_groups(facts, ratios, np.zeros(len(facts.status), dtype=np.int64), 1)[0]


def summarise_groups(facts: Facts, ratios: Ratios, groups: Ints, count: int) -> list[Summary]:
    """One summary for each of the groups 0 to `count` - 1, none of which may be empty.

    Args:
        groups: the group of each row, shape (N,).
    """
    kinds = len(STATUSES)
    sizes = np.bincount(groups, minlength=count)
    status = np.bincount(groups * kinds + facts.status, minlength=count * kinds)

    def total(column: Bools) -> list[int]:
        counts: list[int] = np.bincount(groups[column], minlength=count).tolist()
        return counts

    absent, points = total(~facts.present), total(facts.is_point)
    on_edge, outside = total(facts.on_edge), total(facts.out_of_image)
    naming = total(facts.naming)
    figures = {str(metric): figures_of(metric, ratios[metric], groups, count) for metric in ratios}
    return [
        Summary(
            n=int(sizes[group]),
            absent=absent[group],
            metrics={name: column[group] for name, column in figures.items()},
            points=points[group],
            on_edge=on_edge[group],
            out_of_image=outside[group],
            naming=naming[group],
            status=dict(zip(STATUSES, row, strict=True)),
        )
        for group, row in enumerate(status.reshape(count, kinds).tolist())
    ]


def figures_of(metric: Metric, ratio: Ratio, groups: Ints, count: int) -> list[Figure]:
    """One figure for each group; shares have their interval."""
    if metric.is_median:
        return medians(ratio, groups, count)
    part, whole = sums(ratio, groups, count)
    if ratio.is_share:
        pairs = zip(part.astype(int).tolist(), whole.astype(int).tolist(), strict=True)
        return [
            Figure(value=right / n, n=n, interval=wilson(right, n))
            if n
            else Figure(value=None, n=0)
            for right, n in pairs
        ]
    rows = whole if ratio.whole.dtype == bool else _total(ratio.whole != 0, groups, count)
    return [
        Figure(value=float(above / below) if below else None, n=n)
        for above, below, n in zip(
            part.tolist(), whole.tolist(), rows.astype(int).tolist(), strict=True
        )
    ]


def sums(ratio: Ratio, groups: Ints, count: int) -> tuple[Floats, Floats]:
    """What is above and what is below the line in each group, shapes (count,)."""
    return _total(
        ratio.part & ratio.whole if ratio.is_share else ratio.part, groups, count
    ), _total(ratio.whole, groups, count)


def _total(column: NDArray[Any], groups: Ints, count: int) -> Floats:
    if column.dtype == bool:
        counted = groups if column.all() else groups[column]
        return np.bincount(counted, minlength=count).astype(np.float64)
    return np.bincount(groups, weights=column, minlength=count).astype(np.float64)


def medians(ratio: Ratio, groups: Ints, count: int) -> list[Figure]:
    """The median of the parts of each group, with the interval of its order statistics."""
    known = ratio.whole != 0
    values, groups = ratio.part[known], groups[known]
    by_value = np.argsort(values)
    # Of 16-bit numbers numpy's stable sort is a radix sort.
    small = groups.astype(np.int16) if count < 1 << 15 else groups
    by_group = np.argsort(small[by_value], kind="stable")
    ordered = values[by_value][by_group]
    ends = np.cumsum(np.bincount(groups, minlength=count))
    return [_middle(some) for some in np.split(ordered, ends[:-1])]


# The 97.5 % point of the standard normal distribution.
_Z = 1.959963984540054


def _middle(ordered: Floats) -> Figure:
    n = len(ordered)
    if not n:
        return Figure(value=None, n=0)
    value = float(ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    # Ranks between which the median lies in 95 of 100 samples: the normal approximation of the
    # binomial (Conover 1999, Practical Nonparametric Statistics, 3.2).
    reach = _Z * n**0.5 / 2
    low, high = int(np.floor(n / 2 - reach)), int(np.ceil(n / 2 + reach))
    interval = Interval(
        low=float(ordered[max(low, 0)]), high=float(ordered[min(high, n - 1)]), method="ranks"
    )
    return Figure(value=value, n=n, interval=interval if n > 1 else None)
