"""`groundkit compare` as a user types it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.metrics.builders import predict, spread, write_rows

GROUNDKIT = Path(sys.executable).parent / "groundkit"


def _compare(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([GROUNDKIT, "compare", *words], capture_output=True, text=True)


def _write(tmp_path: Path) -> tuple[Path, Path]:
    golds = spread(20)
    old = write_rows(tmp_path / "old.jsonl", [predict(gold) for gold in golds])
    lost = [predict(gold, "no idea" if row < 8 else None) for row, gold in enumerate(golds)]
    return old, write_rows(tmp_path / "new.jsonl", lost)


def test_a_report_on_the_console_and_as_json(tmp_path):
    old, new = _write(tmp_path)
    done = _compare(old, new, "--json", tmp_path / "out.json")
    assert done.returncode == 0, done.stderr
    assert "new hits 40.0 points less than old" in done.stdout
    report = json.loads((tmp_path / "out.json").read_text())
    assert report["versus"][0]["lost"] == 8
    assert report["signature"].endswith("|test:mcnemar,ar:10000")


def test_json_on_stdout_is_nothing_but_json(tmp_path):
    done = _compare(*_write(tmp_path), "--json", "-", "--flips", "2")
    assert len(json.loads(done.stdout)["versus"][0]["flips"]) == 2


def test_mistakes_end_in_one_line(tmp_path):
    old, new = _write(tmp_path)
    for words in ([old], [old, tmp_path / "none.jsonl"], [old, new, "--metric", "hat"]):
        done = _compare(*words)
        assert done.returncode == 2
        assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1, done.stderr


def test_the_report_does_not_replace_an_input(tmp_path):
    old, new = _write(tmp_path)
    before = new.read_bytes()
    assert _compare(old, new, "--json", new).returncode == 2
    assert new.read_bytes() == before
