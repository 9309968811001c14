"""A predictions file to an `Evaluation`: the whole of `groundkit eval` but its output."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from groundkit.errors import DataError, OptionError
from groundkit.families import Family
from groundkit.geometry import FRAME_NAMES, FrameName
from groundkit.metrics.aggregate import Summary, summarise
from groundkit.metrics.boxes import EDGES, Edges
from groundkit.metrics.diagnose import Reading, count_runaway
from groundkit.metrics.flags import Counts, Flag, Signs, find_flags, only_answered
from groundkit.metrics.gold import read_gold
from groundkit.metrics.headline import overall_intervals
from groundkit.metrics.intervals import Interval
from groundkit.metrics.judge import Judged, Scores, judge
from groundkit.metrics.outputs import check_reports, samples_file
from groundkit.metrics.rows import Batch, Intake, Selection, advise, check_split, read_batches
from groundkit.metrics.signature import signature
from groundkit.metrics.tally import Tally
from groundkit.metrics.verdicts import Case, Failure, WorstCases, encode_verdicts
from groundkit.prediction_files.read import read_predictions
from groundkit.records import Gold
from groundkit.store import atomic_write, home, real

DEFAULT_WORST = 5
_MAX_MODELS = 20


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a report shows. `--json` writes it as it stands.

    Attributes:
        signature: how the numbers were made; see `metrics.signature`.
        predictions, dataset: the files, as they were named.
        read_as: how the predictions were read, in words, if they are not groundkit's own rows.
        models: names found in the rows that count, sorted, at most 20.
        overall: means over all gold records.
        intervals: their 95 % intervals, by key of `overall`.
        counts: rows that are not in the means, and oddities of those that are.
        flags: what looks wrong.
        better_reading: another reading of the numbers that fits far better; not a score.
        groups: the same means by grouping (type, size, source, split) and label; the largest group
            first, sizes from small to large.
        failures: how answers failed to hold a box, the most frequent first.
        worst: the worst rows; see `verdicts.WorstCases`. Their image paths are relative to the
            working directory if the path of the predictions or the dataset was; see `relocate`.
    """

    signature: str
    predictions: str
    dataset: str | None
    read_as: str
    models: list[str]
    overall: Summary
    intervals: dict[str, Interval]
    counts: Counts
    flags: list[Flag]
    better_reading: Reading | None
    groups: dict[str, dict[str, Summary]]
    failures: list[Failure]
    worst: list[Case]


def evaluate(  # noqa: PLR0913  (as many as the command has options)
    predictions: Path,
    dataset: Path | None = None,
    *,
    frame: FrameName | None = None,
    family: Family | None = None,
    edges: Edges = "closed",
    split: str = "all",
    worst: int = DEFAULT_WORST,
    verdicts: Path | None = None,
    format: str | None = None,
    fields: Mapping[str, str] | None = None,
    benchmark: str | None = None,
    boxes: str | None = None,
) -> Evaluation:
    """Scores a predictions file.

    Args:
        predictions: a predictions.jsonl, or a file of another tool.
        dataset: a samples.jsonl or the folder that holds it; its samples are the denominator.
            None: the gold records that the predictions carry.
        frame: read all numbers in this frame, whatever the rows say.
        family: read all numbers as this family of models writes them, whatever the rows say; its
            resizing counts also if `frame` names another frame.
        edges: whether a centre on the edge of the gold box is a hit.
        split: `train`, `val` or `all`.
        worst: how many of the worst cases to keep.
        verdicts: write a verdicts.jsonl here.
        format: what the predictions look like; None: what their first rows look like.
        fields: our names to paths in their rows; see `prediction_files.read_predictions`.
        benchmark: `dataset` holds the annotations of this one; see `benchmarks.read_benchmark`.
        boxes: `xywh` or `xyxy`, where the numbers of a benchmark do not tell.

    Raises:
        DataError: a file cannot be read, a row is wrong, or there is nothing to score.
        OptionError: an unknown frame, edge rule or split, a negative `worst`, or `verdicts` is one
            of the files to be read or of a dataset.
    """
    _check_options(frame, edges, split, worst)
    if dataset is not None and benchmark is None:
        dataset = samples_file(dataset)
    check_reports(predictions, dataset, verdicts=verdicts)
    images = dataset or predictions
    rule = None if family is None else family.rule
    intake, tally = Intake(rule=rule), Tally(WorstCases(worst, _folder(images)))
    with _paused_gc(), _verdict_writer(verdicts, images) as write:
        golds = _read_golds(dataset, benchmark, boxes)
        selection = Selection(golds, split, frame or (family and family.frame), rule)
        file = read_predictions(predictions, format=format, fields=fields, advise=advise)
        intake.shown = "" if file.format.name == "groundkit" and not fields else file.shown
        for batch in read_batches(file, selection, intake):
            judged = judge(batch, edges)
            tally.add(batch, judged)
            write(batch, judged)
        if benchmark is not None and rule is None and "resized" in intake.frames:
            what = "numbers are in pixels of a resized image, and no model says which size"
            raise OptionError(what, "--benchmark", hint="add --model-family NAME")
        if tally.is_empty:
            raise _nothing(predictions, dataset, split, intake)
    return _report(predictions, dataset, (edges, split), intake, tally)


