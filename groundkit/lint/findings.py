"""What can be found in gold records, how serious it is, and how often it was met."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec

Level = Literal["error", "warning"]
_EXAMPLES = 3

CHECKS: dict[str, tuple[Level, str]] = {
    "unreadable": ("error", "rows are no JSON objects"),
    "no-answer": ("error", "rows have no right answer, or more than one kind of it"),
    "not-a-box": ("error", "boxes are not four finite numbers"),
    "empty-box": ("error", "boxes are empty or inverted"),
    "out-of-image": ("error", "boxes leave their image"),
    "box-order": ("error", "boxes fit their images as x, y, width, height, but not as corners"),
    "mixed-frames": ("error", "boxes lie between 0 and 1, the others do not"),
    "mixed-words": ("error", "rows name another frame than the first one does"),
    "bad-polygon": ("error", "polygons have no area or are no list of x and y"),
    "unknown-type": ("error", "types are not in the vocabulary"),
    "duplicate-id": ("error", "ids occurred before"),
    "contradiction": ("error", "questions were asked before, with another answer"),
    "leak": ("error", "images, by name or by content, screens or groups are in two splits"),
    "missing-image": ("error", "images are missing or cannot be read"),
    "image-size": ("error", "images have another size than their row says"),
    "no-image": ("warning", "rows name an image, and none of these is there"),
    "duplicate": ("warning", "questions were asked before, with the same answer"),
    "ambiguous-order": (
        "warning",
        "boxes could be corners and x, y, width, height alike",
    ),
    "looks-normalised": (
        "warning",
        "boxes in images larger than 1,200 px never go beyond 1,000: are they in norm1000?",
    ),
    "crossed-polygon": ("warning", "polygons cross themselves"),
    "empty-name": ("warning", "names are empty"),
    "unknown-size": ("warning", "rows do not say how large their image is"),
}
"""By name: how serious it is, and what was seen, behind a number."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of thing that is wrong.

    Attributes:
        check: key of `CHECKS`.
        n: how often it was met.
        examples: where, the first three.
    """

    level: Level
    check: str
    message: str
    n: int
    examples: list[str]


@dataclass
class Findings:
    """Counts what is met."""

    _count: dict[str, int] = field(default_factory=dict)
    _examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, check: str, where: str, n: int = 1) -> None:
        """One thing more, or `n` of them."""
        self._count[check] = self._count.get(check, 0) + n
        examples = self._examples.setdefault(check, [])
        if len(examples) < _EXAMPLES:
            examples.append(where)

    def count(self, check: str) -> int:
        """How often it was met."""
        return self._count.get(check, 0)

    def all(self) -> list[Finding]:
        """In the order of `CHECKS`."""
        return [
            Finding(
                level=level,
                check=check,
                message=f"{self._count[check]:,} {message}",
                n=self._count[check],
                examples=self._examples[check],
            )
            for check, (level, message) in CHECKS.items()
            if check in self._count
        ]
