"""Small datasets of drawn screens, and models to train on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundkit.dataset.build import make_dataset
from groundkit.dataset.screen import DatasetOptions
from groundkit.predict.prompts import choose_prompt
from groundkit.predict.samples import choose_samples
from groundkit.records import LocatedScreen, Screen
from groundkit.store import read_jsonl
from groundkit.synth.write import SynthOptions, write_screens
from groundkit.train.examples import make_examples


def draw(
    out: Path, count: int, sizes: tuple[str, ...] = ("224x224", "280x168"), design: str = "mixed"
) -> Path:
    options = SynthOptions(n=count, design=design, sizes=sizes, langs=("en",), fonts="bundled")
    write_screens(out, options)
    return out


def dataset(screens: Path, out: Path, marker: str = "none", per_screen: int = 6) -> Path:
    located = [
        LocatedScreen(screen, screens / screen.image, "screens.jsonl")
        for screen in read_jsonl(screens / "screens.jsonl", Screen)
    ]
    options = DatasetOptions(
        marker=marker, langs=("en",), per_screen=per_screen, image_format="png", val_share=0.3
    )
    make_dataset(located, out, options)
    return out


@pytest.fixture(scope="session")
def bare(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bare")
    return dataset(draw(folder / "screens", 8), folder / "data")


@pytest.fixture(scope="session")
def starred(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("starred")
    return dataset(draw(folder / "screens", 6), folder / "data", "star", 3)


def examples_of(loaded, data: Path, split: str = "train", weight: float = 1.0):
    asked = choose_samples(data, split)
    prompt = choose_prompt(None, loaded.contract, asked.folder, asked.samples)
    return make_examples(
        asked.samples, asked.folder, loaded.processor, loaded.contract, prompt, weight
    )
