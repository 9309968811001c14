"""A predictions file to an `Evaluation`: the whole of `groundkit eval` but its output."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import IO

import msgspec
import numpy as np

from groundkit.errors import DataError, OptionError
from groundkit.geometry import FRAME_NAMES, FrameName
from groundkit.metrics.aggregate import Summary, summarise, summarise_groups
from groundkit.metrics.boxes import EDGES, SIZE_BUCKETS, Edges, Floats
from groundkit.metrics.diagnose import Reading, Readings
from groundkit.metrics.flags import Counts, Flag, find_flags
from groundkit.metrics.gold import read_gold
from groundkit.metrics.judge import Ints, Judged, Scores, join, judge
from groundkit.metrics.rows import Batch, Intake, Selection, read_batches
from groundkit.metrics.signature import data_hash, signature
from groundkit.metrics.verdicts import (
    Case,
    Failure,
    Failures,
    WorstCases,
    encode_verdicts,
)
from groundkit.store import atomic_write

SPLITS = ("all", "train", "val")
GROUPINGS = ("type", "size", "source", "split")

_MAX_MODELS = 20


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a report shows. `--json` writes it as it stands.

    Attributes:
        signature: how the numbers were made; see `metrics.signature`.
        predictions, dataset: the files, as they were named.
        models: names found in the rows that count, sorted, at most 20.
        overall: means over all gold records.
        counts: rows that are not in the means, and oddities of those that are.
        flags: what looks wrong.
        better_reading: another reading of the numbers that fits far better; not a score.
        groups: the same means by grouping (type, size, source, split) and label; the largest group
            first, sizes from small to large.
        failures: how answers failed to hold a box, the most frequent first.
        worst: the worst rows; see `verdicts.WorstCases`. Their image paths are relative to the
            working directory if the path of the predictions or the dataset was.
    """

    signature: str
    predictions: str
    dataset: str | None
    models: list[str]
    overall: Summary
    counts: Counts
    flags: list[Flag]
    better_reading: Reading | None
    groups: dict[str, dict[str, Summary]]
    failures: list[Failure]
    worst: list[Case]


def evaluate(
    predictions: Path,
    dataset: Path | None = None,
    *,
    frame: FrameName | None = None,
    edges: Edges = "closed",
    split: str = "all",
    worst: int = 10,
    verdicts: Path | None = None,
) -> Evaluation:
    """Scores a predictions file.

    Args:
        predictions: a predictions.jsonl.
        dataset: a samples.jsonl or the folder that holds it; its samples are the denominator.
            None: the gold records that the predictions carry.
        frame: read all numbers in this frame, whatever the rows say.
        edges: whether a centre on the edge of the gold box is a hit.
        split: `train`, `val` or `all`.
        worst: how many of the worst cases to keep.
        verdicts: write a verdicts.jsonl here.

    Raises:
        DataError: a file cannot be read, a row is wrong, or there is nothing to score.
        OptionError: an unknown frame, edge rule or split, or a negative `worst`.
    """
    _check_options(frame, edges, split, worst)
    if dataset is not None and dataset.is_dir():
        dataset = dataset / "samples.jsonl"
    images = (dataset or predictions).parent
    intake, tally = Intake(), _Tally(WorstCases(worst, _folder(images)))
    with _paused_gc(), _verdict_writer(verdicts, images) as write:
        golds = None if dataset is None else read_gold(dataset)
        for batch in read_batches(predictions, Selection(golds, split, frame), intake):
            judged = judge(batch, edges)
            tally.add(batch, judged)
            write(batch, judged)
        if not tally.parts:
            raise _nothing(predictions, split, intake)
        scores = join(tally.parts)
        boxes = np.concatenate(tally.boxes)
    ids = [*intake.ids, *tally.missing]
    made = signature(
        edges=edges,
        frames=intake.frames,
        denominator="file" if dataset is None else "dataset",
        split=split,
        n=len(ids),
        data=data_hash(ids, boxes),
    )
    return _report(predictions, dataset, made, scores, intake, tally)


def _check_options(frame: str | None, edges: str, split: str, worst: int) -> None:
    for value, choices, what in (
        (frame, FRAME_NAMES, "frame"),
        (edges, EDGES, "edge rule"),
        (split, SPLITS, "split"),
    ):
        if value is not None and value not in choices:
            raise OptionError(f"unknown {what} {value!r}", choices=choices)
    if worst < 0:
        raise OptionError(f"cannot show {worst} worst cases", hint="--worst 0 shows none")


