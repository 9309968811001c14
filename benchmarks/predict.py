"""What questions about one screen gain by sharing its image.

    python benchmarks/predict.py [--screens 4] [--queries 8] [--runs 5]

The tiny model with random weights answers the same questions about screens of 448x784 with and
without sharing, in one process, in turn; the best of the runs counts. Answers are cut at 24 tokens,
the length of a box with a short name.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from common import write_result

from groundkit.predict.local import Decoding, LocalModel
from groundkit.predict.prompts import Words
from groundkit.predict.questions import Question
from groundkit.records import Sample
from groundkit.tiny.build import untrained_model

SIZE = (448, 784)
FLOOR = 3.0
TOKENS = 24


def make_questions(folder: Path, screens: int, queries: int) -> list[Question]:
    rng = np.random.default_rng(0)
    questions = []
    for screen in range(screens):
        path = folder / f"{screen}.png"
        cv2.imwrite(str(path), cv2.resize(rng.integers(0, 255, (28, 16, 3), np.uint8), SIZE))
        for number in range(queries):
            x, y = int(rng.integers(SIZE[0])), int(rng.integers(SIZE[1]))
            words = Words("", f"What is at point [{x},{y}]? Match the box of the nearest element.")
            sample = Sample(
                id=f"{screen}-{number}",
                image=path.name,
                width=SIZE[0],
                height=SIZE[1],
                original=SIZE,
                box=(0, 0, 9, 9),
                type="text",
                name="a",
                point=(x, y),
                prompt=words.after,
                answer="",
                element="e",
                name_source="text",
                placement="inside",
            )
            questions.append(Question(len(questions), sample, path, SIZE, words))
    return questions


def answer(model: LocalModel, questions: list[Question], batch: int) -> tuple[list[str], float]:
    """(texts, CPU seconds)"""
    start = time.process_time()
    texts = []
    for first in range(0, len(questions), batch):
        texts += [a.text or "" for a in model.answer(questions[first : first + batch])]
    return texts, time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--screens", type=int, default=4)
    parser.add_argument("--queries", type=int, default=8)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    loaded = untrained_model(0)
    models = {
        name: LocalModel(loaded, Decoding(max_new_tokens=TOKENS, share=share))
        for name, share in (("sharing", True), ("separate", False))
    }
    with tempfile.TemporaryDirectory() as folder:
        questions = make_questions(Path(folder), arguments.screens, arguments.queries)
        seconds: dict[str, list[float]] = {name: [] for name in models}
        texts: dict[str, list[str]] = {}
        for _ in range(arguments.runs):
            for name, model in models.items():
                texts[name], spent = answer(model, questions, arguments.queries)
                seconds[name].append(spent)
    best = {name: len(questions) / min(spent) for name, spent in seconds.items()}
    same = sum(a == b for a, b in zip(texts["sharing"], texts["separate"], strict=True))
    ratio = best["sharing"] / best["separate"]
    shown = {name: [round(value, 2) for value in spent] for name, spent in seconds.items()}
    write_result(
        "predict",
        [
            f"{arguments.queries} questions about each of {arguments.screens} screens of 448x784",
            "",
            "| case | rows per CPU-second |",
            "|---|---|",
            *(f"| {name} | {value:.2f} |" for name, value in best.items()),
            "",
            f"rows per CPU-second, sharing against separate: {ratio:.2f} (floor {FLOOR:.2f})",
            f"answers that are the same: {same} of {len(questions)}",
            f"all runs (CPU s): {shown}",
        ],
        "torch",
        "transformers",
    )
    assert same == len(questions), "sharing changes answers"
    assert ratio >= FLOOR, f"{ratio:.2f} is below {FLOOR}"


if __name__ == "__main__":
    main()
