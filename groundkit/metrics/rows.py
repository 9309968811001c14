"""Pairs every gold record with the answer to it, once.

The gold set is the denominator: with a dataset that is its samples, answered or not; without one
it is what the predictions file carries. Of several answers to one sample the first counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from operator import attrgetter
from typing import cast

import msgspec
import numpy as np

from groundkit.errors import DataError, UndeclaredFrameError
from groundkit.geometry import FRAME_NAMES, FrameName, Size
from groundkit.metrics.contracts import check_contracts, check_images
from groundkit.metrics.gold import Columns, GoldArrays, Golds, fields_as_columns, to_arrays
from groundkit.metrics.intake import Intake, Selection
from groundkit.metrics.keys import Keys, row_keys
from groundkit.prediction_files.chunks import Chunk
from groundkit.records import Gold, Prediction

_MISSING_ROWS = 4096
# What question and answer are, beside the id.
_facts = attrgetter(
    *("box", "boxes", "polygon", "absent", "width", "height", "original", "type", "name", "point")
)
# Of the keys of a sample, those that no prediction has.
_SAMPLE_KEYS = frozenset({"prompt", "answer"})


@dataclass(frozen=True)
class Batch:
    """Rows to judge: gold record i, the text written about it and the frame of that text.

    Attributes:
        texts: None where there is no prediction.
        scores: the model's confidences: in each box, or one in all of them, or none.
        arrays: the numbers of `golds`.
        number: of the piece of the file that the rows stand in, from 0.
    """

    golds: Golds
    texts: Sequence[str | None]
    frames: Sequence[FrameName]
    scores: Sequence[tuple[float, ...]]
    arrays: GoldArrays
    number: int = 0

    @cached_property
    def keys(self) -> Keys:
        """See `keys.row_keys`, shape (N,)."""
        return row_keys(self.golds, self.arrays)

    def pick(self, rows: Sequence[int]) -> Batch:
        """Some of the rows."""
        return Batch(
            self.golds.pick(rows),
            [self.texts[row] for row in rows],
            [self.frames[row] for row in rows],
            [self.scores[row] for row in rows],
            self.arrays.pick(rows),
            self.number,
        )


def read_batches(
    predictions: Iterable[Chunk[Prediction]], selection: Selection, intake: Intake, first: int = 0
) -> Iterator[Batch]:
    """The rows to judge, in the order of the file.

    Args:
        predictions: of a file or a part of it, in its order.
        intake: filled in on the way.
        first: how many chunks of the file came before.

    Raises:
        DataError: a row cannot be decoded or has no gold record.
    """
    number = first - 1
    for chunk in predictions:  # `enumerate` would hold on to it while the next is read
        number += 1
        if not chunk.records:
            del chunk
            continue
        intake.rows += len(chunk.records)
        columns = fields_as_columns(chunk.records)
        golds = _golds(columns, selection.golds, chunk.where)
        ids = _ids(golds, columns)
        rows, further = _choose(golds, ids, columns["draw"], selection.split, intake)
        if len(rows) < len(golds):
            columns = {name: [column[row] for row in rows] for name, column in columns.items()}
        batch = _batch(chunk, columns, golds, rows, selection, intake, number) if rows else None
        _count_further(chunk, golds, further, intake)
        if batch is not None:
            intake.scored += len(rows)
            yield batch
        del chunk, columns, golds, batch  # see `observe`


def _golds(
    columns: Columns, dataset: dict[str, Gold] | None, where: Callable[[int], str]
) -> Sequence[Gold | None]:
    """The gold record of each prediction; None where the dataset holds none."""
    ids = columns["id"]
    if dataset is not None:
        return list(map(dataset.get, ids))
    if None in columns["gold"]:
        raise DataError(
            "the row has no `gold` to be scored against",
            where(columns["gold"].index(None)),
            hint="name the dataset: --dataset samples.jsonl",
        )
    golds = Golds(columns["gold"])
    owners = golds.columns["id"]
    if owners != ids:
        index = next(index for index, id in enumerate(ids) if id != owners[index])
        raise DataError(
            f"the gold record belongs to {owners[index]!r}, the row to {ids[index]!r}",
            f"{where(index)}: gold.id",
        )
    return golds


def _ids(golds: Sequence[Gold | None], columns: Columns) -> Sequence[str]:
    """Of each prediction; where there is a record its own string, which a dataset and what is
    remembered of the predictions then share."""
    if isinstance(golds, Golds):
        return golds.columns["id"]
    pairs = zip(golds, columns["id"], strict=True)
    return [name if gold is None else gold.id for gold, name in pairs]


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
    golds: Sequence[Gold | None],
    ids: Sequence[str],
    draws: Sequence[int],
    split: str,
    intake: Intake,
) -> tuple[Sequence[int], Sequence[int]]:
    """Indices of the rows that count, whose samples are then answered, and of further answers to a
    sample; all others are counted in `intake`."""
    if split == "all" and None not in golds and intake.answer(ids):
        # What nearly every file is like: then there is nothing to look at row by row.
        return range(len(golds)), ()
    rows: list[int] = []
    further: list[int] = []
    for index, (name, gold) in enumerate(zip(ids, golds, strict=True)):
        if gold is None:
            intake.unknown += 1
            intake.show("unknown", name)
        elif split not in ("all", gold.split):
            intake.other_split += 1
        elif not intake.answer([name]):
            if not draws[index]:  # another answer that was asked for is no duplicate
                further.append(index)
        else:
            rows.append(index)
    return rows, further


def _batch(
    chunk: Chunk[Prediction],
    columns: Columns,
    golds: Sequence[Gold | None],
    rows: Sequence[int],
    selection: Selection,
    intake: Intake,
    number: int,
) -> Batch:
    if isinstance(golds, Golds) and len(rows) == len(golds):
        chosen = golds
    else:
        chosen = Golds(map(golds.__getitem__, rows))  # type: ignore[arg-type]

    def where(row: int) -> str:
        return chunk.where(rows[row])

    frames = _frames(columns["frame"], selection, intake, where)
    if selection.golds is not None and any(columns["gold"]):
        conflicts = intake.conflicts
        _compare(columns["gold"], chosen, intake)
        if intake.conflicts > conflicts and selection.frame is None:
            check_images(columns, chosen, where)
    if any(columns["contract"]):
        check_contracts(columns, chosen, selection, where)
    intake.frames.update(frames)
    intake.models.update(columns["model"])
    arrays = to_arrays(chosen, where, "gold.", selection.rule)
    if selection.rule is None:
        arrays = _as_seen(arrays, columns["seen"])
    _check_sizes(arrays, frames, where)
    batch = Batch(chosen, columns["text"], frames, _confidences(columns), arrays, number)
    intake.keys.append(batch.keys)
    return batch


def _confidences(columns: Columns) -> Sequence[tuple[float, ...]]:
    """The confidences in the boxes of each answer."""
    several: Sequence[tuple[float, ...]] = columns["scores"]
    single = columns["score"]
    if single.count(None) == len(single):
        return several
    pairs = zip(several, single, strict=True)
    return [many or (() if one is None else (one,)) for many, one in pairs]


def _count_further(
    chunk: Chunk[Prediction], golds: Sequence[Gold | None], rows: Sequence[int], intake: Intake
) -> None:
    """Counts answers to samples that have one already."""
    for row in rows:
        prediction, gold = chunk.records[row], golds[row]
        assert gold is not None
        intake.repeat(prediction.id)
        if _contradicts(prediction.gold, gold) or _key(gold) != intake.key_of(prediction.id):
            intake.conflicts += 1
            intake.show("conflicts", prediction.id)


def _key(gold: Gold) -> int | None:
    """Of one record; None if it is not valid."""
    golds = Golds([gold])
    try:
        return int(row_keys(golds, to_arrays(golds, str))[0])
    except DataError:
        return None


def _frames(
    said: Sequence[FrameName | None],
    selection: Selection,
    intake: Intake,
    where: Callable[[int], str],
) -> Sequence[FrameName]:
    """The frame of each row: as declared for all, or else as the row says."""
    if selection.frame is not None:
        intake.declared.update(frame for frame in set(said) if frame is not None)
        return [selection.frame] * len(said)
    if None in said and not selection.needs_frame:
        intake.frameless += list(said).count(None)
        return [frame or "pixel" for frame in said]
    if None in said:
        what = "the row does not say in which frame its numbers are"
        hint = "declare it for all rows: --frame NAME or --model-family NAME; "
        hint += "eval --diagnose shows what they may be in"
        raise UndeclaredFrameError(what, where(said.index(None)), FRAME_NAMES, hint)
    return cast("Sequence[FrameName]", said)


def _as_seen(arrays: GoldArrays, said: Sequence[Size | None]) -> GoldArrays:
    """The arrays with the sizes that rows say the model saw, where those are not the images'."""
    if not any(said):
        return arrays
    seen = arrays.seen.copy()
    for row, size in enumerate(said):
        if size is not None:
            seen[row] = size
    return replace(arrays, seen=seen)


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


def _compare(owns: Sequence[Gold | None], golds: Sequence[Gold], intake: Intake) -> None:
    """Counts the predictions whose own gold record is not the one they are scored against."""
    for own, gold in zip(owns, golds, strict=True):
        if _contradicts(own, gold):
            intake.conflicts += 1
            intake.show("conflicts", gold.id)


def _contradicts(own: Gold | None, gold: Gold) -> bool:
    return own is not None and _facts(own) != _facts(gold)


def unanswered(selection: Selection, intake: Intake) -> Iterator[Batch]:
    """The samples of the dataset, if there is one, that `intake` holds no answer to."""
    golds, split = selection.golds, selection.split
    if golds is None:
        return
    if intake.unknown:
        intake.show("dataset", _first_id(golds, split))
    left = (
        gold
        for gold in golds.values()
        if gold.id not in intake.ids and split in ("all", gold.split)
    )
    while some := Golds(islice(left, _MISSING_ROWS)):
        intake.scored += len(some)
        blank: Sequence[str | None] = [None] * len(some)
        # The boxes were checked when the dataset was read, so no message needs a place.
        frames: Sequence[FrameName] = ["pixel"] * len(some)
        yield Batch(some, blank, frames, [()] * len(some), to_arrays(some, str))
