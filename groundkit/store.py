"""Files in and out: strict JSON Lines, and writes that never leave half a file behind."""

from __future__ import annotations

import codecs
import io
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
_GZIP = b"\x1f\x8b"
# Here every name leads to a device, a pipe or a descriptor of some process, not to a file.
_STREAM_FOLDERS = (Path("/dev"), Path("/dev/fd"), Path("/proc"))
_MAX_LINKS = 40
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
            raise _explain_line(line, f"{path}:{number}", error) from None


def read_small(path: Path, most: int, what: str) -> bytes:
    """The bytes of a file that a person or a tool wrote as a whole.

    Args:
        most: more are not what it should be.
        what: it should be, in words.

    Raises:
        DataError: unreadable, or too long.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise DataError(f"cannot read the file: {error.strerror or error}", str(path)) from None
    if len(data) > most:
        raise DataError(f"too long for {what}", str(path))
    return data


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
        with _open(path) as file:
            # A pipe cannot be sought: looked at, not read and put back.
            if file.peek(len(codecs.BOM_UTF8)).startswith(codecs.BOM_UTF8):
                file.read(len(codecs.BOM_UTF8))
            yield file
    except OSError as error:
        raise DataError(f"cannot read the file: {error.strerror or error}", str(path)) from error


def _open(path: Path) -> io.BufferedReader:
    """The file to read. Our own descriptors are used as they are: a socket has no other name."""
    descriptor = own_descriptor(path)
    return path.open("rb") if descriptor is None else os.fdopen(os.dup(descriptor), "rb")


def decode(data: bytes, record: type[T], where: str) -> T:
    """One JSON document as a typed record; a DataError says which field is wrong."""
    try:
        return _decoder(record).decode(data)
    except _UNDECODABLE as error:
        raise _explain(data, where, error) from None


def decode_line(line: bytes, record: type[T], where: str) -> T:
    """One line of a JSON Lines file, as `decode`; the error says what else the file may be."""
    try:
        return _decoder(record).decode(line)
    except _UNDECODABLE as error:
        raise _explain_line(line, where, error) from None


def _decoder(record: type[T]) -> msgspec.json.Decoder[T]:
    """The decoder of a record type, made once."""
    decoder = _decoders.get(record)
    if decoder is None:
        decoder = _decoders[record] = msgspec.json.Decoder(record)
    return cast("msgspec.json.Decoder[T]", decoder)


def decode_json(data: bytes, where: str) -> Any:
    """One JSON document of unknown shape, as another tool wrote it."""
    return decode(data, object, where)


def _explain_line(line: bytes, where: str, error: Exception) -> DataError:
    """`_explain` with a hint if the file looks like no JSON Lines at all."""
    found = _explain(line, where, error)
    if line.startswith(_GZIP):
        hint = "the file is compressed: unpack it with gunzip"
    elif line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in line[:4]:
        hint = "the file looks like UTF-16: save it as UTF-8"
    elif line.lstrip().startswith(b"[") or line.strip() == b"{":
        hint = "the form is JSON Lines: one JSON object a line"
    else:
        return found
    return DataError(found.what, found.where, hint=hint)


def _explain(data: bytes, where: str, error: Exception) -> DataError:
    """The decoder's complaint in our words. JSON has no NaN, so ours names the field it is in."""
    if isinstance(error, RecursionError):
        return DataError("nested too deeply", where)
    message, _, field = str(error).partition(" - at `$")
    if isinstance(error, msgspec.ValidationError):
        return DataError(message, _with_field(where, field.rstrip("`")))
    try:
        bad = non_finite(json.loads(data))
    except (ValueError, RecursionError):
        bad = None
    if bad is not None:
        return DataError("a number is not finite (NaN or Infinity)", _with_field(where, bad))
    return DataError(f"not valid JSON: {message}", where)


def _with_field(where: str, field: str) -> str:
    field = field.lstrip(".")
    return f"{where}: {field}" if field else where


