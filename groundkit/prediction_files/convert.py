"""Foreign rows to `records.Prediction`, one by one: the way for every file that is not ours."""

from __future__ import annotations

from typing import Any

from groundkit.errors import DataError
from groundkit.geometry import FRAME_NAMES, FrameName
from groundkit.prediction_files.chunks import Chunk, Row
from groundkit.prediction_files.formats.base import Format, Paths
from groundkit.prediction_files.golds import is_number, make_gold, word, written
from groundkit.prediction_files.keys import Numbering, key
from groundkit.prediction_files.paths import MISSING, first_of, look_up
from groundkit.records import Prediction

_LONG = 16


class Converter:
    """Makes predictions of the rows of one file, in its order.

    Args:
        fields: where to look; of `answer` the text is only taken if it is among them.
        named: whether rows have an id, so that one without is an error.
        frame: of all numbers; None: as each row says.
        by_position: whether the id is the position in the data set, from 0, whatever a row has.

    Attributes:
        rows: of the file so far.
        errors: rows so far that tell of a failed request; they are no predictions.
    """

    def __init__(
        self,
        form: Format,
        fields: Paths,
        *,
        named: bool,
        frame: FrameName | None,
        by_position: bool = False,
    ) -> None:
        self._form = form
        self._fields = fields
        self._named = named
        self._frame = frame
        self._by_position = by_position
        self._keys = Numbering()
        self.rows = 0
        self.errors = 0

    def convert(self, chunk: Chunk[Row]) -> Chunk[Prediction]:
        """The predictions of some rows.

        Raises:
            DataError: a field is missing or of a wrong type.
        """
        predictions: list[Prediction] = []
        kept: list[int] = []
        for index, row in enumerate(chunk.records):
            self.rows += 1
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
            name = self._position(row) if self._by_position else self._name(values)
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
        image, asked = values.get("image"), values.get("instruction") or values.get("prompt")
        keyed = isinstance(image, str) and isinstance(asked, str) and image and asked
        if keyed and (self._form.prefer_key or values.get("id") is None):
            return self._keys.name(key(str(image), str(asked)))
        if self._named or values.get("id") is not None:
            return word(values.get("id"), "id", "")
        return f"row-{self.rows}"

    def _position(self, row: Row) -> str:
        """As the row says, or else in the file."""
        if not self._form.position:
            return str(self.rows - 1)
        value = look_up(row, self._form.position)
        shown = word(None if value is MISSING else value, self._form.position, "")
        if not (shown.isascii() and shown.isdigit() and len(shown) < _LONG):
            raise DataError(f"expected a position, got {shown[:40]!r}", self._form.position)
        return shown


def _text(values: dict[str, Any]) -> str:
    value = values.get("text", MISSING)
    if value is MISSING:
        raise DataError("the row has no text of the model", "text")
    if value is None:
        hint = 'of a call that failed write "", which counts as unparsable, or no row at all'
        raise DataError("the answer is null, not a text", "text", hint=hint)
    return written(value)


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
