"""`groundkit tiny`: a model small enough to try everything with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from groundkit.errors import OptionError


def run(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write the model to.")],
    untrained: Annotated[
        bool, typer.Option("--untrained", help="Random weights instead of the trained ones.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Of the random weights.")] = None,
) -> None:
    """Write the tiny Qwen2.5-VL: the real architecture and processor, two million weights.

    Example: groundkit tiny --out tiny-model
    """
    if seed is not None and not untrained:
        raise OptionError("the trained weights have no seed", "--seed", hint="add --untrained")
    from groundkit.models.problems import need_extra

    need_extra()
    from groundkit.tiny.build import copy_trained, write_untrained

    if untrained:
        write_untrained(out, seed or 0)
    else:
        copy_trained(out)
    typer.echo(f"the tiny model -> {out}", err=True)
