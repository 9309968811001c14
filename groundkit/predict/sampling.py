"""Draws answers: each has its own stream of random numbers, whatever is in the batch with it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from groundkit.predict.questions import Question

if TYPE_CHECKING:
    import torch


class Sampler:
    """Chooses the next token of each row by its temperature; a logits processor of transformers.

    Leaves nothing for a greedy choice to choose from: the scores of all other tokens become -inf.
    """

    def __init__(self, questions: Sequence[Question], temperature: float, seed: int) -> None:
        self._temperature = temperature
        # The sequence of `random.Random` for a string is the same in every version of Python.
        names = (f"{seed}:{q.draw}:{q.sample.id}" for q in questions)
        self._streams = [random.Random(name) for name in names]

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Scores (B, V) with one finite one a row."""
        import torch

        shares = torch.softmax(scores.double() / self._temperature, dim=-1).cumsum(-1)
        drawn = torch.tensor([[stream.random()] for stream in self._streams], dtype=shares.dtype)
        # Times the last sum, which rounding keeps from being 1.
        places = torch.searchsorted(shares, drawn.to(shares.device) * shares[:, -1:], right=True)
        places = places.clamp(max=scores.shape[-1] - 1)
        chosen = torch.full_like(scores, float("-inf"))
        return chosen.scatter(1, places, 0.0)
