"""What ends a training that goes wrong, before it has cost a night."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec

from groundkit.errors import DataError, GroundkitError
from groundkit.recipe import GuardKeys
from groundkit.store import encode_line

BAD_STEPS = "bad_steps.jsonl"


class BadStep(msgspec.Struct):
    """A step that was passed over.

    Attributes:
        step: its number, from 1.
        gradient: its norm, in words: JSON has no NaN.
        samples: ids of this process.
    """

    step: int
    gradient: str
    samples: list[str]


class Guard:
    """Counts steps that went wrong.

    Attributes:
        samples: ids of the samples since the last step.
        passed_over: steps whose gradient was not finite.
    """

    def __init__(self, keys: GuardKeys, folder: Path) -> None:
        self._keys, self._folder = keys, folder
        self._bad = self._still = 0
        self.samples: list[str] = []
        self.passed_over = 0

    def check(self, norm: float, step: int, model: Any) -> None:
        """Looks at the norm of a gradient before it is used. One that is not finite is dropped, so
        that the optimizer changes nothing.

        Raises:
            GroundkitError: too many such steps, or gradients of zero, in a row.
        """
        samples, self.samples = self.samples, []
        self._still = 0 if norm else self._still + 1
        if math.isfinite(norm):
            self._bad = 0
        else:
            self._bad += 1
            self.passed_over += 1
            self._note(BadStep(step, str(norm), samples))
            model.zero_grad(set_to_none=True)
        if self._bad >= self._keys.bad_steps:
            what = f"{self._bad} steps in a row without a finite gradient, up to step {step}"
            hint = f"lower trainer.learning_rate; their samples are in {self._folder / BAD_STEPS}"
            raise GroundkitError(what, hint=hint)
        if self._still >= self._keys.still_steps:
            what = f"{self._still} steps in a row with a gradient of zero: nothing is learned"
            raise GroundkitError(what, hint="groundkit train RECIPE --check says what is trained")

    def _note(self, step: BadStep) -> None:
        path = self._folder / BAD_STEPS
        try:
            with path.open("ab") as file:
                file.write(encode_line(step))
        except OSError as error:
            raise DataError(f"cannot write: {error.strerror or error}", str(path)) from None
