import json

from groundkit.metrics.catalog import DEFAULTS
from groundkit.metrics.evaluate import Evaluation
from groundkit.report.json_report import to_json, write_json
from tests.metrics.builders import evaluate, make_gold, predict, spread, write_rows


def test_the_keys_and_their_order(tmp_path):
    file = write_rows(tmp_path / "p.jsonl", [predict(gold) for gold in spread(8)])
    report = json.loads(to_json(evaluate(file)))
    assert tuple(report) == Evaluation.__struct_fields__
    assert list(report["overall"]) == [
        *("n", "absent", "metrics", "points", "on_edge", "out_of_image", "naming"),
        "status",
    ]
    assert tuple(report["overall"]["metrics"]) == DEFAULTS
    assert list(report["groups"]) == ["type", "size", "source", "split"]
    alone = report["groups"]["source"]["coco"]
    for name, shown in report["overall"]["metrics"].items():
        assert alone["metrics"][name]["value"] == shown["value"]


def test_no_number_is_nan(tmp_path):
    def refuse(name):
        raise AssertionError(name)

    file = write_rows(tmp_path / "p.jsonl", [predict(make_gold(name=""), "hm")])
    report = json.loads(to_json(evaluate(file)), parse_constant=refuse)
    assert report["overall"]["metrics"]["dist"]["value"] is None
    assert report["overall"]["metrics"]["cer"]["value"] is None
    assert report["worst"][0]["verdict"]["distance"] is None


def test_the_same_predictions_give_the_same_bytes(tmp_path):
    file = write_rows(tmp_path / "p.jsonl", [predict(gold) for gold in spread(50)])
    for name in ("a.json", "b.json"):
        write_json(evaluate(file), tmp_path / name)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
