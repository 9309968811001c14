"""What figures are broken down by: type, size, source, split, and the labels of a benchmark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundkit.errors import OptionError
from groundkit.metrics.aggregate import Facts, Ratios, Summary, summarise_groups
from groundkit.metrics.boxes import SIZE_BUCKETS
from groundkit.metrics.gold import GROUPED, Golds
from groundkit.metrics.judge import Ints
from groundkit.metrics.measures import Ratio
from groundkit.metrics.words import Words, compact, number_words

SmallInts = NDArray[np.int32]

_SHOWN = ("type", "size", "source", "split")


class Codes(dict[str, int]):
    """A number for each string that was asked for, in the order in which they first were: that of
    a set differs from run to run, and resamples with it."""

    def __missing__(self, value: str) -> int:
        return self.setdefault(value, len(self))


@dataclass
class Labels:
    """A column of strings as small numbers; a row may have several.

    Attributes:
        code: of each string.
        rows: how many rows there are so far.
    """

    code: Codes = field(default_factory=Codes)
    rows: int = 0
    _codes: list[NDArray[Any]] = field(default_factory=list)
    # The row of each code; kept from the first row on that has several.
    _members: list[SmallInts] = field(default_factory=list)

    def add(self, column: Words) -> None:
        """Appends rows with one string each."""
        count = len(column.codes)
        if self._members:
            self._members.append(_count_up(self.rows, count))
        ours = self._small(map(self.code.__getitem__, column.words), len(column.words))
        self._codes.append(ours[column.codes])
        self.rows += count

    def add_several(self, values: Sequence[tuple[str, ...]]) -> None:
        """Appends rows with any number of strings each; those of none count as the empty one."""
        pairs = [(row, one) for row, many in enumerate(values, self.rows) for one in many or ("",)]
        if len(pairs) > len(values) and not self._members:
            self._members.append(_count_up(0, self.rows))
        if self._members:
            self._members.append(np.array([row for row, _ in pairs], dtype=np.int32))
        self._codes.append(self._small((self.code[one] for _, one in pairs), len(pairs)))
        self.rows += len(values)

    def merge(self, other: Labels) -> None:
        """Appends the rows of another column."""
        if other._members and not self._members:
            self._members.append(_count_up(0, self.rows))
        if self._members:
            theirs = other._members or [_count_up(0, other.rows)]
            self._members += [rows + self.rows for rows in theirs]
        ours = self._small(map(self.code.__getitem__, other.code), len(other.code))
        self._codes += [ours[codes] for codes in other._codes]
        self.rows += other.rows

    def _small(self, codes: Iterable[int], count: int) -> NDArray[Any]:
        """Codes in as few bytes as they need."""
        found = np.fromiter(codes, np.int32, count)
        return found.astype(np.min_scalar_type(len(self.code)))

    @property
    def codes(self) -> Ints:
        """The code of each row, shape (N,), where no row has several."""
        return np.concatenate(self._codes).astype(np.int64)

    @property
    def members(self) -> Ints | None:
        """The row that each of `codes` belongs to; None if row i has code i."""
        return np.concatenate(self._members).astype(np.int64) if self._members else None

    def members_of(self, rows: Ints) -> dict[str, Ints]:
        """Of some rows the indices with each string, the one of most rows first."""
        members = self.members
        place = np.full(self.rows, -1)
        place[rows] = np.arange(len(rows))
        owners = place if members is None else place[members]
        codes = self.codes[owners >= 0]
        owners = owners[owners >= 0]
        names = list(self.code)
        found = {names[code]: owners[codes == code] for code in np.unique(codes).tolist()}
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))

    def summaries(self, facts: Facts, ratios: Ratios) -> dict[str, Summary]:
        """One summary for each string, that of most rows first."""
        members = self.members
        if members is not None:
            facts = facts.pick(members)
            ratios = {
                metric: Ratio(ratio.part[members], ratio.whole[members])
                for metric, ratio in ratios.items()
            }
        found = zip(
            self.code, summarise_groups(facts, ratios, self.codes, len(self.code)), strict=True
        )
        return dict(sorted(found, key=lambda item: (-item[1].n, item[0])))


@dataclass
class Groupings:
    """All groupings of the rows added so far."""

    _fields: dict[str, Labels] = field(default_factory=lambda: {name: Labels() for name in GROUPED})
    _labels: dict[str, Labels] = field(default_factory=dict)
    _rows: int = 0

    def add(self, golds: Golds) -> None:
        """Appends the rows of a batch."""
        for name, labels in self._fields.items():
            labels.add(golds.words[name])
        tables: Sequence[Mapping[str, str | tuple[str, ...]]] = golds.columns["labels"]
        if any(tables):
            for name in {name: None for table in tables for name in table}:
                if name not in self._labels:
                    self._labels[name] = _blank(self._rows)
        for name, labels in self._labels.items():
            labels.add_several([_values(table, name) for table in tables])
        self._rows += len(golds)

    def merge(self, other: Groupings) -> None:
        """Appends the rows of other groupings."""
        for name, labels in self._fields.items():
            labels.merge(other._fields[name])
        for name in {**self._labels, **other._labels}:
            mine = self._labels.setdefault(name, _blank(self._rows))
            mine.merge(other._labels.get(name) or _blank(other._rows))
        self._rows += other._rows

    def summaries(self, facts: Facts, ratios: Ratios) -> dict[str, dict[str, Summary]]:
        """By grouping and label; of the sizes only those that occur."""
        present, codes = compact(facts.size)
        sizes = summarise_groups(facts, ratios, codes, len(present))
        buckets = [SIZE_BUCKETS[bucket] for bucket in present.tolist()]
        by_size = dict(zip(buckets, sizes, strict=True))
        found = {
            name: by_size if name == "size" else self._fields[name].summaries(facts, ratios)
            for name in _SHOWN
        }
        for name, labels in self._labels.items():
            found[name] = labels.summaries(facts, ratios)
        return found

    def labels(self) -> dict[str, Labels]:
        """All groupings of a report but the sizes."""
        return {name: self._fields[name] for name in _SHOWN if name != "size"} | self._labels

    def has(self, name: str) -> bool:
        """Whether there is a grouping of that name, with one label a row."""
        if name == "size":
            return True
        labels = self._labels.get(name) or self._fields.get(name)
        return labels is not None and labels.members is None

    def cells(
        self, names: Sequence[str], sizes: NDArray[np.integer[Any]]
    ) -> tuple[Ints, list[str]]:
        """The cell of each row, shape (N,), and what each cell is called: `web+icon`.

        Args:
            names: of groupings; each combination of their labels that occurs is a cell.
            sizes: index into `SIZE_BUCKETS` of each row.

        Raises:
            OptionError: there is no such grouping, or rows have several labels in it.
        """
        codes = np.zeros(self._rows, dtype=np.int64)
        titles = [""]
        for name in names:
            column, labels = self._column(name, sizes)
            both, codes = compact(codes * len(labels) + column)
            titles = [
                "+".join(filter(None, (titles[pair // len(labels)], labels[pair % len(labels)])))
                for pair in both.tolist()
            ]
        return codes, titles

    def _column(self, name: str, sizes: NDArray[np.integer[Any]]) -> tuple[Ints, Sequence[str]]:
        if name == "size":
            return sizes.astype(np.int64), SIZE_BUCKETS
        known = self._fields | self._labels
        if name not in known:
            choices = (*known, "size")
            raise OptionError(f"no grouping {name!r} in these samples", "--average", choices)
        labels = known[name]
        if labels.members is not None:
            what = f"samples have several values of {name!r}, so its groups overlap"
            raise OptionError(what, "--average", hint="name another grouping")
        return labels.codes, list(labels.code)


def _blank(rows: int) -> Labels:
    """Rows that have no value."""
    labels = Labels()
    labels.add(number_words([""] * rows))
    return labels


def _count_up(start: int, count: int) -> SmallInts:
    return np.arange(start, start + count, dtype=np.int32)


def screens_of(golds: Golds) -> Words:
    """What intervals are clustered by: the screen of each record, or where that is not named its
    image."""
    screens, images = golds.columns["screen"], golds.columns["image"]
    if not any(screens):
        return number_words(images)
    return number_words([name or image for name, image in zip(screens, images, strict=True)])


def _values(table: Mapping[str, str | tuple[str, ...]], name: str) -> tuple[str, ...]:
    value = table.get(name, ())
    return (value,) if isinstance(value, str) else tuple(value)
