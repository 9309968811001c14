import pytest
from typer.testing import CliRunner

from groundkit.cli.main import app
from groundkit.errors import GroundkitError
from groundkit.recipe import read_recipe
from groundkit.recipe.write import PRESETS


def run(*arguments) -> str:
    result = CliRunner().invoke(app, ["recipe", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_all_recipes_are_listed():
    lines = run().splitlines()
    assert [line.split()[0] for line in lines[: len(PRESETS)]] == list(PRESETS)


def test_one_is_written_and_the_next_command_named(tmp_path):
    path = tmp_path / "r.yaml"
    assert run("tiny-cpu", "--data", "mine", "-o", path).splitlines() == [
        f"the recipe -> {path}",
        f"next: groundkit train {path}",
    ]
    assert read_recipe(path).data.train == "mine"
    with pytest.raises(GroundkitError, match="is there; name another file"):
        run("tiny-cpu", "-o", path)


def test_one_for_a_model_and_a_machine(tmp_path):
    path = tmp_path / "r.yaml"
    run("--model", "./mine", "--gpus", 4, "--machines", 2, "--full", "-o", path)
    recipe = read_recipe(path)
    assert (recipe.model.name, recipe.model.train) == ("./mine", "full")
    assert (recipe.launch.processes, recipe.launch.machines) == (4, 2)


def test_keys_are_explained():
    said = run("--explain")
    assert "lora.rank" in said and "required" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none"], "NAME: no recipe 'none'; valid: tiny-cpu"),
        (["tiny-cpu", "--gpus", 2], "a recipe that has a name has its machine; --model NAME"),
        (["tiny-cpu", "--model", "x"], "--model: a recipe that has a name has a model"),
    ],
)
def test_what_does_not_go_together(words, message):
    with pytest.raises(GroundkitError, match=message):
        run(*words)
