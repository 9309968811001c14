"""One row of verdicts.jsonl for each gold record, and the worst of them with their texts."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundkit.geometry import Box, Size
from groundkit.grammar import Answer
from groundkit.grammar.answer import Order
from groundkit.metrics.boxes import SIZE_BUCKETS, Bools, Floats, centres, reaches
from groundkit.metrics.judge import STATUSES, Ints, Judged, Scores
from groundkit.metrics.rows import Batch
from groundkit.records import Gold, Status, Verdict

_encoder = msgspec.json.Encoder()
_EXACT = 1 << 53  # whole numbers up to here are exact as floats
_EXCERPT, _BEFORE, _IGNORED = 400, 100, 20
# Of a wrong type or name; two of them are less than the smallest error of a box that counts, 1e-8.
_MISTAKE = 1e-10
_FLAWS = (
    "centre outside the gold box",
    "IoU below 0.5",
    "box not exact",
    "wrong type",
    "wrong name",
    "box leaves the image",
    "there is nothing to find",
)
# By the bits of `_flaws`.
_REASONS = [
    ", ".join(name for place, name in enumerate(_FLAWS) if flaws >> place & 1)
    for flaws in range(1 << len(_FLAWS))
]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict with what a person needs to see why.

    Attributes:
        text: the model's words, of long ones some 400 characters around what was read, behind an
            ellipsis if they do not start there; None if there are none.
        span: where in `text` what was read stands; (0, 0) if nothing was, or before all of it.
        order: in which the model wrote x and y.
        ignored: other numbers in the model's words, the first 20.
        name: the gold name; None if it is not known.
        instruction: what was asked for, where it is not a point.
        point: that was asked about.
        boxes, polygon: what was asked for, where it is not one box.
        image_size: width and height of the saved image.
    """

    verdict: Verdict
    text: str | None
    span: tuple[int, int]
    order: Order
    ignored: tuple[float, ...]
    name: str | None
    instruction: str
    point: tuple[float, float] | None
    boxes: tuple[Box, ...]
    polygon: tuple[float, ...]
    image_size: Size


@dataclass
class VerdictWriter:
    """Writes the verdicts of batches as JSON Lines, as long as there is somebody who reads them.

    Attributes:
        folder: put before image paths, so that they are relative to the file that will hold the
            verdicts; empty if they already are.
        file: where to; None keeps them to be merged into another one.
    """

    folder: str
    file: IO[bytes] | None = None
    _kept: list[bytes] = field(default_factory=list)
    _is_read: bool = True

    def add(self, batch: Batch, judged: Judged) -> None:
        """Writes the verdicts of one more batch."""
        verdicts = make_verdicts(batch, judged, self.folder, whole=True)
        self._write(_encoder.encode_lines(verdicts))

    def fresh(self) -> VerdictWriter:
        """One that keeps what it is to write."""
        return VerdictWriter(self.folder)

    def merge(self, other: VerdictWriter) -> None:
        """Writes what another one kept."""
        for lines in other._kept:
            self._write(lines)

    def _write(self, lines: bytes) -> None:
        if self.file is None:
            self._kept.append(lines)
        elif self._is_read:
            try:
                self.file.write(lines)
            except BrokenPipeError:
                self._is_read = False


def make_verdicts(
    batch: Batch, judged: Judged, folder: str, *, whole: bool = False
) -> list[Verdict]:
    """The verdicts of a batch.

    Args:
        folder: as in `VerdictWriter`.
        whole: coordinates as integers, which are written in half the time, where all of a column
            are whole numbers.
    """
    return list(map(Verdict, *_columns(batch, judged, folder, whole)))


