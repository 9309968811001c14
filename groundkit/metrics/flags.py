"""What looks wrong with a set of predictions, in words, the most serious first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from groundkit.metrics.aggregate import Summary
from groundkit.metrics.diagnose import Reading

Level = Literal["warning", "note"]

# From this share on a count is a warning; below it is a note.
_MANY = 0.05
# From this share on a name is missing so often that the prompt or the format is the likely cause.
_MOST = 0.95
_ENOUGH_TO_COMPARE = 10
_FEW = 30


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a reader of the figures should know.

    Attributes:
        kind: a stable name: frame, constant-box, points, unnamed, missing, unparsable, invalid,
            refused, unknown, duplicates, other-split, out-of-image, few.
    """

    level: Level
    kind: str
    message: str


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What was met besides the rows that make up the means.

    Attributes:
        rows: predictions in the file.
        duplicates: further answers to a sample that has one; not scored.
        unknown: predictions for ids that the dataset does not hold; not scored.
        other_split: predictions for a split that was not asked for; not scored.
        out_of_image: scored rows whose box leaves the image; scored as they are.
        degenerate: scored rows whose box has no area.
        unnamed: scored rows that name nothing: no `<ref>`.
    """

    rows: int
    duplicates: int
    unknown: int
    other_split: int
    out_of_image: int
    degenerate: int
    unnamed: int


def find_flags(
    summary: Summary, counts: Counts, reading: Reading | None, constant_box: bool
) -> list[Flag]:
    """Warnings first, then notes.

    Args:
        reading: another reading of the numbers that fits far better, from `diagnose`.
        constant_box: whether all predicted boxes have the same numbers.
    """
    flags = [
        *_box_flags(summary, counts, reading, constant_box),
        *_count_flags(summary, counts),
    ]
    return sorted(flags, key=lambda flag: flag.level != "warning")


def _box_flags(
    summary: Summary, counts: Counts, reading: Reading | None, constant_box: bool
) -> Iterator[Flag]:
    boxes = summary.status["scored"]
    if reading is not None:
        yield Flag(level="warning", kind="frame", message=_frame_message(reading))
    if constant_box and boxes >= _ENOUGH_TO_COMPARE:
        message = f"all {boxes:,} predicted boxes have the same numbers"
        yield Flag(level="warning", kind="constant-box", message=message)
    if boxes and counts.degenerate >= _MANY * boxes:
        message = f"{_share(counts.degenerate, boxes)} boxes have no area, so their IoU is 0"
        yield Flag(level="warning", kind="points", message=message)
    if boxes and counts.unnamed >= _MOST * boxes:
        message = f"{_share(counts.unnamed, boxes)} answers name no element: no <ref>"
        yield Flag(level="note", kind="unnamed", message=message)
    if counts.out_of_image:
        message = f"{_share(counts.out_of_image, boxes)} boxes leave the image; scored as they are"
        level: Level = "warning" if counts.out_of_image >= _MANY * boxes else "note"
        yield Flag(level=level, kind="out-of-image", message=message)


def _frame_message(reading: Reading) -> str:
    swapped = " with x and y swapped" if reading.swapped else ""
    advice = (
        "is the order of the numbers right?"
        if reading.swapped
        else f"declare it with --frame {reading.frame}"
    )
    return (
        f"predictions fit only as {reading.frame}{swapped} (hit {reading.hit:.2f} instead of "
        f"{reading.declared_hit:.2f}): a frame mistake? {advice}"
    )


def _count_flags(summary: Summary, counts: Counts) -> Iterator[Flag]:
    n = summary.n
    for kind, count, message in (
        ("missing", summary.status["missing"], "samples have no prediction"),
        ("unparsable", summary.status["unparsable"], "answers hold no box that can be read"),
        ("invalid", summary.status["invalid"], "answers hold an impossible box"),
        ("refused", summary.status["refused"], "answers say that there is no such element"),
    ):
        if count:
            level: Level = "warning" if count >= _MANY * n else "note"
            yield Flag(level=level, kind=kind, message=f"{_share(count, n)} {message}")
    for kind, count, message in (
        ("unknown", counts.unknown, "are for ids that the dataset does not hold; not scored"),
        ("duplicates", counts.duplicates, "answer a sample again; only the first answer counts"),
        ("other-split", counts.other_split, "are for another split; not scored"),
    ):
        if count:
            expected = kind == "other-split"
            text = f"{_share(count, counts.rows)} predictions {message}"
            yield Flag(level="note" if expected else "warning", kind=kind, message=text)
    if n < _FEW:
        yield Flag(level="note", kind="few", message=f"{n} samples are too few to compare models")


def _share(count: int, total: int) -> str:
    return f"{count:,} of {total:,} ({100 * count / total:.1f} %)"
