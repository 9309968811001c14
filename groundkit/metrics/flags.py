"""What looks wrong with a set of predictions, in words, the most serious first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec

from groundkit.metrics.aggregate import Summary
from groundkit.metrics.diagnose import Reading

Level = Literal["warning", "note"]

# From this share on a count is a warning; below it is a note.
_MANY = 0.05
# Above this share of inverted boxes a model writes another form; a single one is a slip.
_INVERTED = 0.2
# From this share on a form of answer is so frequent that the prompt is the likely cause.
_HALF = 0.5
# From this share on a name is missing so often that the prompt or the format is the likely cause.
_MOST = 0.95
_ENOUGH_TO_COMPARE = 10
_FEW = 30
# The most serious first: what makes all figures wrong, then what takes rows out of them, then what
# makes single figures wrong, then what is only good to know.
_KINDS = (
    *(
        "frame",
        "percent",
        "conflicts",
        "constant-box",
        "unknown",
        "missing",
        "unparsable",
        "invalid",
    ),
    *(
        "refused",
        "degenerate",
        "points",
        "on-edge",
        "duplicates",
        "type-words",
        "runaway",
        "unnamed",
        "out-of-image",
        "gold",
    ),
    *("given-point", "other-split", "few"),
)


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a reader of the figures should know.

    Attributes:
        kind: a stable name: frame, percent, conflicts, constant-box, unknown, missing, unparsable,
            invalid, refused, degenerate, points, on-edge, duplicates, type-words, runaway, unnamed,
            out-of-image, gold, given-point, other-split, few.
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
        conflicts: predictions whose own gold record differs from the one that counts: the
            dataset's, or without a dataset that of the first answer to the same sample.
        out_of_image: scored rows whose box leaves the image; scored as they are.
        degenerate: scored rows whose box has no area.
        gold_outside: gold records whose box leaves the image.
        inverted: rows that are invalid because x2 < x1 or y2 < y1.
        percent_signs: rows with a per cent sign behind a coordinate that is not read as per cent.
        unnamed: scored rows that name nothing: no `<ref>`.
        unknown_types: scored rows whose `<ref>` holds no known type word.
        runaway: the few rows with endless names, if they hold most of the character edits; else 0.
        examples: ids, the end of those of more than 80 characters: the first of `unknown`,
            `duplicates` and `conflicts`, and one that the `dataset` holds if some are unknown.
    """

    rows: int
    duplicates: int
    unknown: int
    other_split: int
    conflicts: int
    out_of_image: int
    degenerate: int
    gold_outside: int
    inverted: int
    percent_signs: int
    unnamed: int
    unknown_types: int
    runaway: int
    examples: dict[str, str]


@dataclass(frozen=True)
class Signs:
    """What neither means nor counts show.

    Attributes:
        reading: another reading of the numbers that fits far better, from `diagnose`.
        constant_box: whether all predicted boxes have the same numbers though the gold ones differ.
        only_split: the one split with answers, if there are others without any.
        pointed: gold records whose question says the point.
    """

    reading: Reading | None = None
    constant_box: bool = False
    only_split: str | None = None
    pointed: int = 0


def only_answered(splits: dict[str, Summary]) -> str | None:
    """The one split that has predictions, if there are others that have none at all."""
    answered = [name for name, means in splits.items() if means.status["missing"] < means.n]
    return answered[0] if len(answered) == 1 < len(splits) else None


def find_flags(summary: Summary, counts: Counts, signs: Signs) -> list[Flag]:
    """Warnings first, then notes; among these in the order of `_KINDS`."""
    flags = [
        *_box_flags(summary, counts, signs),
        *_word_flags(summary, counts),
        *_status_flags(summary, counts, signs),
        *_row_flags(summary, counts),
    ]
    return sorted(flags, key=lambda flag: (flag.level != "warning", _KINDS.index(flag.kind)))


def _box_flags(summary: Summary, counts: Counts, signs: Signs) -> Iterator[Flag]:
    boxes = summary.status["scored"]
    if signs.reading is not None:
        yield Flag(level="warning", kind="frame", message=_frame_message(signs.reading))
    if counts.percent_signs:
        message = (
            f"{_share(counts.percent_signs, summary.n)} answers have per cent signs and are read "
        )
        message += "in another frame: --frame percent?"
        yield Flag(level=_level(counts.percent_signs, summary.n), kind="percent", message=message)
    # Where most gold boxes are the same, the same box is most often right.
    wrong = summary.hit * summary.n < _HALF * boxes
    if signs.constant_box and wrong and boxes >= _ENOUGH_TO_COMPARE:
        message = f"all {boxes:,} predicted boxes have the same numbers"
        yield Flag(level="warning", kind="constant-box", message=message)
    if boxes and counts.degenerate >= _MANY * boxes:
        message = f"{_share(counts.degenerate, boxes)} boxes have no area, so their IoU is 0"
        yield Flag(level="warning", kind="degenerate", message=message)
    if summary.points:
        message = f"{_share(summary.points, boxes)} answers are points, which have no IoU but 0"
        yield Flag(level="note", kind="points", message=message)
    if signs.pointed >= _HALF * summary.n and boxes > summary.points:
        message = f"{_share(signs.pointed, summary.n)} questions say the point: any box around it "
        yield Flag(
            level="note", kind="given-point", message=message + "hits, its IoU is what tells"
        )
    if summary.on_edge:
        message = f"{_share(summary.on_edge, boxes)} centres lie on an edge of what was asked for: "
        yield Flag(level="note", kind="on-edge", message=message + "--edges decides about them")
    if counts.gold_outside:
        message = f"{_share(counts.gold_outside, summary.n)} gold boxes leave their image"
        yield Flag(level="note", kind="gold", message=message + "; scored as they are")
    if counts.out_of_image:
        message = f"{_share(counts.out_of_image, boxes)} boxes leave the image; scored as they are"
        yield Flag(level=_level(counts.out_of_image, boxes), kind="out-of-image", message=message)