def _columns(batch: Batch, judged: Judged, folder: str, whole: bool) -> Iterator[Iterable[Any]]:
    """One column for each field of `Verdict`, in its order."""
    short = _whole if whole else np.asarray
    golds, answers, scores = batch.golds.columns, judged.answers, judged.scores
    scored = scores.scored
    yield golds["id"]
    yield map(STATUSES.__getitem__, scores.status.tolist())
    reasons = list(map(_REASONS.__getitem__, _flaws(scores).tolist()))
    for row in np.flatnonzero(~scored & ~scores.hit).tolist():
        reasons[row] = failure_words(answers[row])
    yield reasons
    yield answers.rules
    yield _where(short(judged.boxes), scored & ~scores.is_point)
    yield _where(centres(judged.boxes), scored)
    yield _where(short(batch.arrays.boxes), scores.present)
    yield scores.iou.tolist()
    yield scores.hit.tolist()
    yield scores.on_edge.tolist()
    yield _where(scores.distance, scored & scores.present)
    yield scores.type_correct.tolist()
    yield scores.name_correct.tolist()
    yield scores.edits.tolist()
    yield scores.name_length.tolist()
    yield scores.out_of_image.tolist()
    yield golds["type"]
    yield map(SIZE_BUCKETS.__getitem__, scores.size.tolist())
    yield golds["screen"]
    yield golds["source"]
    yield golds["split"]
    yield _images(golds["image"], folder)


def _whole(values: Floats) -> NDArray[Any]:
    """Whole numbers as integers, where all are whole."""
    if (np.abs(values) < _EXACT).all() and (np.trunc(values) == values).all():
        return values.astype(np.int64)
    return values


def _where(values: NDArray[Any], known: Bools) -> list[Any]:
    """The rows of a column as numbers or tuples of them; None where they are not known."""
    columns = values.T.tolist()
    rows: list[Any] = columns if values.ndim == 1 else list(zip(*columns, strict=True))
    for row in np.flatnonzero(~known).tolist():
        rows[row] = None
    return rows


def _images(images: Sequence[str], folder: str) -> Sequence[str]:
    if not folder:
        return images
    prefix = folder.rstrip("/") + "/"
    return [image if image.startswith("/") else prefix + image for image in images]


def _flaws(scores: Scores) -> Ints:
    """One bit for each entry of `_FLAWS`."""
    half, exact = reaches(scores.iou, 0.5), reaches(scores.iou, 1)
    boxed = scores.scored & scores.present & ~scores.is_point
    bits = (
        ~scores.hit & scores.present,
        ~half & boxed,
        half & ~exact & boxed,
        ~scores.type_correct & scores.typed & scores.present,
        ~scores.name_correct & scores.named & scores.present,
        scores.out_of_image,
        ~scores.hit & ~scores.present,
    )
    result = np.zeros(len(scores.iou), dtype=np.int64)
    for place, bit in enumerate(bits):
        result |= bit.astype(np.int64) << place
    return result


def failure_words(answer: Answer) -> str:
    """Why an answer holds no box and no point."""
    return "says that there is no such element" if answer.kind == "refusal" else answer.problem


@dataclass
class WorstCases:
    """Keeps the worst rows over all batches.

    The order: boxes that miss, the farthest in proportion to the image first; then answers without
    a box; then hits, the smallest IoU first; then exact boxes with a wrong type or name. Ties go
    by id. Perfect answers are never worst, but with `perfect_too` they come last.
    """

    limit: int
    folder: str
    perfect_too: bool = False
    _kept: list[tuple[float, str, Case]] = field(default_factory=list)
    _least: float = 0.0

    def add(self, batch: Batch, judged: Judged) -> None:
        """Looks through one more batch."""
        badness = _badness(batch, judged)
        # What ties with the last of the worst stays, so that the id decides between them.
        bad = badness > 0
        found = np.flatnonzero((bad | self.perfect_too) & (badness >= self._least))
        if len(found) > self.limit > 0:
            found = found[badness[found] >= np.partition(badness[found], -self.limit)[-self.limit]]
        ranked = heapq.nsmallest(
            self.limit,
            ((-badness[row], batch.golds[row].id, row) for row in found.tolist()),
        )
        rows = [row for _, _, row in ranked]
        verdicts = make_verdicts(batch.pick(rows), judged.pick(rows), self.folder) if rows else []
        cases = [
            (rank, name, _case(verdict, batch.golds[row], batch.texts[row], judged.answers[row]))
            for (rank, name, row), verdict in zip(ranked, verdicts, strict=True)
        ]
        self._kept += cases
        # Not after every batch, each of which would sort all that was kept.
        if len(self._kept) >= 2 * self.limit:
            self._trim()

    def fresh(self) -> WorstCases:
        """One like this that has seen nothing."""
        return WorstCases(self.limit, self.folder, self.perfect_too)

    def merge(self, other: WorstCases) -> None:
        """Takes in the worst that another found."""
        self._kept += other._kept
        if len(self._kept) >= 2 * self.limit:
            self._trim()

    @property
    def cases(self) -> list[Case]:
        """The worst so far, the worst first."""
        self._trim()
        return [case for _, _, case in self._kept]

    def _trim(self) -> None:
        self._kept = heapq.nsmallest(self.limit, self._kept, key=lambda case: case[:2])
        if 0 < self.limit == len(self._kept):
            self._least = -self._kept[-1][0]


