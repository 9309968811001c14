"""Duplicates, contradictions, and what is in two splits."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from groundkit.lint.findings import Findings
from groundkit.lint.rows import Row, text_of

_SHARED = ("image", "screen", "group")


@dataclass(frozen=True)
class Place:
    """Where a row belongs.

    Attributes:
        number: of its file.
        split: of the dataset; empty if nobody says.
        image: where its image lies, if it does.
    """

    number: int
    split: str
    image: Path | None


@dataclass
class Repeats:
    """Remembers rows by hashes, so that a million of them stay small."""

    findings: Findings
    _ids: set[int] = field(default_factory=set)
    _questions: dict[int, int] = field(default_factory=dict)
    # The split of each image, screen and group; empty once it is known to be in two.
    _splits: dict[tuple[str, int], str] = field(default_factory=dict)

    def add(self, where: str, row: Row, place: Place) -> None:
        """Looks at one more row."""
        name = text_of(row, "id")
        if name:
            own = hash((place.number, name))
            if own in self._ids:
                self.findings.add("duplicate-id", where)
            self._ids.add(own)
        # One name in two folders may be two images.
        image = text_of(row, "image") if place.image is None else str(place.image)
        self._question(where, row, image)
        self._split(where, row, image, place.split)

    def _question(self, where: str, row: Row, image: str) -> None:
        asked = [image, *(row.get(key) for key in ("screen", "instruction", "point", "lang"))]
        if not any(asked[2:4]):  # neither an instruction nor a point
            return
        answer = [row.get(key) for key in ("box", "boxes", "polygon", "absent")]
        question, said = _hash(asked), _hash(answer)
        before = self._questions.get(question)
        if before is None:
            self._questions[question] = said
        else:
            self.findings.add("duplicate" if before == said else "contradiction", where)

    def _split(self, where: str, row: Row, image: str, split: str) -> None:
        if not split:
            return
        for kind in _SHARED:
            value = text_of(row, kind)
            if not value:
                continue
            key = kind, hash(image if kind == "image" else value)
            before = self._splits.setdefault(key, split)
            if before and before != split:
                self._splits[key] = ""
                self.findings.add("leak", f"{where}: {kind} {value[:80]!r}")


def _hash(value: object) -> int:
    return hash(msgspec.json.encode(value))
