"""The bytes of a file, unpacked. What packed it is told by its first bytes, never by its name."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from groundkit.errors import DataError
from groundkit.store import open_lines

MAX_LINE = 64 << 20
"""Longest line of a JSON Lines file, in bytes after unpacking: one row, not a whole file."""

MAX_DOCUMENT = 256 << 20
"""Largest JSON document or packed Parquet file, in bytes after unpacking: it is held in memory."""

_GZIP = b"\x1f\x8b"  # RFC 1952
_ZSTD = b"\x28\xb5\x2f\xfd"  # RFC 8878
_MEBIBYTE = 1 << 20


@contextmanager
def open_unpacked(path: Path) -> Iterator[io.BufferedReader]:
    """A file or pipe to read, past its byte order mark, unpacked if it is gzip or Zstandard.

    Raises:
        DataError: it cannot be read, is damaged, or needs a package that is not installed.
    """
    try:
        with open_lines(path) as file, _unpacked(cast("io.BufferedReader", file), path) as stream:
            yield stream
    except (EOFError, zlib.error) as error:
        raise DataError(f"the compressed file is damaged: {error}", str(path)) from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "zstandard":
            raise
        raise DataError(f"the compressed file is damaged: {error}", str(path)) from None


@contextmanager
def _unpacked(file: io.BufferedReader, path: Path) -> Iterator[io.BufferedReader]:
    start = file.peek(len(_ZSTD))
    if start.startswith(_GZIP):
        opened: Any = gzip.GzipFile(fileobj=file)
    elif start.startswith(_ZSTD):
        opened = _zstd(file, path)
    else:
        yield file
        return
    with opened, io.BufferedReader(opened, _MEBIBYTE) as stream:
        if stream.peek(len(codecs.BOM_UTF8)).startswith(codecs.BOM_UTF8):
            stream.read(len(codecs.BOM_UTF8))
        yield stream


def _zstd(file: io.BufferedReader, path: Path) -> Any:
    try:
        import zstandard
    except ImportError:
        raise missing_extra("Zstandard", "zstandard", path) from None
    reader = zstandard.ZstdDecompressor().stream_reader
    return reader(file, read_across_frames=True, closefd=False)


def missing_extra(what: str, package: str, path: Path) -> DataError:
    """The error about a file that needs a package of the extra `parquet`."""
    return DataError(
        f"reading {what} needs the package {package}",
        str(path),
        hint="pip install 'groundkit[parquet]'",
    )


def read_whole(stream: IO[bytes], path: Path, start: bytes = b"") -> bytes:
    """All of a stream, `start` before it.

    Raises:
        DataError: it is larger than MAX_DOCUMENT.
    """
    data = start + stream.read(MAX_DOCUMENT + 1 - len(start))
    if len(data) > MAX_DOCUMENT:
        size = f"{MAX_DOCUMENT // _MEBIBYTE} MiB"
        hint = "JSON Lines and Parquet are read in pieces, of any length"
        raise DataError(f"larger than {size} after unpacking", str(path), hint=hint)
    return data


def too_long(where: str) -> DataError:
    """The error about a line that is longer than MAX_LINE."""
    return DataError(f"a line of more than {MAX_LINE // _MEBIBYTE} MiB", where)
