"""Tests of differences against hand counts, scipy and full enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import binomtest

from groundkit.metrics.measures import Ratio
from groundkit.metrics.significance import TRIALS, mcnemar, paired_interval, randomisation


def _answers(both: int, only_a: int, only_b: int, neither: int):
    a = [True] * (both + only_a) + [False] * (only_b + neither)
    b = [True] * both + [False] * only_a + [True] * only_b + [False] * neither
    return np.array(a), np.array(b)


def _means(values) -> Ratio:
    return Ratio(np.asarray(values, dtype=np.float64), np.ones(len(values), dtype=bool))


@pytest.mark.parametrize(("only_a", "only_b"), [(55, 99), (185, 150), (0, 10), (7, 7), (0, 0)])
def test_mcnemar_is_a_binomial_test_of_the_samples_that_only_one_has_right(only_a, only_b):
    total = only_a + only_b
    expected = binomtest(only_a, total, 0.5).pvalue if total else 1.0
    assert mcnemar(*_answers(30, only_a, only_b, 20)) == pytest.approx(expected, rel=1e-9)


def test_mcnemar_by_hand():
    # Ten samples lost and none won: 2 * 0.5**10.
    assert mcnemar(*_answers(30, 10, 0, 0)) == pytest.approx(2 * 0.5**10)
    # 55 against 99, as a table of the binomial distribution has it.
    assert mcnemar(*_answers(0, 55, 99, 0)) == pytest.approx(0.00049, abs=0.00001)


def test_randomisation_is_what_all_swaps_of_screens_give():
    rng = np.random.default_rng(3)
    screens = np.repeat(np.arange(8), 3)
    a, b = rng.random(24), rng.random(24) + 0.15
    observed = abs((b - a).mean())
    found = []
    for signs in itertools.product((1, -1), repeat=8):
        found.append(abs(((b - a) * np.array(signs)[screens]).mean()) >= observed - 1e-12)
    exact = float(np.mean(found))
    error = 4 * np.sqrt(exact * (1 - exact) / TRIALS)
    assert randomisation(_means(a), _means(b), screens) == pytest.approx(exact, abs=error)


def test_randomisation_of_equal_answers_is_no_difference():
    values = np.linspace(0, 1, 20)
    assert randomisation(_means(values), _means(values), np.arange(20)) == 1.0


def test_randomisation_swaps_what_is_below_the_line_too():
    # CER: edits over characters; b's rows have other lengths, and half of the edits a character.
    a = Ratio(np.full(40, 2.0), np.full(40, 10))
    b = Ratio(np.full(40, 2.0), np.full(40, 20))
    assert randomisation(a, b, np.arange(40)) < 0.001


def test_randomisation_without_a_row_that_counts():
    nothing = Ratio(np.zeros(3), np.zeros(3, dtype=bool))
    assert randomisation(nothing, nothing, np.arange(3)) == 1.0
    assert paired_interval(nothing, nothing, np.arange(3)) == (None, None)


def test_the_interval_of_a_constant_gain_is_that_gain():
    values = np.linspace(0, 0.8, 50)
    interval, detectable = paired_interval(_means(values), _means(values + 0.1), np.arange(50))
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((0.1, 0.1))
    assert detectable == pytest.approx(0, abs=1e-9)


def test_the_interval_is_that_of_the_paired_differences():
    rng = np.random.default_rng(5)
    a = rng.random(400)
    b = a + rng.normal(0.05, 0.1, 400)
    error = (b - a).std() / 20
    interval, detectable = paired_interval(_means(a), _means(b), np.arange(400))
    assert interval is not None and detectable is not None
    middle = (b - a).mean()
    # A bootstrap of 1,000 resamples: its ends are known to some 7 % of their distance.
    assert interval.low == pytest.approx(middle - 1.96 * error, abs=0.2 * error)
    assert interval.high == pytest.approx(middle + 1.96 * error, abs=0.2 * error)
    # 1.96 + 0.84 standard errors: a power of 80 % at the 5 % level (Cohen 1988).
    assert detectable == pytest.approx(2.80 * error, rel=0.1)


def test_screens_count_not_rows():
    rng = np.random.default_rng(6)
    a = rng.random(50)
    b = a + rng.normal(0.05, 0.1, 50)
    _, alone = paired_interval(_means(a), _means(b), np.arange(50))
    tenfold = np.repeat(np.arange(50), 10)
    _, copies = paired_interval(_means(a[tenfold]), _means(b[tenfold]), tenfold)
    assert alone is not None
    assert copies == pytest.approx(alone, rel=0.1)