@contextmanager
def _paused_gc() -> Iterator[None]:
    """No garbage collection: records hold no cycles, and looking for some costs a third more."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def _verdict_writer(path: Path | None, images: Path) -> Iterator[Callable[[Batch, Judged], None]]:
    """A function that writes the verdicts of a batch, or nothing if there is no `path`."""
    if path is None:
        yield lambda batch, judged: None
        return
    folder = _folder(images, path.parent)
    with atomic_write(path) as file:
        yield lambda batch, judged: _write(file, encode_verdicts(batch, judged, folder))


def _write(file: IO[bytes], lines: bytes) -> None:
    file.write(lines)


def _folder(images: Path, start: Path | None = None) -> str:
    """The folder of images as seen from `start`, by default as it was named; empty if the same."""
    if start is not None:
        images = Path(os.path.relpath(images.resolve(), start.resolve()))
    return "" if images == Path() else images.as_posix()


def _nothing(predictions: Path, split: str, intake: Intake) -> DataError:
    if not intake.rows:
        return DataError("the file holds no predictions", str(predictions))
    if intake.other_split:
        return DataError(f"no prediction is for the split {split!r}", str(predictions))
    return DataError(
        "no prediction is for a sample of the dataset",
        str(predictions),
        hint="do the ids of both files agree?",
    )


@dataclass
class _Tally:
    """What is kept of each batch."""

    worst: WorstCases
    parts: list[Scores] = field(default_factory=list)
    boxes: list[Floats] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    labels: dict[str, _Labels] = field(
        default_factory=lambda: {"type": _Labels(), "source": _Labels(), "split": _Labels()}
    )
    failures: Failures = field(default_factory=Failures)
    readings: Readings = field(default_factory=Readings)
    unnamed: int = 0
    _first_box: Floats | None = None
    constant_box: bool = True

    def add(self, batch: Batch, judged: Judged) -> None:
        self.parts.append(judged.scores)
        self.boxes.append(batch.arrays.boxes)
        if None in batch.texts:
            pairs = zip(batch.golds, batch.texts, strict=True)
            self.missing += [gold.id for gold, text in pairs if text is None]
        for name, labels in self.labels.items():
            labels.add(tuple(map(attrgetter(name), batch.golds)))
        self.worst.add(batch, judged)
        self.failures.add(batch, judged)
        scored = judged.scores.status == 0
        self.readings.add(judged.raw, batch.arrays, scored, judged.scores.hit)
        self._compare(judged.raw[scored])
        self.unnamed += sum(
            not (judged.answers[row].type_word or judged.answers[row].name)
            for row in np.flatnonzero(scored & ~judged.scores.type_correct)
        )

    def _compare(self, raw: Floats) -> None:
        if len(raw):
            self._first_box = raw[0] if self._first_box is None else self._first_box
            self.constant_box = self.constant_box and bool((raw == self._first_box).all())


@dataclass
class _Labels:
    """A column of strings as small numbers."""

    code: dict[str, int] = field(default_factory=dict)
    parts: list[Ints] = field(default_factory=list)

    def add(self, values: Sequence[str]) -> None:
        for value in set(values).difference(self.code):
            self.code[value] = len(self.code)
        codes = np.fromiter(map(self.code.__getitem__, values), np.int64, len(values))
        self.parts.append(codes)


def _report(
    predictions: Path,
    dataset: Path | None,
    made: str,
    scores: Scores,
    intake: Intake,
    tally: _Tally,
) -> Evaluation:
    overall = summarise(scores)
    counts = Counts(
        rows=intake.rows,
        duplicates=intake.duplicates,
        unknown=intake.unknown,
        other_split=intake.other_split,
        out_of_image=int(scores.out_of_image.sum()),
        degenerate=int(scores.degenerate.sum()),
        unnamed=tally.unnamed,
    )
    reading = tally.readings.far_better()
    return Evaluation(
        signature=made,
        predictions=str(predictions),
        dataset=None if dataset is None else str(dataset),
        models=sorted(intake.models - {""})[:_MAX_MODELS],
        overall=overall,
        counts=counts,
        flags=find_flags(overall, counts, reading, tally.constant_box),
        better_reading=reading,
        groups=_groups(scores, tally.labels),
        failures=tally.failures.ranked(),
        worst=[case for _, _, case in tally.worst.cases],
    )


def _groups(scores: Scores, labels: dict[str, _Labels]) -> dict[str, dict[str, Summary]]:
    found = {
        name: _by_label(scores, np.concatenate(labels[name].parts), list(labels[name].code))
        for name in labels
    }
    present, codes = np.unique(scores.size, return_inverse=True)
    sizes = summarise_groups(scores, codes, len(present))
    found["size"] = {
        SIZE_BUCKETS[bucket]: summary
        for bucket, summary in zip(present.tolist(), sizes, strict=True)
    }
    return {name: found[name] for name in GROUPINGS}


def _by_label(scores: Scores, codes: Ints, names: list[str]) -> dict[str, Summary]:
    summaries = dict(zip(names, summarise_groups(scores, codes, len(names)), strict=True))
    return dict(sorted(summaries.items(), key=lambda item: (-item[1].n, item[0])))
