"""`groundkit recipe`: what a training can be told, and recipes to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from groundkit.errors import OptionError


def run(
    name: Annotated[
        str | None, typer.Argument(help="One of those listed without it.", show_default=False)
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="Write one for this model instead.", show_default=False),
    ] = None,
    data: Annotated[str, typer.Option(help="The dataset to train on.")] = "data",
    gpus: Annotated[int, typer.Option(help="Of each machine; 0 for a CPU.")] = 0,
    machines: Annotated[int, typer.Option(help="How many.")] = 1,
    full: Annotated[
        bool, typer.Option("--full", help="All weights instead of an adapter.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what every key of a recipe means.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write; stdout without.", show_default=False),
    ] = None,
) -> None:
    """List the recipes for `train`, write one, or explain their keys.

    Example: groundkit recipe tiny-cpu --data data -o recipe.yaml
    """
    if explain:
        _explain()
    elif name is None and model is None:
        _list()
    else:
        _write(_text(name, model, data, (gpus, machines), full), output)


def _text(
    name: str | None, model: str | None, data: str, machine: tuple[int, int], full: bool
) -> str:
    from groundkit.recipe.write import Machine, write_preset, write_recipe

    if model is not None:
        if name is not None:
            raise OptionError("a recipe that has a name has a model", "--model")
        return write_recipe(model, data, Machine(*machine), full=full)
    assert name is not None
    if machine != (0, 1) or full:
        what = "a recipe that has a name has its machine"
        raise OptionError(what, "--gpus, --machines, --full", hint="--model NAME")
    return write_preset(name, data)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    from groundkit.store import write_bytes

    if output.exists():
        raise OptionError(f"{str(output)!r} is there", "--output", hint="name another file")
    write_bytes(output, text.encode())
    typer.echo(f"the recipe -> {output}", err=True)
    typer.echo(f"next: groundkit train {output}", err=True)


def _list() -> None:
    from groundkit.recipe.write import PRESETS

    width = max(map(len, PRESETS))
    for name, preset in PRESETS.items():
        typer.echo(f"{name:<{width}}  {preset.about}")
    typer.echo("\ngroundkit recipe NAME -o recipe.yaml writes one; --explain says what it means")


def _explain() -> None:
    from rich.console import Console
    from rich.table import Table

    from groundkit.recipe.explain import explain

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("key", "default", "meaning"):
        table.add_column(title, no_wrap=title != "meaning")
    for key in explain():
        table.add_row(key.path, key.default, key.about)
    Console().print(table)
