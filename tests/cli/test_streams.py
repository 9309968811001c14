"""Pipes: data on standard output alone, readers that leave, links to /dev/stdout."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from groundkit.records import Prediction
from groundkit.store import read_jsonl
from tests.metrics.builders import make_gold, make_sample, predict, write_rows

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path) -> Path:
    write_rows(tmp_path / "data" / "samples.jsonl", [make_sample(f"s{n}") for n in range(40)])
    write_rows(tmp_path / "runs" / "p.jsonl", [predict(make_gold(), "hm")])
    return tmp_path


def shell(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """`gk` is the command."""
    script = f'gk() {{ "{sys.executable}" -m groundkit "$@"; }}\n{command}'
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", script],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )


PREDICT = "gk predict data --reference oracle"


@pytest.mark.parametrize("output", ["-", "/dev/stdout", "/dev/fd/1"])
@pytest.mark.parametrize("source", ["-", "/dev/stdin"])
def test_predict_into_eval(folder, output, source):
    done = shell(folder, f"{PREDICT} -o {output} | gk eval {source}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("centre-hit 100.0 %  mean IoU 1.000  on 40 samples")
    assert done.stderr == f"40 predictions -> {output}\n"


@pytest.mark.parametrize("output", ["-", "/dev/stdout"])
def test_standard_output_holds_nothing_but_the_json(folder, output):
    done = shell(folder, f"gk eval runs/p.jsonl --json {output}")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    # a pipe lies nowhere, so paths start at the working directory
    assert report["worst"][0]["verdict"]["image"] == "runs/images/a.png"
    assert done.stderr.startswith("centre-hit 0.0 %")
    assert "wrote /dev" not in done.stderr


def test_standard_output_holds_nothing_but_the_verdicts(folder):
    done = shell(folder, "gk eval runs/p.jsonl --verdicts - --json r.json")
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["image"] == "runs/images/a.png"
    assert done.stderr.splitlines()[-1] == "wrote r.json"


def test_both_reports_do_not_fit_into_one_pipe(folder):
    done = shell(folder, "gk eval runs/p.jsonl --json - --verdicts -")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--verdicts: '/dev/stdout' is the file of --json" in done.stderr


def test_what_was_written_is_said_on_standard_error(folder):
    done = shell(folder, "gk eval runs/p.jsonl --json r.json")
    assert "wrote r.json" not in done.stdout
    assert done.stderr == "wrote r.json\n"


def test_a_link_to_standard_output_is_written_through(folder):
    (folder / "so").symlink_to("/proc/self/fd/1")
    done = shell(folder, "mkdir out; gk eval runs/p.jsonl --verdicts so > out/v.jsonl")
    assert done.returncode == 0, done.stderr
    assert (folder / "so").is_symlink()
    (line,) = (folder / "out" / "v.jsonl").read_text(encoding="utf-8").splitlines()
    # relative to the file that the shell has opened
    assert json.loads(line)["image"] == "../runs/images/a.png"


def test_appending_to_a_file_keeps_what_is_in_it(folder):
    command = f"{PREDICT} -o - > all.jsonl; {PREDICT} -o /dev/stdout >> all.jsonl"
    assert shell(folder, command).returncode == 0
    assert len(list(read_jsonl(folder / "all.jsonl", Prediction))) == 80


def test_the_images_of_redirected_and_of_piped_predictions(folder):
    done = shell(folder, "gk eval /dev/stdin --json - < runs/p.jsonl")
    assert json.loads(done.stdout)["worst"][0]["verdict"]["image"] == "runs/images/a.png"
    done = shell(folder, "gk eval <(cat runs/p.jsonl) --json out/r.json")
    assert done.returncode == 0, done.stderr
    report = json.loads((folder / "out" / "r.json").read_bytes())
    assert report["worst"][0]["verdict"]["image"] == "../images/a.png"
    assert "image  images/a.png" in done.stdout


@pytest.mark.parametrize("reader", ["true", "head -n 1 > /dev/null"])
@pytest.mark.parametrize(
    "command",
    [
        *("--help", "eval --help", "--version", "predict data --reference oracle -o -"),
        *("eval runs/p.jsonl", "eval runs/p.jsonl --json -", "eval runs/p.jsonl --verdicts -"),
    ],
)
def test_a_reader_that_leaves_is_no_error(folder, command, reader):
    # A moment later, so that `true` has gone.
    done = shell(folder, f"(sleep 0.2; gk {command}) 2> errors | {reader}")
    errors = (folder / "errors").read_text(encoding="utf-8")
    assert done.returncode == 0, errors
    assert "Traceback" not in errors
    assert "Broken" not in errors


def test_a_reader_that_leaves_in_the_middle_of_the_data(folder):
    write_rows(folder / "data" / "samples.jsonl", [make_sample(f"s{n}") for n in range(4000)])
    done = shell(folder, f"{PREDICT} -o - | head -n 1")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["id"] == "s0"


def test_the_next_command_can_be_run_for_any_name(folder):
    done = shell(folder, f"{PREDICT} -o -p.jsonl")
    assert done.stderr.splitlines()[-1] == "next: groundkit eval ./-p.jsonl"
    assert shell(folder, "gk eval ./-p.jsonl").returncode == 0
