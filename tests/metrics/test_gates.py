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


def drop(tmp_path, old, new, *texts, count=100, kind="report") -> list[Gate]:
    """Of `new` against `old` right answers; the baseline is a report, one of old without outcomes,
    or predictions."""
    before = answers(tmp_path, old, count)
    found = evaluate(before)
    if kind == "old report":
        found = msgspec.structs.replace(found, outcomes={})
    report = tmp_path / "old.json"
    report.write_bytes(to_json(found))
    baseline = before if kind == "predictions" else report
    gates = Gates(max_drop=bounds(*texts, option="--max-drop"), baseline=baseline)
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


@pytest.mark.parametrize("kind", ["report", "predictions"])
def test_a_drop(tmp_path, kind):
    (gate,) = drop(tmp_path, 80, 60, "hit=0.01", kind=kind)
    assert gate.value == pytest.approx(0.2)
    assert gate.outcome == "failed"
    # 20 of 100 lost and none won: a standard error of 0.2 * 0.8 / 100, and its square root 0.04.
    assert gate.interval is not None and gate.interval.method == "bootstrap"
    assert gate.interval.low == pytest.approx(0.2 - 1.96 * 0.04, abs=0.015)
    assert gate.interval.high == pytest.approx(0.2 + 1.96 * 0.04, abs=0.015)


def test_a_drop_that_only_the_samples_show(tmp_path):
    """Half of 1,581 samples are right, of which 45 are lost and none is won: p is 2 / 2**45.
    Two shares of 50 % have a difference of 2.8 +- 3.5 points if they are independent."""
    golds = [msgspec.structs.replace(gold, screen=gold.id) for gold in spread(1581)]
    texts = [None if row % 2 else WRONG for row in range(1581)]
    old = evaluate(write_rows(tmp_path / "p.jsonl", map(predict, golds, texts)))
    texts[1:91:2] = [WRONG] * 45
    new = write_rows(tmp_path / "new.jsonl", list(map(predict, golds, texts))[::-1])
    report = tmp_path / "old.json"
    outcomes = []
    for found in (old, msgspec.structs.replace(old, outcomes={})):
        report.write_bytes(to_json(found))
        gates = Gates(max_drop=bounds("hit=0.01", option="--max-drop"), baseline=report)
        (gate,) = evaluate(new, gates=gates).gates
        assert gate.value == pytest.approx(45 / 1581)
        outcomes.append(gate.outcome)
    assert outcomes == ["failed", "undecided"]


@pytest.mark.parametrize("kind", ["report", "predictions"])
def test_samples_that_turn_both_ways_widen_the_interval(tmp_path, kind):
    """The same samples in another order: 30 lost, 10 won. By hand: a mean of 0.2 of values -1, 0, 1
    with the variance 0.4 - 0.2**2, over 100 samples."""
    golds = [msgspec.structs.replace(gold, screen=gold.id) for gold in spread(100)]
    old = [predict(gold, WRONG if row < 10 else None) for row, gold in enumerate(golds)]
    new = [predict(gold, WRONG if row >= 70 else None) for row, gold in enumerate(golds)]
    before = write_rows(tmp_path / "old.jsonl", old)
    if kind == "report":
        before = tmp_path / "old.json"
        before.write_bytes(to_json(evaluate(tmp_path / "old.jsonl")))
    gates = Gates(max_drop=bounds("hit=0.01", option="--max-drop"), baseline=before)
    (gate,) = evaluate(write_rows(tmp_path / "new.jsonl", new[::-1]), gates=gates).gates
    assert gate.value == pytest.approx(0.2) and gate.interval is not None
    reach = 1.96 * (0.36 / 100) ** 0.5
    assert gate.interval.low == pytest.approx(0.2 - reach, abs=0.02)
    assert gate.interval.high == pytest.approx(0.2 + reach, abs=0.02)


def test_means_are_paired_with_predictions_and_not_with_a_report(tmp_path):
    methods = {}
    for kind in ("report", "predictions"):
        (gate,) = drop(tmp_path, 80, 60, "iou=0.01", kind=kind)
        assert gate.interval is not None and gate.value == pytest.approx(0.2, abs=0.01)
        methods[kind] = gate.interval.method
    assert methods == {"report": "newcombe", "predictions": "bootstrap"}


def test_outcomes_are_one_bit_a_sample(tmp_path):
    """In the order of the keys, whatever that of the file: 9 samples are two bytes."""
    path = answers(tmp_path, 6, count=9)
    found = evaluate(path)
    assert {len(digits) for digits in found.outcomes.values()} == {4}
    assert bin(int(found.outcomes["hit"], 16)).count("1") == 6
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(reversed(lines)))
    assert evaluate(path).outcomes == found.outcomes
    assert list(found.outcomes) == ["hit", "iou@0.5", "iou@0.75", "iou@0.9", "type", "name"]


def test_very_many_outcomes_are_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr("groundkit.metrics.baseline._MOST_OUTCOMES", 8)
    assert evaluate(answers(tmp_path, 6, count=9)).outcomes == {}


@pytest.mark.parametrize("digits", ["", "zz", "ffff", "ff" * 99])
def test_outcomes_that_do_not_fit_are_not_used(tmp_path, digits):
    path = answers(tmp_path, 60)
    found = msgspec.structs.replace(evaluate(path), outcomes={"hit": digits})
    report = tmp_path / "old.json"
    report.write_bytes(to_json(found))
    gates = Gates(max_drop=bounds("hit=0.01", option="--max-drop"), baseline=report)
    (gate,) = evaluate(path, gates=gates).gates
    assert gate.interval is not None and gate.interval.method == "newcombe"


def test_a_drop_from_a_report_without_outcomes(tmp_path):
    (gate,) = drop(tmp_path, 80, 60, "hit=0.01", kind="old report")
    assert gate.value == pytest.approx(0.2)
    assert gate.outcome == "failed"
    # Newcombe's method 10 for 80/100 and 60/100 (statsmodels 0.15, confint_proportions_2indep).
    assert gate.interval is not None
    assert gate.interval.low == pytest.approx(0.07311916)
    assert gate.interval.high == pytest.approx(0.31850510)


def test_a_small_drop_is_undecided_and_a_gain_passes(tmp_path):
    assert drop(tmp_path, 80, 75, "hit=0.02")[0].outcome == "undecided"
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
