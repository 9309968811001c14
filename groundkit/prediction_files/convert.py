"""Foreign rows to `records.Prediction`, one by one: the way for every file that is not ours."""

from __future__ import annotations

from typing import Any

import msgspec

from groundkit.errors import DataError
from groundkit.geometry import FRAME_NAMES, FrameName
from groundkit.prediction_files.chunks import Chunk, Row
from groundkit.prediction_files.formats.base import Format, Paths
from groundkit.prediction_files.golds import is_number, make_gold, word
from groundkit.prediction_files.keys import Numbering, key
from groundkit.prediction_files.paths import MISSING, first_of
from groundkit.records import Prediction


class Converter:
    """Makes predictions of the rows of one file, in its order.

    Attributes:
        errors: rows so far that tell of a failed request; they are no predictions.
    """

    def __init__(self, form: Format, fields: Paths, frame: FrameName | None) -> None:
        self._form = form
        self._fields = fields
        self._frame = frame
        self._keys = Numbering()
        self._rows = 0
        self.errors = 0

    def convert(self, chunk: Chunk[Row]) -> Chunk[Prediction]:
        """The predictions of some rows.

        Raises:
            DataError: a field is missing or of a wrong type.
        """
        predictions: list[Prediction] = []
        kept: list[int] = []
        for index, row in enumerate(chunk.records):
            self._rows += 1
            prepared = row if self._form.prepare is None else self._form.prepare(row)
            if prepared is None:
                self.errors += 1
                continue
            predictions.append(self._one(prepared, chunk, index))
            kept.append(index)
        return Chunk(predictions, lambda index: chunk.where(kept[index]))

    def _one(self, row: Row, chunk: Chunk[Row], index: int) -> Prediction:
        found = {name: first_of(row, paths) for name, paths in self._fields.items()}
        values = {name: value for name, value in found.items() if value is not MISSING}
        try:
            name = self._name(values)
            return Prediction(
                id=name,
                text=_text(values),
                frame=self._frame or _frame(values.get("frame")),
                model=word(values.get("model") or "", "model", ""),
                score=_score(values.get("score")),
                scores=_scores(values.get("scores")),
                gold=make_gold(values, name, ""),
            )
        except DataError as error:
            # Where the row stands is only looked up for the message.
            field = error.where.lstrip(": ")
            where = f"{chunk.where(index)}: {field}" if field else chunk.where(index)
            raise DataError(error.what, where, error.choices, error.hint) from None

    def _name(self, values: dict[str, Any]) -> str:
        """The row's id, or else its key, or else its position: `row-1` is the first."""
        image, asked = values.get("image"), values.get("instruction")
        keyed = isinstance(image, str) and isinstance(asked, str) and image and asked
        if keyed and (self._form.prefer_key or values.get("id") is None):
            return self._keys.name(key(str(image), str(asked)))
        if "id" in self._fields:
            return word(values.get("id"), "id", "")
        return f"row-{self._rows}"


def _text(values: dict[str, Any]) -> str:
    value = values.get("text", MISSING)
    if value is MISSING:
        raise DataError("the row has no text of the model", "text")
    if value is None:
        hint = 'of a call that failed write "", which counts as unparsable, or no row at all'
        raise DataError("the answer is null, not a text", "text", hint=hint)
    # Parsed coordinates are as good as the text of them.
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _frame(value: Any) -> FrameName | None:
    if value is None:
        return None
    for name in FRAME_NAMES:
        if value == name:
            return name
    raise DataError(f"unknown frame {str(value)[:40]!r}", "frame", FRAME_NAMES)


def _score(value: Any) -> float | None:
    if value is None:
        return None
    if not is_number(value):
        raise DataError("expected a finite number", "score")
    return float(value)


def _scores(value: Any) -> tuple[float, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(map(is_number, value)):
        raise DataError("expected a list of finite numbers", "scores")
    return tuple(map(float, value))
