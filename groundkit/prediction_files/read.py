"""A file of predictions in any known form, to `records.Prediction`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from groundkit.errors import DataError, OptionError
from groundkit.geometry import FrameName
from groundkit.prediction_files.chunks import Advice, Chunk, Row
from groundkit.prediction_files.convert import Converter
from groundkit.prediction_files.fast import record_for
from groundkit.prediction_files.formats import detect, format_named
from groundkit.prediction_files.formats.base import LABEL, NAMES, Format, Paths
from groundkit.prediction_files.paths import MISSING, choices_at, look_up
from groundkit.prediction_files.rows import RowFile, decode_chunk, open_rows
from groundkit.records import Prediction

_Rows = dict[str, Any]


class PredictionFile:
    """The predictions of a file, in chunks: iterate over it. A pipe can be read once.

    Attributes:
        path: as the user named it.
        format: what the rows look like.
        fields: which path was taken for what, by our names; see `formats.base.NAMES`.
        frame: of all numbers, if the file as a whole tells it; else as each row says.
        shown: one sentence: what was detected, and which field was taken as what.
        errors: rows read so far that tell of a failed request; they are no predictions.
    """

    def __init__(
        self, rows: RowFile, form: Format, fields: Mapping[str, str], advise: Advice | None
    ) -> None:
        head = rows.head()
        self.path = rows.path
        self.format = form
        self.errors = 0
        self._rows = rows
        self._advise = advise
        self._paths = _all_paths(form, fields, head)
        _check(self._paths, form, head, rows.path)
        self.fields = _shown_fields(self._paths, head)
        self._kept = list(rows.chunks(_Rows)) if form.find_frame else None
        self.frame = self._find_frame()
        self.shown = _sentence(form, rows, self.fields, self.frame)
        self._record: type[Prediction] | None = None
        if form.name == "groundkit" and not fields:
            self._record = Prediction
        elif all(self.fields.keys() <= row.keys() or row for row in head):
            keys = set().union(*head)
            present = {name: self._paths[name] for name in self.fields}
            self._record = record_for(form, present, keys)

    def _find_frame(self) -> FrameName | None:
        if self.format.find_frame is None or self._kept is None:
            return None
        return self.format.find_frame(row for chunk in self._kept for row in chunk.records)

    def __iter__(self) -> Iterator[Chunk[Prediction]]:
        if self._record is Prediction:
            yield from self._rows.chunks(Prediction, self._advise)
            return
        self.errors = 0
        converter = Converter(self.format, self._paths, self.frame)
        chunks = self._rows.raw() if self._kept is None else iter(self._kept)
        for chunk in chunks:
            quick = self._quick(chunk)
            yield converter.convert(decode_chunk(chunk, _Rows)) if quick is None else quick
            self.errors = converter.errors

    def _quick(self, chunk: Chunk[Any]) -> Chunk[Prediction] | None:
        if self._record is None or not isinstance(chunk.records[0], bytes):
            return None
        decoder = msgspec.json.Decoder(self._record)
        try:
            return Chunk(list(map(decoder.decode, chunk.records)), chunk.place)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None  # the slow way may understand it, and knows what to say


def read_predictions(
    path: Path,
    *,
    format: str | None = None,
    fields: Mapping[str, str] | None = None,
    advise: Advice | None = None,
) -> PredictionFile:
    """A file of predictions; nothing but its head is read before it is iterated over.

    Args:
        path: JSON Lines, JSON or Parquet, plain or packed with gzip or Zstandard.
        format: a name of `formats.FORMATS`; None: what the first rows look like.
        fields: our names to dotted paths (`response.choices.0.message.content`); they overrule
            what the format says.
        advise: may word the error about a line that is no prediction of groundkit better.

    Raises:
        DataError: the file cannot be read, holds no rows, or its first rows are no JSON objects.
        OptionError: an unknown format or field name, a path that leads nowhere in the first rows,
            or no text to be found.
    """
    rows = open_rows(path)
    head = rows.head()
    form = detect(head) if format is None else format_named(format)
    return PredictionFile(rows, form, fields or {}, advise)


def _all_paths(form: Format, fields: Mapping[str, str], head: Sequence[Row]) -> Paths:
    for name, path in fields.items():
        if name not in NAMES and not (name.startswith(LABEL) and len(name) > len(LABEL)):
            raise OptionError(f"unknown field {name!r}", "--field", (*NAMES, LABEL + "NAME"))
        if not _leads(path, head):
            keys = choices_at(head[0], path)
            raise OptionError(f"no row has {path!r}", f"--field {name}={path}", keys)
    return {**form.fields, **{name: (path,) for name, path in fields.items()}}


def _leads(path: str, head: Sequence[Row]) -> bool:
    return any(look_up(row, path) is not MISSING for row in head)


def _check(paths: Paths, form: Format, head: Sequence[Row], file: Path) -> None:
    if form.name == "groundkit" or any(_leads(path, head) for path in paths.get("text", ())):
        return
    hint = "say which field holds it: --field text=PATH"
    if form.name == "openai-batch" and all(
        form.prepare and form.prepare(row) is None for row in head
    ):
        return  # all of these failed
    raise OptionError("no field of the rows is known as the model's text", str(file), head[0], hint)


def _shown_fields(paths: Paths, head: Sequence[Row]) -> dict[str, str]:
    shown = {}
    for name, choices in paths.items():
        found = [path for path in choices if _leads(path, head)]
        if found:
            shown[name] = found[0]
    return shown


def _sentence(
    form: Format, rows: RowFile, fields: Mapping[str, str], frame: FrameName | None
) -> str:
    taken = [name if name == path else f"{name} from {path}" for name, path in fields.items()]
    if "id" not in fields:
        keyed = {"image", "instruction"} <= fields.keys()
        taken.insert(0, "id from image and instruction" if keyed else "id from the row's position")
    if frame is not None:
        taken.append(f"all numbers in frame {frame}")
    return f"{rows.path} is read as {form.name} ({rows.container}): {', '.join(taken)}"


__all__ = ["PredictionFile", "read_predictions", "DataError"]
