"""Rows of gold records as they are, however dirty, and the numbers in them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from groundkit.benchmarks.read import read_benchmark
from groundkit.errors import DataError
from groundkit.lint.findings import Findings
from groundkit.prediction_files.fields import ANSWERS
from groundkit.prediction_files.formats import Format, detect
from groundkit.prediction_files.golds import make_gold, type_named
from groundkit.prediction_files.paths import MISSING, first_of
from groundkit.prediction_files.rows import open_rows

Row = dict[str, Any]

_HEAD = 32
_GOLD_KEYS = {"box", "boxes", "polygon", "absent", "gold"}


def read_rows(path: Path, findings: Findings) -> Iterator[tuple[str, Row]]:
    """(where, row) of a samples.jsonl, or of the gold records in a predictions file of any form.

    Raises:
        DataError: the file cannot be read at all.
    """
    form: Format | None = None
    for number, chunk in enumerate(open_rows(path).raw()):
        rows = list(map(_decode, chunk.records))
        if not number:
            form = _foreign([row for row in rows[:_HEAD] if row is not None])
        for index, row in enumerate(rows):
            where = chunk.where(index)
            if row is None:
                findings.add("unreadable", where)
                continue
            inner = row.get("gold")
            if isinstance(inner, dict):
                yield where, inner
            else:
                yield where, row if form is None else _gold_of(row, form)


def _foreign(head: Sequence[Row]) -> Format | None:
    """The format of another tool whose rows carry right answers; None: they are gold records, or
    as good as such."""
    if not head or any(not _GOLD_KEYS.isdisjoint(row) for row in head):
        return None
    form = detect(head)
    known = form.name in ("groundkit", "plain") or ANSWERS.isdisjoint(form.fields)
    return None if known else form


def _gold_of(row: Row, form: Format) -> Row:
    """The gold record in a row of another tool, as far as there is one."""
    prepared = row if form.prepare is None else form.prepare(row)
    if prepared is None:
        return {}
    found = {name: first_of(prepared, paths) for name, paths in form.fields.items()}
    known = {name: value for name, value in found.items() if value is not MISSING}
    values = {name: value for name, value in known.items() if value is not None}
    kind = values.get("type")
    values["type"] = type_named(kind) if isinstance(kind, str) else ""
    if "answer" in values:
        try:
            made = make_gold({"answer": values.pop("answer")}, "", "")
        except DataError:
            return values
        if made is not None:
            values |= {key: value for key, value in msgspec.structs.asdict(made).items() if value}
    return values


def benchmark_rows(
    name: str, path: Path, boxes: str | None, images: Path | None
) -> tuple[list[tuple[str, Row]], list[str]]:
    """The questions of a benchmark as rows, and the notes of its reader.

    Raises:
        DataError, OptionError: see `benchmarks.read.read_benchmark`.
    """
    found = read_benchmark(name, path, boxes=boxes, images=images)
    rows = [(f"{path}: {gold.id[:80]}", msgspec.structs.asdict(gold)) for gold in found.golds]
    return rows, found.notes


def _decode(record: Any) -> Row | None:
    if isinstance(record, dict):
        return record
    try:
        row = msgspec.json.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:  # it reads NaN, which we want to name
            row = json.loads(record)
        except (ValueError, RecursionError):
            return None
    return row if isinstance(row, dict) else None


def numbers(value: Any, count: int | None = None) -> tuple[float, ...] | None:
    """A list of finite numbers, `count` of them; None if it is anything else."""
    if not isinstance(value, list | tuple) or (count is not None and len(value) != count):
        return None
    return tuple(map(float, value)) if all(map(_is_finite, value)) else None


def _is_finite(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float holds
        return False


def size_of(row: Row) -> tuple[float, float] | None:
    """Width and height of the image; None if they are not known."""
    size = numbers((row.get("width"), row.get("height")), 2)
    return None if size is None or min(size) <= 0 else (size[0], size[1])


def text_of(row: Row, key: str) -> str:
    """A string of the row; empty if it is anything else."""
    value = row.get(key)
    return value if isinstance(value, str) else ""
