"""`groundkit verify`: prove a dataset right from its files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from groundkit.errors import DataError

_SHOWN = 20


def run(
    dataset: Annotated[Path, typer.Argument(metavar="DIR", help="A finished dataset.")],
) -> None:
    """Check image sizes, points, answers, uniqueness and splits of a dataset again.

    Example: groundkit verify data
    """
    from groundkit.dataset.verify import verify

    count = 0
    for problem in verify(dataset):
        count += 1
        if count <= _SHOWN:
            typer.echo(problem)
    if count:
        words = "1 problem, above" if count == 1 else f"{count} problems, all above"
        if count > _SHOWN:
            words = f"{count} problems, the first {_SHOWN} above"
        raise DataError(words, str(dataset))
    typer.echo(f"{dataset}: every image, answer and split is right, every point has one box")
