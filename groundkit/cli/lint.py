"""`groundkit lint`: what is wrong with gold records."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from groundkit.cli import options as o
from groundkit.cli.streams import announce, output_path, take_stdout


def run(
    gold: Annotated[
        list[Path],
        typer.Argument(
            help="A samples.jsonl or its folder, a predictions file with gold records, or with "
            "--benchmark its annotations. Several are checked together: what is in two splits is "
            "found, and a file whose rows name no split is one."
        ),
    ],
    benchmark: o.Benchmark = None,
    boxes: o.Boxes = None,
    images: o.Images = None,
    strict: Annotated[bool, typer.Option(help="Warnings count as errors.")] = False,
    json: o.Json = None,
) -> None:
    """Check gold records: boxes, duplicates, contradictions, splits, names, types, images.

    Exit code 1 if there are errors.

    Example: groundkit lint data
    """
    from groundkit.lint.lint import lint
    from groundkit.metrics.outputs import check_reports
    from groundkit.report.console import report_console
    from groundkit.report.json_report import write_json
    from groundkit.report.lint import print_findings

    json = output_path(json)
    for file in gold:
        check_reports(file, file, json=json)
    found = lint(*gold, benchmark=benchmark, boxes=boxes, images=images)
    if json is not None:
        write_json(found, json)
    print_findings(found, report_console(stderr=take_stdout(json)))
    announce(json)
    if found.errors or (strict and found.findings):
        raise typer.Exit(1)
