"""Settings of all tests. Warnings are errors (pyproject.toml), those of numpy included."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

# The same examples in every run, so that a red test is red again. To look for new ones:
# pytest --hypothesis-profile=explore
settings.register_profile("tests", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None, max_examples=5000)
settings.load_profile("tests")


@pytest.fixture(autouse=True)
def small_numbers() -> Iterator[None]:
    """The command line lets its process count the smallest numbers as 0; here it is ours."""
    yield
    if "torch" in sys.modules:
        sys.modules["torch"].set_flush_denormal(False)
