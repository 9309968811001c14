"""A predictions file to an `Evaluation`: the whole of `groundkit eval` but its output."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import msgspec

from groundkit.errors import OptionError, UndeclaredFrameError
from groundkit.geometry import FRAME_NAMES, FrameName
from groundkit.metrics.aggregate import Summary, summarise, usual_name
from groundkit.metrics.baseline import find_drops, outcomes_of, read_baseline
from groundkit.metrics.catalog import REFUSALS
from groundkit.metrics.diagnose import Reading
from groundkit.metrics.diagnosis import Diagnosis
from groundkit.metrics.distributions import Distributions
from groundkit.metrics.flags import Counts, Flag, Signs, find_flags, only_answered
from groundkit.metrics.gates import NO_GATES, Gate, Gates, check_gates
from groundkit.metrics.gold_set import GoldSet, read_gold_set
from groundkit.metrics.headline import cells_of, report_figures
from groundkit.metrics.intake import Intake
from groundkit.metrics.measures import refusal_ratio
from groundkit.metrics.metric import parse_metric
from groundkit.metrics.observers import Accumulator
from groundkit.metrics.options import USUAL, Options
from groundkit.metrics.outputs import check_reports
from groundkit.metrics.score import score
from groundkit.metrics.signature import signature
from groundkit.metrics.tally import Tally
from groundkit.metrics.verdicts import Case, Failure, VerdictWriter, WorstCases
from groundkit.store import atomic_write, home, real

DEFAULT_WORST = 5
_MAX_MODELS = 20


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a report shows. `--json` writes it as it stands.

    Attributes:
        signature: how the numbers were made; see `metrics.signature`.
        predictions, dataset: the files, as they were named.
        read_as: how the predictions were read, in words, if they are not groundkit's own rows.
        notes: what was decided about the files, and what looks odd in them.
        models: names found in the rows that count, sorted, at most 20.
        parity: the scorer whose metrics come first, if one was asked for.
        gates: bounds that were asked for, and whether they were kept.
        headline: the metrics that a person looks at first.
        cells: the groupings that macro averages are over, and in `cell_count` how many cells.
        overall: figures over all gold records, with intervals.
        counts: rows that are not in the figures, and oddities of those that are.
        flags: what looks wrong.
        better_reading: another reading of the numbers that fits far better; not a score.
        distributions: how errors are spread.
        diagnosis: what else the numbers could mean, if that was asked for.
        groups: the same figures by grouping (type, size, source, split, labels) and label; the
            largest group first, sizes from small to large.
        failures: how answers failed to hold a box, the most frequent first.
        worst: the worst rows; see `verdicts.WorstCases`. Their image paths are relative to the
            working directory if the path of the predictions or the dataset was; see `relocate`.
        outcomes: which samples are right, for a later run that is held against this one; see
            `baseline.outcomes_of`.
    """

    signature: str
    predictions: str
    dataset: str | None
    read_as: str
    notes: list[str]
    models: list[str]
    parity: str | None
    gates: list[Gate]
    headline: list[str]
    cells: str
    cell_count: int
    overall: Summary
    counts: Counts
    flags: list[Flag]
    better_reading: Reading | None
    distributions: Distributions
    diagnosis: Diagnosis | None = None
    groups: dict[str, dict[str, Summary]]
    failures: list[Failure]
    worst: list[Case]
    outcomes: dict[str, str]


def evaluate(
    predictions: Path,
    dataset: Path | None = None,
    options: Options = USUAL,
    *,
    gates: Gates = NO_GATES,
    worst: int = DEFAULT_WORST,
    verdicts: Path | None = None,
    observers: Sequence[Accumulator] = (),
) -> Evaluation:
    """Scores a predictions file.

    Args:
        predictions: a predictions.jsonl, or a file of another tool.
        dataset: a samples.jsonl or the folder that holds it, or with `options.benchmark` its
            annotations; its samples are the denominator. None: the gold records that the
            predictions carry.
        gates: bounds for the figures; those that are not kept are no error.
        worst: how many of the worst cases to keep.
        verdicts: write a verdicts.jsonl here.
        observers: see every batch of scored rows as well.

    Raises:
        DataError: a file cannot be read, a row is wrong, or there is nothing to score.
        UndeclaredFrameError: nobody says in which frame the numbers are; observers have seen all of
            them if `options.needs_frame` is off.
        OptionError: a negative `worst`, a grouping that the samples do not have, a baseline about
            other samples, or `verdicts` is one of the files to be read or of a dataset.
    """
    if worst < 0:
        raise OptionError(f"cannot show {worst} worst cases", hint="--worst 0 shows none")
    check_reports(predictions, dataset, verdicts=verdicts)
    metrics = [*options.metrics, *map(str, gates.metrics)]
    options = replace(options, metrics=metrics)
    golds = read_gold_set(dataset, options)
    baseline = read_baseline(gates, golds, options)
    images = options.names_images(golds.path or predictions)
    tally = Tally(options.wanted(), WorstCases(worst, folder_of(images)))
    with verdict_writer(verdicts, images) as writers:
        takers: list[Accumulator] = [tally, *writers, *observers]
        intake = score(predictions, golds, options, takers, options.workers)
        if intake.frameless:  # before there is a file of verdicts
            rows = "1 row does" if intake.frameless == 1 else f"{intake.frameless:,} rows do"
            what = f"{rows} not say in which frame the numbers are"
            raise UndeclaredFrameError(what, str(predictions), FRAME_NAMES)
    evaluation = _report(predictions, golds, options, intake, tally)
    figures, drops = evaluation.overall.metrics, []
    if baseline is not None:
        drops = find_drops(gates, baseline, figures, tally, options.seed)
    return msgspec.structs.replace(evaluation, gates=check_gates(gates, figures, drops))


