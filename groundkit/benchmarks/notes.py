"""What was decided about a benchmark's files, in sentences."""

from __future__ import annotations

from pathlib import Path

from groundkit.benchmarks.boxes import Decision
from groundkit.benchmarks.target import Order, Target
from groundkit.geometry import Box, Size


class Notes:
    """Collects decisions and oddities while the files are read.

    Attributes:
        unsized_fractions: boxes between 0 and 1 in images of unknown size.
    """

    def __init__(self) -> None:
        self.unsized_fractions = 0
        self._unsized = 0
        self._outside = 0
        self._furthest = 0.0
        self._empty = 0
        self._absent = 0
        self._polygons = 0
        self._first: dict[str, str] = {}
        self._decisions: list[tuple[Path, Decision, Order | None]] = []

    def decide(self, path: Path, decision: Decision, known: Order | None) -> None:
        """A file's boxes are read so."""
        self._decisions.append((path, decision, known))

    def place(self, target: Target, box: Box | None, size: Size | None) -> None:
        """A question ended up with this box, in pixels of an image of `size`."""
        self._absent += target.absent
        self._polygons += bool(target.polygon)
        self._unsized += size is None
        if box is None:
            return
        if box[0] >= box[2] or box[1] >= box[3]:
            self._empty += 1
            self._first.setdefault("empty", target.where)
        if size is not None:
            beyond = max(-box[0], -box[1], box[2] - size[0], box[3] - size[1])
            # Fractions come back as pixels with the rounding of a float.
            if beyond > 1e-6 * max(size):
                self._outside += 1
                self._furthest = max(self._furthest, beyond)
                self._first.setdefault("outside", target.where)

    def sentences(self, repeated: int) -> list[str]:
        """All notes; `repeated` ids got a number."""
        notes = self._orders()
        if self._absent or self._polygons:
            notes.append(f"{self._polygons} polygons, {self._absent} with no such element")
        if self._unsized:
            what = "such boxes score in pixels only, and without sizes or distances"
            notes.append(f"{self._unsized} images have no known size: {what}")
        if self.unsized_fractions:
            what = "they stay fractions of an image of 1 x 1"
            notes.append(f"{self.unsized_fractions} boxes lie in images of unknown size: {what}")
        if self._outside:
            far = f"by up to {self._furthest:g} px, and are kept"
            notes.append(f"{self._outside} boxes leave their image {far}: {self._first['outside']}")
        if self._empty:
            notes.append(f"{self._empty} boxes are empty or inverted: {self._first['empty']}")
        if repeated:
            notes.append(f"{repeated} ids occurred before and got a number")
        return notes

    def _orders(self) -> list[str]:
        """One sentence for all files that are read alike for the same kind of reason."""
        alike: dict[tuple[str, bool, bool], list[tuple[Path, Decision, Order | None]]] = {}
        for entry in self._decisions:
            decision = entry[1]
            told = decision.reason[0].isdigit()
            alike.setdefault((decision.order, decision.normalised, told), []).append(entry)
        return [_order(entries) for entries in alike.values()]


def _order(entries: list[tuple[Path, Decision, Order | None]]) -> str:
    path, decision, known = entries[0]
    files = path.name if len(entries) == 1 else f"{len(entries)} files"
    frame = "between 0 and 1" if decision.normalised else "pixels"
    reason = decision.reason
    if len(entries) > 1 and reason[0].isdigit():
        other = "xyxy" if decision.order == "xywh" else "xywh"
        impossible = sum(entry[1].impossible for entry in entries)
        count = sum(entry[1].boxes for entry in entries)
        reason = f"{impossible} of {count} are impossible as {other}"
    note = f"{files}: boxes are {decision.order}, {frame}: {reason}"
    if known not in (None, decision.order):
        note += f"; the published copy with these keys has {known}"
    return note
