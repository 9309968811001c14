"""groundkit synth as a user calls it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from groundkit.cli.main import app
from groundkit.errors import OptionError
from groundkit.records import Screen
from groundkit.store import read_jsonl
from groundkit.synth import DESIGNS, UNSEEN_DESIGNS, fonts


def synth(*arguments):
    words = ["synth", *map(str, arguments), "--workers", "1"]
    return CliRunner().invoke(app, words)


def test_it_makes_screens_and_says_what_to_do_with_them(tmp_path):
    out = tmp_path / "s"
    result = synth("--n", 3, "--out", out, "--fonts", "bundled", "--lang", "en")
    assert result.exit_code == 0, result.output
    assert f"3 screens in {out}" in result.stdout
    assert f"groundkit make-dataset {out} --out data" in result.stdout
    assert len(list(read_jsonl(out / "screens.jsonl", Screen))) == 3
    again = synth("--n", 3, "--out", out, "--fonts", "bundled", "--lang", "en")
    assert "was there already" in again.stdout


def test_options_reach_the_screens(tmp_path):
    result = synth(
        "--n", 2, "--out", tmp_path / "s", "--fonts", "bundled", "--lang", "en",
        "--design", "poster", "--seed", 4, "--size", "390x844",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    screens = list(read_jsonl(tmp_path / "s" / "screens.jsonl", Screen))
    assert [screen.id for screen in screens] == ["poster-4-000000", "poster-4-000001"]
    assert {(screen.width, screen.height) for screen in screens} == {(390, 844)}


@pytest.fixture
def no_fonts(tmp_path, monkeypatch):
    folder = tmp_path / "fonts"
    folder.mkdir()
    monkeypatch.setattr(fonts, "font_folders", lambda: [folder])


@pytest.mark.usefixtures("no_fonts")
@pytest.mark.parametrize("words", [(), ("--lang", "both")], ids=["by itself", "asked"])
def test_without_a_chinese_font_screens_are_english_and_that_is_said(tmp_path, words):
    result = synth("--n", 2, "--out", tmp_path / "s", *words)
    assert result.exit_code == 0, result.output
    (line,) = result.stderr.splitlines()
    assert "no font has Chinese letters" in line
    assert "apt-get install fonts-" in line
    screens = list(read_jsonl(tmp_path / "s" / "screens.jsonl", Screen))
    assert all(e.text.isascii() for screen in screens for e in screen.elements)


@pytest.mark.usefixtures("no_fonts")
def test_chinese_alone_without_a_font_is_refused(tmp_path):
    result = synth("--out", tmp_path / "s", "--lang", "zh")
    assert isinstance(result.exception, OptionError)
    assert "apt-get install" in str(result.exception)
    assert not (tmp_path / "s").exists()


def test_english_alone_says_nothing_of_fonts(tmp_path):
    result = synth("--n", 1, "--out", tmp_path / "s", "--fonts", "bundled")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""


@pytest.mark.parametrize(
    "words",
    [("--n", "0"), ("--n", "many"), ("--lang", "fr"), ("--fonts", "comic"), ("--workers", "-1")],
    ids=" ".join,
)
def test_values_that_are_no_choice_are_usage_errors(tmp_path, words):
    assert CliRunner().invoke(app, ["synth", "--out", str(tmp_path / "s"), *words]).exit_code == 2
    assert not (tmp_path / "s").exists()


def test_help_names_every_design():
    help = " ".join(CliRunner().invoke(app, ["synth", "--help"]).stdout.split())
    assert all(design in help for design in (*DESIGNS, "mixed"))
    for name in UNSEEN_DESIGNS:
        assert help.index(name) > help.index("mixed for all of these")


def test_errors_are_one_line_and_exit_code_2(tmp_path):
    """In a process of its own, as a shell sees it."""
    (tmp_path / "notes.txt").write_text("mine")
    command = [sys.executable, "-m", "groundkit", "synth", "--out", tmp_path]
    command += ["--fonts", "bundled", "--n", "1", "--workers", "1"]
    for words in (["--design", "nope"], ["--size", "10x10"], ["--lang", "zh"], []):
        done = subprocess.run(
            [*command, *words],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        error = done.stderr.splitlines()[-1]
        assert error.startswith("error: ")
        assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
