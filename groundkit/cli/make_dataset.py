"""`groundkit make-dataset`: screens to samples."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundkit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from groundkit.dataset.build import SourceItem
    from groundkit.dataset.manifest import Manifest
    from groundkit.dataset.screen import DatasetOptions


class LangChoice(str, Enum):
    zh = "zh"
    en = "en"
    both = "both"


class MarkerChoice(str, Enum):
    star = "star"
    dot = "dot"
    ring = "ring"
    none = "none"


class ImageFormat(str, Enum):
    jpg = "jpg"
    png = "png"


class OnError(str, Enum):
    skip = "skip"
    stop = "stop"


SourcesArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="SOURCE...",
        help="screens.jsonl, an annotation file, or a folder of screenshots with annotations.",
        show_default=False,
    ),
]
OutOption = Annotated[Path, typer.Option("--out", "-o", help="Folder to make.", show_default=False)]
FormatOption = Annotated[
    str, typer.Option("--format", "-f", help="Annotation format; auto recognises it.")
]
TargetOption = Annotated[
    str,
    typer.Option(
        help="Trainer whose resizing the images must survive: llamafactory-qwen2.5-vl or "
        "llamafactory-qwen3-vl."
    ),
]
MaxPixelsOption = Annotated[
    int | None,
    typer.Option(help="The trainer's image limit, if not its default.", show_default=False),
]
LangOption = Annotated[LangChoice, typer.Option(help="Language of the samples.")]
MarkerShapeOption = Annotated[MarkerChoice, typer.Option(help="Mark drawn at the point.")]
TemplateOption = Annotated[
    Path | None,
    typer.Option(
        help="File with your own prompt: {x}, {y}, {marker}, {color}.", show_default=False
    ),
]
PerScreenOption = Annotated[int, typer.Option(min=1, help="Points asked about on a screen.")]
NearShareOption = Annotated[
    float, typer.Option(min=0, max=1, help="Share of points beside the element, not in it.")
]
ValShareOption = Annotated[
    float, typer.Option(min=0, max=0.9, help="Share of screens to validate on.")
]
SeedOption = Annotated[int, typer.Option(help="Same seed, same bytes.")]
SavedFormatOption = Annotated[ImageFormat, typer.Option(help="Of the saved images.")]
MinSideOption = Annotated[int, typer.Option(min=1, help="Smallest side of an element, px.")]
MinAreaOption = Annotated[int, typer.Option(min=1, help="Smallest area of an element, px².")]
MaxAreaOption = Annotated[
    float, typer.Option(min=0, max=1, help="Largest share of the screen of an element.")
]
MinVisibleOption = Annotated[
    float, typer.Option(min=0, max=1, help="Smallest share of an element on the screen.")
]
DuplicateIouOption = Annotated[
    float, typer.Option(min=0.5, max=1, help="IoU from which two elements are one.")
]
MaxNameOption = Annotated[int, typer.Option(min=4, help="Longest name in characters.")]
WorkersOption = Annotated[
    int, typer.Option(min=0, help="Processes; 0 is one per core.", show_default="0")
]
FailureOption = Annotated[OnError, typer.Option(help="What to do with a broken screen.")]
OverwriteOption = Annotated[bool, typer.Option(help="Replace a dataset when the new one is made.")]


def run(
    sources: SourcesArgument,
    out: OutOption,
    reader: FormatOption = "auto",
    target: TargetOption = "llamafactory-qwen2.5-vl",
    max_pixels: MaxPixelsOption = None,
    lang: LangOption = LangChoice.zh,
    marker: MarkerShapeOption = MarkerChoice.star,
    template: TemplateOption = None,
    per_screen: PerScreenOption = 4,
    near: NearShareOption = 0.1,
    val: ValShareOption = 0.1,
    seed: SeedOption = 0,
    image_format: SavedFormatOption = ImageFormat.jpg,
    min_side: MinSideOption = 5,
    min_area: MinAreaOption = 100,
    max_area: MaxAreaOption = 0.5,
    min_visible: MinVisibleOption = 0.5,
    duplicate_iou: DuplicateIouOption = 0.95,
    max_name: MaxNameOption = 60,
    workers: WorkersOption = 0,
    on_error: FailureOption = OnError.skip,
    overwrite: OverwriteOption = False,
) -> None:
    """Make point-query samples from screenshots with element annotations.

    Example: groundkit make-dataset fixtures/screens --out data
    """
    from groundkit.processes import start_early

    processes = workers or os.cpu_count() or 1
    if processes > 1:
        start_early("groundkit.dataset.build")
    from groundkit.dataset.prompts import read_template
    from groundkit.dataset.rules import ElementRules
    from groundkit.dataset.screen import DatasetOptions
    from groundkit.dataset.targets import find_target

    find_target(target, max_pixels)
    if template and lang is LangChoice.both:
        raise OptionError(
            "one template would ask for two answers to the same question",
            "--template",
            hint="choose --lang zh or --lang en and make a dataset for each",
        )
    options = DatasetOptions(
        target=target,
        max_pixels=max_pixels,
        langs=("zh", "en") if lang is LangChoice.both else (lang.value,),
        marker=marker.value,
        template=read_template(template, marker is not MarkerChoice.none) if template else "",
        per_screen=per_screen,
        near_share=near,
        val_share=val,
        seed=seed,
        image_format=image_format.value,
        rules=ElementRules(
            min_side=min_side,
            min_area=min_area,
            max_area=max_area,
            min_visible=min_visible,
            duplicate_iou=duplicate_iou,
            max_name=max_name,
        ),
    )
    _refuse_sources_inside(out, sources)
    manifest, is_new = _build(
        lambda: _read_all(sources, reader),
        out,
        options,
        processes,
        on_error,
        overwrite,
    )
    if not is_new:
        typer.echo(f"{out} was there already, made from these sources with these options")
    _print_summary(manifest, out)


def _refuse_sources_inside(out: Path, sources: list[Path]) -> None:
    from groundkit.store import real

    for source in sources:
        if real(source).is_relative_to(real(out)):
            raise OptionError(f"the source {source} lies in --out", hint="choose another --out")


def _read_all(sources: list[Path], reader: str) -> Iterator[SourceItem]:
    """Opens every source before the first is read: a mistyped one ends the run at once."""
    from groundkit.annotators import read_source

    streams = [read_source(source, reader) for source in sources]
    return (item for stream in streams for item in stream)


def _build(
    read: Callable[[], Iterator[SourceItem]],
    out: Path,
    options: DatasetOptions,
    workers: int,
    on_error: OnError,
    overwrite: bool,
) -> tuple[Manifest, bool]:
    """The manifest, and whether the dataset was made just now."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from groundkit.dataset.build import make_dataset
    from groundkit.dataset.screen import ScreenPart

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("screens, {task.fields[samples]} samples"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    screens = read()
    # Only for somebody who watches are the annotations read twice, to know where the bar ends.
    total = sum(1 for _ in read()) if console.is_terminal else None
    with Progress(*columns, console=console, transient=True, disable=total is None) as progress:
        task = progress.add_task("making", total=total, samples=0)
        samples, is_new = 0, False

        def show(part: ScreenPart) -> None:
            nonlocal samples, is_new
            is_new = True
            samples += len(part.samples)
            progress.update(task, advance=1, samples=samples)
            if part.error and on_error is OnError.skip:
                console.print(f"skipped: {part.error}", markup=False)

        manifest = make_dataset(
            screens,
            out,
            options,
            workers=workers,
            on_error=on_error.value,
            overwrite=overwrite,
            on_progress=show,
        )
    return manifest, is_new


def _print_summary(manifest: Manifest, out: Path) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from groundkit.dataset.rules import REASONS

    console = Console(highlight=False, soft_wrap=True)
    train, val = (manifest.samples.get(split, 0) for split in ("train", "val"))
    near = manifest.placements.get("near", 0)
    console.print(
        f"[bold green]{_count(train + val, 'sample')}[/] on {_count(manifest.screens, 'screen')}:"
        f" {train} train, {val} val; {near} of the points beside their element"
    )
    if manifest.errors:
        console.print(
            f"[yellow]{_count(manifest.errors, 'screen')} skipped[/],"
            f" see {escape(str(out / 'errors.jsonl'))}"
        )
    elements = manifest.elements_kept + sum(manifest.drops.values())
    misplaced = sum(manifest.drops.get(reason, 0) for reason in ("inverted", "outside"))
    if misplaced > elements / 2:
        console.print(
            f"[yellow]{misplaced} of {elements} elements are inverted or outside[/]: are the boxes"
            " x1, y1, x2, y2 in pixels of the screenshots?"
        )
    if not val and manifest.options.val_share:
        console.print(
            "[yellow]no validation samples[/]: the screens with samples belong to one group or are"
            " near-duplicates, and those are never split"
        )
    table = Table("dropped because", "elements", "", box=box.SIMPLE_HEAD, pad_edge=False)
    table.columns[1].justify = "right"
    for reason, count in manifest.drops.items():
        table.add_row(reason, str(count), REASONS[reason])
    table.add_row("kept", str(manifest.elements_kept), "passed the rules", style="bold")
    console.print(table)
    split = manifest.split
    console.print(
        f"in both splits: {split.images_crossing} images, {split.groups_crossing} groups,"
        f" {split.near_duplicates_crossing} of {split.near_duplicates} near-duplicate pairs"
    )
    console.print(f"train with:     {manifest.trainer_flags}")
    console.print(f"look at it:     groundkit preview {out}", markup=False)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
