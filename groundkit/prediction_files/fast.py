"""Rows that have our fields under other names, decoded as quickly as our own.

A record type is made for the file: `Prediction` with the file's keys. A path into a row, a number
for an id or anything else that takes looking at goes the slow way.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from groundkit.prediction_files.formats.base import Format, Paths
from groundkit.records import Prediction

_COLUMNS = Prediction.__struct_fields__
# No JSON object of anybody has this key.
_NOWHERE = "\0"


def record_for(form: Format, fields: Paths, keys: Iterable[str]) -> type[Prediction] | None:
    """A subclass of `Prediction` that decodes rows of this file; None if there cannot be one.

    Args:
        keys: of the rows.
    """
    names = {name: [path for path in paths if path in keys] for name, paths in fields.items()}
    found = {name: paths[0] for name, paths in names.items() if len(paths) == 1}
    top = all(len(paths) == 1 for paths in fields.values())
    if form.prepare or form.find_frame or form.prefer_key or not top:
        return None
    if found.keys() != fields.keys() or not {"id", "text"} <= found.keys() <= set(_COLUMNS):
        return None
    annotations = {field.name: field for field in msgspec.structs.fields(Prediction)}
    columns: list[tuple[str, type] | tuple[str, type, object]] = []
    for name in _COLUMNS:
        field = annotations[name]
        optional = field.default is not msgspec.NODEFAULT
        columns.append((name, field.type, field.default) if optional else (name, field.type))
    rename = {name: found.get(name, _NOWHERE + name) for name in _COLUMNS}
    return msgspec.defstruct(
        "ForeignPrediction",
        columns,
        bases=(Prediction,),
        rename=rename,
        frozen=True,
        kw_only=True,
    )
