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
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Do not train: look at data, tokens, gradients and what would learn.",
        ),
    ] = False,
    plan: Annotated[
        bool,
        typer.Option(
            "--plan", help="Do not train: say how much memory each device needs, and what fits."
        ),
    ] = False,
    card: Annotated[
        float | None,
        typer.Option(metavar="GIB", help="Memory of a device, for --plan.", show_default=False),
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
    if plan:
        _plan(found, card)
        return
    need_extra()
    need("trl", "peft", "accelerate")
    from groundkit.models.devices import flush_denormals
    from groundkit.train.launch import commands, launch

    if check:
        _check(found)
        return
    if print_launch:
        typer.echo("\n".join(commands(found)))
        return
    flush_denormals()
    trained = launch(found)
    if trained is not None:
        _announce(trained, found)


def _plan(recipe: Recipe, card: float | None) -> None:
    """From the recipe and the model's config.json alone: no torch, no weights."""
    from rich.console import Console

    from groundkit.memory.advice import advise
    from groundkit.memory.largest import Card
    from groundkit.memory.plan import plan_memory
    from groundkit.report.memory import print_memory
    from groundkit.train.room import limits_of, screens_of, setup_of, shape_of

    shape, screens = shape_of(recipe), screens_of(recipe)
    setup = setup_of(recipe, screens)
    if not screens.known:
        width, height = screens.image
        said = f"no such dataset yet: {screens.queries} questions about {width}x{height} assumed"
        typer.echo(said, err=True)
    advice = None
    if card is not None:
        advice = advise(shape, setup, Card(card, screens.image, limits_of(recipe)))
    print_memory(plan_memory(shape, setup), Console(), card, advice)


def _check(recipe: Recipe) -> None:
    """A line a finding, as they come."""
    from groundkit.train.preflight import conclude
    from groundkit.train.run import preflight

    findings = []
    for finding in preflight(recipe):
        findings.append(finding)
        mark = "wrong" if finding.problem else "ok"
        said = f"{finding.said}: {finding.problem}" if finding.problem else finding.said
        typer.echo(f"{mark:<6} {finding.name:<16} {said}")
    conclude(findings)
    typer.echo("ready: groundkit train with the same recipe", err=True)


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