def _read_golds(
    dataset: Path | None, benchmark: str | None, boxes: str | None
) -> dict[str, Gold] | None:
    """The gold records of a dataset or a benchmark by id, if there is one."""
    if benchmark is None:
        return None if dataset is None else read_gold(dataset)
    if dataset is None:
        raise OptionError("where are its annotations?", "--benchmark", hint="add --dataset FILE")
    from groundkit.benchmarks.read import read_benchmark

    return {gold.id: gold for gold in read_benchmark(benchmark, dataset, boxes=boxes).golds}


def _check_options(frame: str | None, edges: str, split: str, worst: int) -> None:
    if frame is not None and frame not in FRAME_NAMES:
        raise OptionError(f"unknown value {frame!r}", "--frame", FRAME_NAMES)
    if edges not in EDGES:
        raise OptionError(f"unknown value {edges!r}", "--edges", EDGES)
    check_split(split)
    if worst < 0:
        raise OptionError(f"cannot show {worst} worst cases", hint="--worst 0 shows none")


@contextmanager
def _paused_gc() -> Iterator[None]:
    """No garbage collection: records hold no cycles, and looking for some costs a third more."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def _verdict_writer(path: Path | None, images: Path) -> Iterator[Callable[[Batch, Judged], None]]:
    """A function that writes the verdicts of a batch, or nothing if there is no `path`.

    Args:
        images: the file that names the images.
    """
    if path is None:
        yield lambda batch, judged: None
        return
    folder = _folder(images, path)
    with atomic_write(path) as file:
        yield lambda batch, judged: _write(file, encode_verdicts(batch, judged, folder))


def _write(file: IO[bytes], lines: bytes) -> None:
    file.write(lines)


def _folder(file: Path, seen_from: Path | None = None) -> str:
    """The folder that image paths in `file` start from: as seen from the file that will hold them,
    by default from the working directory if `file` was named so; empty if it is the same."""
    images = home(file)
    if seen_from is not None:
        images = Path(os.path.relpath(real(images), real(home(seen_from))))
    elif images.is_absolute() and not file.is_absolute():  # the file that a link leads to
        images = Path(os.path.relpath(images))
    return "" if images == Path() else images.as_posix()


def relocate(evaluation: Evaluation, file: Path) -> Evaluation:
    """The evaluation with image paths relative to `file`, where it is to be written."""
    images = Path(evaluation.dataset or evaluation.predictions)
    old, new = _folder(images), _folder(images, file)
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


def _nothing(predictions: Path, dataset: Path | None, split: str, intake: Intake) -> DataError:
    if dataset is not None:
        return DataError(f"the dataset holds no sample of the split {split!r}", str(dataset))
    if not intake.rows:
        return DataError("the file holds no predictions", str(predictions))
    return DataError(f"no prediction is for the split {split!r}", str(predictions))


def _report(
    predictions: Path,
    dataset: Path | None,
    rules: tuple[Edges, str],
    intake: Intake,
    tally: Tally,
) -> Evaluation:
    """Everything together; `rules` are the edge rule and the split."""
    scores = tally.scores()
    overall, groups = summarise(scores), tally.groups(scores)
    counts = _counts(scores, intake, tally)
    reading = tally.readings.far_better(_declared(intake))
    signs = Signs(
        reading=reading,
        constant_box=tally.sameness.only_predicted,
        only_split=only_answered(groups["split"]),
    )
    return Evaluation(
        signature=signature(
            edges=rules[0],
            frames=intake.frames,
            rule=intake.rule,
            denominator="file" if dataset is None else "dataset",
            split=rules[1],
            n=overall.n,
            data=tally.data_hash(),
        ),
        predictions=str(predictions),
        dataset=None if dataset is None else str(dataset),
        read_as=intake.shown,
        models=sorted(intake.models - {""})[:_MAX_MODELS],
        overall=overall,
        intervals=overall_intervals(scores, tally.screens()),
        counts=counts,
        flags=find_flags(overall, counts, signs),
        better_reading=reading,
        groups=groups,
        failures=tally.failures.ranked(),
        worst=tally.worst.cases,
    )


def _counts(scores: Scores, intake: Intake, tally: Tally) -> Counts:
    return Counts(
        rows=intake.rows,
        duplicates=intake.duplicates,
        unknown=intake.unknown,
        other_split=intake.other_split,
        conflicts=intake.conflicts,
        out_of_image=int(scores.out_of_image.sum()),
        degenerate=int(scores.degenerate.sum()),
        gold_outside=tally.gold_outside,
        inverted=tally.failures.count("inverted box"),
        unnamed=tally.wording.unnamed,
        unknown_types=tally.wording.unknown_types,
        runaway=count_runaway(scores),
        examples=intake.examples,
    )


def _declared(intake: Intake) -> FrameName | None:
    """The one frame that the rows declare, if they were overruled."""
    return next(iter(intake.declared)) if len(intake.declared) == 1 else None
