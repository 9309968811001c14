"""Whether two sets of answers to the same samples differ by more than chance.

McNemar's exact test (1947) for what is right or wrong, approximate randomisation (Noreen 1989,
"Computer-intensive methods for testing hypotheses") for everything else, and a paired bootstrap
over screens for the size of the difference. All draw whole screens, except McNemar's, which takes
samples as independent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundkit.metrics.boxes import Bools, Floats
from groundkit.metrics.intervals import SEED, Interval, percentiles, resampled
from groundkit.metrics.judge import Ints
from groundkit.metrics.measures import Ratio

TRIALS = 10_000
# The 97.5 % and the 80 % point of the standard normal distribution: a test at the 5 % level finds
# a difference of so many standard errors in 80 of 100 cases.
_DETECTABLE = 1.959963984540054 + 0.8416212335729143
_AT_ONCE = 250


def mcnemar(a: Bools, b: Bools) -> float:
    """The two-sided p-value of McNemar's exact test, from the rows that only one has right.

    Args:
        a, b: whether each answer is right, shapes (N,).
    """
    # Takes a third of a second to load, and `eval` needs none of it.
    from scipy.special import bdtr

    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    return min(1.0, 2 * float(bdtr(min(only_a, only_b), only_a + only_b, 0.5)))


def randomisation(a: Ratio, b: Ratio, clusters: Ints, seed: int = SEED) -> float:
    """The two-sided p-value of a difference between two ratios of sums: how often it is as large
    when the answers to each screen are swapped at random, (c + 1) / (trials + 1).

    Args:
        a, b: columns of one metric for the same rows.
        clusters: the screen of each row, from 0 on, shape (N,).
    """
    sums = [_sums(column, clusters) for column in (*_columns(a), *_columns(b))]
    part_a, whole_a, part_b, whole_b = sums
    observed = _difference(part_a.sum(), whole_a.sum(), part_b.sum(), whole_b.sum())
    if np.isnan(observed):
        return 1.0
    gain = np.stack([part_b - part_a, whole_b - whole_a], axis=1)
    rng = np.random.default_rng([seed, 2])
    as_large = 0
    for _ in range(0, TRIALS, _AT_ONCE):
        swapped = rng.integers(2, size=(_AT_ONCE, len(gain)), dtype=np.int8) @ gain
        found = _difference(
            part_a.sum() + swapped[:, 0],
            whole_a.sum() + swapped[:, 1],
            part_b.sum() - swapped[:, 0],
            whole_b.sum() - swapped[:, 1],
        )
        # What rounding makes of a swap that changes nothing is as large.
        as_large += int((np.abs(found) >= abs(observed) - 1e-12).sum())
    return (as_large + 1) / (TRIALS + 1)


def paired_interval(
    a: Ratio, b: Ratio, clusters: Ints, seed: int = SEED
) -> tuple[Interval | None, float | None]:
    """The 95 % interval of the difference b - a by a paired bootstrap over screens, and the
    smallest difference that a set like this one could show: at the 5 % level in 80 of 100 cases.
    """
    parts, wholes = (
        np.stack([np.asarray(column, dtype=np.float64) for column in pair], axis=1)
        for pair in zip(_columns(a), _columns(b), strict=True)
    )
    ratios = resampled(parts, wholes, clusters, seed)
    differences = ratios[:, 1] - ratios[:, 0]
    known = differences[~np.isnan(differences)]
    if not len(known):
        return None, None
    return percentiles(differences), _DETECTABLE * float(known.std())


def _columns(ratio: Ratio) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    whole = np.asarray(ratio.whole, dtype=np.float64)
    return np.where(whole != 0, ratio.part, 0.0).astype(np.float64), whole


def _sums(column: Floats, clusters: Ints) -> Floats:
    return np.bincount(clusters, weights=column).astype(np.float64)


def _difference(part_a: Floats, whole_a: Floats, part_b: Floats, whole_b: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Floats = np.asarray(part_b / whole_b - part_a / whole_a)
    return result
