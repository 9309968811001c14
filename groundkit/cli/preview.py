"""`groundkit preview`: look at a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    dataset: Annotated[Path, typer.Argument(metavar="DIR", help="A finished dataset.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the files; default DIR.", show_default=False),
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=500, help="Points to show.")] = 24,
    seed: Annotated[int, typer.Option(help="Another seed shows other points.")] = 0,
) -> None:
    """Draw points with their target and competing boxes: preview.png and preview.html.

    Example: groundkit preview data
    """
    from groundkit.dataset.preview import write_preview

    files = write_preview(dataset, out or dataset, count, seed)
    points = "1 point" if files.shown == 1 else f"{files.shown} points"
    samples = "1 sample" if files.total == 1 else f"{files.total} samples"
    typer.echo(f"{points} of {samples}")
    typer.echo(f"contact sheet  {files.sheet}")
    typer.echo(f"page           {files.page}")