def _badness(batch: Batch, judged: Judged) -> Floats:
    """0 for a perfect answer, up to 1 for a hit, 1.5 for no box, from 2 to 3 for a miss."""
    sizes, scores = batch.arrays.sizes, judged.scores
    diagonal = np.hypot(sizes[:, 0], sizes[:, 1])
    # A size that is not known is 0.
    far = scores.distance / np.maximum(scores.distance + diagonal, 1.0)
    missed = np.where(np.isnan(far), 1.5, 2 + far)
    exact = reaches(scores.iou, 1) | scores.is_point | ~scores.present
    loose = np.where(exact, 0.0, 1 - scores.iou)
    mistyped, misnamed = scores.typed & ~scores.type_correct, scores.named & ~scores.name_correct
    mistaken = (mistyped.astype(float) + misnamed) * scores.present
    result: Floats = np.where(scores.hit, loose + _MISTAKE * mistaken, missed)
    return result


def _case(verdict: Verdict, gold: Gold, text: str | None, answer: Answer) -> Case:
    shown, span = (None, (0, 0)) if text is None else excerpt(text, answer.span)
    return Case(
        verdict=verdict,
        text=shown,
        span=span,
        order=answer.order,
        ignored=answer.ignored[:_IGNORED],
        name=gold.name,
        instruction=gold.instruction,
        point=gold.point,
        boxes=gold.boxes,
        polygon=gold.polygon,
        image_size=(gold.width, gold.height),
    )


def excerpt(text: str, span: tuple[int, int]) -> tuple[str, tuple[int, int]]:
    """At most 400 characters of a text, with what stands in `span` if that begins later, and where
    the span lies in them."""
    start = 0 if span[1] <= _EXCERPT else max(0, span[0] - _BEFORE)
    if not start:
        return text[:_EXCERPT], (span[0], min(span[1], _EXCERPT))
    shown = "…" + text[start : start + _EXCERPT - 1]
    low, high = (end - start + 1 for end in span)
    return shown, (low, min(high, len(shown)))


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which answers held no box.

    Attributes:
        problem: what is wrong with such a text.
        example: the first such text, at most 400 characters of it; None for missing rows.
    """

    status: Status
    problem: str
    n: int
    example_id: str
    example: str | None


@dataclass
class Failures:
    """Counts, over batches, how answers failed to hold a box."""

    _first: dict[tuple[Status, str], tuple[str, str | None]] = field(default_factory=dict)
    _count: dict[tuple[Status, str], int] = field(default_factory=dict)

    def add(self, batch: Batch, judged: Judged) -> None:
        """Looks through one more batch."""
        status = judged.scores.status
        failed = ~judged.scores.scored & ~judged.scores.hit
        for row in np.flatnonzero(failed).tolist():
            key = (STATUSES[status[row]], failure_words(judged.answers[row]))
            self._count[key] = self._count.get(key, 0) + 1
            if key not in self._first:
                text = batch.texts[row]
                self._first[key] = (batch.golds[row].id, text and text[:_EXCERPT])

    def merge(self, other: Failures) -> None:
        """Adds the counts of others, which come after these."""
        for key, count in other._count.items():
            self._count[key] = self._count.get(key, 0) + count
            self._first.setdefault(key, other._first[key])

    def count(self, problem: str) -> int:
        """How many answers failed for that reason."""
        return sum(n for (_, name), n in self._count.items() if name == problem)

    def ranked(self, limit: int = 20) -> list[Failure]:
        """The most frequent ways, at most `limit` of them."""
        keys = sorted(self._count, key=lambda key: (-self._count[key], key))
        return [
            Failure(
                status=key[0],
                problem=key[1],
                n=self._count[key],
                example_id=self._first[key][0],
                example=self._first[key][1],
            )
            for key in keys[:limit]
        ]
