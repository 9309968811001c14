"""What a comparison of predictions files holds. `compare --json` writes it as it stands."""

from __future__ import annotations

from typing import Literal

import msgspec

from groundkit.metrics.intervals import Interval
from groundkit.records import Verdict


class System(msgspec.Struct, frozen=True, kw_only=True):
    """One predictions file.

    Attributes:
        name: short, and unlike the others.
        predictions: the file, as it was named.
        models: names found in its rows.
        read_as: how it was read, in words, if its rows are not groundkit's own.
        n: samples that it answers or is asked about.
        duplicates: further answers to a sample; not compared. `repeated` names the first of these
            samples.
        alone: samples that not all of the others have; not compared. `examples` names some.
    """

    name: str
    predictions: str
    models: list[str]
    read_as: str
    n: int
    duplicates: int
    repeated: list[str]
    alone: int
    examples: list[str]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of a system against that of the first one.

    Attributes:
        metric: its name.
        base, value: figures of the first system and of this one.
        difference: `value` less `base`.
        interval: 95 % interval of the difference, by a paired bootstrap over screens.
        detectable: the smallest difference that these samples could show, in 80 of 100 cases.
        p: of no difference at all.
        test: `mcnemar` (exact) or `randomisation`.
        better: whether it is the better one, at the 5 % level; None: neither.
    """

    metric: str
    base: float | None
    value: float | None
    difference: float | None
    interval: Interval | None
    detectable: float | None
    p: float | None
    test: str
    better: bool | None


class GroupWins(msgspec.Struct, frozen=True, kw_only=True):
    """Hits in one group: rates of both, and samples that only one of them hits."""

    grouping: str
    label: str
    n: int
    base: float
    value: float
    won: int
    lost: int


class Flip(msgspec.Struct, frozen=True, kw_only=True):
    """A sample that one system hits and the other misses.

    Attributes:
        kind: `won` if this system hits it and the first does not, else `lost`.
        name: of what was asked for; None if it is not known.
        base, verdict: of the first system and of this one.
        base_text, text: what they wrote, at most 400 characters; None if nothing.
    """

    id: str
    kind: Literal["won", "lost"]
    instruction: str
    name: str | None
    point: tuple[float, float] | None
    image_size: tuple[int, int]
    base: Verdict
    verdict: Verdict
    base_text: str | None
    text: str | None


class Versus(msgspec.Struct, frozen=True, kw_only=True):
    """One system against the first.

    Attributes:
        differences: by metric; those that need boxes only if one of the two wrote some, and those
            about names only if one of the two named something.
        won, lost: samples that only this one, or only the first, hits.
        groups: by grouping and label, where there is more than one label.
        flips: lost ones first, in the order of the first file; at most as many of each kind as was
            asked for.
    """

    name: str
    differences: list[Difference]
    won: int
    lost: int
    groups: list[GroupWins]
    flips: list[Flip]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a comparison shows.

    Attributes:
        signature: how the numbers were made; the last field says how the tests were.
        dataset: the file of the gold records, as it was named.
        n: samples that all systems have.
        screens: on so many screens.
        conflicts: samples with different gold records in different files; the first file's is
            shown, and each was scored against its own.
        systems: in the order of the command; the first is the one that others are held against.
        versus: all systems but the first.
    """

    signature: str
    dataset: str | None
    n: int
    screens: int
    conflicts: int
    systems: list[System]
    versus: list[Versus]
