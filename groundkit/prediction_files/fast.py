"""Rows that have our fields under other names, decoded as quickly as our own.

A record type is made for the file: `Prediction` with the file's keys. A path into a row, a number
for an id or anything else that takes looking at goes the slow way.
"""

from __future__ import annotations

import msgspec

from groundkit.prediction_files.chunks import Row
from groundkit.prediction_files.formats.base import Format, Paths
from groundkit.records import Prediction

_COLUMNS = {field.name: field for field in msgspec.structs.fields(Prediction)}
# A character for private use: no JSON object of anybody has this key.
_NOWHERE = "\ue000"


def record_for(form: Format, fields: Paths, first: Row) -> type[Prediction] | None:
    """A subclass of `Prediction` that decodes rows of this file; None if there cannot be one.

    Args:
        first: the first row; its keys tell names with full stops from paths.
    """
    if form.prepare or form.find_frame or form.gather or form.prefer_key:
        return None
    if not {"id", "text"} <= fields.keys() <= _COLUMNS.keys():
        return None
    paths = {name: choices[0] for name, choices in fields.items()}
    if any(len(choices) > 1 for choices in fields.values()):
        return None
    if any("." in path and path not in first for path in paths.values()):
        return None
    columns = [_column(name) for name in _COLUMNS]
    rename = {name: paths.get(name, _NOWHERE + name) for name in _COLUMNS}
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
