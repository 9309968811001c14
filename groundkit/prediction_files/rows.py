"""Files of rows: JSON Lines, JSON or Parquet, plain or packed with gzip or Zstandard.

JSON Lines and Parquet are read in pieces, in constant memory; a line has at most MAX_LINE bytes.
A JSON document is held in memory as a whole and has at most MAX_DOCUMENT bytes, counted after
unpacking.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from groundkit.errors import DataError
from groundkit.prediction_files.chunks import Advice, Chunk, Row
from groundkit.prediction_files.documents import (
    LIST_KEYS,
    lists_of,
    parts_with_nan,
    read_document,
)
from groundkit.prediction_files.lines import Block, lines_of, place_in, read_blocks
from groundkit.prediction_files.parquet import MAGIC, read_parquet
from groundkit.prediction_files.streams import MAX_LINE, open_unpacked, read_whole, too_long
from groundkit.store import decode_line, is_stream, non_finite

T = TypeVar("T")

Container = Literal["jsonl", "json", "parquet"]

_HEAD = 32
_UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_UNREADABLE = (ValueError, RecursionError)

_Piece = tuple[Container, Chunk[Any] | Block]


class RowFile:
    """The rows of one file, to be read in chunks.

    A file can be read as often as wanted, a pipe once; looking at the head does not count.

    Attributes:
        path: as the user named it.
        container: what holds the rows.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pieces: Iterator[_Piece] | None = _pieces(path)
        self._first = next(self._pieces, None)
        if self._first is None:
            raise DataError("the file holds no rows", str(path))
        self.container: Container = self._first[0]

    def head(self) -> list[Row]:
        """The first rows, 32 at most; see `decode_rows`.

        Raises:
            DataError: one is no JSON object.
        """
        assert self._first is not None
        chunk = _as_chunk(self._first[1], self.path)
        return decode_rows(Chunk(chunk.records[:_HEAD], chunk.place)).records

    def chunks(self, record: type[T], advise: Advice | None = None) -> Iterator[Chunk[T]]:
        """All rows as typed records; `Row` for rows as they are.

        Args:
            advise: may word the error about a line that is no `record` better.

        Raises:
            DataError: names the file, the row and the field that is wrong.
        """
        for piece in self._all():
            yield _decode(piece, self.path, record, advise)
            del piece  # before the next is read

    def raw(self) -> Iterator[Chunk[Any]]:
        """All rows as they lie in the file: bytes of JSON, or a Row of a table.

        Raises:
            DataError: the file is damaged.
        """
        for piece in self._all():
            yield _as_chunk(piece, self.path)

    def _all(self) -> Iterator[Chunk[Any] | Block]:
        assert self._first is not None
        pieces = self._pieces
        if pieces is None:
            if is_stream(self.path):
                raise DataError("a pipe can be read only once", str(self.path))
            pieces = _pieces(self.path)
        else:
            self._pieces = None
            pieces = chain([self._first], pieces)
        for _, piece in pieces:
            yield piece
            del piece

    def blocks(self) -> Iterator[Block]:
        """The rows of a JSON Lines file that is no pipe, as they lie there: the raw lines of each
        block are the next chunk of `raw`."""
        with open_unpacked(self.path) as stream:
            start, number = _first_line(stream, self.path)
            yield from read_blocks(stream, self.path, start, number)


def open_rows(path: Path) -> RowFile:
    """The rows of a JSON Lines, JSON or Parquet file, plain or packed with gzip or Zstandard.

    Raises:
        DataError: it cannot be read or holds no rows.
    """
    return RowFile(path)


def read_chunks(path: Path, record: type[T], advise: Advice | None = None) -> Iterator[Chunk[T]]:
    """The records of a file, a quarter of a megabyte at a time; none of an empty file.

    Raises:
        DataError: names the file, the line and the field that is wrong.
    """
    for _, piece in _pieces(path):
        yield _decode(piece, path, record, advise)


def _decode(
    piece: Chunk[Any] | Block, path: Path, record: type[T], advise: Advice | None
) -> Chunk[T]:
    if isinstance(piece, Block):
        return decode_block(piece, path, record, advise)
    return decode_chunk(piece, record, advise)


def _as_chunk(piece: Chunk[Any] | Block, path: Path) -> Chunk[Any]:
    return lines_of(piece, path) if isinstance(piece, Block) else piece


