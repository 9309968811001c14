"""`groundkit compare`: several predictions files about the same samples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from groundkit.cli import options as o
from groundkit.cli.streams import announce, output_path, take_stdout

# `metrics.compare.DEFAULT_FLIPS`, `report.gallery.DEFAULT_EMBED` and `metrics.intervals.SEED`,
# which the help must not import.
_FLIPS, _EMBED, _SEED = 200, 300, 12345


def run(
    predictions: Annotated[
        list[Path],
        typer.Argument(help="Predictions files; the others are held against the first."),
    ],
    dataset: o.Dataset = None,
    frame: o.Frame = None,
    model_family: o.ModelFamily = None,
    min_pixels: o.MinPixels = None,
    max_pixels: o.MaxPixels = None,
    edges: o.EdgeRule = "closed",
    metric: o.Metrics = None,
    parity: o.Parity = None,
    pixels: o.Pixels = "continuous",
    split: o.Split = "all",
    json: o.Json = None,
    html: o.Html = None,
    table: o.Table = None,
    images: o.Images = None,
    embed: o.Embed = _EMBED,
    benchmark: o.Benchmark = None,
    boxes: o.Boxes = None,
    format: o.Format = None,
    field: o.Fields = None,
    join: o.Join = "id",
    seed: o.Seed = _SEED,
    flips: Annotated[
        int,
        typer.Option(help="How many samples to keep, of each kind, that only one of two hits."),
    ] = _FLIPS,
) -> None:
    """Say which of several predictions files is better, and how sure that is.

    Samples are joined by id, and only those that all files have are compared: exact McNemar test
    for rates, approximate randomisation for means, both beside the interval of the difference.

    Example: groundkit compare old.jsonl new.jsonl
    """
    from groundkit.metrics.compare import compare
    from groundkit.metrics.outputs import check_reports, samples_file
    from groundkit.report.compare import print_comparison
    from groundkit.report.console import report_console
    from groundkit.report.json_report import write_json
    from groundkit.report.paper import check_table, write_tables
    from groundkit.store import home

    json, html = output_path(json), output_path(html)
    for path in predictions:
        check_reports(path, dataset, json=json, html=html, table=table)
    check_table(table)
    options = o.scoring_options(locals())
    comparison = compare(predictions, dataset, options, flips=flips)
    if json is not None:
        write_json(comparison, json)
    if html is not None:
        from groundkit.report.page import write_comparison_page

        named_in = samples_file(dataset) if dataset else predictions[0]
        write_comparison_page(comparison, html, home(options.names_images(named_in)), embed)
    if table is not None:
        write_tables(comparison, table)
    print_comparison(comparison, report_console(stderr=take_stdout(json, html)))
    announce(json, html, table)
