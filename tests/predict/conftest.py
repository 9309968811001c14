"""A tiny model with random weights and small datasets of real screens."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundkit.dataset.build import make_dataset
from groundkit.dataset.screen import DatasetOptions
from groundkit.records import LocatedScreen, Screen
from groundkit.store import read_jsonl

FIXTURES = Path(__file__).parents[2] / "fixtures" / "screens"


@pytest.fixture(scope="session")
def model(tmp_path_factory) -> str:
    from groundkit.tiny.build import write_untrained

    folder = tmp_path_factory.mktemp("models") / "untrained"
    write_untrained(folder, seed=3)
    return str(folder)


def build(out: Path, marker: str) -> Path:
    screens = [
        LocatedScreen(screen, FIXTURES / screen.image, "screens.jsonl")
        for screen in read_jsonl(FIXTURES / "screens.jsonl", Screen)
    ][:4]
    options = DatasetOptions(
        max_pixels=140 * 140, marker=marker, langs=("zh", "en"), per_screen=3, image_format="png"
    )
    make_dataset(screens, out, options)
    return out


@pytest.fixture(scope="session")
def bare(tmp_path_factory) -> Path:
    """Questions about unmarked screens, several about each."""
    return build(tmp_path_factory.mktemp("bare") / "data", "none")


@pytest.fixture(scope="session")
def starred(tmp_path_factory) -> Path:
    """Questions about screens with a star, an image each."""
    return build(tmp_path_factory.mktemp("starred") / "data", "star")
