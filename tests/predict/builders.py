"""Questions and jobs for the tests of predict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from groundkit.contract import Contract
from groundkit.predict.job import Job
from groundkit.predict.prompts import Words
from groundkit.predict.questions import Question
from groundkit.predict.run import LocalJob
from groundkit.tiny.build import CONTRACT
from tests.metrics.builders import make_sample


def make_question(number: int, image: str = "a.png", size=(280, 140), **fields: Any) -> Question:
    x, y = 7 * number % size[0], 5 * number % size[1]
    sample = make_sample(
        f"q{number}", (0, 0, 9, 9), image=image, width=size[0], height=size[1], point=(x, y)
    )
    # Of different lengths, so that there is padding.
    words = Words("", f"What is at [{x},{y}]{'?' * (number % 4)}")
    return Question(number, sample, Path(image), size, words, **fields)


def make_job(dataset: Path, output: Path, model: str, **fields: Any) -> LocalJob:
    own = ("batch_size", "share", "dtype", "adapter")
    local = {name: fields.pop(name) for name in own if name in fields}
    contract: Contract = fields.pop("contract", CONTRACT)
    fields = {"max_new_tokens": 8, **fields}
    job = Job(dataset=str(dataset), output=str(output), model=model, contract=contract, **fields)
    return LocalJob(job=job, device="cpu", **local)