def _frame_message(reading: Reading) -> str:
    swapped = " with x and y swapped" if reading.swapped else ""
    if reading.swapped:
        advice = "is the order of the numbers right?"
    elif reading.overruled:
        advice = "the rows declare it: drop --frame"
    else:
        advice = f"declare it with --frame {reading.frame}"
    if reading.multiplies_hits:
        fit, what, better, declared = "only", "hit", reading.hit, reading.declared_hit
    else:
        fit, what, better, declared = "better", "mean IoU", reading.iou, reading.declared_iou
    return (
        f"predictions fit {fit} as {reading.frame}{swapped} ({what} {better:.2f} instead of "
        f"{declared:.2f}): a frame mistake? {advice}"
    )


def _word_flags(summary: Summary, counts: Counts) -> Iterator[Flag]:
    boxes = summary.status["scored"]
    if boxes and counts.unnamed >= _MOST * boxes:
        message = f"{_share(counts.unnamed, boxes)} answers name no element: no <ref>"
        yield Flag(level="note", kind="unnamed", message=message)
    if boxes and counts.unknown_types >= _HALF * boxes:
        message = f"{_share(counts.unknown_types, boxes)} answers have a <ref> without a known "
        message += "type word; the form is <ref>{type}-{name}</ref>"
        yield Flag(level="warning", kind="type-words", message=message)
    if counts.runaway:
        message = (
            f"{_share(counts.runaway, summary.n)} answers hold more than half of the character "
        )
        yield Flag(level="warning", kind="runaway", message=message + "edits: the CER is theirs")


def _status_flags(summary: Summary, counts: Counts, signs: Signs) -> Iterator[Flag]:
    n, status = summary.n, summary.status
    missing = "samples have no prediction"
    if signs.only_split is not None:
        missing += f", every one that has is of the split {signs.only_split}: "
        missing += f"--split {signs.only_split}?"
    invalid = "answers hold an impossible box"
    often = counts.inverted > _INVERTED * (status["scored"] + status["invalid"])
    if often and counts.inverted > (n - status["scored"] - status["missing"]) / 2:
        boxes = "inverted box" if counts.inverted == 1 else "inverted boxes"
        invalid += f"; {counts.inverted:,} {boxes}: x, y, width, height instead of corners?"
    for kind, count, message in (
        ("missing", status["missing"], missing),
        ("unparsable", status["unparsable"], "answers hold no box that can be read"),
        ("invalid", status["invalid"], invalid),
        ("refused", *_refused(summary)),
    ):
        if count:
            text = f"{_share(count, n)} {message}"
            yield Flag(level=_level(count, n), kind=kind, message=text)


def _refused(summary: Summary) -> tuple[int, str]:
    """How many refusals are wrong, and what to say of them."""
    recall = summary.metrics.get("refusal-recall")
    right = 0 if recall is None or recall.value is None else round(recall.value * recall.n)
    what = "answers say that there is no such element"
    return summary.status["refused"] - right, what + (" where there is one" if right else "")


def _row_flags(summary: Summary, counts: Counts) -> Iterator[Flag]:
    examples = counts.examples
    for kind, count, message in (
        (
            "conflicts",
            counts.conflicts,
            "carry another gold record than the one that counts",
        ),
        ("unknown", counts.unknown, "are for ids that the dataset does not hold; not scored"),
        ("duplicates", counts.duplicates, "answer a sample again; only the first answer counts"),
        ("other-split", counts.other_split, "are for another split; not scored"),
    ):
        if count:
            text = f"{_share(count, counts.rows)} predictions {message}"
            if kind in examples:
                text += f"; for example {examples[kind]!r}"
            if kind == "unknown" and "dataset" in examples:
                text += f" where the dataset has {examples['dataset']!r}"
            level: Level = "note" if kind == "other-split" else "warning"
            yield Flag(level=level, kind=kind, message=text)
    if summary.n < _FEW:
        number = "1 sample is" if summary.n == 1 else f"{summary.n} samples are"
        yield Flag(level="note", kind="few", message=f"{number} too few to compare models")


def _level(count: int, total: int) -> Level:
    return "warning" if count >= _MANY * total else "note"


def _share(count: int, total: int) -> str:
    return f"{count:,} of {total:,} ({percentage(count / total)} %)"


def percentage(share: float) -> str:
    """`83.1`; only all is `100.0` and only nothing is `0.0`, what is close is `>99.9` or `<0.1`."""
    text = f"{100 * share:.1f}"
    # A mean over groups of equal shares may be a rounding step off.
    if text == "100.0" and share < 1 - 1e-12:
        return ">99.9"
    return "<0.1" if text == "0.0" and share > 0 else text
