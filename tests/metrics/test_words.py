"""Columns as numbers."""

import numpy as np
import pytest

from groundkit.metrics import words
from groundkit.metrics.words import compact, number_words


@pytest.mark.parametrize("countable", [1 << 20, 0])
def test_numbers_that_occur(countable, monkeypatch):
    monkeypatch.setattr(words, "_COUNTABLE", countable)
    codes = np.array([7, 2, 7, 0, 2, 2])
    present, place = compact(codes)
    assert present.tolist() == [0, 2, 7]
    assert place.tolist() == [2, 1, 2, 0, 1, 1]


@pytest.mark.parametrize("column", [[], ["a"], ["", ""], ["b", "a", "b"]])
def test_words_in_the_order_in_which_they_come(column):
    found = number_words(column)
    assert found.words == list(dict.fromkeys(column))
    assert [found.words[code] for code in found.codes] == column
