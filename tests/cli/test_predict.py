import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from groundkit.cli.main import app
from groundkit.errors import GroundkitError
from groundkit.records import Prediction
from groundkit.store import read_jsonl
from tests.metrics.builders import make_sample, write_rows


@pytest.fixture
def dataset(tmp_path) -> Path:
    samples = [make_sample(f"s{n}", split="val" if n < 2 else "train") for n in range(5)]
    return write_rows(tmp_path / "data" / "samples.jsonl", samples).parent


def run(*arguments) -> str:
    result = CliRunner().invoke(app, ["predict", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_predictions_are_written_and_the_next_command_is_named(tmp_path, dataset):
    out = tmp_path / "p.jsonl"
    output = run(dataset, "--reference", "oracle", "-o", out)
    assert output.splitlines() == [f"5 predictions -> {out}", f"next: groundkit eval {out}"]
    assert len(list(read_jsonl(out, Prediction))) == 5


def test_the_next_command_can_be_pasted(tmp_path, dataset):
    out = tmp_path / "my preds; rm -rf $HOME.jsonl"
    last = run(dataset, "--reference", "oracle", "-o", out).splitlines()[-1]
    assert shlex.split(last) == ["next:", "groundkit", "eval", str(out)]


def test_a_file_of_the_dataset_is_kept(dataset):
    with pytest.raises(GroundkitError, match="would replace a file of the dataset; name another"):
        run(dataset, "--reference", "oracle", "-o", dataset / "train.json")
    assert not (dataset / "train.json").exists()


def test_options(tmp_path, dataset):
    out = tmp_path / "p.jsonl"
    run(dataset, "--reference", "centre", "-o", out, "--split", "val", "--box-size", "100X50")
    # 1000 x 500 px
    texts = [row.text for row in read_jsonl(out, Prediction)]
    assert texts == ["<box>[[450, 225, 550, 275]]</box>"] * 2


def test_the_seed_changes_random(tmp_path, dataset):
    for seed in (0, 1):
        run(dataset, "--reference", "random", "-o", tmp_path / f"{seed}.jsonl", "--seed", seed)
    assert (tmp_path / "0.jsonl").read_bytes() != (tmp_path / "1.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--reference", "best"], "--reference: unknown reference 'best'; valid: oracle, point-"),
        (["--reference", "centre", "--box-size", "64"], "--box-size: not a size: '64'; write it"),
        (
            ["--reference", "centre", "--box-size", f"4x{'9' * 5000}"],
            f"size: '4x{'9' * 38}…'; write",
        ),
        (["--reference", "centre", "--box-size", "4x5x6"], "--box-size: not a size: '4x5x6'"),
        (["--reference", "centre", "--box-size", "-4x5"], "--box-size: not a size: '-4x5'"),
        (["--reference", "centre", "--box-size", "0x4"], "a box of 0x4 pixels is empty"),
        (
            ["--reference", "oracle", "--split", "test"],
            "--split: unknown value 'test'; valid: all, train, val",
        ),
    ],
)
def test_unusable_options_are_one_clear_error(tmp_path, dataset, options, message):
    with pytest.raises(GroundkitError, match=message):
        run(dataset, "-o", tmp_path / "p.jsonl", *options)
    assert not (tmp_path / "p.jsonl").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "--model: who answers?; --model tiny, or --reference oracle"),
        (["--endpoint", "http://h/v1"], "--model: who answers?; --endpoint URL --model NAME"),
        (["--reference", "oracle", "--model", "tiny"], "--reference: a reference needs no model"),
        (["--reference", "oracle", "--temperature", "1"], "--temperature: a reference has no use"),
        (["--reference", "oracle", "--processes", "2"], "--processes: a reference has no use"),
        (
            ["--model", "m", "--endpoint", "http://h/v1", "--device", "cpu"],
            "--device: a server has no use for it",
        ),
        (["--model", "m", "--api-key-env", "K"], "--api-key-env: a model that runs here has no"),
        (["--model", "./nowhere"], "--model: no model at './nowhere'"),
        (
            ["--model", "m", "--endpoint", "http://h/v1"],
            "in which frame m writes coordinates is not known; declare it: --model-family NAME",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_one_source_of_answers(tmp_path, dataset, options, message):
    with pytest.raises(GroundkitError, match=re.escape(message)):
        run(dataset, "-o", tmp_path / "p.jsonl", *options)
    assert not (tmp_path / "p.jsonl").exists()


def test_references_need_no_torch(tmp_path, dataset):
    """In a process where it cannot be imported."""
    out = tmp_path / "p.jsonl"
    code = "import sys; sys.modules['torch'] = sys.modules['transformers'] = None\n"
    code += "from groundkit.cli import start; start()"
    words = ["predict", str(dataset), "--reference", "oracle", "-o", str(out)]
    subprocess.run([sys.executable, "-c", code, *words], check=True, capture_output=True)
    assert len(list(read_jsonl(out, Prediction))) == 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--reference", "oracle", "--frame", "norm1"], "--frame: a reference has no use for it"),
        (["--reference", "oracle", "--partial"], "--partial: a reference has no use for it"),
        (["--reference", "oracle", "--retries", "1"], "--retries: a reference has no use for it"),
        (["--model", "tiny", "--timeout", "9"], "--timeout: a model that runs here has no use"),
        (["--model", "tiny", "--box-size", "9x9"], "--box-size: a model that runs here has no use"),
        (["--model", "m", "--endpoint", "http://h", "--batch-size", "2"], "a server has no use"),
        (
            ["--model", "m", "--endpoint", "http://h"],
            "is not known; declare it: --model-family NAME",
        ),
        (["--model", "tiny", "--n", "9999", "--temperature", "1"], "--n: 9999 answers a sample"),
        (["--model", "tiny", "--device", "meta"], "--device: no device 'meta' here; valid: cpu"),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, list) else "",
)
def test_options_that_mean_nothing_are_refused(tmp_path, dataset, options, message):
    with pytest.raises(GroundkitError, match=message):
        run(dataset, *options, "-o", tmp_path / "p.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_guessed_family_is_said_before_anything_else(tmp_path, dataset):
    words = [sys.executable, "-m", "groundkit", "predict", dataset, "--model", "UI-TARS-7B"]
    words += ["--endpoint", "http://127.0.0.1:9/v1", "--retries", "0", "-o", tmp_path / "p.jsonl"]
    words += ["--prompt", "ui-tars"]
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    first, *_, last = done.stderr.splitlines()
    assert first.startswith(
        "no groundkit.json: by its name the model is ui-tars, which writes norm"
    )
    assert last.startswith("error: 5 of 5 answers are missing (s0, s1, s2, …): ")
    assert done.returncode == 2
