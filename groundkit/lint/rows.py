"""Rows of gold records as they are, however dirty, and the numbers in them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from groundkit.benchmarks.read import read_benchmark
from groundkit.lint.findings import Findings
from groundkit.prediction_files.rows import open_rows

Row = dict[str, Any]


def read_rows(path: Path, findings: Findings) -> Iterator[tuple[str, Row]]:
    """(where, row) of a samples.jsonl, or of the gold records in a predictions file.

    Raises:
        DataError: the file cannot be read at all.
    """
    for chunk in open_rows(path).raw():
        for index, record in enumerate(chunk.records):
            where = chunk.where(index)
            row = _decode(record)
            if row is None:
                findings.add("unreadable", where)
            else:
                inner = row.get("gold")
                yield where, inner if isinstance(inner, dict) else row


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
