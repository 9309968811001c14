"""`groundkit eval`: predictions to numbers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundkit.cli import options as o
from groundkit.cli.streams import announce, input_path, output_path, take_stdout
from groundkit.errors import OptionError

if TYPE_CHECKING:
    from groundkit.metrics.diagnosis import Diagnosis
    from groundkit.metrics.evaluate import Evaluation
    from groundkit.metrics.gates import Gates
    from groundkit.metrics.options import Options
    from groundkit.metrics.verdicts import WorstCases

# `metrics.evaluate.DEFAULT_WORST`, `report.gallery.DEFAULT_GALLERY` and `DEFAULT_EMBED`, and
# `metrics.intervals.SEED`, which the help must not import.
_WORST, _GALLERY, _EMBED, _SEED = 5, 20_000, 300, 12345


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
        typer.Option(
            help="An earlier --json, or earlier predictions, for --max-drop.", show_default=False
        ),
    ] = None,
    diagnose: Annotated[
        bool,
        typer.Option(
            "--diagnose",
            help="Also show what else the numbers could mean; without a frame nothing but that.",
        ),
    ] = False,
    benchmark: o.Benchmark = None,
    boxes: o.Boxes = None,
    format: o.Format = None,
    field: o.Fields = None,
    join: o.Join = "id",
    seed: o.Seed = _SEED,
    worst: Annotated[int, typer.Option(help="How many of the worst cases to show.")] = _WORST,
    workers: Annotated[
        int,
        typer.Option(
            min=0,
            help="Processes for a large file of groundkit rows; 0 is one per core. The report is "
            "the same.",
        ),
    ] = 1,
) -> None:
    """Score predictions and show what went wrong.

    Predictions are JSON Lines, JSON or Parquet, plain or packed, as groundkit or another tool
    writes them.

    Example: groundkit eval predictions.jsonl --json report.json
    """
    workers = workers or os.cpu_count() or 1
    if workers > 1:
        from groundkit.processes import start_early

        start_early("groundkit.metrics.parallel")
    from groundkit.metrics.gates import Gates, parse_bound
    from groundkit.metrics.outputs import check_reports
    from groundkit.report.paper import check_table

    predictions = input_path(predictions)
    outputs = _Outputs(*map(output_path, (json, verdicts, html, table)))
    # Before the work is done; `evaluate` knows only of the verdicts.
    check_reports(predictions, dataset, baseline, **vars(outputs))
    check_table(table)
    options = o.scoring_options(locals())
    gates = Gates(
        [parse_bound(text, "--fail-under") for text in fail_under or []],
        [parse_bound(text, "--max-drop") for text in max_drop or []],
        baseline,
    )
    shown = _Shown(worst=worst, gallery=gallery, embed=embed, diagnose=diagnose)
    _run(predictions, dataset, options, gates, shown, outputs)


@dataclass(frozen=True)
class _Outputs:
    """Files to write."""

    json: Path | None
    verdicts: Path | None
    html: Path | None
    table: Path | None


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """How much to show, of options of the same names."""

    worst: int
    gallery: int
    embed: int
    diagnose: bool


def _run(
    predictions: Path,
    dataset: Path | None,
    options: Options,
    gates: Gates,
    shown: _Shown,
    to: _Outputs,
) -> None:
    """Evaluates, writes and prints; exit code 1 if a bound was not kept."""
    from dataclasses import replace

    from msgspec.structs import replace as with_changes

    from groundkit.errors import UndeclaredFrameError
    from groundkit.metrics.diagnosis import Diagnoser
    from groundkit.metrics.evaluate import evaluate, folder_of
    from groundkit.metrics.outputs import samples_file
    from groundkit.metrics.verdicts import WorstCases
    from groundkit.store import home

    named_in = options.names_images(samples_file(dataset) if dataset else predictions)
    cases = WorstCases(shown.gallery, folder_of(named_in), perfect_too=True)
    diagnoser = Diagnoser()
    wanted = ((cases, to.html is not None), (diagnoser, shown.diagnose))
    need = _needs_scores(gates, to)
    try:
        evaluation = evaluate(
            predictions,
            dataset,
            replace(options, needs_frame=need is not None or not shown.diagnose),
            gates=gates,
            worst=shown.worst,
            verdicts=to.verdicts,
            observers=[observer for observer, is_wanted in wanted if is_wanted],
        )
    except UndeclaredFrameError as error:
        if not shown.diagnose:
            raise
        if need is not None:
            hint = "--diagnose alone, or with --json, needs none"
            raise OptionError("nothing can be scored without a frame", need, hint=hint) from error
        _diagnose(predictions, dataset, diagnoser.diagnosis(), error.what, to)
        return
    if shown.diagnose:
        evaluation = with_changes(evaluation, diagnosis=diagnoser.diagnosis())
    _report(evaluation, options, cases, home(named_in), shown, to)
    if any(gate.outcome == "failed" for gate in evaluation.gates):
        raise typer.Exit(1)


def _needs_scores(gates: Gates, to: _Outputs) -> str | None:
    """An option that makes no sense without scores, if one was given."""
    options = {
        "--fail-under": gates.fail_under,
        "--max-drop": gates.max_drop,
        "--verdicts": to.verdicts,
        "--html": to.html,
        "--table": to.table,
    }
    return next((name for name, value in options.items() if value), None)


def _diagnose(
    predictions: Path, dataset: Path | None, found: Diagnosis | None, why: str, to: _Outputs
) -> None:
    """Shows what the numbers may mean, where nobody says it and so nothing is scored."""
    from groundkit.metrics.diagnosis import DiagnosisReport
    from groundkit.report.console import report_console
    from groundkit.report.diagnosis import print_undeclared
    from groundkit.report.json_report import write_json

    report = DiagnosisReport(
        predictions=str(predictions),
        dataset=None if dataset is None else str(dataset),
        diagnosis=found,
    )
    if to.json is not None:
        write_json(report, to.json)
    print_undeclared(report, why, report_console(stderr=take_stdout(to.json)))
    announce(to.json)


def _report(
    evaluation: Evaluation,
    options: Options,
    cases: WorstCases,
    root: Path,
    shown: _Shown,
    to: _Outputs,
) -> None:
    """Writes and prints an evaluation; images are shown if they lie below `root`."""
    from groundkit.metrics.evaluate import relocate
    from groundkit.report.console import print_report, report_console
    from groundkit.report.diagnosis import print_diagnosis
    from groundkit.report.json_report import write_json
    from groundkit.report.paper import write_tables

    if to.json is not None:
        write_json(relocate(evaluation, to.json, options), to.json)
    if to.html is not None:
        from groundkit.report.page import write_report_page

        write_report_page(evaluation, cases.cases, to.html, root, shown.embed)
    if to.table is not None:
        write_tables(evaluation, to.table)
    console = report_console(stderr=take_stdout(*vars(to).values()))
    print_report(evaluation, console)
    if shown.diagnose:
        print_diagnosis(evaluation.diagnosis, console)
    announce(*vars(to).values())
