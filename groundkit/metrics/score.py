"""Reads predictions and scores them, row by row: the core of `eval`, `compare` and rewards."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from groundkit.errors import DataError, OptionError
from groundkit.metrics.gold import read_gold
from groundkit.metrics.judge import Judged, judge
from groundkit.metrics.options import Options
from groundkit.metrics.outputs import samples_file
from groundkit.metrics.rows import Batch, Intake, Selection, advise, read_batches
from groundkit.prediction_files.read import read_predictions
from groundkit.records import Gold

Observer = Callable[[Batch, Judged], None]


@dataclass(frozen=True)
class GoldSet:
    """The right answers.

    Attributes:
        path: of their file; None: the predictions carry them.
        golds: by id; None: those that the predictions carry.
        notes: what was decided about a benchmark's boxes, and what looks odd.
    """

    path: Path | None = None
    golds: dict[str, Gold] | None = None
    notes: Sequence[str] = field(default=())


def read_gold_set(dataset: Path | None, options: Options) -> GoldSet:
    """The gold records of a dataset or a benchmark, or none.

    Raises:
        DataError: the file cannot be used.
        OptionError: a benchmark without its annotations.
    """
    if options.benchmark is None:
        if dataset is None:
            return GoldSet()
        path = samples_file(dataset)
        return GoldSet(path, read_gold(path))
    if dataset is None:
        raise OptionError("where are its annotations?", "--benchmark", hint="add --gold FILE")
    from groundkit.benchmarks.read import read_benchmark

    found = read_benchmark(options.benchmark, dataset, boxes=options.boxes, images=options.images)
    return GoldSet(dataset, {gold.id: gold for gold in found.golds}, found.notes)


def score(
    predictions: Path, golds: GoldSet, options: Options, observers: Sequence[Observer]
) -> Intake:
    """Scores a predictions file, batch by batch; each observer sees every batch, in order.

    Raises:
        DataError: a file cannot be read, a row is wrong, or there is nothing to score.
        OptionError: the frame of the numbers needs a model that was not named.
    """
    intake = Intake(rule=options.rule)
    selection = Selection(golds.golds, options.split, options.read_frame, options.rule)
    empty = True
    with _paused_gc():
        file = read_predictions(
            predictions, format=options.format, fields=options.fields, advise=advise
        )
        ours = file.format.name == "groundkit" and not options.fields
        intake.shown = "" if ours else file.shown
        for batch in read_batches(file, selection, intake):
            empty = False
            judged = judge(batch, options.edges)
            for observe in observers:
                observe(batch, judged)
    if empty:
        raise _nothing(predictions, golds.path, options.split, intake)
    if options.benchmark is not None and options.rule is None and "resized" in intake.frames:
        what = "numbers are in pixels of a resized image, and no model says which size"
        raise OptionError(what, "--benchmark", hint="add --model-family NAME")
    return intake


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


def _nothing(predictions: Path, dataset: Path | None, split: str, intake: Intake) -> DataError:
    if dataset is not None:
        return DataError(f"the dataset holds no sample of the split {split!r}", str(dataset))
    if not intake.rows:
        return DataError("the file holds no predictions", str(predictions))
    return DataError(f"no prediction is for the split {split!r}", str(predictions))
