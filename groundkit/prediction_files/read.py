"""A file of predictions in any known form, to `records.Prediction`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from groundkit.errors import DataError
from groundkit.geometry import FrameName
from groundkit.prediction_files.chunks import Advice, Chunk
from groundkit.prediction_files.convert import Converter
from groundkit.prediction_files.fast import record_for
from groundkit.prediction_files.fields import resolve, shown
from groundkit.prediction_files.formats import detect, format_named
from groundkit.prediction_files.formats.base import Format
from groundkit.prediction_files.lines import Block, lines_of
from groundkit.prediction_files.rows import RowFile, decode_chunk, open_rows
from groundkit.records import Prediction
from groundkit.store import is_stream

_RowType = dict[str, Any]
_HEAD = 32


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
        self.path = rows.path
        self.format = form
        self.errors = 0
        self._rows = rows
        self._advise = advise
        # Our own rows are decoded as they are; what is wrong with one is said when it comes.
        self._is_ours = form.name == "groundkit" and not fields
        self._kept = self._keep(rows)
        head = rows.head() if form.gather is None else self._gathered_head()
        self._paths = form.fields if self._is_ours else resolve(form, fields, head, rows.path)
        self.fields = shown(self._paths, head)
        self._record = None if self._is_ours else record_for(form, self._paths, head[0])
        self.frame = self._find_frame()
        self.shown = self._sentence()

    def __iter__(self) -> Iterator[Chunk[Prediction]]:
        if self._is_ours:
            yield from self._rows.chunks(Prediction, self._advise)
            return
        self.errors = 0
        converter = Converter(self.format, self._paths, self.frame)
        for chunk in self._rows.raw() if self._kept is None else self._kept:
            quick = self._quick(chunk)
            yield converter.convert(decode_chunk(chunk, _RowType)) if quick is None else quick
            self.errors = converter.errors

    @property
    def blocks(self) -> Callable[[], Iterator[Block]] | None:
        """The blocks of the file, if each of them can be read on its own by `read_block`, in
        whatever process: of JSON Lines of groundkit that are no pipe."""
        apart = self._is_ours and self._rows.container == "jsonl" and not is_stream(self.path)
        return self._rows.blocks if apart else None

    def _keep(self, rows: RowFile) -> list[Chunk[Any]] | None:
        """All rows, where the format has to see them all first."""
        if self.format.find_frame is None and self.format.gather is None:
            return None
        kept = list(rows.chunks(_RowType))
        if self.format.gather is None:
            return kept
        parts = (row for chunk in kept for row in chunk.records)
        try:
            answers = list(self.format.gather(parts))
        except DataError as error:
            where = f"{self.path}{error.where}"
            raise DataError(error.what, where, error.choices, error.hint) from None
        return [Chunk(answers, lambda index: f"{self.path}: {answers[index]['id']}")]

    def _gathered_head(self) -> list[_RowType]:
        return [row for chunk in self._kept or [] for row in chunk.records[:_HEAD]]

    def _quick(self, chunk: Chunk[Any]) -> Chunk[Prediction] | None:
        if self._record is None or self._rows.container == "parquet":
            return None
        decoder = msgspec.json.Decoder(self._record)
        try:
            return Chunk(list(map(decoder.decode, chunk.records)), chunk.place)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None  # the slow way may understand it, and knows what to say

    def _find_frame(self) -> FrameName | None:
        if self.format.find_frame is None or self._kept is None:
            return None
        return self.format.find_frame(row for chunk in self._kept for row in chunk.records)

    def _sentence(self) -> str:
        taken = [f"{ours} from {path}" for ours, path in self.fields.items() if ours != path]
        same = [ours for ours, path in self.fields.items() if ours == path]
        if "id" not in self.fields:
            keyed = {"image", "instruction"} <= self.fields.keys()
            taken.insert(0, f"id from {'image and instruction' if keyed else 'the position'}")
        if self.frame is not None:
            taken.append(f"all numbers are in frame {self.frame}")
        container = self._rows.container
        return f"{self.path} is read as {self.format.name} ({container}): {', '.join(same + taken)}"


def read_block(block: Block, path: Path, advise: Advice | None = None) -> Chunk[Prediction]:
    """The predictions in a block of `PredictionFile.blocks`; `advise` as in `read_predictions`.

    Raises:
        DataError: names the file, the row and the field that is wrong.
    """
    return decode_chunk(lines_of(block, path), Prediction, advise)


def read_predictions(
    path: Path,
    *,
    format: str | None = None,
    fields: Mapping[str, str] | None = None,
    advise: Advice | None = None,
) -> PredictionFile:
    """A file of predictions; nothing but its head is read before it is iterated over, unless the
    format needs the whole file to tell its frame (sspro).

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
    form = None if format is None else format_named(format)
    rows = open_rows(path)
    return PredictionFile(rows, form or detect(rows.head()), fields or {}, advise)
