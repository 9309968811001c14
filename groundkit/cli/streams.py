"""Standard input and output as files: `-`, and where words go when data goes to stdout."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import typer

_MaybePath = TypeVar("_MaybePath", Path, Path | None)


def output_path(path: _MaybePath) -> _MaybePath:
    """The path of an output option, of which `-` is standard output."""
    return Path("/dev/stdout") if path == Path("-") else path


def input_path(path: Path) -> Path:
    """The path of an input, of which `-` is standard input."""
    return Path("/dev/stdin") if path == Path("-") else path


def take_stdout(*paths: Path | None) -> bool:
    """Whether one of the outputs is standard output, which then holds nothing but data."""
    from groundkit.store import own_descriptor

    return any(path is not None and own_descriptor(path) == 1 for path in paths)


def announce(*paths: Path | None) -> None:
    """Says on stderr which files were written."""
    from groundkit.store import is_stream

    for path in paths:
        if path is not None and not is_stream(path):
            typer.echo(f"wrote {path}", err=True)
