"""Some consecutive records of a file, and where each of them stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from groundkit.errors import DataError

T = TypeVar("T")

Row = dict[str, Any]
"""An object of a JSON file or a row of a table, as another tool wrote it."""

Advice = Callable[[bytes, DataError], DataError]
"""A bad line and what is wrong with it, to the error that the user gets."""


@dataclass(frozen=True)
class Chunk(Generic[T]):
    """Some consecutive records of a file.

    Attributes:
        records: in the order of the file.
        place: index into `records` to file and line, or file and row; called for messages only.
    """

    records: list[T]
    place: Callable[[int], str]

    def where(self, index: int) -> str:
        """File and line of `records[index]`: `predictions.jsonl:17`, `pro.json: details[16]`."""
        return self.place(index)