@contextmanager
def verdict_writer(path: Path | None, images: Path) -> Iterator[list[VerdictWriter]]:
    """What writes the verdicts of each batch; nothing if there is no `path`. That the reader of a
    pipe leaves keeps nobody from the figures.

    Args:
        images: the file that names the images.
    """
    if path is None:
        yield []
        return
    # Of the batches themselves the writer catches it; here it comes from what was left to write.
    with suppress(BrokenPipeError), atomic_write(path) as file:
        yield [VerdictWriter(folder_of(images, path), file)]


def folder_of(file: Path, seen_from: Path | None = None) -> str:
    """The folder that image paths in `file` start from: as seen from the file that will hold them,
    by default from the working directory if `file` was named so; empty if it is the same."""
    images = home(file)
    if seen_from is not None:
        images = Path(os.path.relpath(real(images), real(home(seen_from))))
    elif images.is_absolute() and not file.is_absolute():  # the file that a link leads to
        images = Path(os.path.relpath(images))
    return "" if images == Path() else images.as_posix()


def relocate(evaluation: Evaluation, file: Path, options: Options = USUAL) -> Evaluation:
    """The evaluation with image paths relative to `file`, where it is to be written.

    Args:
        options: with which it was made.
    """
    images = options.names_images(Path(evaluation.dataset or evaluation.predictions))
    old, new = folder_of(images), folder_of(images, file)
    old, new = (f"{name.rstrip('/')}/" if name else "" for name in (old, new))
    worst = [
        msgspec.structs.replace(
            case, verdict=msgspec.structs.replace(case.verdict, image=_moved(case, old, new))
        )
        for case in evaluation.worst
    ]
    return msgspec.structs.replace(evaluation, worst=worst)


def _moved(case: Case, old: str, new: str) -> str:
    image = case.verdict.image
    if image.startswith(old):
        image = image[len(old) :]
    return image if image.startswith("/") else new + image


def _report(
    predictions: Path, golds: GoldSet, options: Options, intake: Intake, tally: Tally
) -> Evaluation:
    facts, ratios = tally.facts(), tally.ratios()
    if not facts.present.all():
        for metric in map(parse_metric, REFUSALS):
            ratios.setdefault(metric, refusal_ratio(metric, facts.status, facts.present))
    cells = cells_of(options, tally)
    overall = msgspec.structs.replace(
        summarise(facts, {}), metrics=report_figures(options, tally, facts, ratios)
    )
    shared = {metric: ratio for metric, ratio in ratios.items() if not metric.average}
    groups = tally.groupings.summaries(facts, shared)
    counts = _counts(overall, intake, tally)
    reading = tally.readings.far_better(_declared(intake))
    signs = Signs(
        reading=reading,
        constant_box=tally.sameness.only_predicted,
        only_split=only_answered(groups["split"]),
        pointed=tally.pointed,
    )
    return Evaluation(
        signature=signature(
            metrics=options.wanted(),
            cells=cells,
            frames=intake.frames,
            rule=intake.rule,
            denominator="file" if golds.path is None else "dataset",
            split=options.split,
            n=overall.n,
            data=tally.data_hash(),
            seed=options.seed,
        ),
        predictions=str(predictions),
        dataset=None if golds.path is None else str(golds.path),
        read_as=intake.shown,
        notes=list(golds.notes),
        models=sorted(intake.models - {""})[:_MAX_MODELS],
        parity=options.parity,
        gates=[],
        headline=_headline(options, overall),
        cells="+".join(cells),
        cell_count=len(tally.groupings.cells(cells, facts.size)[1]),
        overall=overall,
        counts=counts,
        flags=find_flags(overall, counts, signs),
        better_reading=reading,
        distributions=tally.spread.distributions(),
        groups=groups,
        failures=tally.failures.ranked(),
        worst=tally.worst.cases,
        outcomes=outcomes_of(ratios, tally.keys()),
    )


def _headline(options: Options, overall: Summary) -> list[str]:
    """The metrics of a parity mode, two at most; else hits, and the mean IoU of boxes."""
    if options.parity is not None:
        return [str(metric) for metric in options.of_parity()[:2]]
    names = [usual_name(name, overall.metrics) for name in ("hit", "iou")]
    return [name for name in names[: 1 if overall.only_points else 2] if name is not None]


def _counts(overall: Summary, intake: Intake, tally: Tally) -> Counts:
    return Counts(
        rows=intake.rows,
        duplicates=intake.duplicates,
        unknown=intake.unknown,
        other_split=intake.other_split,
        conflicts=intake.conflicts,
        out_of_image=overall.out_of_image,
        degenerate=tally.degenerate,
        gold_outside=tally.gold_outside,
        inverted=tally.failures.count("inverted box"),
        percent_signs=tally.wording.percent_signs,
        unnamed=tally.wording.unnamed,
        unknown_types=tally.wording.unknown_types,
        runaway=tally.runaway.culprits,
        examples=intake.examples,
    )


def _declared(intake: Intake) -> FrameName | None:
    """The one frame that the rows declare, if they were overruled."""
    return next(iter(intake.declared)) if len(intake.declared) == 1 else None
