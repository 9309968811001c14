import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from groundkit.cli.main import app
from groundkit.contract import contract_for_family
from groundkit.errors import DataError, GroundkitError, OptionError
from groundkit.metrics.evaluate import evaluate
from groundkit.predict.job import weights_of
from groundkit.predict.run import predict_model
from groundkit.records import Prediction, Sample
from groundkit.store import read_jsonl
from tests.predict.builders import make_job


def rows(path: Path) -> list[Prediction]:
    return list(read_jsonl(path, Prediction))


def samples(dataset: Path) -> list[Sample]:
    return list(read_jsonl(dataset / "samples.jsonl", Sample))


def test_predictions_are_in_the_order_of_the_dataset_and_can_be_scored(tmp_path, bare, model):
    out = tmp_path / "p.jsonl"
    outcome = predict_model(make_job(bare, out, model))
    found = rows(out)
    assert [row.id for row in found] == [sample.id for sample in samples(bare)]
    assert outcome.rows == outcome.fresh == len(found)
    assert {(row.frame, row.seen, row.draw, row.model) for row in found} == {
        ("resized", None, 0, model)
    }
    assert evaluate(out).overall.n == evaluate(out, bare).overall.n == len(found)


def test_starred_images_and_several_draws(tmp_path, starred, model):
    out = tmp_path / "p.jsonl"
    predict_model(make_job(starred, out, model, draws=3, temperature=1.0, limit=4))
    found = rows(out)
    ids = [sample.id for sample in samples(starred)[:4]]
    assert [(row.id, row.draw) for row in found] == [(id, n) for id in ids for n in range(3)]
    assert len({row.text for row in found}) > 6
    assert evaluate(out).overall.n == 4


def test_a_model_with_smaller_images_says_what_it_saw(tmp_path, bare, model):
    out = tmp_path / "p.jsonl"
    contract = msgspec.structs.replace(contract_for_family("qwen2.5-vl"), max_pixels=84 * 84)
    predict_model(make_job(bare, out, model, contract=contract, limit=3))
    for row in rows(out):
        assert row.seen is not None
        assert row.seen[0] * row.seen[1] <= 84 * 84 < row.gold.width * row.gold.height


def test_a_run_that_is_killed_goes_on_to_the_same_bytes(tmp_path, bare, model):
    import torch

    drawn = ["--n", "2", "--temperature", "1", "--batch-size", "2", "--max-new-tokens", "24"]
    out, part = tmp_path / "p.jsonl", tmp_path / ".p.jsonl.0.rows"
    command = [sys.executable, "-m", "groundkit", "predict", str(bare), "--model", model]
    # Sums of floats depend on the number of threads.
    env = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}
    process = subprocess.Popen([*command, *drawn, "-o", str(out), "--device", "cpu"], env=env)
    while not (part.exists() and part.read_bytes().count(b"\n") > 3):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not out.exists()
    kept = part.read_bytes().count(b"\n") - 1
    fields = {"draws": 2, "temperature": 1.0, "batch_size": 2, "max_new_tokens": 24}
    outcome = predict_model(make_job(bare, out, model, **fields))
    assert outcome.rows - outcome.fresh == kept
    whole = tmp_path / "whole.jsonl"
    predict_model(make_job(bare, whole, model, **fields))
    assert out.read_bytes() == whole.read_bytes()


