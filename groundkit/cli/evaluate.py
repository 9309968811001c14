"""`groundkit eval`: predictions to numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from groundkit.cli.streams import input_path, output_path, take_stdout
from groundkit.errors import OptionError

if TYPE_CHECKING:
    from groundkit.geometry import FrameName
    from groundkit.metrics.boxes import Edges

# `metrics.evaluate.DEFAULT_WORST`, which the help must not import.
_WORST = 5


def run(
    predictions: Annotated[Path, typer.Argument(help="A predictions file; - is stdin.")],
    dataset: Annotated[
        Path | None,
        typer.Option(
            "--dataset",
            "--gold",
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
    model_family: Annotated[
        str | None,
        typer.Option(
            help="Read all numbers as models of this family write them: qwen2.5-vl, qwen3-vl, "
            "ui-tars-1.5, molmo ...; a wrong name lists them all.",
            show_default=False,
        ),
    ] = None,
    min_pixels: Annotated[
        int | None, typer.Option(help="Limit of the family's resizing.", show_default=False)
    ] = None,
    max_pixels: Annotated[
        int | None, typer.Option(help="Limit of the family's resizing.", show_default=False)
    ] = None,
    edges: Annotated[
        str,
        typer.Option(help="A centre on the edge hits: closed, half-open (left, top) or open."),
    ] = "closed",
    metric: Annotated[
        list[str] | None,
        typer.Option(
            help="One more metric: hit@3, giou, f1@0.5, ap, 'hit(edges=open)', "
            "'hit(average=platform+type)' ...; a wrong name lists them all. May be given several "
            "times.",
            show_default=False,
        ),
    ] = None,
    parity: Annotated[
        str | None,
        typer.Option(
            help="First the figures of another scorer: sspro, seeclick, osworld-g, "
            "vlmevalkit-fixed, se-gui, gui-r1, vlm-r1 or coco.",
            show_default=False,
        ),
    ] = None,
    average: Annotated[
        str | None,
        typer.Option(
            help="Groups that count alike in the macro average: type, or platform+type. "
            "Default: those of the benchmark, or type.",
            show_default=False,
        ),
    ] = None,
    pixels: Annotated[
        str,
        typer.Option(help="Edges of boxes are continuous, or inclusive (+1), or refer."),
    ] = "continuous",
    split: Annotated[str, typer.Option(help="Which samples: all, train or val.")] = "all",
    json: Annotated[
        Path | None,
        typer.Option(help="Write the whole report here; - is stdout.", show_default=False),
    ] = None,
    verdicts: Annotated[
        Path | None,
        typer.Option(
            help="Write one row a sample, with the reason, here; - is stdout.", show_default=False
        ),
    ] = None,
    benchmark: Annotated[
        str | None,
        typer.Option(
            help="--gold holds the annotations of this benchmark: screenspot, screenspot-v2, "
            "screenspot-pro, osworld-g, refcoco, ui-vision, mmbench-gui or coco.",
            show_default=False,
        ),
    ] = None,
    boxes: Annotated[
        str | None,
        typer.Option(
            help="Its boxes are xywh or xyxy. Default: as the numbers of the file say.",
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            help="What the predictions look like: groundkit, llamafactory, ms-swift, lmms-eval, "
            "sspro, coco, openai-batch or plain. Default: what the first rows look like.",
            show_default=False,
        ),
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(
            help="NAME=PATH: where the rows hold id, text, box, image ...: "
            "--field text=response.choices.0.message.content. May be given several times.",
            show_default=False,
        ),
    ] = None,
    worst: Annotated[int, typer.Option(help="How many of the worst cases to show.")] = _WORST,
) -> None:
    """Score predictions and show what went wrong.

    Predictions are JSON Lines, JSON or Parquet, plain or packed, as groundkit or another tool
    writes them.

    Example: groundkit eval predictions.jsonl --json report.json
    """
    from groundkit.families import find_family
    from groundkit.metrics.evaluate import evaluate, relocate
    from groundkit.metrics.options import Options
    from groundkit.metrics.outputs import check_reports
    from groundkit.report.console import print_report, report_console
    from groundkit.report.json_report import write_json
    from groundkit.store import is_stream

    predictions = input_path(predictions)
    json, verdicts = output_path(json), output_path(verdicts)
    # Before the work is done; `evaluate` knows nothing of `json`.
    check_reports(predictions, dataset, json=json, verdicts=verdicts)
    options = Options(
        # `Options` checks the words, here as in a script.
        frame=cast("FrameName | None", frame),
        family=find_family(model_family, min_pixels, max_pixels),
        edges=cast("Edges", edges),
        pixels=pixels,
        split=split,
        format=format,
        fields=_fields(field or []),
        benchmark=benchmark,
        boxes=boxes,
        metrics=metric or (),
        parity=parity,
        average=average,
    )
    evaluation = evaluate(predictions, dataset, options, worst=worst, verdicts=verdicts)
    if json is not None:
        write_json(relocate(evaluation, json), json)
    print_report(evaluation, report_console(stderr=take_stdout(json, verdicts)))
    for path in (json, verdicts):
        if path is not None and not is_stream(path):
            typer.echo(f"wrote {path}", err=True)


def _fields(words: list[str]) -> dict[str, str]:
    """`["text=response.text"]` as a table."""
    found = {}
    for word in words:
        name, equals, path = word.partition("=")
        if not (name and equals and path):
            raise OptionError(f"not a field: {word[:60]!r}", "--field", hint="write NAME=PATH")
        found[name] = path
    return found
