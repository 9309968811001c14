"""Settings of all tests. Warnings are errors (pyproject.toml), those of numpy included."""

from __future__ import annotations

from hypothesis import settings

# The same examples in every run, so that a red test is red again. To look for new ones:
# pytest --hypothesis-profile=explore
settings.register_profile("tests", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None, max_examples=5000)
settings.load_profile("tests")
