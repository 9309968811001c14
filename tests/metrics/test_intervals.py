"""Intervals, against published figures, formulas and the normal approximation."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from groundkit.metrics import intervals as module
from groundkit.metrics.intervals import Interval, bootstrap, percentiles, resampled, wilson
from tests.metrics.builders import evaluate, make_gold, predict, write_rows

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (750, 1581, 0.4499, 0.4990),  # UGround-V1 on ScreenSpot-Pro and, below, ScreenSpot-v2:
        (1134, 1272, 0.8732, 0.9074),  # official verdicts of vivo/DiMo-GUI
        (0, 10, 0.0, 0.2775),  # 1.96**2 / (10 + 1.96**2)
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
    ],
)
def test_wilson(successes, n, low, high):
    found = wilson(successes, n)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def columns(values):
    parts = np.asarray(values, float)[:, None]
    return parts, np.ones_like(parts)


def standard_error(interval: Interval) -> float:
    return (interval.high - interval.low) / (2 * 1.96)


def test_independent_rows_have_the_standard_error_of_a_mean():
    values = np.random.default_rng(0).normal(5, 2, 2000)
    (found,) = bootstrap(*columns(values), np.arange(2000))
    assert standard_error(found) == pytest.approx(values.std() / np.sqrt(2000), rel=0.08)
    assert found.low < values.mean() < found.high


def test_rows_of_one_screen_count_as_one():
    """Ten equal rows on each of 200 screens say as much as one row on each."""
    values = np.random.default_rng(1).normal(0, 1, 200)
    (once,) = bootstrap(*columns(values), np.arange(200))
    (ten,) = bootstrap(*columns(np.repeat(values, 10)), np.repeat(np.arange(200), 10))
    assert (ten.low, ten.high) == (pytest.approx(once.low), pytest.approx(once.high))


def test_many_screens_are_grouped_without_a_change_of_the_interval():
    values = np.random.default_rng(2).normal(0, 1, 60_000)
    (found,) = bootstrap(*columns(values), np.arange(60_000) // 2)
    sums = values.reshape(-1, 2).sum(axis=1)
    clustered = np.sqrt((sums**2).sum()) / 60_000
    assert standard_error(found) == pytest.approx(clustered, rel=0.08)


def test_a_ratio_is_of_sums():
    """Edits over characters, where long names have all the edits: far above the mean of ratios."""
    parts = np.array([[10.0], [0], [10], [0]] * 50)
    wholes = np.array([[10.0], [1], [10], [1]] * 50)
    (found,) = bootstrap(parts, wholes, np.arange(200))
    assert 0.85 < found.low < 20 / 22 < found.high < 0.95


def test_the_seed_decides_and_zero_is_one():
    values = columns(np.random.default_rng(3).normal(0, 1, 50))
    first, again, other = (
        percentiles(resampled(*values, np.arange(50), seed)[:, 0]) for seed in (0, 0, 1)
    )
    assert first == again != other
    usual = percentiles(resampled(*values, np.arange(50), module.SEED)[:, 0])
    assert bootstrap(*values, np.arange(50))[0] == usual


def test_there_is_no_interval_of_one_screen_or_of_nothing():
    assert bootstrap(*columns([1, 2, 3]), np.zeros(3, int)) == [None]
    assert bootstrap(np.zeros((5, 1)), np.zeros((5, 1)), np.arange(5)) == [None]


def test_a_report_clusters_by_screen(tmp_path):
    """Five samples on each of 200 screens, all right or all wrong together."""
    golds = [
        make_gold(f"{row}", screen=f"s{row // 5}", image=f"{row}.png", name=None, type="")
        for row in range(1000)
    ]
    rows = [
        predict(gold, "[100, 100, 200, 140]" if int(gold.id) // 5 % 2 else "[0, 0, 9, 9]")
        for gold in golds
    ]
    found = evaluate(write_rows(tmp_path / "p.jsonl", rows))
    metrics = found.overall.metrics
    assert metrics["hit"].interval == wilson(500, 1000)
    assert {name for name, shown in metrics.items() if shown.interval} == {
        *("hit", "iou", "iou@0.5", "iou@0.75", "iou@0.9", "dist", "dist(stat=median)"),
    }
    # 200 screens, half of them with a mean of 1: more than twice that of 1,000 single rows.
    assert standard_error(metrics["iou"].interval) == pytest.approx(np.sqrt(0.25 / 200), rel=0.1)
    assert "|ci:wilson95,bs:1000,seed:12345|" in found.signature


def test_two_processes_draw_the_same(tmp_path):
    """Whatever order strings have in a set, which differs from process to process."""
    golds = [make_gold(f"{row}", screen=f"s{row}") for row in range(40)]
    texts = ["[100, 100, 200, 140]", "[110, 100, 200, 140]", "hm"]
    rows = [predict(gold, texts[row % 3]) for row, gold in enumerate(golds)]
    write_rows(tmp_path / "p.jsonl", rows)
    command = [sys.executable, "-m", "groundkit", "eval", "p.jsonl", "--json", "-"]
    found = {
        subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in "123"
    }
    assert len(found) == 1
