"""Pairs every gold record with the answer to it, once.

The gold set is the denominator: with a dataset that is its samples, answered or not; without one
it is what the predictions file carries. Of several answers to one sample the first counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from operator import attrgetter
from typing import cast, get_args

import msgspec
import numpy as np

from groundkit.errors import DataError, OptionError
from groundkit.geometry import FRAME_NAMES, FrameName, ResizeRule
from groundkit.metrics.gold import GoldArrays, to_arrays
from groundkit.prediction_files.chunks import Chunk
from groundkit.records import Gold, Prediction, Split

SPLITS: tuple[Split, ...] = get_args(Split)
SPLIT_CHOICES = ("all", *SPLITS)

_MISSING_ROWS = 4096
_EXCERPT = 80
# What question and answer are, beside the id.
_facts = attrgetter(
    *("box", "boxes", "polygon", "absent", "width", "height", "original", "type", "name", "point")
)
# Of the keys of a sample, those that no prediction has.
_SAMPLE_KEYS = frozenset({"prompt", "answer"})


def check_split(split: str) -> None:
    """Raises an OptionError unless `split` is `all`, `train` or `val`."""
    if split not in SPLIT_CHOICES:
        raise OptionError(f"unknown value {split!r}", "--split", SPLIT_CHOICES)


@dataclass(frozen=True)
class Batch:
    """Rows to judge: gold record i, the text written about it and the frame of that text.

    Attributes:
        texts: None where there is no prediction.
        scores: the model's confidences: in each box, or one in all of them, or none.
        arrays: the numbers of `golds`.
    """

    golds: Sequence[Gold]
    texts: Sequence[str | None]
    frames: Sequence[FrameName]
    scores: Sequence[tuple[float, ...]]
    arrays: GoldArrays

    def pick(self, rows: Sequence[int]) -> Batch:
        """Some of the rows."""
        return Batch(
            [self.golds[row] for row in rows],
            [self.texts[row] for row in rows],
            [self.frames[row] for row in rows],
            [self.scores[row] for row in rows],
            self.arrays.pick(rows),
        )


@dataclass(frozen=True)
class Selection:
    """Which rows are wanted, and how.

    Attributes:
        golds: gold records by id, answered or not; None: those that the predictions carry.
        split: `train`, `val` or `all`.
        frame: the frame of all numbers, whatever the rows say; None: as each row says.
        rule: by which the model resized what it was shown; None: not at all.
    """

    golds: dict[str, Gold] | None = None
    split: str = "all"
    frame: FrameName | None = None
    rule: ResizeRule | None = None


@dataclass
class Intake:
    """What was met while reading a predictions file.

    Attributes:
        ids: of the samples answered so far, in the order of the file, each with a hash of its gold
            record if that came with the prediction, else 0.
        rows: predictions read.
        duplicates: further answers to a sample, not scored.
        unknown: predictions for an id that the dataset does not hold, not scored.
        other_split: predictions for a split that was not asked for, not scored.
        conflicts: rows whose own gold record is not the one that counts: the dataset's, or
            without a dataset that of the first answer to the same sample.
        examples: ids, cut, by what they are an example of: `unknown`, `duplicates` and `conflicts`,
            the first of each, and `dataset`, one that the dataset holds.
        frames: that the numbers of the rows that count were read in.
        declared: frames that the rows that count declare, where they were overruled.
        models: named by the rows that count.
        rule: by which the model resized what it was shown, if that was declared.
        shown: how the file was read, in words.
    """

    ids: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    duplicates: int = 0
    unknown: int = 0
    other_split: int = 0
    conflicts: int = 0
    examples: dict[str, str] = field(default_factory=dict)
    frames: set[FrameName] = field(default_factory=set)
    declared: set[FrameName] = field(default_factory=set)
    models: set[str] = field(default_factory=set)
    rule: ResizeRule | None = None
    shown: str = ""

    def show(self, kind: str, name: str) -> None:
        """Keeps the first id of a kind as an example; the end of a long one, where ids differ."""
        shown = name if len(name) <= _EXCERPT else "…" + name[1 - _EXCERPT :]
        self.examples.setdefault(kind, shown)


def read_batches(
    predictions: Iterable[Chunk[Prediction]], selection: Selection, intake: Intake
) -> Iterator[Batch]:
    """The rows to judge, in the order of the file; samples without an answer come last.

    Args:
        predictions: of a file, in its order.
        intake: filled in on the way.

    Raises:
        DataError: a row cannot be decoded or has no gold record.
    """
    for chunk in predictions:
        intake.rows += len(chunk.records)
        golds = _golds(chunk, selection.golds)
        rows = _choose(golds, chunk, selection, intake)
        if rows:
            yield _batch(chunk, golds, rows, selection, intake)
    if selection.golds is not None:
        if intake.unknown:
            intake.show("dataset", _first_id(selection.golds, selection.split))
        yield from _unanswered(selection.golds, selection.split, intake)


def _golds(chunk: Chunk[Prediction], dataset: dict[str, Gold] | None) -> list[Gold | None]:
    """The gold record of each prediction; None where the dataset holds none."""
    if dataset is not None:
        return [dataset.get(prediction.id) for prediction in chunk.records]
    golds = [prediction.gold for prediction in chunk.records]
    for index, (prediction, gold) in enumerate(zip(chunk.records, golds, strict=True)):
        if gold is None:
            raise DataError(
                "the row has no `gold` to be scored against",
                chunk.where(index),
                hint="name the dataset: --dataset samples.jsonl",
            )
        if gold.id != prediction.id:
            raise DataError(
                f"the gold record belongs to {gold.id!r}, the row to {prediction.id!r}",
                f"{chunk.where(index)}: gold.id",
            )
    return golds


def _first_id(golds: dict[str, Gold], split: str) -> str:
    """An id of the split, if it has any."""
    asked = (gold.id for gold in golds.values() if split in ("all", gold.split))
    return next(asked, next(iter(golds)))


def advise(line: bytes, error: DataError) -> DataError:
    """A better word about two frequent mistakes: a dataset, and a call that gave no text."""
    try:
        row = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return error
    if not isinstance(row, dict):
        return error
    if "text" not in row and row.keys() >= _SAMPLE_KEYS:
        what = "this is a dataset, not predictions: the row has a prompt and no text"
        hint = "groundkit eval predictions.jsonl --dataset samples.jsonl scores answers to it"
        return DataError(what, error.where, hint=hint)
    if "text" in row and row["text"] is None:
        hint = 'of a call that failed write "", which counts as unparsable, or no row at all, '
        hint += "which counts as missing with --dataset"
        return DataError("the answer is null, not a text", error.where, hint=hint)
    return error


def _choose(
    golds: Sequence[Gold | None], chunk: Chunk[Prediction], selection: Selection, intake: Intake
) -> Sequence[int]:
    """Indices of the rows that count; the others are counted in `intake`."""
    split, hashes = selection.split, _hashes(golds, selection)
    if split == "all" and None not in golds:
        # The ids of the gold records, so that a dataset and `intake` share the strings.
        new = dict(zip(map(attrgetter("id"), golds), hashes, strict=True))
        if len(new) == len(golds) and intake.ids.keys().isdisjoint(new):
            # What nearly every file is like: then there is nothing to look at row by row.
            intake.ids.update(new)
            return range(len(golds))
    rows: list[int] = []
    ids = intake.ids
    for index, (prediction, gold, facts) in enumerate(
        zip(chunk.records, golds, hashes, strict=True)
    ):
        if gold is None:
            intake.unknown += 1
            intake.show("unknown", prediction.id)
        elif split not in ("all", gold.split):
            intake.other_split += 1
        elif prediction.id in ids and prediction.draw:
            continue  # another answer that was asked for
        elif prediction.id in ids:
            intake.duplicates += 1
            intake.show("duplicates", prediction.id)
            if ids[prediction.id] != facts or _contradicts(prediction, gold):
                intake.conflicts += 1
                intake.show("conflicts", prediction.id)
        else:
            ids[gold.id] = facts
            rows.append(index)
    return rows


def _hashes(golds: Sequence[Gold | None], selection: Selection) -> list[int]:
    """What tells gold records that predictions carry from each other; zeros for a dataset's."""
    if selection.golds is not None:
        return [0] * len(golds)
    return list(map(hash, map(_facts, golds)))