def _pieces(path: Path) -> Iterator[_Piece]:
    """The rows as they lie in the file: blocks of lines, items of a list as bytes, table rows as
    dicts."""
    with open_unpacked(path) as stream:
        if stream.peek(len(MAGIC)).startswith(MAGIC):
            plain = not is_stream(path) and _is_plain_parquet(path)
            source = path if plain else read_whole(stream, path)
            for table in read_parquet(source, path):
                yield "parquet", table
            return
        start, number = _first_line(stream, path)
        if _is_document(start, stream):
            for rows in read_document(read_whole(stream, path, start), path):
                yield "json", rows
            return
        for block in read_blocks(stream, path, start, number):
            yield "jsonl", block
            del block


def _is_plain_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _first_line(stream: Any, path: Path) -> tuple[bytes, int]:
    """The first line that is not blank, with its number; of a list on one line the beginning."""
    number = 1
    while True:
        if stream.peek(1)[:1] == b"[":
            return b"", number
        line = stream.readline(MAX_LINE + 1)
        if len(line) > MAX_LINE:
            raise too_long(f"{path}:{number}")
        if not line or not line.isspace():
            return line, number
        number += 1


def _is_document(start: bytes, stream: Any) -> bool:
    """Whether a file is one JSON document, by its first line and whether anything follows it."""
    if not start:
        return bool(stream.peek(1)[:1] == b"[")
    line = start.strip()
    if line[:1] == b"[" or (line[:1] == b"{" and line[-1:] in (b"{", b"[", b",")):
        return True
    if stream.peek(1)[:1]:
        return False
    try:
        document = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    except _UNDECODABLE:
        try:
            document = parts_with_nan(line)
        except _UNREADABLE:
            return False
    return not lists_of(document).keys().isdisjoint(LIST_KEYS)


def decode_block(
    block: Block, path: Path, record: type[T], advise: Advice | None = None
) -> Chunk[T]:
    """The lines of a block as typed records.

    Raises:
        DataError: names the file, the row and the field that is wrong.
    """
    # All at once costs a sixth less than line by line, which knows what is wrong with one. The
    # decoder does not look at line breaks, so each line must begin and end as an object.
    lines = block.breaks + (not block.data.endswith(b"\n"))
    if (
        block.data.startswith(b"{")
        and block.data.endswith((b"}\n", b"}"))
        and block.data.count(b"}\n{") == lines - 1
    ):
        with suppress(*_UNDECODABLE):
            records = msgspec.json.Decoder(record).decode_lines(block.data)
            if len(records) == lines:
                return Chunk(records, partial(place_in, path, block))
    return decode_chunk(lines_of(block, path), record, advise)


def decode_chunk(chunk: Chunk[Any], record: type[T], advise: Advice | None = None) -> Chunk[T]:
    """Raw rows as typed records.

    Raises:
        DataError: names the file, the row and the field that is wrong.
    """
    if chunk.records and not isinstance(chunk.records[0], bytes):
        return _convert(chunk, record)
    decoder = msgspec.json.Decoder(record)
    try:
        records = list(map(decoder.decode, chunk.records))
    except _UNDECODABLE:
        # The slow way knows which line it was, and says so.
        records = list(_decode_slowly(chunk, record, advise))
    return Chunk(records, chunk.place)


def decode_rows(chunk: Chunk[Any]) -> Chunk[Row]:
    """Raw rows as they are. NaN and infinities, which JSON does not have but Python writes, stay:
    what they mean is for the reader of the field to say.

    Raises:
        DataError: one is no JSON object.
    """
    try:
        return decode_chunk(chunk, dict[str, Any])
    except DataError:
        lines = enumerate(chunk.records)
        return Chunk([_with_nan(line, chunk.where(index)) for index, line in lines], chunk.place)


def _with_nan(line: bytes, where: str) -> Row:
    try:
        return decode_line(line, dict[str, Any], where)
    except DataError as error:
        try:
            row = json.loads(line)
            msgspec.json.encode(row)  # which refuses half of a surrogate pair
        except _UNREADABLE:
            raise error from None
        if not isinstance(row, dict) or non_finite(row) is None:
            raise
        return row


def _decode_slowly(chunk: Chunk[bytes], record: type[T], advise: Advice | None) -> Iterator[T]:
    for index, line in enumerate(chunk.records):
        try:
            yield decode_line(line, record, chunk.where(index))
        except DataError as error:
            raise (error if advise is None else advise(line, error)) from None


def _convert(chunk: Chunk[Row], record: type[T]) -> Chunk[T]:
    records = []
    for index, row in enumerate(chunk.records):
        try:
            records.append(msgspec.convert(row, record))
        except msgspec.ValidationError as error:
            raise DataError(str(error), chunk.where(index)) from None
    return Chunk(records, chunk.place)
