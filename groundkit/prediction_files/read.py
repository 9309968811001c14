"""A file of predictions in any known form, to `records.Prediction`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from groundkit.errors import DataError, OptionError
from groundkit.geometry import FrameName
from groundkit.prediction_files.chunks import Advice, Chunk, Row
from groundkit.prediction_files.convert import Converter
from groundkit.prediction_files.fast import record_for
from groundkit.prediction_files.fields import resolve, shown
from groundkit.prediction_files.formats import detect, format_named
from groundkit.prediction_files.formats.base import Format, Paths
from groundkit.prediction_files.keys import Join
from groundkit.prediction_files.lines import Block
from groundkit.prediction_files.rows import RowFile, decode_block, decode_rows, open_rows
from groundkit.records import Prediction
from groundkit.store import is_stream

_HEAD = 32


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a user, or who reads for one, says about a file.

    Attributes:
        fields: our names to paths.
        join: see `keys.JOINS`.
        has_golds: whether predictions are scored against gold records from elsewhere.
    """

    fields: Mapping[str, str]
    join: Join
    has_golds: bool


class PredictionFile:
    """The predictions of a file, in chunks: iterate over it. A pipe can be read once.

    Attributes:
        path: as the user named it.
        format: what the rows look like.
        fields: which path was taken for what, by our names; see `formats.base.NAMES`.
        by_prompt: whether ids are made of an image and a prompt, which holds the instruction.
        frame: of all numbers, if the file as a whole tells it; else as each row says.
        shown: one sentence: what was detected, and which field was taken as what.
        rows: read so far.
        errors: rows read so far that tell of a failed request; they are no predictions.
    """

    def __init__(self, rows: RowFile, form: Format, how: Reading, advise: Advice | None) -> None:
        self.path = rows.path
        self.format = form if how.join != "key" else replace(form, prefer_key=True)
        self.rows = 0
        self.errors = 0
        self._rows = rows
        self._how = how
        self._advise = advise
        # Our own rows are decoded as they are; what is wrong with one is said when it comes.
        self._is_ours = form.name == "groundkit" and not how.fields and how.join == "id"
        self._kept = self._keep(rows)
        head = self._head()
        paths = form.fields if self._is_ours else self._resolve(head)
        self._paths = {name: path for name, path in paths.items() if self._wants(name)}
        self.fields = shown(self.format, self._paths, head)
        self._record = None
        if not self._is_ours and how.join == "id" and head:
            self._record = record_for(self.format, self._paths, self.fields, head[0])
        self._named = "id" in self.fields
        keyed = {"image", "prompt"} <= self.fields.keys()
        self.by_prompt = keyed and (not self._named or self.format.prefer_key)
        self.frame = self._find_frame()
        self.shown = self._sentence()

    def __iter__(self) -> Iterator[Chunk[Prediction]]:
        self.rows = self.errors = 0
        if self._is_ours:
            for own in self._rows.chunks(Prediction, self._advise):
                self.rows += len(own.records)
                yield own
                del own  # before the next is read
            return
        converter = Converter(
            self.format,
            self._paths,
            named=self._named,
            frame=self.frame,
            by_position=self._how.join == "position",
        )
        for chunk in self._rows.raw() if self._kept is None else self._kept:
            quick = self._quick(chunk)
            yield converter.convert(decode_rows(chunk)) if quick is None else quick
            self.rows += len(chunk.records)
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
        kept = list(map(decode_rows, rows.raw()))
        if self.format.gather is None:
            return kept
        if self._how.join == "position":
            what = f"rows of {self.format.name} are parts of an answer and have no position"
            raise OptionError(what, "--join", hint="leave it out")
        parts = (row for chunk in kept for row in chunk.records)
        try:
            answers = list(self.format.gather(parts))
        except DataError as error:
            where = f"{self.path}{error.where}"
            raise DataError(error.what, where, error.choices, error.hint) from None
        return [Chunk(answers, lambda index: f"{self.path}: {answers[index]['id']}")]

    def _head(self) -> list[Row]:
        """The first rows, as the format prepares them."""
        rows = self._rows.head()
        if self.format.gather is not None:
            rows = [row for chunk in self._kept or [] for row in chunk.records[:_HEAD]]
        return list(self._prepared(rows))

    def _prepared(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            prepared = row if self.format.prepare is None else self.format.prepare(row)
            if prepared is not None:
                yield prepared

    def _resolve(self, head: list[Row]) -> Paths:
        return resolve(self.format, self._how.fields, head, self._others, self.path)

    def _others(self) -> Iterator[Row]:
        """All rows, of a file that can be read again."""
        if is_stream(self.path):
            return
        chunks = open_rows(self.path).raw() if self._kept is None else self._kept
        for chunk in chunks:
            yield from self._prepared(decode_rows(chunk).records)

    def _wants(self, name: str) -> bool:
        """A text that is right in the frame of the model is worth nothing beside gold records."""
        return name != "answer" or not self._how.has_golds

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
        names = dict(self.fields)
        if self._how.join == "position":
            names["id"] = self.format.position or "the position"
        elif "id" not in names or self.format.prefer_key:
            asked = {"image", "instruction"}, {"image", "prompt"}
            by = next((sorted(pair) for pair in asked if pair <= names.keys()), [])
            names["id"] = " and ".join(by) or names.get("id", "the position")
        names = {"id": names.pop("id"), **names}
        taken = [f"{ours} from {path}" for ours, path in names.items() if ours != path]
        same = [ours for ours, path in names.items() if ours == path]
        if self.frame is not None:
            taken.append(f"all numbers are in frame {self.frame}")
        container = self._rows.container
        return f"{self.path} is read as {self.format.name} ({container}): {', '.join(same + taken)}"


def read_block(block: Block, path: Path, advise: Advice | None = None) -> Chunk[Prediction]:
    """The predictions in a block of `PredictionFile.blocks`; `advise` as in `read_predictions`.

    Raises:
        DataError: names the file, the row and the field that is wrong.
    """
    return decode_block(block, path, Prediction, advise)


def read_predictions(
    path: Path,
    *,
    format: str | None = None,
    fields: Mapping[str, str] | None = None,
    join: Join = "id",
    has_golds: bool = False,
    advise: Advice | None = None,
) -> PredictionFile:
    """A file of predictions; nothing but its head is read before it is iterated over, unless the
    format needs the whole file to tell its frame (sspro).

    Args:
        path: JSON Lines, JSON or Parquet, plain or packed with gzip or Zstandard.
        format: a name of `formats.FORMATS`; None: what the first rows look like.
        fields: our names to dotted paths (`response.choices.0.message.content`); they overrule
            what the format says.
        join, has_golds: see `Reading`.
        advise: may word the error about a line that is no prediction of groundkit better.

    Raises:
        DataError: the file cannot be read, holds no rows, or its first rows are no JSON objects.
        OptionError: an unknown format or field name, a path that leads nowhere, or no text to be
            found.
    """
    form = None if format is None else format_named(format)
    rows = open_rows(path)
    how = Reading(fields=fields or {}, join=join, has_golds=has_golds)
    return PredictionFile(rows, form or detect(rows.head()), how, advise)
