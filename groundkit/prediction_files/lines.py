"""JSON Lines in chunks of raw lines.

One record at a time would cost half of the time that scoring 100,000 rows a second takes.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from groundkit.prediction_files.chunks import Chunk
from groundkit.prediction_files.streams import MAX_LINE, too_long

# Some 700 rows: enough for numpy to pay off, few enough for their objects to stay in the
# processor's cache; four times as much costs a tenth more.
_CHUNK_BYTES = 1 << 18


def read_lines(
    stream: IO[bytes], path: Path, start: bytes = b"", number: int = 1
) -> Iterator[Chunk[bytes]]:
    """The lines of a JSON Lines file that are not blank, a quarter of a megabyte at a time.

    Args:
        start: what was read of the stream already, up to the end of a line.
        number: of the first line of `start`, from 1.

    Raises:
        DataError: a line is longer than MAX_LINE, which keeps zip bombs out.
    """
    while data := start + stream.read(_CHUNK_BYTES):
        if not data.endswith(b"\n"):
            data += stream.readline(MAX_LINE + 1)
        start = b""
        lines = data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        if len(data) > MAX_LINE:
            _check(lines, path, number)
        full = list(filter(bytes.strip, lines))
        if full:
            yield Chunk(full, functools.partial(_place, path, lines, number))
        number += len(lines)


def _check(lines: list[bytes], path: Path, number: int) -> None:
    for index, line in enumerate(lines, number):
        if len(line) > MAX_LINE:
            raise too_long(f"{path}:{index}")


def _place(path: Path, lines: list[bytes], first: int, index: int) -> str:
    numbers = [n for n, line in enumerate(lines, first) if line.strip()]
    return f"{path}:{numbers[index]}"
