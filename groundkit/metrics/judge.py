"""Scores rows: gold records and texts in, columns of numbers out.

A reward for training is this same function on the completions of a batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import eq
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from groundkit.grammar import NO_TEXT, Answer, Answers
from groundkit.metrics import boxes as bx
from groundkit.metrics.frames import to_saved
from groundkit.metrics.regions import locate
from groundkit.metrics.rows import Batch
from groundkit.metrics.text import edits
from groundkit.records import Status
from groundkit.vocabulary import type_of_word

STATUSES: tuple[Status, ...] = get_args(Status)
_CODE = {status: code for code, status in enumerate(STATUSES)}
_SCORED = _CODE["scored"]

_NO_SIZE = bx.SIZE_BUCKETS.index("none")
_POINT = 2
_ENDLESS, _ENDLESS_FACTOR = 100, 4

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Scores:
    """The columns that every number of a report is made of, each of shape (N,).

    A row whose status is not `scored` has IoU 0, no hit, wrong type and name, every character of
    its name as an edit, and NaN as distance: it has no distance, which is not a distance of 0.
    Where there is nothing to find a refusal hits, and nothing else does. Lengths are pixels of the
    image of the gold record.

    Attributes:
        status: index into `STATUSES`.
        present: whether there is an element to find.
        is_point: whether the answer is a point; it has no IoU with a box but 0.
        iou: of the predicted and the gold box; the largest where there are several gold boxes.
        hit: whether the point, or the centre of the predicted box, lies in the gold region.
        on_edge: whether it lies on the edge of it, so that `edges` decide about the hit.
        distance: between the two centres; the smallest where there are several gold boxes.
        typed: whether the type of the gold element is known.
        type_correct: whether the type word, in any language, stands for the gold type.
        named: whether the name of the gold element is known.
        naming: whether the answer names something.
        name_correct: whether a name was written and is the gold name.
        edits, name_length: Levenshtein distance to the gold name and the length of that name; 0
            where it is not known.
        endless: whether the name written is longer than 100 characters and than four gold names.
        out_of_image: whether the predicted box leaves the image.
        degenerate: whether the predicted box has no area.
        size: index into `boxes.SIZE_BUCKETS` of the gold box; that of `none` where there is nothing
            to find.
    """

    status: NDArray[np.int8]
    present: bx.Bools
    is_point: bx.Bools
    iou: bx.Floats
    hit: bx.Bools
    on_edge: bx.Bools
    distance: bx.Floats
    typed: bx.Bools
    type_correct: bx.Bools
    named: bx.Bools
    naming: bx.Bools
    name_correct: bx.Bools
    edits: Ints
    name_length: Ints
    endless: bx.Bools
    out_of_image: bx.Bools
    degenerate: bx.Bools
    size: Ints

    @property
    def scored(self) -> bx.Bools:
        """Whether row i has a box or a point."""
        result: bx.Bools = self.status == _SCORED
        return result


@dataclass(frozen=True)
class Judged:
    """Scores of one batch, with what they came from.

    Attributes:
        answers: what the grammar read in each text.
        edges: the rule by which `scores.hit` was decided.
        raw: first boxes as written, shape (N, 4); a point twice; zeros where there is neither.
        boxes: the same in pixels of the images.
    """

    answers: Answers
    raw: bx.Floats
    boxes: bx.Floats
    scores: Scores
    edges: bx.Edges = "closed"

    def pick(self, rows: Sequence[int]) -> Judged:
        """Some of the rows."""
        picked = np.asarray(rows, dtype=np.int64)
        scores = {field.name: getattr(self.scores, field.name)[picked] for field in fields(Scores)}
        answers = self.answers.pick(rows)
        return Judged(answers, self.raw[picked], self.boxes[picked], Scores(**scores), self.edges)


def judge(batch: Batch, edges: bx.Edges = "closed") -> Judged:
    """Reads every text, converts every box once, and scores each row on its own.

    Args:
        edges: whether a point on the edge of the gold region is a hit; see `boxes.contains`.
    """
    answers = Answers(batch.texts)
    gold, raw = batch.arrays, answers.first
    scored, is_point = answers.widths > 0, answers.widths == _POINT
    boxes = to_saved(raw, batch.frames, gold)
    place = locate(boxes, gold, edges)
    found = scored & gold.present
    status = np.full(len(answers), _SCORED, dtype=np.int8)
    for row in np.flatnonzero(~scored).tolist():
        status[row] = _failure_code(answers[row])
    outside = bx.out_of_image(boxes, gold.sizes) & scored & gold.sizes.all(axis=1)
    scores = Scores(
        status=status,
        present=gold.present,
        is_point=is_point,
        iou=np.where(found, place.iou, 0.0),
        hit=np.where(gold.present, place.hit & scored, status == _CODE["refused"]),
        on_edge=place.on_edge & found,
        distance=np.where(found, place.distance, np.nan),
        out_of_image=outside,
        degenerate=(bx.areas(boxes) == 0) & scored & ~is_point,
        size=np.where(gold.present, bx.size_buckets(gold.boxes), _NO_SIZE),
        **_word_scores(answers, batch.golds.columns, scored),
    )
    return Judged(answers, raw, boxes, scores, edges)


def _word_scores(
    answers: Answers, columns: Mapping[str, Sequence[Any]], scored: bx.Bools
) -> dict[str, NDArray[Any]]:
    """The columns about what was named, by name of the column."""
    count = len(answers)
    # Without a name nothing was named, which is not the empty name.
    written = answers.names
    gold_names, types = columns["name"], columns["type"]
    typed = np.ones(count, dtype=bool)
    if "" in types:
        typed = np.fromiter(map(bool, types), bool, count)
    named, known = np.ones(count, dtype=bool), gold_names
    if None in gold_names:
        named = np.array([name is not None for name in gold_names])
        known = [name or "" for name in gold_names]
    lengths = np.fromiter(map(len, known), np.int64, count)
    right = np.fromiter(map(eq, written, gold_names), bool, count) & scored & named
    # Of an answer without coordinates nothing counts.
    mistakes = np.where(right, 0, lengths)
    endless = np.zeros(count, dtype=bool)
    wrong = np.flatnonzero(named & scored & ~right)
    if len(wrong):
        pairs = [(written[row] or "", known[row]) for row in wrong.tolist()]
        names, right_names = zip(*pairs, strict=True)
        mistakes[wrong] = edits(names, right_names)
        longest = np.maximum(_ENDLESS_FACTOR * lengths[wrong], _ENDLESS)
        endless[wrong] = np.fromiter(map(len, names), np.int64, len(wrong)) > longest
    return {
        "typed": typed,
        "type_correct": np.fromiter(map(eq, _types(answers), types), bool, count) & scored,
        "named": named,
        "naming": np.array([name is not None for name in written], dtype=bool) & scored,
        "name_correct": right,
        "edits": mistakes,
        "name_length": lengths,
        "endless": endless,
    }


def _types(answers: Answers) -> Iterator[str | None]:
    return map(_Types().__getitem__, answers.type_words)


class _Types(dict[str, str | None]):
    """What each word that was asked for stands for: few words, each of many answers."""

    def __missing__(self, word: str) -> str | None:
        return self.setdefault(word, type_of_word(word))


def _failure_code(answer: Answer) -> int:
    if answer.kind == "refusal":
        return _CODE["refused"]
    if answer is NO_TEXT:
        return _CODE["missing"]
    return _CODE["invalid" if answer.kind == "invalid" else "unparsable"]
