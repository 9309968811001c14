"""Packs of examples as the arrays that a Qwen-VL is trained on.

A row is a pack: the prefix with its image once, then each question with its answer as a branch.
A token sees what is before it in the prefix and in its own branch; branches all begin at the
position behind the prefix. So each branch reads exactly as if it stood alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundkit import images
from groundkit.errors import DataError
from groundkit.models.patches import Patches, PatchForm, to_patches
from groundkit.train.examples import Example
from groundkit.train.plan import Batch, Pack, pack

Ints = NDArray[np.int64]
PADDING = -1


class Row(NamedTuple):
    """A pack as S tokens.

    Attributes:
        ids: tokens (S,).
        branches: 0 for the prefix, then one number a question (S,).
        positions: time, row and column of each token, (3, S).
        targets: the token that follows, where it is to be learned, else 0 (S,).
        weights: of that token in the loss, 0 where nothing is learned (S,).
    """

    ids: Ints
    branches: Ints
    positions: Ints
    targets: Ints
    weights: NDArray[np.float32]


@dataclass(frozen=True)
class Collator:
    """Makes batches; can be sent to the processes that load data.

    Attributes:
        form: of patches.
        image_token, pad_token: ids.
        packed: whether questions about one image share a sequence.
        most: the most tokens of a sequence of several questions.
        number_weight: of tokens with digits of a box, in the loss.
    """

    form: PatchForm
    image_token: int
    pad_token: int
    packed: bool = True
    most: int = 8192
    number_weight: float = 1.0

    def __call__(self, batch: Sequence[Example]) -> dict[str, Any]:
        """B rows of S tokens, padded on the right, as tensors:

        input_ids (B, S); branches (B, S), PADDING behind the end; position_ids (3, B, S); places
        (A, 2), row and column of each token whose successor is learned; targets (A,); weights (A,);
        patches (P, 3 * patch * patch), bytes; image_grid_thw (B, 3); samples: ids.

        Raises:
            DataError: an image cannot be used.
        """
        packs = self.packs(batch)
        rows = [self.row(one) for one in packs]
        arrays = _pad(rows, self.pad_token)
        patches = [self._patches(one[0]) for one in packs]
        grid = [(1, *self.form.grid(one[0].seen)) for one in packs]
        return _tensors(
            **arrays,
            patches=np.concatenate(patches),
            image_grid_thw=np.array(grid, np.int64),
        ) | {"samples": [one.id for group in packs for one in group]}

    def packs(self, batch: Sequence[Example]) -> Batch:
        """A batch as packs, in its order."""
        return pack(batch, self.form, self.most) if self.packed else [[one] for one in batch]

    def row(self, group: Pack) -> Row:
        """The sequence of a pack."""
        prefix, image = self._prefix(group[0])
        first = int(image.max()) + 1
        ids, branches = [prefix], [np.zeros(len(prefix), np.int64)]
        positions = [image]
        targets, weights = [np.zeros(len(prefix), np.int64)], [np.zeros(len(prefix), np.float32)]
        for number, one in enumerate(group, 1):
            own = np.array([*one.asked, *one.answer], np.int64)
            ids.append(own)
            branches.append(np.full(len(own), number))
            positions.append(np.broadcast_to(first + np.arange(len(own)), (3, len(own))))
            # The hidden state at one place says the token of the next.
            targets.append(np.array([*one.asked[1:], *one.answer, 0], np.int64))
            learned = [self.number_weight if is_number else 1.0 for is_number in one.numbers]
            weights.append(np.array([*[0.0] * (len(one.asked) - 1), *learned, 0.0], np.float32))
        return Row(
            np.concatenate(ids),
            np.concatenate(branches),
            np.concatenate(positions, axis=1),
            np.concatenate(targets),
            np.concatenate(weights),
        )

    def _prefix(self, one: Example) -> tuple[Ints, Ints]:
        """Tokens (S,) and positions (3, S) of the prefix with the tokens of its image.

        As `get_rope_index` of transformers has them: a still image stands at one time, and its
        rows and columns count up from there (Qwen2-VL, arXiv 2409.12191, section 2.1).
        """
        rows, columns = (side // self.form.merge for side in self.form.grid(one.seen))
        start = len(one.prefix) - 1
        ids = np.array([*one.prefix[:-1], *[self.image_token] * (rows * columns)], np.int64)
        positions = np.zeros((3, len(ids)), np.int64)
        positions[:, :start] = np.arange(start)
        down, across = np.divmod(np.arange(rows * columns), columns)
        positions[:, start:] = start + np.stack([np.zeros_like(down), down, across])
        return ids, positions

    def _patches(self, one: Example) -> Patches:
        pixels = images.read_pixels(one.image)
        height, width = pixels.shape[:2]
        if (width, height) != one.saved:
            what = f"the image is {width}x{height}, the sample says {one.saved[0]}x{one.saved[1]}"
            raise DataError(what, str(one.image))
        return to_patches(images.resize(pixels, one.seen), self.form)


def _pad(rows: Sequence[Row], pad_token: int) -> dict[str, Any]:
    length = max(len(row.ids) for row in rows)
    shape = (len(rows), length)
    ids, branches = np.full(shape, pad_token, np.int64), np.full(shape, PADDING, np.int64)
    positions = np.zeros((3, *shape), np.int64)
    for number, row in enumerate(rows):
        ids[number, : len(row.ids)] = row.ids
        branches[number, : len(row.ids)] = row.branches
        positions[:, number, : len(row.ids)] = row.positions
    places = [
        np.stack([np.full(len(found), number), found], axis=1)
        for number, row in enumerate(rows)
        for found in [np.flatnonzero(row.weights)]
    ]
    return {
        "input_ids": ids,
        "branches": branches,
        "position_ids": positions,
        "places": np.concatenate(places),
        "targets": np.concatenate([row.targets[row.weights > 0] for row in rows]),
        "weights": np.concatenate([row.weights[row.weights > 0] for row in rows]),
    }


def _tensors(**arrays: Any) -> dict[str, Any]:
    import torch

    return {name: torch.from_numpy(array) for name, array in arrays.items()}
