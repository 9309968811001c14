"""The figures over all samples: with intervals, standard errors and averages over groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundkit.metrics.aggregate import Facts, Figure, Ratios, figures_of
from groundkit.metrics.groupings import Groupings
from groundkit.metrics.intervals import SEED, Interval, bootstrap, standard_errors
from groundkit.metrics.judge import Ints
from groundkit.metrics.measures import Ratio
from groundkit.metrics.metric import Metric
from groundkit.metrics.options import Options
from groundkit.metrics.tally import Tally


def cells_of(options: Options, tally: Tally) -> tuple[str, ...]:
    """The groupings of macro averages; without being asked, only those that there are."""
    names = options.cells()
    return names if options.average else tuple(filter(tally.groupings.has, names))


def report_figures(
    options: Options, tally: Tally, facts: Facts, ratios: Ratios
) -> dict[str, Figure]:
    """All figures over all rows, in the order of the report.

    Args:
        ratios: those of `tally`, and more of the same rows.
    """
    cells, screens = cells_of(options, tally), tally.screens()
    found = overall_figures(ratios, screens, tally.groupings, cells, facts.size, options.seed)
    detections = [metric for metric in options.wanted() if metric.is_detection]
    if detections:
        n = len(facts.status)
        for metric, value in tally.detections.figures(detections).items():
            found[str(metric)] = Figure(value=value, n=n)
    names = [str(metric) for metric in (*options.wanted(), *ratios)]
    return {name: found[name] for name in dict.fromkeys(names)}


def overall_figures(
    ratios: Ratios,
    screens: Ints,
    groupings: Groupings,
    cells: Sequence[str],
    sizes: NDArray[np.integer[Any]],
    seed: int = SEED,
) -> dict[str, Figure]:
    """By name of the metric, in the order of `ratios`.

    Args:
        screens: of each row, from 0 on, shape (N,).
        cells: names of the groupings that macro averages are over; none: there are none.
        sizes: bucket of each row.
    """
    intervals = _bootstrapped(ratios, screens, seed)
    cells_of_each = cache(lambda names: groupings.cells(names, sizes))
    found = {}
    for metric, ratio in ratios.items():
        figure = _overall(metric, ratio, intervals.get(metric))
        named = metric.average or cells
        if named and not metric.name.startswith("refusal"):
            codes, titles = cells_of_each(tuple(named))
            macro = _macro(metric, ratio, codes, len(titles))
            if metric.average:
                figure = _averaged(metric, ratio, codes, screens, macro, seed)
            elif len(titles) > 1:
                figure = msgspec.structs.replace(figure, macro=macro)
        if not metric.is_median and figure.value is not None and not metric.average:
            iid, clustered = standard_errors(ratio.part, ratio.whole, screens)
            figure = msgspec.structs.replace(figure, se=clustered, se_iid=iid)
        found[str(metric)] = figure
    return found


def _overall(metric: Metric, ratio: Ratio, interval: Interval | None) -> Figure:
    figure = figures_of(metric, ratio, np.zeros(len(ratio.part), dtype=np.int64), 1)[0]
    return figure if interval is None else msgspec.structs.replace(figure, interval=interval)


def _bootstrapped(ratios: Ratios, screens: Ints, seed: int) -> Mapping[Metric, Interval]:
    """Intervals of the means, all from the same resamples."""
    means = {
        metric: ratio
        for metric, ratio in ratios.items()
        if not ratio.is_share and not metric.is_median and not metric.average
    }
    if not means:
        return {}
    # Transposed, so that each column lies in one piece.
    parts, wholes = (
        np.array(columns, dtype=np.float64).T
        for columns in (
            [ratio.part for ratio in means.values()],
            [ratio.whole for ratio in means.values()],
        )
    )
    drawn = zip(means, bootstrap(parts, wholes, screens, seed=seed), strict=True)
    return {metric: interval for metric, interval in drawn if interval is not None}


def _macro(metric: Metric, ratio: Ratio, codes: Ints, count: int) -> float | None:
    """The mean of the cells that have a figure."""
    values = [figure.value for figure in figures_of(metric, ratio, codes, count)]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _averaged(
    metric: Metric, ratio: Ratio, codes: Ints, screens: Ints, macro: float | None, seed: int
) -> Figure:
    """A figure that is a macro average itself, with an interval from resampled screens; medians
    are no ratios that could be resampled."""
    n = int(np.count_nonzero(ratio.whole))
    if metric.is_median:
        return Figure(value=macro, n=n)
    count = int(codes.max()) + 1
    member = np.eye(count)[codes]
    part = (ratio.part & ratio.whole) if ratio.is_share else ratio.part
    wholes = member * np.asarray(ratio.whole)[:, None]
    interval = bootstrap(member * part[:, None], wholes, screens, mean=True, seed=seed)
    return Figure(value=macro, n=n, interval=interval[0])
