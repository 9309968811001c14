"""Bounds for figures: what passes, what fails, and what the interval leaves open."""

from __future__ import annotations

import msgspec
import pytest

from groundkit.errors import DataError, OptionError
from groundkit.metrics.evaluate import Evaluation
from groundkit.metrics.gates import Gate, Gates, parse_bound
from groundkit.report.json_report import to_json
from tests.metrics.builders import evaluate, make_gold, predict, spread, write_rows

WRONG = "<ref>text</ref><box>[[1284, 724, 1288, 728]]</box>"


def bounds(*texts, option="--fail-under"):
    return [parse_bound(text, option) for text in texts]


def answers(tmp_path, right, count=100, name="predictions.jsonl"):
    """Predictions of which the first `right` of `count` hit."""
    golds = [msgspec.structs.replace(gold, screen=gold.id) for gold in spread(count)]
    rows = [predict(gold, None if row < right else WRONG) for row, gold in enumerate(golds)]
    return write_rows(tmp_path / name, rows)


def gates_of(path, *texts, **options) -> list[Gate]:
    return evaluate(path, gates=Gates(bounds(*texts)), **options).gates


def drop(tmp_path, old, new, *texts, count=100) -> list[Gate]:
    report = tmp_path / "old.json"
    report.write_bytes(to_json(evaluate(answers(tmp_path, old, count))))
    gates = Gates(max_drop=bounds(*texts, option="--max-drop"), baseline=report)
    return evaluate(answers(tmp_path, new, count, "new.jsonl"), gates=gates).gates


# Wilson's interval of 80 of 100 is 0.7112 to 0.8666 (statsmodels 0.15, proportion_confint).
@pytest.mark.parametrize(
    ("bound", "outcome"),
    [
        ("0.7", "passed"),
        ("0.8", "passed"),
        ("0.81", "undecided"),
        ("0.866", "undecided"),
        ("0.867", "failed"),
        ("1", "failed"),
    ],
)
def test_the_interval_decides(tmp_path, bound, outcome):
    (gate,) = gates_of(answers(tmp_path, 80), f"hit={bound}")
    assert (gate.metric, gate.value, gate.outcome) == ("hit", 0.8, outcome)


def test_errors_are_bounded_from_above(tmp_path):
    path = answers(tmp_path, 80)
    dist = evaluate(path).overall.metrics["dist"]
    assert dist.value is not None and dist.interval is not None
    between = (dist.value + dist.interval.low) / 2
    texts = [f"dist={value}" for value in (dist.value + 1, between, dist.interval.low - 1)]
    outcomes = [gate.outcome for gate in gates_of(path, *texts)]
    assert outcomes == ["passed", "undecided", "failed"]


def test_a_metric_that_no_report_has_is_computed(tmp_path):
    (gate,) = gates_of(answers(tmp_path, 80), "hit(edges=open)=0.5")
    assert (gate.metric, gate.outcome) == ("hit(edges=open)", "passed")


def test_no_figure_fails(tmp_path):
    path = write_rows(tmp_path / "p.jsonl", [predict(make_gold(), "no idea")])
    (gate,) = gates_of(path, "dist=1000")
    assert (gate.value, gate.outcome) == (None, "failed")


def test_a_figure_without_interval_decides_alone(tmp_path):
    (gate,) = gates_of(answers(tmp_path, 50), "ap=0.9")
    assert (gate.interval, gate.outcome) == (None, "failed")


def test_a_drop(tmp_path):
    (gate,) = drop(tmp_path, 80, 60, "hit=0.01")
    assert gate.value == pytest.approx(0.2)
    assert gate.outcome == "failed"
    # Newcombe's method 10 for 80/100 and 60/100 (statsmodels 0.15, confint_proportions_2indep).
    assert gate.interval is not None
    assert gate.interval.low == pytest.approx(0.07311916)
    assert gate.interval.high == pytest.approx(0.31850510)


def test_a_small_drop_is_undecided_and_a_gain_passes(tmp_path):
    assert drop(tmp_path, 80, 75, "hit=0.01")[0].outcome == "undecided"
    (gate,) = drop(tmp_path, 75, 80, "hit=0")
    assert (gate.value, gate.outcome) == (pytest.approx(-0.05), "passed")


def test_more_errors_are_a_drop(tmp_path):
    (gate,) = drop(tmp_path, 100, 20, "dist=5")
    assert gate.value is not None and gate.value > 5
    assert gate.outcome == "failed"


def test_a_baseline_about_other_samples(tmp_path):
    report = tmp_path / "old.json"
    report.write_bytes(to_json(evaluate(answers(tmp_path, 5, count=10))))
    gates = Gates(max_drop=bounds("hit=0.01", option="--max-drop"), baseline=report)
    with pytest.raises(OptionError, match="other gold records"):
        evaluate(answers(tmp_path, 5, count=11), gates=gates)


def test_a_baseline_without_the_metric(tmp_path):
    with pytest.raises(OptionError, match=r"has no hit@3; valid: hit, "):
        drop(tmp_path, 5, 5, "hit@3=0.1", count=10)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"signature": 1}', "{", '{"signature": "x", "overall": {}}']
)
def test_a_file_that_is_no_report(tmp_path, text):
    report = tmp_path / "old.json"
    report.write_text(text)
    gates = Gates(max_drop=bounds("hit=0.01", option="--max-drop"), baseline=report)
    with pytest.raises(DataError, match=r"old\.json.*no report of eval.*--json"):
        evaluate(answers(tmp_path, 5, count=10), gates=gates)


def test_a_baseline_that_is_not_there(tmp_path):
    gates = Gates(max_drop=bounds("hit=0", option="--max-drop"), baseline=tmp_path / "none.json")
    with pytest.raises(DataError, match=r"none\.json"):
        evaluate(answers(tmp_path, 5, count=10), gates=gates)


@pytest.mark.parametrize(
    ("text", "option", "words"),
    [
        ("hit", "--fail-under", "write METRIC=NUMBER"),
        ("=0.5", "--fail-under", "write METRIC=NUMBER"),
        ("hit=nan", "--fail-under", "write METRIC=NUMBER"),
        ("hit=inf", "--fail-under", "write METRIC=NUMBER"),
        ("hit=a lot", "--fail-under", "write METRIC=NUMBER"),
        ("hit=85", "--fail-under", r"write hit=0\.85"),
        ("hit=-1", "--fail-under", r"write 0\.85 for 85 %"),
        ("hti=0.5", "--fail-under", "did you mean hit"),
        ("dist=-3", "--max-drop", "0 allows none"),
    ],
)
def test_what_is_no_bound(text, option, words):
    with pytest.raises(OptionError, match=words):
        parse_bound(text, option)


def test_a_drop_needs_a_baseline_and_a_baseline_a_drop(tmp_path):
    with pytest.raises(OptionError, match="--max-drop: a drop from what"):
        Gates(max_drop=bounds("hit=0.1"))
    with pytest.raises(OptionError, match="--baseline: nothing is held against"):
        Gates(baseline=tmp_path)


def test_a_report_with_gates_is_a_baseline(tmp_path):
    found = evaluate(answers(tmp_path, 8, count=10), gates=Gates(bounds("hit=0.1")))
    again = msgspec.json.decode(to_json(found), type=Evaluation)
    assert again.gates == found.gates
