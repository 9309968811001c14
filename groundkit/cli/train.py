"""`groundkit train`: a dataset to a better model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from groundkit.recipe import Recipe
    from groundkit.train.run import Trained


def run(
    recipe: Annotated[
        str, typer.Argument(help="A recipe file, or the name of one that `recipe` lists.")
    ],
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Set a key of the recipe: --set trainer.learning_rate=5e-5.",
            show_default=False,
        ),
    ] = None,
    print_launch: Annotated[
        bool,
        typer.Option("--print-launch", help="Only print the command of each machine."),
    ] = False,
) -> None:
    """Train a model on a dataset, as a recipe says.

    A run that was stopped goes on when the same command is given again.

    Example: groundkit train recipe.yaml --set output=run1
    """
    from groundkit.models.problems import need, need_extra

    found = _recipe(recipe, changes or [])
    need_extra()
    need("trl", "peft", "accelerate")
    from groundkit.train.launch import commands, launch

    if print_launch:
        typer.echo("\n".join(commands(found)))
        return
    trained = launch(found)
    if trained is not None:
        _announce(trained, found)


def _announce(trained: Trained, recipe: Recipe) -> None:
    if trained.passed_over:
        typer.echo(f"{trained.passed_over} steps were passed over", err=True)
    typer.echo(f"{trained.steps:,} steps -> {trained.model}", err=True)
    own = f"--model {trained.model}"
    if (Path(trained.model) / "adapter_config.json").is_file():
        own = f"--model {recipe.model.name} --adapter {trained.model}"
    typer.echo(f"next: groundkit predict DATASET {own} -o tuned.jsonl", err=True)


def _recipe(name: str, changes: list[str]) -> Recipe:
    from groundkit.recipe.read import apply, parse, read_recipe, to_recipe
    from groundkit.recipe.write import PRESETS, write_preset

    if name in PRESETS and not Path(name).exists():
        return to_recipe(apply(parse(write_preset(name), name), changes), name)
    return read_recipe(Path(name), changes)
