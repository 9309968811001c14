"""`groundkit eval`: predictions to numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

import typer

from groundkit.errors import OptionError

Choice = TypeVar("Choice", bound=str)


def run(
    predictions: Annotated[Path, typer.Argument(help="A predictions.jsonl.")],
    dataset: Annotated[
        Path | None,
        typer.Option(
            help="The samples.jsonl asked, or its folder: its samples are the denominator. "
            "Default: the gold records in the predictions.",
            show_default=False,
        ),
    ] = None,
    frame: Annotated[
        str | None,
        typer.Option(
            help="Read all numbers as pixel, resized, norm1, percent, norm999, norm1000 or "
            "norm1024, whatever the rows say.",
            show_default=False,
        ),
    ] = None,
    edges: Annotated[
        str,
        typer.Option(help="A centre on the edge hits: closed, half-open (left, top) or open."),
    ] = "closed",
    split: Annotated[str, typer.Option(help="Which samples: all, train or val.")] = "all",
    json: Annotated[
        Path | None, typer.Option(help="Write the whole report here.", show_default=False)
    ] = None,
    verdicts: Annotated[
        Path | None,
        typer.Option(help="Write one row a sample, with the reason, here.", show_default=False),
    ] = None,
    worst: Annotated[int, typer.Option(help="How many of the worst cases to show.")] = 5,
) -> None:
    """Score predictions and show what went wrong.

    Example: groundkit eval predictions.jsonl --json report.json
    """
    from rich.console import Console

    from groundkit.geometry import FRAME_NAMES
    from groundkit.metrics.boxes import EDGES
    from groundkit.metrics.evaluate import evaluate
    from groundkit.report.console import print_report
    from groundkit.report.json_report import write_json

    evaluation = evaluate(
        predictions,
        dataset,
        frame=None if frame is None else _choice(frame, FRAME_NAMES, "--frame"),
        edges=_choice(edges, EDGES, "--edges"),
        split=split,
        worst=worst,
        verdicts=verdicts,
    )
    if json is not None:
        write_json(evaluation, json)
    print_report(evaluation, Console())
    for path in (json, verdicts):
        if path is not None:
            typer.echo(f"wrote {path}")


def _choice(value: str, choices: tuple[Choice, ...], option: str) -> Choice:
    for choice in choices:
        if choice == value:
            return choice
    raise OptionError(f"unknown value {value!r}", option, choices)
