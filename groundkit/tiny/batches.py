"""Batches for training the tiny model: a few screens of one size, several questions about each.

A batch depends on the seed and its number alone, so that training goes on after a kill as if
nothing had happened. The questions about a screen share its image: each is a branch of one
sequence that sees the image and itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundkit.geometry import Size
from groundkit.grammar import write_box, write_ref
from groundkit.images import Pixels
from groundkit.models.patches import PatchForm, to_patches
from groundkit.records import Marker
from groundkit.tiny.questions import Question, Target, ask, draw_stars, scatter
from groundkit.tiny.words import NAMES, SYSTEM
from groundkit.vocabulary import type_word

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

CELL = 28
_LONGEST_NAME = 14  # tokens
_FOREIGN_NAMES = 0.6
_SPOTS = 160  # points without a star that the vision tower is asked about, on each screen
_NAME_WEIGHT, _MARKUP_WEIGHT, _NUMBER_WEIGHT = 0.2, 0.3, 3.0
# Share of images with many stars, with one, and with none.
_STARS = (0.4, 0.35, 0.25)
_PREFIX = f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n<|vision_start|>"
FORM = PatchForm(
    *(14, 2, 2),
    mean=(0.48145466, 0.4578275, 0.40821073),
    std=(0.26862954, 0.26130258, 0.27577711),
)
_MEAN, _STD = (np.array(values, dtype=np.float32) for values in (FORM.mean, FORM.std))

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Batch:
    """B screens of one size as arrays.

    Attributes:
        patches: uint8, (B, P, 3 * 14 * 14), in the order of the processor.
        grid: rows and columns of patches.
        ids: tokens, (B, S); branch: 0 for the image and what is before it, then one number a
            question, -1 for padding, (B, S); positions: (3, B, S).
        targets, weights: (B, S): what the next token should be, and how much that matters;
            numbers: (B, S): whether it is a number of a box.
        looks: numbers about to be written, (N, 5): screen, place, cell of the point asked about,
            places of the point's numbers in the question, -1 if it does not say them.
        stars, spots: points with a star and without, (N, 8): screen, x, y, cell, box.
    """

    patches: NDArray[np.uint8]
    grid: tuple[int, int]
    ids: Ints
    branch: Ints
    positions: Ints
    targets: Ints
    weights: Floats
    numbers: NDArray[np.bool_]
    looks: Ints
    stars: Ints
    spots: Ints


class _Scene(NamedTuple):
    pixels: Pixels
    questions: list[Question]
    stars: list[Target]
    spots: tuple[Ints, Ints]


def make_scene(
    rng: np.random.Generator, pixels: Pixels, targets: list[Target], rivals: Any, count: int
) -> _Scene:
    """Stars and up to `count` questions for a screen."""
    mode = rng.choice(len(_STARS), p=_STARS)
    pixels = pixels.copy()
    starred = _apart(targets) if mode == 0 else targets[: 1 if mode == 1 else 0]
    markers = draw_stars(pixels, starred, rivals)
    others = [target for target in targets if target not in starred]
    pairs: list[tuple[Target, Marker | None]] = [*zip(starred, markers, strict=True)]
    if mode == 1:
        pairs += [(target, None) for target in others]
    elif mode == 2:
        pairs = [(target, None) for target in targets]
    questions = [ask(rng, t, m, alone=mode == 1) for t, m in pairs[:count]]
    return _Scene(pixels, questions, starred, scatter(rng, rivals, _SPOTS))


def _apart(targets: list[Target]) -> list[Target]:
    """Targets of which no two have their points in one cell."""
    cells: dict[tuple[int, int], Target] = {}
    for target in targets:
        cells.setdefault((target.point[0] // CELL, target.point[1] // CELL), target)
    return list(cells.values())


def normalise(patches: NDArray[np.uint8]) -> Floats:
    """Pixel values as the processor makes them, of one of the two equal frames."""
    values: Any = patches.reshape(*patches.shape[:-1], 3, 196).astype(np.float32) / 255
    values = (values - _MEAN[:, None]) / _STD[:, None]
    result: Floats = values.reshape(patches.shape)
    return result


class Written(NamedTuple):
    """A sequence of tokens, with what `Batch` says of each, and the places of x and y of each
    question, -1 if it does not say them."""

    ids: list[int]
    branches: list[int]
    positions: list[tuple[int, int, int]]
    targets: list[int]
    weights: list[float]
    numbers: list[bool]
    said: list[tuple[int, int]]


class Writer:
    """Writes scenes as token sequences."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, numbers: Iterable[int]) -> None:
        self._tokenizer = tokenizer
        self._prefix = tokenizer(_PREFIX).input_ids
        self._image = tokenizer.convert_tokens_to_ids("<|image_pad|>")
        self._turn = tokenizer("<|im_end|>\n<|im_start|>assistant\n").input_ids
        self._vision_end = tokenizer("<|vision_end|>").input_ids
        self._end = tokenizer("<|im_end|>").input_ids
        self._numbers = frozenset(numbers)

    def write(self, rng: np.random.Generator, questions: list[Question], size: Size) -> Written:
        """One sequence with all questions about a screen."""
        columns, rows = size[0] // CELL, size[1] // CELL
        start = len(self._prefix)
        ids = [*self._prefix, *[self._image] * (rows * columns)]
        positions = [(i, i, i) for i in range(start)]
        positions += [(start, start + r, start + c) for r in range(rows) for c in range(columns)]
        branches, weights = [0] * len(ids), [0.0] * len(ids)
        numbers = [False] * len(ids)
        first = start + max(rows, columns)
        targets = [0] * len(ids)
        said: list[tuple[int, int]] = []
        for number, question in enumerate(questions, 1):
            asked = [
                *self._vision_end,
                *self._tokenizer(question.text).input_ids,
                *self._turn,
            ]
            answer, answer_weights, is_number = self._answer(rng, question)
            own = asked + answer
            said.append(self._point_at(asked, len(ids)))
            ids += own
            branches += [number] * len(own)
            positions += [(p, p, p) for p in range(first, first + len(own))]
            # The hidden state at one place says the token of the next.
            targets += [*own[1:], 0]
            weights += [*[0.0] * (len(asked) - 1), *answer_weights, 0.0]
            numbers += [*[False] * (len(asked) - 1), *is_number, False]
        return Written(ids, branches, positions, targets, weights, numbers, said)

    def _point_at(self, asked: list[int], start: int) -> tuple[int, int]:
        """Places of x and y in a question that begins at `start`, -1 if it does not say them."""
        found = [start + place for place, id in enumerate(asked) if id in self._numbers]
        return (found[0], found[1]) if len(found) == 2 else (-1, -1)

    def _answer(
        self, rng: np.random.Generator, question: Question
    ) -> tuple[list[int], list[float], list[bool]]:
        """Tokens, weights and which are numbers.

        The name is often another one that teaches nothing, so that the box does not come to depend
        on its length, which the model cannot read from the picture.
        """
        target = question.target
        word = type_word(target.type, question.lang)
        name, weight = target.name, _NAME_WEIGHT
        if rng.random() < _FOREIGN_NAMES or self._is_hard(name):
            names = NAMES[question.lang]
            name, weight = names[int(rng.integers(len(names)))], 0.0
        ref = write_ref(word, name)
        encoded = self._tokenizer(ref + write_box(target.box), return_offsets_mapping=True)
        name_start, name_end = len("<ref>") + len(word) + 1, len(ref) - len("</ref>")
        weights, numbers = [], []
        for id, (begin, _) in zip(encoded.input_ids, encoded.offset_mapping, strict=True):
            numbers.append(begin >= len(ref) and id in self._numbers)
            if name_start <= begin < name_end:
                weights.append(weight)
            else:
                typed = len("<ref>") <= begin < name_start
                weights.append(1.0 if typed else _MARKUP_WEIGHT)
            if numbers[-1]:
                weights[-1] = _NUMBER_WEIGHT
        return encoded.input_ids + self._end, [*weights, _MARKUP_WEIGHT], [*numbers, False]

    def _is_hard(self, name: str) -> bool:
        """Whether a name is not to be written: long, or with numbers that are no coordinates."""
        tokens = self._tokenizer(name[:99]).input_ids
        return len(tokens) > _LONGEST_NAME or any(char.isdigit() for char in name)


