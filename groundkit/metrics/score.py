"""Reads predictions and scores them, row by row: the core of `eval` and `compare`."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from groundkit.errors import DataError, OptionError
from groundkit.metrics.gold_set import GoldSet
from groundkit.metrics.intake import Intake
from groundkit.metrics.observers import Accumulator, Observer, observe
from groundkit.metrics.options import Options
from groundkit.metrics.parallel import Work, Worker, score_in_parallel
from groundkit.metrics.rows import advise, read_batches, unanswered
from groundkit.prediction_files.read import PredictionFile, read_predictions


def score(
    predictions: Path,
    golds: GoldSet,
    options: Options,
    observers: Sequence[Observer],
    workers: int = 1,
) -> Intake:
    """Scores a predictions file, batch by batch; each observer sees every batch, in order.

    Args:
        workers: processes; with more than one the observers must be `Accumulator`s. Files that
            cannot be read in pieces are scored by one.

    Raises:
        DataError: a file cannot be read, a row is wrong, or there is nothing to score.
        OptionError: the frame of the numbers needs a model that was not named.
    """
    intake = Intake(rule=options.rule)
    selection = options.selection(golds.golds)
    with _paused_gc():
        file = read_predictions(
            predictions, format=options.format, fields=options.fields, advise=advise
        )
        ours = file.format.name == "groundkit" and not options.fields
        intake.shown = "" if ours else file.shown
        if workers > 1 and file.blocks is not None:
            takers = cast("Sequence[Accumulator]", observers)
            _share(file, golds, options, takers, workers, intake)
        else:
            observe(read_batches(file, selection, intake), options.edges, observers)
        observe(unanswered(selection, intake), options.edges, observers)
    if not intake.scored:
        raise _nothing(predictions, golds.path, options.split, intake)
    if options.benchmark is not None and options.rule is None and "resized" in intake.frames:
        what = "numbers are in pixels of a resized image, and no model says which size"
        raise OptionError(what, "--benchmark", hint="add --model-family NAME")
    return intake


def _share(
    file: PredictionFile,
    golds: GoldSet,
    options: Options,
    observers: Sequence[Accumulator],
    workers: int,
    intake: Intake,
) -> None:
    """Scores a file in several processes."""
    assert file.blocks is not None
    fresh = [observer.fresh() for observer in observers]
    work = Work(file.path, golds.path, options, fresh)
    worker = Worker(work, options.selection(golds.golds))
    score_in_parallel(file.blocks(), worker, work, workers, observers, intake)


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
