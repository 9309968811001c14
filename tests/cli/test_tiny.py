"""`groundkit tiny`: files, exit codes and one-line errors."""

import sys

import pytest

from groundkit.cli.main import run


def tiny(monkeypatch, capfd, *arguments) -> tuple[int, str]:
    """Exit code and error."""
    monkeypatch.setattr(sys, "argv", ["groundkit", "tiny", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        run()
    output = capfd.readouterr()
    assert output.out == ""
    return int(left.value.code or 0), output.err


FILES = {
    "chat_template.jinja",
    "config.json",
    "generation_config.json",
    "groundkit.json",
    "model.safetensors",
    "processor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
}


@pytest.mark.parametrize(
    "options", [(), ("--untrained", "--seed", 4)], ids=["trained", "untrained"]
)
def test_a_folder_is_written(monkeypatch, capfd, tmp_path, options):
    out = tmp_path / "new" / "model"
    assert tiny(monkeypatch, capfd, "--out", out, *options) == (0, f"the tiny model -> {out}\n")
    assert {path.name for path in out.iterdir()} == FILES
    assert [path.name for path in out.parent.iterdir()] == ["model"]


def test_the_same_seed_gives_the_same_files(monkeypatch, capfd, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        tiny(monkeypatch, capfd, "--out", tmp_path / name, "--untrained", "--seed", seed)
    one, same, other = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in "abc"
    )
    assert one == same
    assert {name for name in one if one[name] != other[name]} == {"model.safetensors"}


def test_a_seed_means_nothing_to_trained_weights(monkeypatch, capfd, tmp_path):
    code, error = tiny(monkeypatch, capfd, "--out", tmp_path / "a", "--seed", 1)
    assert (code, error) == (
        2,
        "error: --seed: the trained weights have no seed; add --untrained\n",
    )


@pytest.mark.parametrize("options", [(), ("--untrained",)], ids=["trained", "untrained"])
def test_a_folder_with_files_is_left_alone(monkeypatch, capfd, tmp_path, options):
    (tmp_path / "mine").touch()
    code, error = tiny(monkeypatch, capfd, "--out", tmp_path, *options)
    assert (code, error) == (
        2,
        f"error: --out: {tmp_path} is there already; name a new folder\n",
    )


def test_a_folder_that_cannot_be_made(monkeypatch, capfd, tmp_path):
    (tmp_path / "file").touch()
    code, error = tiny(monkeypatch, capfd, "--out", tmp_path / "file" / "model")
    assert code == 2
    assert error.startswith("error: ")
    assert error.count("\n") == 1


def test_without_torch_the_way_to_install_it_is_shown(monkeypatch, capfd, tmp_path):
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "torch" else real(name)
    )
    code, error = tiny(monkeypatch, capfd, "--out", tmp_path / "model")
    assert (code, error) == (
        2,
        "error: models need torch, which is not installed; pip install 'groundkit[train]'\n",
    )
