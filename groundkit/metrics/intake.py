"""What is wanted of a predictions file, and what was met while reading it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice, repeat
from typing import get_args

import numpy as np

from groundkit.errors import OptionError
from groundkit.geometry import FrameName, ResizeRule
from groundkit.metrics.keys import Keys
from groundkit.records import Gold, Split

SPLITS: tuple[Split, ...] = get_args(Split)
SPLIT_CHOICES = ("all", *SPLITS)

_EXCERPT, _REPEATED = 80, 5
_COUNTS = ("rows", "duplicates", "unknown", "other_split", "conflicts", "frameless", "scored")


def check_split(split: str) -> None:
    """Raises an OptionError unless `split` is `all`, `train` or `val`."""
    if split not in SPLIT_CHOICES:
        raise OptionError(f"unknown value {split!r}", "--split", SPLIT_CHOICES)


@dataclass(frozen=True)
class Selection:
    """Which rows are wanted, and how.

    Attributes:
        golds: gold records by id, answered or not; None: those that the predictions carry.
        split: `train`, `val` or `all`.
        frame: the frame of all numbers, whatever the rows say; None: as each row says.
        rule: by which the model resized what it was shown; None: not at all.
        needs_frame: whether rows that do not say their frame are an error; else they are taken as
            pixels and counted, for a look at their numbers.
    """

    golds: dict[str, Gold] | None = None
    split: str = "all"
    frame: FrameName | None = None
    rule: ResizeRule | None = None
    needs_frame: bool = True


@dataclass
class Intake:
    """What was met while reading a predictions file.

    Attributes:
        ids: of the samples answered so far, in the order of the file.
        keys: of the gold records that they were scored against, in the same order.
        rows: predictions read.
        duplicates: further answers to a sample, not scored.
        unknown: predictions for an id that the dataset does not hold, not scored.
        other_split: predictions for a split that was not asked for, not scored.
        conflicts: rows whose own gold record is not the one that counts: the dataset's, or
            without a dataset that of the first answer to the same sample.
        repeated: ids, cut, of the first few of the duplicates.
        examples: ids, cut, by what they are an example of: `unknown`, `duplicates` and `conflicts`,
            the first of each, and `dataset`, one that the dataset holds.
        frames: that the numbers of the rows that count were read in.
        declared: frames that the rows that count declare, where they were overruled.
        models: named by the rows that count.
        frameless: rows that count whose frame nobody says, where that was allowed.
        rule: by which the model resized what it was shown, if that was declared.
        shown: how the file was read, in words.
        scored: gold records that count, answered or not.
    """

    ids: dict[str, None] = field(default_factory=dict)
    keys: list[Keys] = field(default_factory=list)
    rows: int = 0
    duplicates: int = 0
    unknown: int = 0
    other_split: int = 0
    conflicts: int = 0
    repeated: list[str] = field(default_factory=list)
    examples: dict[str, str] = field(default_factory=dict)
    frames: set[FrameName] = field(default_factory=set)
    declared: set[FrameName] = field(default_factory=set)
    models: set[str] = field(default_factory=set)
    frameless: int = 0
    rule: ResizeRule | None = None
    shown: str = ""
    scored: int = 0
    # Of `ids` by id; made when it is first asked for, since few files repeat themselves.
    _key_of: dict[str, int] = field(default_factory=dict)

    def answer(self, ids: Sequence[str]) -> bool:
        """Notes that samples were answered, if that is the first time for all of them; returns
        whether it is."""
        before = len(self.ids)
        self.ids.update(zip(ids, repeat(None)))
        added = len(self.ids) - before
        if added == len(ids):
            return True
        for _ in range(added):
            self.ids.popitem()
        return False

    def key_of(self, name: str) -> int:
        """The key of the gold record of a sample that was answered."""
        if len(self._key_of) < len(self.ids):
            start = len(self._key_of)
            keys = np.concatenate(self.keys)[start:].tolist()
            self._key_of.update(zip(islice(self.ids, start, None), keys, strict=True))
        return self._key_of[name]

    def is_apart(self, other: Intake) -> bool:
        """Whether no sample was answered in both."""
        return self.ids.keys().isdisjoint(other.ids)

    def merge(self, other: Intake) -> None:
        """Takes in what was met after this, which must be apart."""
        for table in ("ids", "frames", "declared", "models"):
            getattr(self, table).update(getattr(other, table))
        self.keys += other.keys
        for count in _COUNTS:
            setattr(self, count, getattr(self, count) + getattr(other, count))
        self.repeated = [*self.repeated, *other.repeated][:_REPEATED]
        self.examples = other.examples | self.examples

    def show(self, kind: str, name: str) -> None:
        """Keeps the first id of a kind as an example; the end of a long one, where ids differ."""
        self.examples.setdefault(kind, _cut(name))

    def repeat(self, name: str) -> None:
        """Counts a further answer to a sample."""
        self.duplicates += 1
        self.show("duplicates", name)
        if len(self.repeated) < _REPEATED and _cut(name) not in self.repeated:
            self.repeated.append(_cut(name))


def _cut(name: str) -> str:
    return name if len(name) <= _EXCERPT else "…" + name[1 - _EXCERPT :]
