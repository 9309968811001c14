"""Duplicates, contradictions, and what is in both splits."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from groundkit.lint.findings import Findings
from groundkit.lint.rows import Row, text_of

_SHARED = ("image", "screen", "group")


@dataclass
class Repeats:
    """Remembers rows by hashes, so that a million of them stay small."""

    findings: Findings
    _ids: set[int] = field(default_factory=set)
    _questions: dict[int, int] = field(default_factory=dict)
    # The split of each image, screen and group; empty once it is known to be in both.
    _splits: dict[tuple[str, int], str] = field(default_factory=dict)

    def add(self, where: str, row: Row) -> None:
        """Looks at one more row."""
        name = text_of(row, "id")
        if name:
            if hash(name) in self._ids:
                self.findings.add("duplicate-id", where)
            self._ids.add(hash(name))
        self._question(where, row)
        self._split(where, row)

    def _question(self, where: str, row: Row) -> None:
        asked = [row.get(key) for key in ("image", "screen", "instruction", "point", "lang")]
        if not any(asked[2:4]):  # neither an instruction nor a point
            return
        answer = [row.get(key) for key in ("box", "boxes", "polygon", "absent")]
        question, said = _hash(asked), _hash(answer)
        before = self._questions.get(question)
        if before is None:
            self._questions[question] = said
        else:
            self.findings.add("duplicate" if before == said else "contradiction", where)

    def _split(self, where: str, row: Row) -> None:
        split = text_of(row, "split")
        if not split:
            return
        for kind in _SHARED:
            value = text_of(row, kind)
            if not value:
                continue
            key = kind, hash(value)
            before = self._splits.setdefault(key, split)
            if before and before != split:
                self._splits[key] = ""
                self.findings.add("leak", f"{where}: {kind} {value[:80]!r}")


def _hash(value: object) -> int:
    return hash(msgspec.json.encode(value))