def _points(screen: int, targets: list[Target], columns: int) -> list[list[int]]:
    return [
        [screen, *t.point, t.point[1] // CELL * columns + t.point[0] // CELL, *t.box]
        for t in targets
    ]


def _looks(
    scenes: list[_Scene],
    said: list[list[tuple[int, int]]],
    branch: Ints,
    numbers: NDArray[np.bool_],
    columns: int,
) -> Ints:
    looks = []
    for row, place in zip(*(axis.tolist() for axis in np.nonzero(numbers)), strict=True):
        question = branch[row, place] - 1
        x, y = scenes[row].questions[question].target.point
        looks.append([row, place, y // CELL * columns + x // CELL, *said[row][question]])
    return np.array(looks, np.int64).reshape(-1, 5)


def _spots(screen: int, points: Ints, boxes: Ints, columns: int) -> Ints:
    cells = points[:, 1] // CELL * columns + points[:, 0] // CELL
    return np.column_stack([np.full(len(points), screen), points, cells, boxes])


def make_batch(rng: np.random.Generator, writer: Writer, scenes: list[_Scene], size: Size) -> Batch:
    """Arrays of scenes whose images all have `size`."""
    rows = [writer.write(rng, scene.questions, size) for scene in scenes]
    length = max(len(row.ids) for row in rows)
    shape = (len(rows), length)
    ids, branch = np.zeros(shape, np.int64), np.full(shape, -1, np.int64)
    positions = np.zeros((3, *shape), np.int64)
    targets, weights = np.zeros(shape, np.int64), np.zeros(shape, np.float32)
    numbers = np.zeros(shape, np.bool_)
    for i, row in enumerate(rows):
        n = len(row.ids)
        ids[i, :n], branch[i, :n], targets[i, :n] = row.ids, row.branches, row.targets
        weights[i, :n], numbers[i, :n] = row.weights, row.numbers
        positions[:, i, :n] = np.array(row.positions).T
    columns = size[0] // CELL
    stars = [p for i, scene in enumerate(scenes) for p in _points(i, scene.stars, columns)]
    spots = [_spots(i, *scene.spots, columns) for i, scene in enumerate(scenes)]
    return Batch(
        patches=np.stack([to_patches(scene.pixels, FORM) for scene in scenes]),
        grid=(size[1] // 14, size[0] // 14),
        ids=ids,
        branch=branch,
        positions=positions,
        targets=targets,
        weights=weights,
        numbers=numbers,
        looks=_looks(scenes, [row.said for row in rows], branch, numbers, columns),
        stars=np.array(stars, np.int64).reshape(-1, 8),
        spots=np.concatenate(spots),
    )
