"""The stream of training batches: made in a process of its own, always the same for a seed."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from groundkit.dataset.points import Boxes
from groundkit.geometry import Size
from groundkit.images import Pixels
from groundkit.processes import leave_with_parent
from groundkit.synth import make_screen
from groundkit.tiny.batches import CELL, Batch, Writer, make_batch, make_scene
from groundkit.tiny.questions import Target, find_targets
from groundkit.tiny.tokenizer import build_tokenizer, number_ids
from groundkit.vocabulary import LANGS

_TARGETS = 12
_AHEAD = 6
_BATCHES, _PASSES = 2, 1  # of a block
HELD_OUT = 1_000_000
"""Training uses seeds from here on; smaller ones are for evaluation."""


class Stage(NamedTuple):
    """A part of the training with its sizes of images.

    Attributes:
        until: step at which the stage ends.
        sides: lengths of a side in cells of 28 pixels, drawn alone for width and height.
        cells: images of a batch are as many as have about so many cells.
        questions: about each screen.
        looks_only: train the vision tower alone.
    """

    until: int
    sides: tuple[int, ...]
    cells: int
    questions: int = 3
    looks_only: bool = False


class _Drawn(NamedTuple):
    """A screen with the elements that can be asked about."""

    pixels: Pixels
    targets: list[Target]
    rivals: Boxes


def stage_at(stages: tuple[Stage, ...], step: int) -> Stage:
    """The stage of a step."""
    return next((stage for stage in stages if step < stage.until), stages[-1])


class BatchMaker:
    """Makes any batch of a training by its number.

    Steps come in blocks: the screens of a block are drawn once and used in several of its steps,
    with other stars and questions, because drawing them costs as much as looking at them.
    """

    def __init__(self, stages: tuple[Stage, ...], seed: int) -> None:
        self._stages, self._seed = stages, seed
        tokenizer = build_tokenizer()
        self._writer = Writer(tokenizer, number_ids(tokenizer))
        self._block: tuple[int, list[_Drawn], Size] = (-1, [], (0, 0))

    def make(self, step: int) -> Batch:
        """The batch of a step; depends on nothing but the step and what the maker was made with."""
        number, place = divmod(step, _BATCHES * _PASSES)
        if self._block[0] != number:
            self._block = (number, *self._draw(number))
        _, drawn, size = self._block
        turn, part = divmod(place, _BATCHES)
        order = np.random.default_rng((self._seed, 1, number, turn)).permutation(len(drawn))
        rng = np.random.default_rng((self._seed, 2, step))
        count = self._stage(number).questions
        chosen = [drawn[index] for index in order[part::_BATCHES]]
        scenes = [make_scene(rng, d.pixels, d.targets, d.rivals, count) for d in chosen]
        return make_batch(rng, self._writer, scenes, size)

    def _stage(self, number: int) -> Stage:
        """The stage that a block belongs to: that of its first step."""
        return stage_at(self._stages, number * _BATCHES * _PASSES)

    def _draw(self, number: int) -> tuple[list[_Drawn], Size]:
        """The screens of a block, all of one size."""
        rng = np.random.default_rng((self._seed, 0, number))
        stage = self._stage(number)
        columns, rows = (int(side) for side in rng.choice(stage.sides, 2))
        size = (columns * CELL, rows * CELL)
        wanted = _BATCHES * max(2, round(stage.cells / (columns * rows)))
        drawn: list[_Drawn] = []
        for index in itertools.count(number * 10_000):
            lang = LANGS[int(rng.integers(len(LANGS)))]
            made = make_screen("mixed", HELD_OUT + self._seed, index, size=size, lang=lang)
            targets, rivals = find_targets(made.screen, size, _TARGETS, self._seed)
            if targets:
                pixels = np.ascontiguousarray(made.image[:, :, ::-1])
                drawn.append(_Drawn(pixels, targets, rivals))
            if len(drawn) == wanted:
                break
        return drawn, size


@contextmanager
def batches(
    stages: tuple[Stage, ...], seed: int, start: int, stop: int
) -> Iterator[Iterator[Batch]]:
    """The batches from `start` to `stop`, made ahead of their use by another process."""
    context = multiprocessing.get_context("spawn")
    queue: Any = context.Queue(_AHEAD)
    process = context.Process(target=_produce, args=(queue, stages, seed, start, stop), daemon=True)
    process.start()
    try:
        yield (queue.get() for _ in range(start, stop))
    finally:
        process.terminate()
        process.join()


def _produce(queue: Any, stages: tuple[Stage, ...], seed: int, start: int, stop: int) -> None:
    import cv2

    leave_with_parent()
    cv2.setNumThreads(1)
    maker = BatchMaker(stages, seed)
    for step in range(start, stop):
        queue.put(maker.make(step))
