"""Exit codes and one-line errors of preview, through the entry point of the command."""

import sys

import pytest

from groundkit.cli.main import run
from groundkit.dataset.build import make_dataset
from groundkit.dataset.screen import DatasetOptions
from tests.dataset.builders import noisy_screen


@pytest.fixture
def dataset(tmp_path):
    screens = [noisy_screen(tmp_path / "in", 0)]
    make_dataset(screens, tmp_path / "out", DatasetOptions(langs=("zh", "en")))
    return tmp_path / "out"


def preview(monkeypatch, capsys, *arguments) -> tuple[int, list[str], str]:
    """Exit code, lines of output, error."""
    monkeypatch.setattr(sys, "argv", ["groundkit", "preview", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        run()
    output = capsys.readouterr()
    return int(left.value.code or 0), output.out.splitlines(), output.err


@pytest.mark.parametrize(("count", "words"), [(1, "1 point"), (3, "3 points"), (99, "4 points")])
def test_it_says_what_is_shown_and_where(monkeypatch, capsys, dataset, tmp_path, count, words):
    out = tmp_path / "look"
    code, lines, error = preview(monkeypatch, capsys, dataset, "-o", out, "--count", count)
    assert (code, error) == (0, "")
    assert lines == [
        f"{words} of 8 samples",
        f"contact sheet  {out / 'preview.png'}",
        f"page           {out / 'preview.html'}",
    ]
    assert sorted(path.name for path in out.iterdir()) == ["preview.html", "preview.png"]


def test_a_missing_image_is_one_line(monkeypatch, capsys, dataset):
    for path in (dataset / "images").iterdir():
        path.unlink()
    code, lines, error = preview(monkeypatch, capsys, dataset)
    assert (code, lines) == (2, [])
    assert error.startswith("error: ")
    assert "cannot read the image: No such file or directory" in error
    assert error.count("\n") == 1


def test_a_folder_without_a_dataset(monkeypatch, capsys, tmp_path):
    code, lines, error = preview(monkeypatch, capsys, tmp_path)
    assert (code, lines) == (2, [])
    assert error.startswith(f"error: {tmp_path}: not a dataset: no dataset.json in it;")
