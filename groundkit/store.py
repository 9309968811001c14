"""Files in and out: strict JSON Lines, and writes that never leave half a file behind."""

from __future__ import annotations

import codecs
import json
import math
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TypeVar, cast

import msgspec

from groundkit.errors import DataError

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def read_jsonl(path: Path, record: type[T]) -> Iterator[T]:
    """The records of a JSON Lines file, one at a time; blank lines are skipped.

    Raises:
        DataError: names the file, the line and the field that is wrong.
    """
    decoder = _decoder(record)
    for number, line in numbered_lines(path):
        try:
            yield decoder.decode(line)
        except _UNDECODABLE as error:
            raise _explain(line, f"{path}:{number}", error) from None


def numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """(line number from 1, line) of a file, without its blank lines."""
    with open_lines(path) as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield number, line


@contextmanager
def open_lines(path: Path) -> Iterator[IO[bytes]]:
    """A file or pipe to read lines from, past its byte order mark if it has one.

    Raises:
        DataError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            # A pipe cannot be sought: looked at, not read and put back.
            if file.peek(len(codecs.BOM_UTF8)).startswith(codecs.BOM_UTF8):
                file.read(len(codecs.BOM_UTF8))
            yield file
    except OSError as error:
        raise DataError(f"cannot read the file: {error.strerror or error}", str(path)) from error


def decode(data: bytes, record: type[T], where: str) -> T:
    """One JSON document as a typed record; a DataError says which field is wrong."""
    try:
        return _decoder(record).decode(data)
    except _UNDECODABLE as error:
        raise _explain(data, where, error) from None


def _decoder(record: type[T]) -> msgspec.json.Decoder[T]:
    """The decoder of a record type, made once."""
    decoder = _decoders.get(record)
    if decoder is None:
        decoder = _decoders[record] = msgspec.json.Decoder(record)
    return cast("msgspec.json.Decoder[T]", decoder)


def decode_json(data: bytes, where: str) -> Any:
    """One JSON document of unknown shape, as another tool wrote it."""
    return decode(data, object, where)


def _explain(data: bytes, where: str, error: Exception) -> DataError:
    """The decoder's complaint in our words. JSON has no NaN, so ours names the field it is in."""
    message, _, field = str(error).partition(" - at `$")
    if isinstance(error, msgspec.ValidationError):
        return DataError(message, _with_field(where, field.rstrip("`")))
    try:
        bad = _find_non_finite(json.loads(data), "")
    except (ValueError, RecursionError):
        bad = None
    if bad is not None:
        return DataError("a number is not finite (NaN or Infinity)", _with_field(where, bad))
    return DataError(f"not valid JSON: {message}", where)


def _with_field(where: str, field: str) -> str:
    field = field.lstrip(".")
    return f"{where}: {field}" if field else where


def _find_non_finite(value: Any, path: str) -> str | None:
    """The path of the first NaN or infinity in a decoded document."""
    if isinstance(value, float):
        return None if math.isfinite(value) else path
    if isinstance(value, dict):
        children = [(f"{path}.{key}", child) for key, child in value.items()]
    elif isinstance(value, list):
        children = [(f"{path}[{index}]", child) for index, child in enumerate(value)]
    else:
        return None
    for child_path, child in children:
        found = _find_non_finite(child, child_path)
        if found is not None:
            return found
    return None


def encode_line(record: Any) -> bytes:
    """One record as a line of JSON, UTF-8, keys in the order of the record."""
    return _encoder.encode(record) + b"\n"


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name only when the block ends without an error.

    The bytes go to a hidden file beside it, which is renamed at the end; a killed process leaves
    at most that hidden file. The name holds the process id, so that two writers never share one.
    """
    if not path.name:
        raise DataError("the output has no file name", str(path))
    # A device, /dev/stdout for one, is written to and never replaced.
    device = _is_device(path)
    partial = path if device else path.with_name(f".{path.name}.{os.getpid()}.partial")
    done = device
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            yield file
        if not device:
            partial.replace(path)
            done = True
    except OSError as error:
        raise DataError(f"cannot write the file: {error.strerror or error}", str(path)) from error
    finally:
        if not done:
            with suppress(OSError):  # a folder or name that is unusable was said above
                partial.unlink()


def _is_device(path: Path) -> bool:
    """Whether there is something that is neither file nor folder: a device, a pipe, a socket."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def write_bytes(path: Path, data: bytes) -> None:
    """`data` as a whole file, by `atomic_write`."""
    with atomic_write(path) as file:
        file.write(data)


def resolve_inside(root: Path, name: str, where: str) -> Path:
    """The path of `name` under `root`, which a file of somebody else named.

    Raises:
        DataError: the path leaves `root`, by `..`, as an absolute path or through a link.
    """
    if not name or "\0" in name:
        raise DataError("an empty or unusable file name", where)
    base = root.resolve()
    try:
        path = (base / name.replace("\\", "/")).resolve()
    except (OSError, RuntimeError, UnicodeEncodeError):  # a loop of links; a lone surrogate
        raise DataError(f"the path {name!r} leads nowhere", where) from None
    if not path.is_relative_to(base):
        raise DataError(f"the path {name!r} leaves the source folder {base}", where)
    return path
