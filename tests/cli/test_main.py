"""What the command does when the world around it misbehaves."""

import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from groundkit import __version__
from groundkit.records import Gold, Prediction
from groundkit.store import encode_line
from tests.metrics.builders import make_gold, predict, spread, write_rows

ROOT = Path(__file__).parents[2]
COMMAND = f"{sys.executable} -m groundkit"


def shell(command, **environment):
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
    )


def test_version():
    assert shell(f"{COMMAND} --version").stdout == f"groundkit {__version__}\n"


def test_a_terminal_without_utf8_gets_question_marks(tmp_path):
    gold = Gold(
        id="a",
        image="a.png",
        width=100,
        height=80,
        original=(100, 80),
        box=(10, 10, 50, 30),
        type="text",
        name="地址",
        point=(20, 20),
    )
    row = Prediction(id="a", text="你好", frame="resized", gold=gold)
    (tmp_path / "p.jsonl").write_bytes(encode_line(row))
    result = shell(f"{COMMAND} eval {tmp_path}/p.jsonl", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert result.returncode == 0, result.stderr
    assert "text-??" in result.stdout


@pytest.mark.parametrize("verb", ["make-dataset", "preview", "verify", "predict", "eval"])
def test_a_full_output_is_one_line(verb):
    result = shell(f"{COMMAND} {verb} --help > /dev/full")
    assert result.returncode != 0
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "rest",
    [
        "| true",
        "| head -1",
        "2>&1 | head -1",
        "--json - | true",
        "--verdicts - | head -1",
        "--verdicts - --workers 2 | true",
        "--json out.json 2>&1 | true",
        ">&-",
        "> /dev/null 2>&-",
    ],
)
@pytest.mark.parametrize(("bound", "code"), [("0.9", 1), ("0.1", 0)])
def test_a_reader_that_leaves_does_not_change_the_verdict(tmp_path, rest, bound, code):
    golds = spread(4000)  # verdicts of some megabytes: more than a pipe holds
    path = write_rows(
        tmp_path / "p.jsonl",
        [predict(gold, None if row % 2 else "no idea") for row, gold in enumerate(golds)],
    )
    line = f"cd {tmp_path} && {COMMAND} eval {path} --fail-under hit={bound} {rest}"
    done = shell(f"set +o pipefail; {line}; exit ${{PIPESTATUS[0]}}", PYTHONPATH=str(ROOT))
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr


@pytest.mark.parametrize("rest", ["| true", "--json - | true"])
def test_lint_says_what_it_found_to_nobody(tmp_path, rest):
    path = write_rows(tmp_path / "gold.jsonl", [make_gold(box=(900, 10, 2000, 60))])
    line = f"{COMMAND} lint {path} {rest}; exit ${{PIPESTATUS[0]}}"
    assert shell(f"set +o pipefail; {line}").returncode == 1


def test_an_unknown_verb_or_option_is_exit_code_2():
    for arguments in ("evaluate", "eval --wrong"):
        result = shell(f"{COMMAND} {arguments}")
        assert result.returncode == 2
        assert "Traceback" not in result.stderr


def test_a_link_to_itself_is_one_line(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for arguments in (
        ["eval", "loop"],
        ["eval", "p.jsonl", "--json", "loop"],
        ["eval", "p.jsonl", "--dataset", "loop"],
        ["predict", "loop", "--reference", "oracle", "-o", "p.jsonl"],
        ["make-dataset", "loop", "--out", "x"],
        ["make-dataset", ".", "--out", "loop"],
    ):
        command = shlex.join([sys.executable, "-m", "groundkit", *arguments])
        result = shell(f"cd {shlex.quote(str(tmp_path))} && {command}", PYTHONPATH=str(ROOT))
        assert result.returncode == 2, (arguments, result.stderr)
        assert result.stderr.count("\n") == 1, result.stderr
        assert result.stderr.startswith("error: ")


def test_predictions_from_a_socket():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(b'{"id": "a", "text": "x"}\n')
        ours.shutdown(socket.SHUT_WR)
        command = [sys.executable, "-m", "groundkit", "eval", "-"]
        result = subprocess.run(
            command, stdin=theirs, capture_output=True, text=True, cwd=ROOT, check=False
        )
    # It was read: what is missing is the gold record of its row.
    assert result.stderr.startswith("error: /dev/stdin:1: the row has no `gold`")
