"""Columns of strings of which few differ, as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_COUNTABLE = 1 << 20


class Words(NamedTuple):
    """A column of strings of which few differ.

    Attributes:
        words: those that occur, in the order in which they do.
        codes: which of them stands in each row, shape (N,).
    """

    words: list[str]
    codes: NDArray[np.int64]


def number_words(column: Sequence[str]) -> Words:
    """A column with its words numbered."""
    code = {word: number for number, word in enumerate(dict.fromkeys(column))}
    if len(code) == 1:
        return Words(list(code), np.zeros(len(column), dtype=np.int64))
    numbers = map(code.__getitem__, column)
    return Words(list(code), np.fromiter(numbers, np.int64, len(column)))


def compact(codes: NDArray[np.integer[Any]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The numbers that occur, sorted, and for each of `codes` where it stands among them: what
    `np.unique` finds by sorting, which takes several times as long where numbers are small.

    Args:
        codes: none below 0, shape (N,).
    """
    most = int(codes.max(initial=0)) + 1
    if most > _COUNTABLE:
        present, place = np.unique(codes, return_inverse=True)
        return present, place
    present = np.flatnonzero(np.bincount(codes, minlength=most))
    place = np.zeros(most, dtype=np.int64)
    place[present] = np.arange(len(present))
    return present, place[codes]