def test_on_a_full_disk_a_run_stops_and_goes_on_to_the_same_bytes(tmp_path, bare, model):
    """The limit on the size of a file stands for a full disk: the same error of the same call."""
    out, whole = tmp_path / "p.jsonl", tmp_path / "whole.jsonl"
    predict_model(make_job(bare, whole, model, batch_size=2))
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (whole.stat().st_size // 2, hard))
    try:
        with pytest.raises(DataError, match="cannot write: File too large; make room; the same c"):
            predict_model(make_job(bare, out, model, batch_size=2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    outcome = predict_model(make_job(bare, out, model, batch_size=2))
    assert 0 < outcome.fresh < outcome.rows
    assert out.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("ends", ["every token", "none that it writes"])
def test_a_model_that_writes_nothing_or_never_stops(tmp_path, bare, model, ends):
    """Its rows are written, and the command fails."""
    broken, out = tmp_path / "broken", tmp_path / "p.jsonl"
    shutil.copytree(model, broken)
    config = json.loads((broken / "generation_config.json").read_text())
    tokens = json.loads((broken / "config.json").read_text())["text_config"]["vocab_size"]
    config["eos_token_id"] = list(range(tokens)) if ends == "every token" else [tokens - 1]
    (broken / "generation_config.json").write_text(json.dumps(config))
    words = ["predict", bare, "--model", broken, "-o", out, "--max-new-tokens", "5", "--limit", "3"]
    result = CliRunner().invoke(app, list(map(str, words)))
    what = "empty; do the prompt" if ends == "every token" else "cut at the limit of length; --max-"
    assert f"all 3 answers are {what}" in str(result.exception)
    assert isinstance(result.exception, GroundkitError)  # which `start` makes exit code 2 of
    texts = [row.text for row in rows(out)]
    assert len(texts) == 3 and any(texts) == (ends != "every token")
    assert evaluate(out).overall.n == 3


def test_missing_images_are_named_and_the_rest_is_kept(tmp_path, model):
    from tests.predict.conftest import build

    data, out = build(tmp_path / "data", "star"), tmp_path / "p.jsonl"
    gone = samples(data)[1]
    image = (data / gone.image).read_bytes()
    (data / gone.image).unlink()
    local = make_job(data, out, model, limit=4)
    lost = [sample.id for sample in samples(data)[:4] if sample.image == gone.image]
    assert gone.id in lost
    with pytest.raises(DataError) as caught:
        predict_model(local)
    said = f"{len(lost)} of 4 answers are missing ({', '.join(lost)}): {data / gone.image}: cannot"
    assert str(caught.value).startswith(said)
    lines = (tmp_path / "p.missing.jsonl").read_text().splitlines()
    listed = [json.loads(line) for line in lines]
    assert [line["id"] for line in listed] == lost
    assert all("cannot read the image: No such file" in line["problem"] for line in listed)
    assert not out.exists()
    (data / gone.image).write_bytes(image)
    assert predict_model(local).fresh == len(lost)
    assert len(rows(out)) == 4
    assert not (tmp_path / "p.missing.jsonl").exists()


def test_a_partial_file_counts_what_has_no_answer_as_wrong_and_can_be_completed(tmp_path, model):
    from tests.predict.conftest import build

    data, out = build(tmp_path / "data", "star"), tmp_path / "p.jsonl"
    gone = samples(data)[1]
    image = (data / gone.image).read_bytes()
    (data / gone.image).unlink()
    local = make_job(data, out, model, limit=4, partial=True)
    outcome = predict_model(local)
    assert gone.id in outcome.missing
    assert (outcome.rows, outcome.fresh) == (4, 4 - len(outcome.missing))
    lost = {row.id: row for row in rows(out) if row.problem}
    assert [*lost] == outcome.missing
    assert lost[gone.id].text == "" and "cannot read the image" in lost[gone.id].problem
    report = evaluate(out).overall
    assert (report.n, report.n - report.status.get("scored", 0) >= len(lost)) == (4, True)
    (data / gone.image).write_bytes(image)
    assert predict_model(local).fresh == len(outcome.missing)
    assert [row.problem for row in rows(out)] == [""] * 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "p.jsonl"]


def test_a_run_inside_the_folder_of_its_model_goes_on(tmp_path, bare, model):
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    local = make_job(bare, folder / "p.jsonl", str(folder), limit=4)
    weights = local.prepare().settings["set of weights"]
    predict_model(local)
    assert local.prepare().settings["set of weights"] == weights
    (folder / "chat_template.jinja").write_text("another")
    assert local.prepare().settings["set of weights"] != weights


@pytest.mark.parametrize("name", ["~/mine", "./mine", "mine"])
def test_other_weights_are_noticed_however_a_folder_is_named(tmp_path, model, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    shutil.copytree(model, tmp_path / "mine")
    before = weights_of(name, None)
    os.utime(tmp_path / "mine" / "model.safetensors", (1, 1))
    assert weights_of(name, None) != before
    (tmp_path / "adapter_model.safetensors").touch()
    with_adapter = weights_of(name, ".")
    os.utime(tmp_path / "adapter_model.safetensors", (1, 1))
    assert weights_of(name, ".") != with_adapter


def test_the_type_and_the_kind_of_device_are_settings(tmp_path, bare, model):
    settings = make_job(bare, tmp_path / "p.jsonl", model).prepare().settings
    assert (settings["dtype"], settings["kind of device"]) == ("float32", "cpu")


def test_a_dataset_unlike_what_the_model_was_trained_on_is_said(tmp_path, bare, model):
    local = make_job(bare, tmp_path / "p.jsonl", model)
    assert local.prepare().notes == ["the model was trained with marker star; the dataset has none"]
    contract = msgspec.structs.replace(local.job.contract, langs=("en",), marker="none")
    local = make_job(bare, tmp_path / "p.jsonl", model, contract=contract)
    assert local.prepare().notes == ["the model was not trained on questions in zh"]
    family = contract_for_family("qwen2.5-vl")
    assert make_job(bare, tmp_path / "p.jsonl", model, contract=family).prepare().notes == []


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (".", r"'[^']*' is a folder; -o .*/predictions.jsonl"),
        ("file/p.jsonl", "is no folder to write in"),
    ],
)
def test_an_output_that_cannot_be_written_is_noticed_first(tmp_path, bare, model, output, message):
    (tmp_path / "file").touch()
    with pytest.raises(OptionError, match=message):
        make_job(bare, tmp_path / output, model).prepare()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"draws": 2}, "--n: without a temperature all 2 answers to a sample are the same"),
        ({"draws": 0}, "--n: 0 answers a sample are none"),
        ({"temperature": -1.0}, "--temperature: no temperature of -1"),
        ({"max_new_tokens": 0}, "--max-new-tokens: no answer has 0 tokens"),
        ({"batch_size": 0}, "--batch-size: a batch of 0 is none"),
        ({"split": "test"}, "--split: unknown value 'test'"),
        ({"prompt": "x"}, "--prompt: no prompt 'x'"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_unusable_options(tmp_path, bare, model, fields, message):
    with pytest.raises(OptionError, match=message):
        predict_model(make_job(bare, tmp_path / "p.jsonl", model, **fields))
    assert list(tmp_path.iterdir()) == []


def test_no_file_of_the_dataset_is_replaced(bare, model):
    with pytest.raises(OptionError, match="would replace a file of the dataset"):
        predict_model(make_job(bare, bare / "train.json", model))
