"""A JSON document that holds a list of rows: the list itself, or an object with it inside."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from groundkit.errors import DataError
from groundkit.prediction_files.chunks import Chunk
from groundkit.store import decode

# What tools call the list of their rows: ScreenSpot-Pro `details`, VLMEvalKit and others `data` or
# `results`. `messages`, `images` and `choices` are lists inside of one row.
LIST_KEYS = (
    "details",
    "results",
    "predictions",
    "samples",
    "data",
    "rows",
    "items",
    "annotations",
)

_ROWS = 1024


def read_document(data: bytes, path: Path) -> Iterator[Chunk[bytes]]:
    """The rows of a whole JSON document, undecoded.

    Raises:
        DataError: not valid JSON, no list of rows in it, or several.
    """
    if data.lstrip()[:1] == b"[":
        name, rows = "", _rows_of(data, str(path))
    else:
        found = lists_of(_parts_of(data, str(path)))
        name = _choose(found, path)
        rows = _rows_of(bytes(found[name]), f"{path}: {name}")
    for start in range(0, len(rows), _ROWS):
        records = [bytes(row) for row in rows[start : start + _ROWS]]
        yield Chunk(records, functools.partial(_place, path, name, start))


def _rows_of(data: bytes, where: str) -> list[msgspec.Raw]:
    try:
        return decode(data, list[msgspec.Raw], where)
    except DataError:
        rows = _load_with_nan(data)
        if not isinstance(rows, list):
            raise
        return [_dump(row) for row in rows]


def _parts_of(data: bytes, where: str) -> dict[str, msgspec.Raw]:
    try:
        return decode(data, dict[str, msgspec.Raw], where)
    except DataError:
        try:
            return parts_with_nan(data)
        except ValueError:
            pass
        raise


def parts_with_nan(data: bytes) -> dict[str, msgspec.Raw]:
    """The values of an object that Python wrote with a NaN or an infinity somewhere in it: only the
    row that holds it is no JSON, not the whole document.

    Raises:
        ValueError: it is no such object.
    """
    found = _load_with_nan(data)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return {key: _dump(value) for key, value in found.items()}


def _load_with_nan(data: bytes) -> Any:
    """What Python reads; None if it cannot, or has no reason to."""
    if b"NaN" not in data and b"Infinity" not in data:
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _dump(value: Any) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


def lists_of(document: dict[str, msgspec.Raw]) -> dict[str, msgspec.Raw]:
    """The values of an object that are lists of objects."""
    found = {key: value for key, value in document.items() if bytes(value)[:1] == b"["}
    return {key: raw for key, raw in found.items() if bytes(raw)[1:].lstrip()[:1] == b"{"}


def _choose(found: dict[str, msgspec.Raw], path: Path) -> str:
    if len(found) == 1:
        return next(iter(found))
    known = [key for key in LIST_KEYS if key in found]
    if len(known) == 1:
        return known[0]
    if not found:
        hint = "rows come as JSON Lines, as a JSON list, or as an object that holds one list"
        raise DataError("the document holds no list of rows", str(path), hint=hint)
    hint = "keep the one with the rows"
    raise DataError("the document holds several lists", str(path), tuple(found), hint)


def _place(path: Path, name: str, start: int, index: int) -> str:
    return f"{path}: {name}[{start + index}]"