def _batch(
    chunk: Chunk[Prediction],
    golds: Sequence[Gold | None],
    rows: Sequence[int],
    selection: Selection,
    intake: Intake,
) -> Batch:
    predictions = [chunk.records[row] for row in rows]
    chosen = [gold for row in rows if (gold := golds[row]) is not None]

    def where(row: int) -> str:
        return chunk.where(rows[row])

    frames = _frames(predictions, selection.frame, intake, where)
    if selection.golds is not None:
        _compare(predictions, chosen, intake)
        if selection.frame is None:
            _check_images(predictions, chosen, where)
    intake.frames.update(frames)
    intake.models.update(map(attrgetter("model"), predictions))
    texts = [prediction.text for prediction in predictions]
    arrays = to_arrays(chosen, where, "gold.", selection.rule)
    if selection.rule is None:
        arrays = _as_seen(arrays, predictions)
    _check_sizes(arrays, frames, where)
    scores = [
        prediction.scores or (() if prediction.score is None else (prediction.score,))
        for prediction in predictions
    ]
    return Batch(chosen, texts, frames, scores, arrays)


def _frames(
    predictions: Sequence[Prediction],
    forced: FrameName | None,
    intake: Intake,
    where: Callable[[int], str],
) -> list[FrameName]:
    """The frame of each row: as declared for all, or else as the row says."""
    if forced is not None:
        said = set(map(attrgetter("frame"), predictions)) - {None}
        intake.declared.update(said)
        return [forced] * len(predictions)
    frames = [prediction.frame for prediction in predictions]
    if None in frames:
        what = "the row does not say in which frame its numbers are"
        hint = "declare it for all rows: --frame NAME or --model-family NAME"
        raise DataError(what, where(frames.index(None)), FRAME_NAMES, hint)
    return cast("list[FrameName]", frames)


