"""All metrics: what each means, its options and its unit. docs/evaluation.md has this table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

AVERAGE = "average"

Unit = Literal["share", "number", "px", "image"]


@dataclass(frozen=True)
class At:
    """What may stand behind `@`."""

    words: str
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    choices: tuple[float, ...] = ()

    def allows(self, value: float) -> bool:
        """Whether a number may stand there."""
        if self.choices:
            return value in self.choices
        return self.low <= value <= self.high and (not self.whole or value == int(value))


@dataclass(frozen=True)
class Kind:
    """One name in the catalog.

    Attributes:
        about: one sentence.
        at: what may stand behind `@`; None: nothing.
        default_at: what stands there where nothing is said; None: nothing.
        options: the values that each option may have, its default first; no values: names of
            groupings, by default `micro`.
        only_with_at, only_without_at: options that change nothing without, or with, a number behind
            `@`, so that they are refused there.
        unit: of the figure: a `share` of samples, a `number`, pixels or parts of the image.
        better: whether more or less is better.
    """

    about: str
    at: At | None = None
    default_at: float | None = None
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only_with_at: tuple[str, ...] = ()
    only_without_at: tuple[str, ...] = ()
    unit: Unit = "number"
    better: Literal["more", "less"] = "more"

    @cached_property
    def defaults(self) -> dict[str, str]:
        """The default of each option."""
        return {key: values[0] if values else "micro" for key, values in self.options.items()}


EDGE_RULES = ("closed", "half-open", "open", "last-pixel")
PIXELS = ("continuous", "inclusive", "refer")
_MACRO: dict[str, tuple[str, ...]] = {AVERAGE: ()}
_IOU = At("an IoU from 0 to 1", 0.0, 1.0)
_COCO_IOUS = tuple(percent / 100 for percent in range(50, 100, 5))
_BOXES = {"match": ("greedy", "hungarian"), **_MACRO}
_AREA = {"area": ("all", "small", "medium", "large")}

CATALOG: dict[str, Kind] = {
    "hit": Kind(
        "the centre of the box, or the point, lies in what was asked for; a refusal hits where "
        "there is nothing; @k: one of the first k boxes or points does",
        At("a number of answers, from 1 to 100", 1, 100, whole=True),
        options={
            "edges": EDGE_RULES,
            "polygon": ("as-edges", *EDGE_RULES[:3]),
            "point": ("centre", "first"),
            "absent": ("score", "skip"),
            "refusal": ("said", "negative"),
            **_MACRO,
        },
        unit="share",
    ),
    "iou": Kind(
        "mean intersection over union; @t: share that reaches t, or with bound=above exceeds it",
        _IOU,
        options={"pixels": PIXELS, "bound": ("reach", "above"), **_MACRO},
        only_with_at=("bound",),
    ),
    "giou": Kind(
        "mean generalised IoU, from -1 to 1 (Rezatofighi et al. 2019)", options=dict(_MACRO)
    ),
    "dist": Kind(
        "distance of the centres over the answers that have one; @d: share of all within d",
        At("a distance, 0 or more", 0.0, 1e9),
        options={"unit": ("px", "image"), "stat": ("mean", "median"), **_MACRO},
        only_without_at=("stat",),
        unit="px",
        better="less",
    ),
    "type": Kind("the type word is right", options=dict(_MACRO), unit="share"),
    "name": Kind("the name is exactly right", options=dict(_MACRO), unit="share"),
    "cer": Kind(
        "character error rate of the names: edits over gold characters",
        options=dict(_MACRO),
        better="less",
    ),
    "parse": Kind(
        "the answer holds a box, a point or a refusal", options=dict(_MACRO), unit="share"
    ),
    "refusal-precision": Kind("of the refusals those that are right", unit="share"),
    "refusal-recall": Kind("of the absent elements those that were refused", unit="share"),
    "refusal-f1": Kind("harmonic mean of the two", unit="number"),
    "precision": Kind(
        "of all boxes written those that match one asked for, with an IoU of t or more",
        _IOU,
        0.5,
        _BOXES,
    ),
    "recall": Kind("of all boxes asked for those that were matched", _IOU, 0.5, _BOXES),
    "f1": Kind("harmonic mean of precision and recall", _IOU, 0.5, _BOXES),
    "ap": Kind(
        "average precision as COCO defines it, mean over IoU 0.5 to 0.95; @t: at this IoU",
        At("an IoU from 0.5 to 0.95 in steps of 0.05", choices=_COCO_IOUS),
        options=_AREA,
    ),
    "ar": Kind(
        "average recall as COCO defines it, with at most so many boxes an image",
        At("1, 10 or 100", choices=(1, 10, 100)),
        100,
        _AREA,
    ),
}

DEFAULTS = (
    *("hit", "iou", "iou@0.5", "iou@0.75", "iou@0.9"),
    *("dist", "dist(stat=median)", "type", "name", "cer"),
)
"""What every report holds."""

REFUSALS = ("refusal-precision", "refusal-recall", "refusal-f1")
"""What a report holds as well where there is nothing to find in some image."""
