"""Predictions under the ids of the gold records that they answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from groundkit.errors import DataError
from groundkit.prediction_files.chunks import Chunk
from groundkit.prediction_files.keys import KeyIndex
from groundkit.prediction_files.read import PredictionFile
from groundkit.records import Gold, Prediction

# What a row may leave open, and what it then holds.
_UNKNOWN = {"width": 0, "height": 0, "original": None, "type": "", "name": None, "point": None}


def join_by_key(file: PredictionFile, golds: Mapping[str, Gold]) -> Iterator[Chunk[Prediction]]:
    """The predictions of a file by id, or else by image and instruction; those of other questions
    keep their ids."""
    index = KeyIndex(golds.values(), file.by_prompt)
    for chunk in file:
        found = [(one, index.find(one)) for one in chunk.records]
        yield Chunk([_joined(one, gold) for one, gold in found], chunk.place)


def join_by_position(
    file: PredictionFile, golds: Sequence[Gold], where: str
) -> Iterator[Chunk[Prediction]]:
    """The predictions of a file of which the nth is about the nth gold record.

    Args:
        file: read with `join="position"`, so that ids are positions.
        where: what holds the gold records, for messages.

    Raises:
        DataError: there are not as many rows as gold records, or two rows have one position.
    """
    met: set[int] = set()
    for chunk in file:
        kept = []
        for row, one in enumerate(chunk.records):
            place = int(one.id)
            if place in met:
                raise DataError(f"the position {place} occurs twice", chunk.where(row))
            met.add(place)
            if place < len(golds):
                kept.append((row, _joined(one, golds[place])))
        yield _picked(chunk, kept)
    if file.rows != len(golds) or (met and max(met) >= len(golds)):
        what = f"{file.rows:,} rows cannot be joined by position to {len(golds):,} gold records"
        last = f", the last position is {max(met):,}" if file.rows == len(golds) else ""
        hint = f"all records of {where} must have been asked, in their order"
        raise DataError(what + last, str(file.path), hint=hint)


def _picked(chunk: Chunk[Prediction], kept: Iterable[tuple[int, Prediction]]) -> Chunk[Prediction]:
    rows = list(kept)
    return Chunk([one for _, one in rows], lambda index: chunk.where(rows[index][0]))


def _joined(one: Prediction, gold: Gold | None) -> Prediction:
    if gold is None or (one.id == gold.id and one.gold is None):
        return one
    return replace(one, id=gold.id, gold=None if one.gold is None else _completed(one.gold, gold))


def _completed(own: Gold, gold: Gold) -> Gold:
    """The row's own gold record; what it leaves open is no contradiction to that of the set."""
    facts = {
        name: getattr(gold, name)
        for name, unknown in _UNKNOWN.items()
        if getattr(own, name) == unknown
    }
    return replace(own, id=gold.id, **facts)
