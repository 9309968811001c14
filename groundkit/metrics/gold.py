"""Gold records as arrays, checked, and the gold set of a dataset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import astuple, replace
from numpy.typing import NDArray

from groundkit.errors import DataError
from groundkit.geometry import Box, ResizeRule, Size
from groundkit.metrics.boxes import Bools, Floats
from groundkit.metrics.words import Words, number_words
from groundkit.prediction_files.rows import read_chunks
from groundkit.records import Gold
from groundkit.vocabulary import TYPE_WORDS

# Floats hold whole numbers exactly up to here; no picture comes near.
_ABSURD = 1 << 53
_EXCERPT = 40
_CORNERS = 3
_NOWHERE = (0.0, 0.0, 0.0, 0.0)
_ANSWERS = ("box", "boxes", "polygon", "absent")
# Where a type is not known its rows have no share in the figure for types.
_TYPES = TYPE_WORDS.keys() | {""}
GROUPED = ("type", "source", "split", "group")
"""The fields by which figures are broken down."""


Columns = dict[str, Sequence[Any]]


def fields_as_columns(records: Sequence[msgspec.Struct]) -> Columns:
    """The values of each field of some records of one type, of which there must be one, by its
    name; all fields at once cost less than three one by one."""
    names = type(records[0]).__struct_fields__
    return dict(zip(names, zip(*map(astuple, records), strict=True), strict=True))


class Golds(list[Gold]):
    """Gold records, and their fields as columns."""

    @cached_property
    def words(self) -> dict[str, Words]:
        """The columns by which figures are broken down, by the names of the fields."""
        return {name: number_words(self.columns[name]) for name in GROUPED}

    @cached_property
    def columns(self) -> Columns:
        """The values of each field of the records, by its name."""
        return fields_as_columns(self) if self else {name: () for name in Gold.__struct_fields__}

    def pick(self, rows: Sequence[int]) -> Golds:
        """Some of the records."""
        return Golds(map(self.__getitem__, rows))


@dataclass(frozen=True)
class GoldArrays:
    """The numbers of N gold records.

    Attributes:
        boxes: shape (N, 4), pixels of the images; the first of several, the box around a polygon,
            zeros where the element is absent.
        sizes: width and height of the images, shape (N, 2); 0 where they are not known.
        originals: width and height of the screenshots before resizing, shape (N, 2).
        seen: width and height of the images after the model's own processor, shape (N, 2):
            what the frame `resized` means.
        present: whether there is an element to find, shape (N,).
        regions: records whose right answer is more than one box, by row.
    """

    boxes: Floats
    sizes: Floats
    originals: Floats
    seen: Floats
    present: Bools
    regions: dict[int, Gold]

    def pick(self, rows: Sequence[int]) -> GoldArrays:
        """Some of the rows."""
        picked = np.asarray(rows, dtype=np.int64)
        regions = {
            place: self.regions[row] for place, row in enumerate(rows) if row in self.regions
        }
        return GoldArrays(
            self.boxes[picked],
            self.sizes[picked],
            self.originals[picked],
            self.seen[picked],
            self.present[picked],
            regions,
        )


def to_arrays(
    golds: Golds,
    where: Callable[[int], str],
    field: str = "",
    rule: ResizeRule | None = None,
) -> GoldArrays:
    """The arrays of `golds`; `where(i)` names the file and line of record i.

    Args:
        field: of the row that the record is in, with a full stop: `gold.`; empty for the row.
        rule: by which the model resized the screenshots; None: it saw the images themselves.

    Raises:
        DataError: a record holds no right answer or more than one kind of it, a box is empty or
            inverted, a size is absurd or not known where it is needed, or a type is not in the
            vocabulary.
    """
    _check_types(golds, where, field)
    count, columns = len(golds), golds.columns
    written: Sequence[Box] = columns["box"]
    regions: dict[int, Gold] = {}
    if None in written:
        regions = {row: golds[row] for row, box in enumerate(written) if box is None}
        written = [box or _bounds(golds[row], where, row) for row, box in enumerate(written)]
    try:
        boxes = _flat(written, 4, count)
        sizes = np.empty((count, 2))
        sizes[:, 0], sizes[:, 1] = columns["width"], columns["height"]
        originals = sizes
        if any(columns["original"]):
            sides = zip(columns["width"], columns["height"], strict=True)
            originals = _flat(list(map(_either, columns["original"], sides)), 2, count)
    except OverflowError:
        _refuse_absurd(golds, where)
        raise
    present = np.ones(count, dtype=bool)
    present[[row for row, gold in regions.items() if gold.absent]] = False
    _check(boxes, sizes, originals, present, where)
    regions = {row: gold for row, gold in regions.items() if not gold.absent}
    seen = sizes if rule is None else _resize(sizes, rule, where)
    return GoldArrays(boxes, sizes, originals, seen, present, regions)


def _either(value: Size | None, other: Size) -> Size:
    return value or other


def _flat(values: Sequence[Sequence[float]], width: int, count: int) -> Floats:
    """Tuples of `width` numbers as an array of shape (N, width), without lists in between."""
    numbers = chain.from_iterable(values)
    return np.fromiter(numbers, dtype=np.float64, count=width * count).reshape(-1, width)


def _bounds(gold: Gold, where: Callable[[int], str], row: int) -> Box:
    """A box that stands for a record without one: of all of a polygon, the first of several."""
    given = (bool(gold.boxes), bool(gold.polygon), gold.absent)
    if sum(given) != 1:
        what = "no right answer" if not any(given) else "more than one kind of right answer"
        raise DataError(f"the gold record has {what}", where(row), _ANSWERS)
    if gold.boxes:
        return gold.boxes[0]
    if gold.absent:
        return _NOWHERE
    xs, ys = gold.polygon[::2], gold.polygon[1::2]
    if len(xs) != len(ys) or len(xs) < _CORNERS:
        raise DataError("a polygon needs three corners, x and y of each", f"{where(row)}: polygon")
    return min(xs), min(ys), max(xs), max(ys)


def _resize(sizes: Floats, rule: ResizeRule, where: Callable[[int], str]) -> Floats:
    """The sizes that a processor makes of images, shape (N, 2)."""
    seen: dict[Size, Size] = {}
    pairs = [(int(width), int(height)) for width, height in sizes.tolist()]
    for row, size in enumerate(pairs):
        if size not in seen:
            try:
                seen[size] = rule.apply(size)
            except ValueError as error:
                raise DataError(f"a model cannot see this image: {error}", where(row)) from None
    return np.array([seen[size] for size in pairs], dtype=np.float64)


def _check(
    boxes: Floats,
    sizes: Floats,
    originals: Floats,
    present: Bools,
    where: Callable[[int], str],
) -> None:
    forward = (boxes[:, :2] < boxes[:, 2:]) | ~present[:, None]
    rules: tuple[tuple[NDArray[np.bool_], str], ...] = (
        (forward, "the gold box is empty or inverted"),
        ((sizes <= _ABSURD) & (originals <= _ABSURD), "an absurd size"),
        (np.abs(boxes) <= _ABSURD, "an absurd gold box"),
        ((originals >= 0) & (sizes >= 0), "a size is negative"),
        ((originals > 0) | (sizes == 0), "the original size is not positive"),
    )
    for right, what in rules:
        if not right.all():
            row = int((~right).any(axis=1).argmax())
            box = ", ".join(f"{value:g}" for value in boxes[row])
            size = "x".join(f"{value:.0f}" for value in sizes[row])
            raise DataError(f"{what}: [{box}] in {size}", where(row))


def _check_types(golds: Golds, where: Callable[[int], str], field: str) -> None:
    if _TYPES.issuperset(golds.words["type"].words):
        return
    row = next(row for row, gold in enumerate(golds) if gold.type not in _TYPES)
    what = f"unknown type {golds[row].type[:_EXCERPT]!r}"
    raise DataError(what, f"{where(row)}: {field}type", TYPE_WORDS)


def _refuse_absurd(golds: Sequence[Gold], where: Callable[[int], str]) -> None:
    for row, gold in enumerate(golds):
        numbers = (*(gold.box or ()), *(gold.original or ()), gold.width, gold.height)
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
        to_arrays(Golds(chunk.records), chunk.where)
        for row, record in enumerate(chunk.records):
            gold = _slim(record, seen)
            if golds.setdefault(gold.id, gold) is not gold:
                raise DataError(f"the id {gold.id!r} occurs twice", chunk.where(row))
    if not golds:
        raise DataError("the file holds no samples", str(path))
    return golds


def _slim(gold: Gold, seen: dict[Any, Any]) -> Gold:
    """The record with one object for all equal values: a dataset takes less memory."""
    share = seen.setdefault
    return replace(
        gold,
        width=share(gold.width, gold.width),
        height=share(gold.height, gold.height),
        original=share(gold.original, gold.original),
        type=share(gold.type, gold.type),
        name=share(gold.name, gold.name),
        source=share(gold.source, gold.source),
        screen=share(gold.screen, gold.screen),
        group=share(gold.group, gold.group),
    )
