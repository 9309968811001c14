"""A tiny model with random weights in a folder, made once."""

from __future__ import annotations

import pytest

from groundkit.tiny.build import write_untrained


@pytest.fixture(scope="session")
def untrained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "untrained"
    write_untrained(folder, seed=3)
    return folder
