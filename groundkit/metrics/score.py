"""Reads predictions and scores them, row by row: the core of `eval` and `compare`."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

from groundkit.errors import DataError, OptionError
from groundkit.metrics.gold_set import GoldSet
from groundkit.metrics.intake import Intake, Selection
from groundkit.metrics.observers import Accumulator, Observer, observe
from groundkit.metrics.options import Options
from groundkit.metrics.parallel import Work, Worker, score_in_parallel
from groundkit.metrics.rows import Batch, advise, read_batches, unanswered
from groundkit.prediction_files.chunks import Chunk
from groundkit.prediction_files.join import join_by_key, join_by_position
from groundkit.prediction_files.read import PredictionFile, read_predictions
from groundkit.records import Prediction

COCO = "coco"
# What our grammar reads as a refusal.
_NOTHING = "[]"


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
        file = _open(predictions, golds, options)
        ours = file.format.name == "groundkit" and not options.fields
        intake.shown = "" if ours else file.shown
        chunks = _join(file, ours, golds, options)
        if workers > 1 and file.blocks is not None and chunks is file:
            takers = cast("Sequence[Accumulator]", observers)
            _share(file, golds, options, takers, workers, intake)
        else:
            observe(read_batches(chunks, selection, intake), options.edges, observers)
        observe(_left(file, selection, intake, options), options.edges, observers)
    if not intake.scored:
        raise _nothing(predictions, golds.path, options.split, intake)
    _check_known(predictions, golds, intake)
    if options.benchmark is not None and options.rule is None and "resized" in intake.frames:
        what = "numbers are in pixels of a resized image, and no model says which size"
        raise OptionError(what, "--benchmark", hint="add --model-family NAME")
    return intake


def _open(predictions: Path, golds: GoldSet, options: Options) -> PredictionFile:
    return read_predictions(
        predictions,
        format=options.format,
        fields=options.fields,
        join=options.join,
        has_golds=golds.golds is not None,
        advise=advise,
    )


def _join(
    file: PredictionFile, ours: bool, golds: GoldSet, options: Options
) -> Iterable[Chunk[Prediction]]:
    """The predictions under the ids of the gold records; the file itself if they have these."""
    if golds.golds is None:
        return file
    if options.join == "position":
        asked = [gold for gold in golds.golds.values() if options.split in ("all", gold.split)]
        return join_by_position(file, asked, str(golds.path))
    # Our own rows have the ids of the dataset that they were made from, and are many.
    by_id = ours and options.benchmark is None and options.join == "id"
    return file if by_id else join_by_key(file, golds.golds)


def _check_known(predictions: Path, golds: GoldSet, intake: Intake) -> None:
    """Refuses to call all answers missing where only the ids do not fit."""
    if golds.golds and 0 < intake.rows == intake.unknown:
        what = (
            f"no prediction is for a question of {golds.path}: ids are like "
            f"{intake.examples['unknown']!r} here and like {intake.examples['dataset']!r} there"
        )
        hint = (
            "name the field with the id, --field id=PATH, or those with --field image=PATH and "
            "--field instruction=PATH; or --join position if the rows are in the order of that file"
        )
        raise DataError(what, str(predictions), hint=hint)


def _left(
    file: PredictionFile, selection: Selection, intake: Intake, options: Options
) -> Iterator[Batch]:
    """The samples that the file does not answer, or only by having no row for them."""
    left = unanswered(selection, intake)
    if options.benchmark != COCO or file.format.name != COCO:
        return left
    intake.shown += "; a category that it found nowhere in an image counts as not there"
    return map(_found_nothing, left)


def _found_nothing(batch: Batch) -> Batch:
    """Samples without an answer, where a format has no row that says that there is nothing: what
    is not there was answered so."""
    texts = [None if there else _NOTHING for there in batch.arrays.present.tolist()]
    return replace(batch, texts=texts)


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
