"""Rows that have our fields under other names, decoded as quickly as our own.

A record type is made for the file: `Prediction` with the file's keys. A path into a row, a number
for an id, a right answer that only later rows have, or anything else that takes looking at goes the
slow way.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from groundkit.prediction_files.chunks import Row
from groundkit.prediction_files.fields import ANSWERS
from groundkit.prediction_files.formats.base import Format, Paths
from groundkit.records import Prediction

_COLUMNS = {field.name: field for field in msgspec.structs.fields(Prediction)}
# A character for private use: no JSON object of anybody has this key.
_NOWHERE = "\ue000"


def record_for(
    form: Format, fields: Paths, shown: Collection[str], first: Row
) -> type[Prediction] | None:
    """A subclass of `Prediction` that decodes rows of this file; None if there cannot be one.

    Args:
        shown: names of `fields` that the first rows have.
        first: the first row; its keys tell names with full stops from paths.
    """
    if form.prepare or form.find_frame or form.gather or form.prefer_key:
        return None
    if not {"id", "text"} <= set(shown) <= _COLUMNS.keys():
        return None
    # Of the others only a right answer would make a difference.
    used = {name: fields[name] for name in fields if name in _COLUMNS or name in ANSWERS}
    if any(len(choices) > 1 for choices in used.values()):
        return None
    paths = {name: choices[0] for name, choices in used.items()}
    if any("." in path and path not in first for path in paths.values()):
        return None
    guards = [name for name in paths if name not in _COLUMNS]
    # A row that has such a field, unless it is null, cannot be decoded as this type.
    columns = [*(_column(name) for name in _COLUMNS), *((name, None, None) for name in guards)]
    rename = {name: paths.get(name, _NOWHERE + name) for name in (*_COLUMNS, *guards)}
    # The columns are named anew: a rename leaves those of a base class alone.
    made: type[Prediction] = msgspec.defstruct(  # type: ignore[assignment]
        "ForeignPrediction", columns, bases=(Prediction,), rename=rename, frozen=True, kw_only=True
    )
    return made


def _column(name: str) -> tuple[str, type] | tuple[str, type, object]:
    field = _COLUMNS[name]
    if field.default is msgspec.NODEFAULT:
        return name, field.type
    return name, field.type, field.default
