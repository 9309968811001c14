from pathlib import Path

import pytest

from groundkit.dataset import workspace
from groundkit.dataset.manifest import MARKER_FILE
from groundkit.errors import OptionError
from groundkit.metrics.evaluate import relocate
from groundkit.metrics.outputs import DATASET_FILES, check_output, check_reports
from groundkit.predict.reference import predict_reference
from groundkit.records import Prediction, Verdict
from groundkit.store import read_jsonl
from tests.metrics.builders import evaluate, make_gold, make_sample, predict, write_rows


@pytest.fixture
def dataset(tmp_path) -> Path:
    write_rows(tmp_path / "data" / "samples.jsonl", [make_sample()])
    (tmp_path / "data" / "images").mkdir()
    return tmp_path / "data"


def test_the_list_is_that_of_what_a_build_removes():
    assert sorted(DATASET_FILES) == sorted((*workspace._FILES, MARKER_FILE))


@pytest.mark.parametrize("name", [*DATASET_FILES, "images/a.png", "images/deep/a.png"])
@pytest.mark.parametrize("read", ["data", "data/samples.jsonl", None])
def test_no_report_replaces_a_file_of_a_dataset(tmp_path, dataset, name, read):
    predictions = write_rows(tmp_path / "p.jsonl", [predict(make_gold())])
    samples = None if read is None else tmp_path / read
    for option in ("json", "verdicts"):
        with pytest.raises(OptionError, match=f"--{option}: .* the dataset; name another file"):
            check_reports(predictions, samples, **{option: dataset / name})
    with pytest.raises(OptionError, match="--verdicts: "):
        evaluate(predictions, samples, verdicts=dataset / name)


def test_linked_images_are_images(tmp_path, dataset):
    (dataset / "images").rmdir()
    (tmp_path / "big").mkdir()
    (dataset / "images").symlink_to(tmp_path / "big")
    samples = dataset / "samples.jsonl"
    for name in ("data/images/a.png", "big/a.png"):
        with pytest.raises(OptionError, match=r"--output: .* would replace a file of the dataset"):
            predict_reference(dataset, tmp_path / name, "oracle")
        with pytest.raises(OptionError):
            check_output("--json", tmp_path / name, samples)


def test_other_names_and_folders_are_free(tmp_path, dataset):
    check_output("--json", dataset / "report.json", dataset / "samples.jsonl")
    # a folder without samples.jsonl is no dataset
    check_output("--json", tmp_path / "images" / "dataset.json", dataset / "samples.jsonl")
    check_output("--json", tmp_path / "README.md")


def test_one_stream_holds_one_report():
    stdout = Path("/dev/stdout")
    with pytest.raises(OptionError, match="--verdicts: '/dev/fd/1' is the file of --json"):
        check_reports(Path("p"), json=stdout, verdicts=Path("/dev/fd/1"))
    check_reports(Path("p"), json=Path("/dev/null"), verdicts=Path("/dev/null"))


# --- where image paths start ----------------------------------------------------------------


@pytest.mark.parametrize("which", ["predictions", "samples"])
def test_images_are_relative_to_the_file_that_a_link_leads_to(tmp_path, monkeypatch, which):
    monkeypatch.chdir(tmp_path)
    row = predict(make_gold(), "hm")
    write_rows(Path("runs/p.jsonl"), [row])
    write_rows(Path("data/samples.jsonl"), [make_sample()])
    Path("links").mkdir()
    predictions, dataset, home = Path("runs/p.jsonl"), None, "runs"
    if which == "predictions":
        predictions = Path("links/p.jsonl")
        predictions.symlink_to("../runs/p.jsonl")
    else:
        dataset, home = Path("links/samples.jsonl"), "data"
        dataset.symlink_to("../data/samples.jsonl")
    found = evaluate(predictions, dataset, verdicts=Path("out/v.jsonl"))
    assert found.worst[0].verdict.image == f"{home}/images/a.png"
    moved = relocate(found, Path("out/report.json"))
    assert moved.worst[0].verdict.image == f"../{home}/images/a.png"
    (verdict,) = read_jsonl(Path("out/v.jsonl"), Verdict)
    assert verdict.image == f"../{home}/images/a.png"


def test_predictions_of_linked_samples_lead_to_the_images(tmp_path, dataset):
    (tmp_path / "s.jsonl").symlink_to(dataset / "samples.jsonl")
    predict_reference(tmp_path / "s.jsonl", tmp_path / "p.jsonl", "oracle")
    (row,) = read_jsonl(tmp_path / "p.jsonl", Prediction)
    assert row.gold is not None
    assert row.gold.image == "data/images/a.png"


def test_predictions_through_a_link_are_relative_to_the_file(tmp_path, dataset):
    (tmp_path / "runs").mkdir()
    (tmp_path / "p.jsonl").symlink_to("runs/p.jsonl")
    predict_reference(dataset, tmp_path / "p.jsonl", "oracle")
    (row,) = read_jsonl(tmp_path / "runs" / "p.jsonl", Prediction)
    assert row.gold is not None
    assert row.gold.image == "../data/images/a.png"
