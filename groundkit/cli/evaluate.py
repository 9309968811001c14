"""`groundkit eval`: predictions to numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from groundkit.cli import options as o
from groundkit.cli.streams import announce, input_path, output_path, take_stdout

# `metrics.evaluate.DEFAULT_WORST`, `report.gallery.DEFAULT_GALLERY` and `DEFAULT_EMBED`, which the
# help must not import.
_WORST, _GALLERY, _EMBED = 5, 20_000, 300


def run(
    predictions: Annotated[Path, typer.Argument(help="A predictions file; - is stdin.")],
    dataset: o.Dataset = None,
    frame: o.Frame = None,
    model_family: o.ModelFamily = None,
    min_pixels: o.MinPixels = None,
    max_pixels: o.MaxPixels = None,
    edges: o.EdgeRule = "closed",
    metric: o.Metrics = None,
    parity: o.Parity = None,
    average: o.Average = None,
    pixels: o.Pixels = "continuous",
    split: o.Split = "all",
    json: o.Json = None,
    verdicts: Annotated[
        Path | None,
        typer.Option(
            help="Write one row a sample, with the reason, here; - is stdout.", show_default=False
        ),
    ] = None,
    html: o.Html = None,
    table: o.Table = None,
    images: o.Images = None,
    gallery: Annotated[
        int, typer.Option(min=0, help="How many samples the page has, the worst first.")
    ] = _GALLERY,
    embed: o.Embed = _EMBED,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            help="METRIC=BOUND: exit code 1 if the metric is certainly worse than this: hit=0.85. "
            "May be given several times.",
            show_default=False,
        ),
    ] = None,
    max_drop: Annotated[
        list[str] | None,
        typer.Option(
            help="METRIC=BOUND: exit code 1 if the metric is certainly worse than that of "
            "--baseline by more than this: hit=0.01. May be given several times.",
            show_default=False,
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(help="An earlier --json, for --max-drop.", show_default=False),
    ] = None,
    benchmark: o.Benchmark = None,
    boxes: o.Boxes = None,
    format: o.Format = None,
    field: o.Fields = None,
    worst: Annotated[int, typer.Option(help="How many of the worst cases to show.")] = _WORST,
) -> None:
    """Score predictions and show what went wrong.

    Predictions are JSON Lines, JSON or Parquet, plain or packed, as groundkit or another tool
    writes them.

    Example: groundkit eval predictions.jsonl --json report.json
    """
    from groundkit.metrics.evaluate import evaluate, folder_of, relocate
    from groundkit.metrics.gates import Gates, parse_bound
    from groundkit.metrics.outputs import check_reports, samples_file
    from groundkit.metrics.verdicts import WorstCases
    from groundkit.report.console import print_report, report_console
    from groundkit.report.json_report import write_json
    from groundkit.report.paper import check_table, write_tables
    from groundkit.store import home

    predictions = input_path(predictions)
    json, verdicts, html = map(output_path, (json, verdicts, html))
    # Before the work is done; `evaluate` knows nothing of `json`.
    check_reports(
        predictions, dataset, baseline, json=json, verdicts=verdicts, html=html, table=table
    )
    check_table(table)
    options = o.scoring_options(
        frame=frame,
        model_family=model_family,
        min_pixels=min_pixels,
        max_pixels=max_pixels,
        edges=edges,
        pixels=pixels,
        split=split,
        format=format,
        field=field,
        benchmark=benchmark,
        boxes=boxes,
        metric=metric,
        parity=parity,
        average=average,
        images=images,
    )
    gates = Gates(
        [parse_bound(text, "--fail-under") for text in fail_under or []],
        [parse_bound(text, "--max-drop") for text in max_drop or []],
        baseline,
    )
    named_in = options.names_images(samples_file(dataset) if dataset else predictions)
    cases = WorstCases(gallery, folder_of(named_in), perfect_too=True) if html else None
    evaluation = evaluate(
        predictions,
        dataset,
        options,
        gates=gates,
        worst=worst,
        verdicts=verdicts,
        observers=[] if cases is None else [cases.add],
    )
    if json is not None:
        write_json(relocate(evaluation, json, options), json)
    if html is not None and cases is not None:
        from groundkit.report.page import write_report_page

        write_report_page(evaluation, cases.cases, html, home(named_in), embed)
    if table is not None:
        write_tables(evaluation, table)
    print_report(evaluation, report_console(stderr=take_stdout(json, verdicts, html)))
    announce(json, verdicts, html, table)
    if any(gate.outcome == "failed" for gate in evaluation.gates):
        raise typer.Exit(1)
