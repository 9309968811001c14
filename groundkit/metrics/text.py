"""Distance between names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

_TOO_LONG = 100_000


def edits(names: Sequence[str], gold_names: Sequence[str]) -> NDArray[np.int64]:
    """Characters to insert, delete or replace in name i to get gold name i, shape (N,).

    Characters are Unicode code points, compared as they are: neither case nor width is folded.
    The character error rate of a set is the sum of the edits over the sum of the gold lengths, so
    a long name weighs more than a short one, and a wordy answer can exceed 1.

    A pair with a name of 100,000 characters or more counts the longer length, the most that the
    distance can be: two such names would take seconds.
    """
    distances = [
        0 if name == gold else _distance(name, gold)
        for name, gold in zip(names, gold_names, strict=True)
    ]
    return np.array(distances, dtype=np.int64)


def _distance(name: str, gold: str) -> int:
    longer = max(len(name), len(gold))
    return Levenshtein.distance(name, gold) if longer < _TOO_LONG else longer
