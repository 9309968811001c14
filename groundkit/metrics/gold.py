"""Gold records as arrays, checked, and the gold set of a dataset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace

from groundkit.errors import DataError
from groundkit.metrics.boxes import Floats
from groundkit.metrics.chunks import read_chunks
from groundkit.records import Gold
from groundkit.vocabulary import TYPE_WORDS

# Floats hold whole numbers exactly up to here; no picture comes near.
_ABSURD = 1 << 53
_EXCERPT = 40


@dataclass(frozen=True)
class GoldArrays:
    """The numbers of N gold records.

    Attributes:
        boxes: shape (N, 4), pixels of the saved images.
        sizes: width and height of the saved images, shape (N, 2).
        originals: width and height before resizing, shape (N, 2).
    """

    boxes: Floats
    sizes: Floats
    originals: Floats

    def pick(self, rows: Sequence[int]) -> GoldArrays:
        """Some of the rows."""
        picked = np.asarray(rows, dtype=np.int64)
        return GoldArrays(self.boxes[picked], self.sizes[picked], self.originals[picked])


def to_arrays(golds: Sequence[Gold], where: Callable[[int], str], field: str = "") -> GoldArrays:
    """The arrays of `golds`; `where(i)` names the file and line of record i.

    Args:
        field: of the row that the record is in, with a full stop: `gold.`; empty for the row.

    Raises:
        DataError: a box is empty, inverted or leaves its image, an image has no original size, or
            a type is not in the vocabulary.
    """
    _check_types(golds, where, field)
    count = len(golds)
    try:
        boxes = _flat(golds, "box", 4)
        sides = [np.fromiter(map(attrgetter(side), golds), float, count) for side in _SIDES]
        arrays = GoldArrays(boxes, np.stack(sides, axis=1), _flat(golds, "original", 2))
    except OverflowError:
        _refuse_absurd(golds, where)
        raise
    _check(arrays, where)
    return arrays


_SIDES = ("width", "height")


def _flat(golds: Sequence[Gold], field: str, width: int) -> Floats:
    """One tuple field as an array of shape (N, width), without a list of lists in between."""
    numbers = chain.from_iterable(map(attrgetter(field), golds))
    return np.fromiter(numbers, dtype=np.float64, count=width * len(golds)).reshape(-1, width)


def _check(arrays: GoldArrays, where: Callable[[int], str]) -> None:
    low, high = arrays.boxes[:, :2], arrays.boxes[:, 2:]
    rules = (
        ((low < high), "the gold box is empty or inverted"),
        ((low >= 0) & (high <= arrays.sizes), "the gold box leaves the image"),
        ((arrays.sizes <= _ABSURD) & (arrays.originals <= _ABSURD), "an absurd size"),
        (arrays.originals > 0, "the original size is not positive"),
    )
    for right, what in rules:
        if not right.all():
            row = int((~right).any(axis=1).argmax())
            box = ", ".join(f"{value:.0f}" for value in arrays.boxes[row])
            size = "x".join(f"{value:.0f}" for value in arrays.sizes[row])
            raise DataError(f"{what}: [{box}] in {size}", where(row))


def _check_types(golds: Sequence[Gold], where: Callable[[int], str], field: str) -> None:
    if TYPE_WORDS.keys() >= set(map(attrgetter("type"), golds)):
        return
    row = next(row for row, gold in enumerate(golds) if gold.type not in TYPE_WORDS)
    what = f"unknown type {golds[row].type[:_EXCERPT]!r}"
    raise DataError(what, f"{where(row)}: {field}type", TYPE_WORDS)


def _refuse_absurd(golds: Sequence[Gold], where: Callable[[int], str]) -> None:
    for row, gold in enumerate(golds):
        numbers = (*gold.box, *gold.original, gold.width, gold.height)
        if max(map(abs, numbers)) > _ABSURD:
            raise DataError("a gold number is absurdly large", where(row))


def read_gold(path: Path) -> dict[str, Gold]:
    """The gold records of a samples.jsonl, by id, in the order of the file.

    Raises:
        DataError: an id occurs twice, a box is wrong, or the file holds no record.
    """
    golds: dict[str, Gold] = {}
    seen: dict[Any, Any] = {}
    for chunk in read_chunks(path, Gold):
        to_arrays(chunk.records, chunk.where)
        for row, record in enumerate(chunk.records):
            gold = _slim(record, seen)
            if golds.setdefault(gold.id, gold) is not gold:
                raise DataError(f"the id {gold.id!r} occurs twice", chunk.where(row))
    if not golds:
        raise DataError("the file holds no samples", str(path))
    return golds


def _slim(gold: Gold, seen: dict[Any, Any]) -> Gold:
    """The record with one object for all equal values, and without names that no score needs.

    A dataset then takes two thirds of the memory.
    """
    share = seen.setdefault
    return replace(
        gold,
        width=share(gold.width, gold.width),
        height=share(gold.height, gold.height),
        original=share(gold.original, gold.original),
        type=share(gold.type, gold.type),
        name=share(gold.name, gold.name),
        source=share(gold.source, gold.source),
        screen="",
        group="",
    )
