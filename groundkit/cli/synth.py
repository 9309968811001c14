"""`groundkit synth`: made-up screens with exact annotations."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundkit.cli.make_dataset import LangChoice

if TYPE_CHECKING:
    from groundkit.synth import SynthOptions
    from groundkit.vocabulary import Lang


class FontsChoice(str, Enum):
    system = "system"
    bundled = "bundled"


OutOption = Annotated[Path, typer.Option("--out", "-o", help="Folder to make.", show_default=False)]
NumberOption = Annotated[int, typer.Option("--n", "-n", min=1, help="How many screens.")]
DesignOption = Annotated[
    str,
    typer.Option(
        help="How the apps look: flat, material, desktop, cupertino, admin, messenger, market, "
        "handset, studio, or mixed for all of these; poster and ledger are in no mix, to be apps "
        "that a model has never seen."
    ),
]
SeedOption = Annotated[int, typer.Option(help="Same seed and fonts, same bytes.")]
SizeOption = Annotated[
    str,
    typer.Option(
        help="small (224 to 448 pixels a side), phone, desktop or WIDTHxHEIGHT; several with "
        "commas between them."
    ),
]
LangOption = Annotated[
    LangChoice | None,
    typer.Option(
        help="Of the words on the screens. Default: both, or en without a Chinese font.",
        show_default=False,
    ),
]
FontsOption = Annotated[
    FontsChoice,
    typer.Option(help="Those installed, or the one that Pillow brings: the same everywhere."),
]
WorkersOption = Annotated[
    int, typer.Option(min=0, help="Processes; 0 is one per core.", show_default="0")
]
OverwriteOption = Annotated[bool, typer.Option(help="Replace screens that were made before.")]


def run(
    out: OutOption,
    n: NumberOption = 100,
    design: DesignOption = "mixed",
    seed: SeedOption = 0,
    size: SizeOption = "small",
    lang: LangOption = None,
    fonts: FontsOption = FontsChoice.system,
    workers: WorkersOption = 0,
    overwrite: OverwriteOption = False,
) -> None:
    """Draw screens of made-up apps, with the exact box, type and text of every element.

    Example: groundkit synth --n 1000 --out screens
    """
    processes = workers or os.cpu_count() or 1
    if processes > 1:
        from groundkit.processes import start_early

        start_early("groundkit.synth.write")
    from groundkit.synth import SynthOptions

    options = SynthOptions(
        n=n,
        design=design,
        seed=seed,
        sizes=tuple(size.split(",")),
        langs=_langs(lang, fonts),
        fonts=fonts.value,
    )
    is_new = _write(out, options, processes, overwrite)
    if is_new:
        typer.echo(f"{n} screen{'s' if n > 1 else ''} in {out}")
    else:
        typer.echo(f"{out} was there already, made with these options")
    typer.echo(f"make samples:   groundkit make-dataset {out} --out data")


def _langs(lang: LangChoice | None, fonts: FontsChoice) -> tuple[Lang, ...]:
    """The languages to write in; that Chinese has to be left out is said, if it was not asked for
    alone, which is refused later."""
    if lang in (LangChoice.zh, LangChoice.en):
        return (lang.value,)
    from groundkit.synth.fonts import CJK_HINT, find_fonts
    from groundkit.vocabulary import LANGS

    if find_fonts(fonts.value).has_cjk:
        return LANGS
    if fonts is FontsChoice.system or lang is LangChoice.both:
        hint = CJK_HINT if fonts is FontsChoice.system else "pass --fonts system"
        typer.echo(f"no font has Chinese letters, so all screens are English; {hint}", err=True)
    return ("en",)


def _write(out: Path, options: SynthOptions, workers: int, overwrite: bool) -> bool:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    from groundkit.synth import write_screens

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    watched = console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=not watched) as progress:
        task = progress.add_task("drawing", total=options.n)
        return write_screens(
            out,
            options,
            workers=workers,
            overwrite=overwrite,
            on_progress=lambda done: progress.update(task, completed=done),
        )