def non_finite(value: Any, path: str = "") -> str | None:
    """The path of the first NaN or infinity in a decoded document, `.gold.box[0]`; None if it has
    none."""
    if isinstance(value, float):
        return None if math.isfinite(value) else path
    if isinstance(value, dict):
        children = [(f"{path}.{key}", child) for key, child in value.items()]
    elif isinstance(value, list):
        children = [(f"{path}[{index}]", child) for index, child in enumerate(value)]
    else:
        return None
    for child_path, child in children:
        found = non_finite(child, child_path)
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
    A link stays a link: the file that it leads to is replaced. A pipe, a device or /dev/stdout is
    written to, never replaced.

    Raises:
        DataError: it cannot be written.
        BrokenPipeError: the reader of a pipe has left.
    """
    if not path.name:
        raise DataError("the output has no file name", str(path))
    try:
        with _open_stream(path) if is_stream(path) else _replaced(path) as file:
            yield file
    except BrokenPipeError:
        raise
    except (OSError, RuntimeError) as error:
        # A loop of links is a RuntimeError until Python 3.13; any other one is not ours.
        if isinstance(error, RuntimeError) and "Symlink loop" not in str(error):
            raise
        reason = error.strerror if isinstance(error, OSError) else None
        raise DataError(f"cannot write the file: {reason or error}", str(path)) from error


@contextmanager
def _replaced(path: Path) -> Iterator[IO[bytes]]:
    target = path.resolve() if path.is_symlink() else path
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            yield file
        partial.replace(target)
    except BaseException:
        with suppress(OSError):  # a folder or name that is unusable was said above
            partial.unlink()
        raise


def _open_stream(path: Path) -> IO[bytes]:
    """A stream to write to. Our own descriptors are shared, not opened anew, which would start
    over at the beginning of a file that the shell has redirected them to."""
    descriptor = own_descriptor(path)
    return path.open("wb") if descriptor is None else os.fdopen(os.dup(descriptor), "wb")


def is_stream(path: Path) -> bool:
    """Whether a name stands for a device, a pipe or an open descriptor, which cannot be replaced.

    /dev/stdout may lead to a regular file; to rename a file onto it would replace /dev/stdout.
    """
    if any(_is_in_stream_folder(name) for name in _names(path)):
        return True
    return leads_to_pipe(path)


def leads_to_pipe(path: Path) -> bool:
    """Whether there is something that is neither file nor folder: a device, a pipe, a socket."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def own_descriptor(path: Path) -> int | None:
    """The descriptor of this process that a name such as /dev/stdout or /dev/fd/3 stands for."""
    folders = (Path("/dev/fd"), Path("/proc/self/fd").resolve())
    for name in _names(path):
        if name.parent in folders and name.name.isascii() and name.name.isdigit():
            return int(name.name)
    return None


def home(path: Path) -> Path:
    """The folder that relative paths in a file start from: that in which the file itself lies,
    also if `path` is a link to it; for a pipe the working directory."""
    if leads_to_pipe(path):
        return Path()
    return real(path).parent if path.is_symlink() else path.parent


def real(path: Path) -> Path:
    """Where a path leads. Unlike Path.resolve it follows a link to itself nowhere, silently."""
    return Path(os.path.realpath(path))


def _names(path: Path) -> Iterator[Path]:
    """A path and what it is a link to, step by step, each in its real folder."""
    for _ in range(_MAX_LINKS):
        try:
            path = real(path.parent) / path.name
            yield path
            path = path.parent / path.readlink()
        except (OSError, ValueError, RuntimeError):  # no link, no such thing, a loop
            return


def _is_in_stream_folder(path: Path) -> bool:
    proc = _STREAM_FOLDERS[-1]
    return path.parent in _STREAM_FOLDERS or path.is_relative_to(proc)


def write_bytes(path: Path, data: bytes) -> None:
    """`data` as a whole file, by `atomic_write`. That the reader of a pipe leaves is no error: what
    it wanted of the data it has."""
    with suppress(BrokenPipeError), atomic_write(path) as file:
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
