"""Scores rows: gold records and texts in, columns of numbers out.

A reward for training is this same function on the completions of a batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import chain
from operator import attrgetter, eq
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from groundkit.grammar import Answer, read_answer
from groundkit.metrics import boxes as bx
from groundkit.metrics.frames import to_saved
from groundkit.metrics.rows import Batch
from groundkit.metrics.text import edits
from groundkit.records import Status
from groundkit.vocabulary import type_of_word

STATUSES: tuple[Status, ...] = get_args(Status)
_CODE = {status: code for code, status in enumerate(STATUSES)}
_SCORED = _CODE["scored"]

NO_PREDICTION = Answer("none", None, "", "", "no prediction")
# What the grammar says of a text that does hold a box, but an impossible one.
_INVALID_RULES = frozenset({"inverted box", "absurd numbers"})
_REF_RULE = "ref-box"
_CENTRE_DIGITS = 7
_ENDLESS, _ENDLESS_FACTOR = 100, 4
_NO_BOX = (0.0, 0.0, 0.0, 0.0)
_cached_type = lru_cache(maxsize=4096)(type_of_word)
# Longer words are no type, and a cache of them would hold on to megabytes.
_CACHED_LENGTH = 32

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Scores:
    """The columns that every number of a report is made of, each of shape (N,).

    A row whose status is not `scored` has IoU 0, no hit, wrong type and name, every character of
    its name as an edit, and NaN as distance: it has no distance, which is not a distance of 0.

    Attributes:
        status: index into `STATUSES`.
        iou: of the predicted and the gold box, in pixels of the saved image.
        hit: whether the centre of the predicted box lies in the gold box.
        distance: between the two centres, in pixels of the saved image.
        type_correct: whether the type word, in any language, stands for the gold type.
        name_correct: whether a name was written and is the gold name.
        edits, name_length: Levenshtein distance to the gold name and the length of that name.
        endless: whether the name written is longer than 100 characters and than four gold names.
        out_of_image: whether the predicted box leaves the image.
        degenerate: whether the predicted box has no area.
        size: index into `boxes.SIZE_BUCKETS` of the gold box.
    """

    status: NDArray[np.int8]
    iou: bx.Floats
    hit: bx.Bools
    distance: bx.Floats
    type_correct: bx.Bools
    name_correct: bx.Bools
    edits: Ints
    name_length: Ints
    endless: bx.Bools
    out_of_image: bx.Bools
    degenerate: bx.Bools
    size: Ints

    @property
    def scored(self) -> bx.Bools:
        """Whether row i has a box."""
        result: bx.Bools = self.status == _SCORED
        return result


@dataclass(frozen=True)
class Judged:
    """Scores of one batch, with what they came from.

    Attributes:
        answers: what the grammar read in each text.
        raw: boxes as written, shape (N, 4); zeros where there is none.
        boxes: the same in pixels of the saved image.
    """

    answers: list[Answer]
    raw: bx.Floats
    boxes: bx.Floats
    scores: Scores

    def pick(self, rows: Sequence[int]) -> Judged:
        """Some of the rows."""
        picked = np.asarray(rows, dtype=np.int64)
        scores = {field.name: getattr(self.scores, field.name)[picked] for field in fields(Scores)}
        answers = [self.answers[row] for row in rows]
        return Judged(answers, self.raw[picked], self.boxes[picked], Scores(**scores))


def judge(batch: Batch, edges: bx.Edges = "closed") -> Judged:
    """Reads every text, converts every box once, and scores each row on its own.

    Args:
        edges: whether a centre on the edge of the gold box is a hit; see `boxes.contains`.
    """
    answers = [NO_PREDICTION if text is None else read_answer(text) for text in batch.texts]
    kinds, written, words, names, rules = zip(*answers, strict=True)
    gold = batch.arrays
    raw = np.fromiter(
        chain.from_iterable([box or _NO_BOX for box in written]), np.float64, 4 * len(answers)
    ).reshape(-1, 4)
    boxes = to_saved(raw, batch.frames, gold.sizes, gold.originals)
    scored = np.fromiter(map("box".__eq__, kinds), bool, len(kinds))
    # As `frames.rescale` does, so that the middle of 0.1 and 0.7 is 0.4.
    centres = np.round(bx.centres(boxes), _CENTRE_DIGITS)
    distance = bx.distances(centres, bx.centres(gold.boxes))
    gold_names = [gold.name for gold in batch.golds]
    types = map(attrgetter("type"), batch.golds)
    name_length = np.fromiter(map(len, gold_names), np.int64)
    longest = np.maximum(_ENDLESS_FACTOR * name_length, _ENDLESS)
    # Without a <ref> nothing was named, which is not the empty name.
    named = np.fromiter(map(_REF_RULE.__eq__, rules), bool, len(rules))
    scores = Scores(
        status=_statuses(answers, scored),
        iou=np.where(scored, bx.iou(boxes, gold.boxes), 0.0),
        hit=bx.contains(centres, gold.boxes, edges) & scored,
        distance=np.where(scored, distance, np.nan),
        type_correct=np.fromiter(map(eq, _types(words), types), bool) & scored,
        name_correct=np.fromiter(map(eq, names, gold_names), bool) & named,
        edits=edits(names, gold_names),
        name_length=name_length,
        endless=np.fromiter(map(len, names), np.int64) > longest,
        out_of_image=bx.out_of_image(boxes, gold.sizes) & scored,
        degenerate=(bx.areas(boxes) == 0) & scored,
        size=bx.size_buckets(gold.boxes),
    )
    return Judged(answers, raw, boxes, scores)


def _types(words: Sequence[str]) -> Iterator[str | None]:
    lengthy = max(map(len, words)) > _CACHED_LENGTH
    return map(type_of_word if lengthy else _cached_type, words)


def _statuses(answers: Sequence[Answer], scored: bx.Bools) -> NDArray[np.int8]:
    result = np.full(len(answers), _SCORED, dtype=np.int8)
    for row in np.flatnonzero(~scored).tolist():
        result[row] = _failure_code(answers[row])
    return result


def _failure_code(answer: Answer) -> int:
    if answer.kind == "refusal":
        return _CODE["refused"]
    if answer is NO_PREDICTION:
        return _CODE["missing"]
    return _CODE["invalid" if answer.rule in _INVALID_RULES else "unparsable"]


def join(parts: list[Scores]) -> Scores:
    """The columns of all batches, one after the other."""
    return Scores(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Scores)
        }
    )