def _as_seen(arrays: GoldArrays, predictions: Sequence[Prediction]) -> GoldArrays:
    """The arrays with the sizes that rows say the model saw, where those are not the images'."""
    said = list(map(attrgetter("seen"), predictions))
    if not any(said):
        return arrays
    seen = arrays.seen.copy()
    for row, size in enumerate(said):
        if size is not None:
            seen[row] = size
    return replace(arrays, seen=seen)


def _check_images(
    predictions: Sequence[Prediction], golds: Sequence[Gold], where: Callable[[int], str]
) -> None:
    """Refuses answers in pixels of an image of another size than the dataset's."""
    for row, (prediction, gold) in enumerate(zip(predictions, golds, strict=True)):
        own = prediction.gold
        if own is None or prediction.frame != "resized" or prediction.seen is not None:
            continue
        if (own.width, own.height) != (gold.width, gold.height):
            what = f"the answer is in pixels of an image of {own.width}x{own.height}"
            what += f", the dataset's is {gold.width}x{gold.height}"
            hint = "predict anew, or leave --dataset out: the row carries its own gold record"
            raise DataError(what, where(row), hint=hint)


def _check_sizes(
    arrays: GoldArrays, frames: Sequence[FrameName], where: Callable[[int], str]
) -> None:
    """Only pixels of the original image can be compared where the size of it is not known."""
    if arrays.sizes.all():
        return
    for row in np.flatnonzero(~arrays.sizes.all(axis=1)).tolist():
        if frames[row] != "pixel":
            what = f"the size of the image is not known, which numbers in {frames[row]} need"
            hint = "numbers in the frame of the gold boxes themselves are scored with --frame pixel"
            raise DataError(what, where(row), hint=hint)


def _compare(predictions: Sequence[Prediction], golds: Sequence[Gold], intake: Intake) -> None:
    """Counts the predictions whose own gold record is not the one they are scored against."""
    for prediction, gold in zip(predictions, golds, strict=True):
        if _contradicts(prediction, gold):
            intake.conflicts += 1
            intake.show("conflicts", gold.id)


def _contradicts(prediction: Prediction, gold: Gold) -> bool:
    return prediction.gold is not None and _facts(prediction.gold) != _facts(gold)


def _unanswered(golds: dict[str, Gold], split: str, intake: Intake) -> Iterator[Batch]:
    left = (
        gold
        for gold in golds.values()
        if gold.id not in intake.ids and split in ("all", gold.split)
    )
    while some := list(islice(left, _MISSING_ROWS)):
        blank: Sequence[str | None] = [None] * len(some)
        # The boxes were checked when the dataset was read, so no message needs a place.
        frames: Sequence[FrameName] = ["pixel"] * len(some)
        yield Batch(some, blank, frames, [()] * len(some), to_arrays(some, str))
