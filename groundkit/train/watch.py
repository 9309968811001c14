"""How good a model is while it is trained: by its answers to questions about held-out screens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from groundkit.contract import Contract
from groundkit.metrics.evaluate import evaluate
from groundkit.models.load import LoadedModel
from groundkit.predict.local import Decoding, LocalModel
from groundkit.predict.plan import plan, share_of
from groundkit.predict.prompts import Prompt
from groundkit.predict.questions import Question, make_questions, to_prediction
from groundkit.predict.samples import gold_for, images_seen_from
from groundkit.records import Prediction, Sample
from groundkit.store import atomic_write, encode_line

Figures = dict[str, float]


def spread(samples: Sequence[Sample], limit: int) -> list[Sample]:
    """At most `limit` samples, of as many screens as there are: one of each, then a second ..."""
    seen: dict[str, int] = {}
    ranked = []
    for number, sample in enumerate(samples):
        rank = seen[sample.screen] = seen.get(sample.screen, -1) + 1
        ranked.append((rank, number))
    chosen = sorted(number for _, number in sorted(ranked)[:limit])
    return [samples[number] for number in chosen]


class Watch:
    """Asks a model in training and scores the answers, as `predict` and `eval` do.

    Args:
        folder: for the predictions of each time.
        data: folder that the samples' images start from.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        data: Path,
        folder: Path,
        contract: Contract,
        prompt: Prompt,
        *,
        batch_size: int,
        max_new_tokens: int,
    ) -> None:
        self._questions = make_questions(samples, data, contract, prompt)
        self._data, self._folder, self._contract = data / "samples.jsonl", folder, contract
        self._batch_size = batch_size
        self._decoding = Decoding(max_new_tokens=max_new_tokens)

    def figures(self, model: Any, processor: Any, step: int, name: str) -> Figures:
        """Asks all questions, in this process its share, and scores the answers of all.

        The predictions lie in `step-N.jsonl`.
        """
        from accelerate.utils import gather_object

        loaded = LoadedModel(model, processor, self._contract, name)
        rows = self._answer(loaded, name)
        rows = sorted(gather_object(rows), key=lambda row: row[0])
        path = self._folder / f"step-{step}.jsonl"
        if _is_first():
            with atomic_write(path) as file:
                for _, row in rows:
                    file.write(encode_line(row))
        return figures_of(path) if _is_first() else {}

    def _answer(self, loaded: LoadedModel, name: str) -> list[tuple[int, Prediction]]:
        rank, world = _place()
        answer = LocalModel(loaded, self._decoding).answer
        images = images_seen_from(self._data, self._folder / "step-0.jsonl")
        rows = []
        for batch in share_of(plan(self._questions, self._batch_size), rank, world):
            for one in answer(batch):
                question = self._questions[one.number]
                rows.append((one.number, self._row(question, one.text or "", name, images)))
        return rows

    def _row(self, question: Question, text: str, name: str, images: Path) -> Prediction:
        gold = gold_for(question.sample, images)
        return to_prediction(question, text, self._contract, name, gold)


def figures_of(path: Path) -> Figures:
    """The figures that training is watched by, of a predictions file."""
    found = evaluate(path).overall
    figures = {"iou": found.iou, "iou50": found["iou@0.5"], "hit": found.hit}
    parsed = found.status["scored"] / found.n
    return {name: value or 0.0 for name, value in figures.items()} | {"parse": parsed}


def _place() -> tuple[int, int]:
    from accelerate import PartialState

    state = PartialState()
    return state.process_index, state.num_processes


def _is_first() -> bool:
    return _place()[0] == 0
