"""`groundkit predict`: samples to predictions."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from groundkit.cli.streams import output_path
from groundkit.errors import OptionError


def run(
    dataset: Annotated[Path, typer.Argument(help="A samples.jsonl, or the folder that holds it.")],
    reference: Annotated[
        str, typer.Option(help="Who answers: oracle, point-box, centre or random.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The predictions file to write; - is stdout.")
    ],
    split: Annotated[str, typer.Option(help="Which samples: all, train or val.")] = "all",
    seed: Annotated[int, typer.Option(help="Seed of random.")] = 0,
    box_size: Annotated[
        str, typer.Option(help="Box of point-box and centre, in pixels of the saved image.")
    ] = "64x32",
) -> None:
    """Answer the questions of a dataset without a model: baselines that make scores readable."""
    from groundkit.predict.reference import REFERENCES, predict_reference
    from groundkit.store import is_stream

    chosen = next((name for name in REFERENCES if name == reference), None)
    if chosen is None:
        raise OptionError(f"unknown reference {reference!r}", "--reference", REFERENCES)
    path = output_path(output)
    count = predict_reference(
        dataset, path, chosen, split=split, seed=seed, box_size=_parse_size(box_size)
    )
    typer.echo(f"{count:,} predictions -> {output}", err=True)
    if not is_stream(path):
        typer.echo(f"next: groundkit eval {_quote(path)}", err=True)


def _quote(path: Path) -> str:
    """As a word of a shell that is no option."""
    name = str(path)
    return shlex.quote(f"./{name}" if name.startswith("-") else name)


def _parse_size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([0-9]{1,6})[xX]([0-9]{1,6})", text)
    if match is None:
        shown = text if len(text) <= 40 else text[:40] + "…"
        raise OptionError(f"not a size: {shown!r}", "--box-size", hint="write it as 64x32")
    return int(match[1]), int(match[2])
