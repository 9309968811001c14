"""95 % intervals: how far a figure would move on other samples of the same kind.

Shares get Wilson's interval for a proportion (Wilson 1927, "Probable inference, the law of
succession, and statistical inference"), which stays inside 0 and 1 and is right for small numbers.
Means get percentiles of a bootstrap over screens: samples of one screen are not independent, so
whole screens are drawn (Cameron, Gelbach and Miller 2008, "Bootstrap-based improvements for
inference with clustered errors").
"""

from __future__ import annotations

import math

import msgspec
import numpy as np

from groundkit.metrics.boxes import Floats
from groundkit.metrics.judge import Ints

SEED = 12345
RESAMPLES = 1000
# The 97.5 % point of the standard normal distribution.
_Z = 1.959963984540054
_TAIL = 2.5
# More clusters than this are first put at random into as many groups. That leaves the variance as
# it is on average, and the error of the interval's length, about one in sqrt(2 x 4,000), is 1.1 %:
# less than the 2.2 % that 1,000 resamples leave.
_MOST_CLUSTERS = 4_000
_AT_ONCE = 50


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A 95 % interval.

    Attributes:
        low, high: its ends.
        method: `wilson`, `bootstrap`, `ranks`, or `newcombe` for a difference of two figures that
            are not paired.
    """

    low: float
    high: float
    method: str


def wilson(successes: int, n: int) -> Interval:
    """The interval of a share of `n` independent rows, of which there must be at least one."""
    share, weight = successes / n, _Z**2 / n
    middle = (share + weight / 2) / (1 + weight)
    reach = _Z / (1 + weight) * math.sqrt(share * (1 - share) / n + weight / (4 * n))
    # What rounding adds where all or none succeed.
    low = 0.0 if successes == 0 else max(0.0, middle - reach)
    high = 1.0 if successes == n else min(1.0, middle + reach)
    return Interval(low=low, high=high, method="wilson")


def bootstrap(
    parts: Floats, wholes: Floats, clusters: Ints, *, mean: bool = False, seed: int = SEED
) -> list[Interval | None]:
    """Intervals of C ratios of sums, all from the same resamples of whole clusters.

    Args:
        parts, wholes: what is added up above and below the line, shape (N, C); a mean has ones
            below the line.
        clusters: of each row, from 0 on, shape (N,).
        mean: one interval of the mean of the ratios, instead of one of each.

    Returns:
        The intervals; None where there is only one cluster or nothing below the line.
    """
    ratios = resampled(parts, wholes, clusters, seed)
    if mean:
        known = ~np.isnan(ratios)
        total = np.where(known, ratios, 0.0).sum(axis=1, keepdims=True)
        count = known.sum(axis=1, keepdims=True)
        ratios = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return [percentiles(column) for column in ratios.T]


def resampled(
    parts: Floats,
    wholes: Floats,
    clusters: Ints,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> Floats:
    """The ratios of sums in resamples of whole clusters, shape (`resamples`, C); NaN for a ratio
    to nothing, and everywhere if there is only one cluster. Arguments as in `bootstrap`."""
    width = parts.shape[1]
    codes, count = _few(clusters, seed)
    if count < 2:
        return np.full((resamples, width), np.nan)
    sums = np.empty((count, 2 * width))
    for column in range(width):
        sums[:, column] = np.bincount(codes, weights=parts[:, column], minlength=count)
        sums[:, width + column] = np.bincount(codes, weights=wholes[:, column], minlength=count)
    return _ratios(sums, width, seed, resamples)


def _few(clusters: Ints, seed: int) -> tuple[Ints, int]:
    """The clusters, or where there are many of them groups of clusters; and how many there are."""
    count = int(clusters.max()) + 1 if len(clusters) else 0
    if count <= _MOST_CLUSTERS:
        return clusters, count
    # Groups of equal size, up to one.
    group = np.random.default_rng([seed, 1]).permutation(count) % _MOST_CLUSTERS
    return group[clusters], _MOST_CLUSTERS


def _ratios(sums: Floats, width: int, seed: int, resamples: int) -> Floats:
    """One row of ratios for each resample, shape (resamples, C); NaN for a ratio to nothing."""
    rng = np.random.default_rng(seed)
    count = len(sums)
    totals = np.empty((resamples, 2 * width))
    for start in range(0, resamples, _AT_ONCE):
        rows = min(_AT_ONCE, resamples - start)
        drawn = rng.integers(count, size=(rows, count), dtype=np.int32)
        times = np.stack([np.bincount(row, minlength=count) for row in drawn])
        totals[start : start + rows] = times @ sums
    below = totals[:, width:]
    result: Floats = np.divide(
        totals[:, :width], below, out=np.full_like(below, np.nan), where=below > 0
    )
    return result


def percentiles(ratios: Floats) -> Interval | None:
    """The middle 95 % of resampled figures; None if there are none."""
    known = ratios[~np.isnan(ratios)]
    if not len(known):
        return None
    low, high = np.percentile(known, (_TAIL, 100 - _TAIL))
    return Interval(low=float(low), high=float(high), method="bootstrap")


def standard_errors(part: Floats, whole: Floats, clusters: Ints) -> tuple[float, float | None]:
    """Of the ratio of two sums: as if all rows were independent, and clustered.

    The linearised (sandwich) variance of a ratio: residuals `part - ratio * whole` are added up
    within each cluster, squared, and added up (Liang and Zeger 1986; for means of clusters the
    estimate that Miller 2024, arXiv:2411.00640, recommends for evaluations).

    Args:
        part, whole: shapes (N,), with something below the line.
        clusters: of each row, from 0 on, shape (N,).

    Returns:
        (independent, clustered); the second is None if there is only one cluster.
    """
    part, whole = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    below = float(whole.sum())
    residuals = (part * (whole != 0)) - float((part * (whole != 0)).sum()) / below * whole
    sums = np.bincount(clusters, weights=residuals)
    alone, together = (float(np.sqrt(np.square(some).sum())) / below for some in (residuals, sums))
    return alone, together if len(sums) > 1 else None
