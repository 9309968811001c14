"""The `groundkit` command: one verb a file, errors as one line and exit code 2.

Verbs import what they need when they run, so that `groundkit --help` stays fast.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Annotated, NoReturn, TextIO

import typer

from groundkit import __version__
from groundkit.cli import (
    compare,
    evaluate,
    lint,
    make_dataset,
    predict,
    preview,
    recipe,
    synth,
    tiny,
    train,
    verify,
)
from groundkit.errors import GroundkitError

if TYPE_CHECKING:
    from typing_extensions import Buffer

app = typer.Typer(
    name="groundkit",
    help="Make vision-language models point at things on screens.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # rich's help takes twice the time: it loads a Markdown parser
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"groundkit {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Options of the command itself."""


app.command("synth")(synth.run)
app.command("make-dataset")(make_dataset.run)
app.command("preview")(preview.run)
app.command("verify")(verify.run)
app.command("predict")(predict.run)
app.command("eval")(evaluate.run)
app.command("compare")(compare.run)
app.command("lint")(lint.run)
app.command("recipe")(recipe.run)
app.command("train")(train.run)
app.command("tiny")(tiny.run)


def run() -> None:
    """Exit codes: 0 done, 1 not as good as was asked for, 2 something the user can put right,
    130 interrupted."""
    sys.stdout, sys.stderr = _patient(sys.stdout), _patient(sys.stderr)
    try:
        app()
    except SystemExit as error:
        # Typer turns a reader of our output that has left into exit code 1.
        if isinstance(error.__context__, BrokenPipeError):
            _leave_quietly()
        raise
    except GroundkitError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        _leave_quietly()
    except OSError as error:
        typer.echo(f"error: {error.filename or 'output'}: {error.strerror or error}", err=True)
        sys.exit(2)


class _Outlet(io.FileIO):
    """A standard stream whose reader (head, less) may leave.

    What is written from then on goes nowhere. So a verb comes to its end, and its exit code says
    what it would have said.
    """

    def write(self, data: Buffer, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            if isinstance(error, BrokenPipeError):
                return memoryview(data).nbytes
            raise  # a full disk is an error, once


def _patient(stream: TextIO) -> TextIO:
    """A standard stream that outlives its reader; characters that it cannot write are question
    marks, not a traceback."""
    if not isinstance(stream, io.TextIOWrapper):  # closed, or replaced by a test
        return stream
    try:
        number = stream.fileno()
    except io.UnsupportedOperation:  # in memory: nobody can leave
        stream.reconfigure(errors="replace")
        return stream
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(_Outlet(number, "wb", closefd=False)),
        encoding=stream.encoding,
        errors="replace",
        newline="\n",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _leave_quietly() -> NoReturn:
    """The reader of our output (head, less) has left, which is no error."""
    # Python would complain once more when it flushes at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)
