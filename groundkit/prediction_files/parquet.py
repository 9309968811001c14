"""Parquet tables in chunks of rows, without their pictures."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from groundkit.errors import DataError
from groundkit.prediction_files.chunks import Chunk, Row
from groundkit.prediction_files.streams import missing_extra

MAGIC = b"PAR1"

_ROWS = 1024


def read_parquet(source: Path | bytes, path: Path) -> Iterator[Chunk[Row]]:
    """The rows of a Parquet file. Columns of raw bytes, such as embedded images, are left out.

    Args:
        source: the file, or all its bytes if it was packed or came through a pipe.
        path: as the user calls it.

    Raises:
        DataError: pyarrow is not installed, or the file is damaged.
    """
    try:
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise missing_extra("Parquet", "pyarrow", path) from None
    try:
        with ParquetFile(source if isinstance(source, Path) else io.BytesIO(source)) as table:
            number = 1
            for batch in table.iter_batches(_ROWS, columns=_columns(table)):
                yield Chunk(batch.to_pylist(), functools.partial(_place, path, number))
                number += batch.num_rows
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"the Parquet file is damaged: {error}", str(path)) from None


def _columns(table: Any) -> list[str]:
    """The leaves that hold no raw bytes: strings are bytes with a logical type."""
    leaves = [table.schema.column(index) for index in range(len(table.schema))]
    binary = ("BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY")
    return [
        leaf.path
        for leaf in leaves
        if leaf.physical_type not in binary or leaf.logical_type.type != "NONE"
    ]


def _place(path: Path, first: int, index: int) -> str:
    return f"{path}: row {first + index}"
