"""Exit codes and one-line errors of verify, through the entry point of the command."""

import sys

import pytest

from groundkit.cli.main import run
from groundkit.dataset.build import make_dataset
from groundkit.dataset.screen import DatasetOptions
from tests.dataset.builders import noisy_screen


@pytest.fixture
def dataset(tmp_path):
    screens = [noisy_screen(tmp_path / "in", number) for number in range(7)]
    make_dataset(screens, tmp_path / "out", DatasetOptions())
    return tmp_path / "out"


def verify(monkeypatch, capsys, folder) -> tuple[int, list[str], str]:
    """Exit code, lines of output, error."""
    monkeypatch.setattr(sys, "argv", ["groundkit", "verify", str(folder)])
    with pytest.raises(SystemExit) as left:
        run()
    output = capsys.readouterr()
    return int(left.value.code or 0), output.out.splitlines(), output.err


def test_a_right_dataset(monkeypatch, capsys, dataset):
    code, lines, error = verify(monkeypatch, capsys, dataset)
    assert (code, error) == (0, "")
    assert lines == [f"{dataset}: every image, answer and split is right, every point has one box"]


def test_one_problem_is_not_called_problems(monkeypatch, capsys, dataset):
    path = dataset / "train.json"
    path.write_bytes(path.read_bytes().replace(b"assistant", b"user", 1))
    code, lines, error = verify(monkeypatch, capsys, dataset)
    assert (code, len(lines)) == (2, 1)
    assert error == f"error: {dataset}: 1 problem, above\n"


@pytest.mark.parametrize(
    ("removed", "shown", "words"),
    [(2, 2, "2 problems, all above"), (24, 20, "24 problems, the first 20 above")],
)
def test_many_problems_are_counted(monkeypatch, capsys, dataset, removed, shown, words):
    for path in sorted((dataset / "images").iterdir())[:removed]:
        path.unlink()
    code, lines, error = verify(monkeypatch, capsys, dataset)
    assert (code, len(lines)) == (2, shown)
    assert error == f"error: {dataset}: {words}\n"


def test_a_folder_without_a_dataset(monkeypatch, capsys, tmp_path):
    code, lines, error = verify(monkeypatch, capsys, tmp_path)
    assert (code, lines) == (2, [])
    assert error == (
        f"error: {tmp_path}: not a dataset: no dataset.json in it;"
        " make one with groundkit make-dataset\n"
    )
