"""What evaluation keeps of each batch of judged rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter

import numpy as np

from groundkit.metrics.aggregate import Summary, summarise_groups
from groundkit.metrics.boxes import SIZE_BUCKETS, out_of_image
from groundkit.metrics.diagnose import Readings, Sameness, Wording
from groundkit.metrics.judge import Ints, Judged, Scores, join
from groundkit.metrics.rows import Batch
from groundkit.metrics.signature import Keys, data_hash, row_keys
from groundkit.metrics.verdicts import Failures, WorstCases

GROUPINGS = ("type", "size", "source", "split")


@dataclass
class Labels:
    """A column of strings as small numbers."""

    code: dict[str, int] = field(default_factory=dict)
    parts: list[Ints] = field(default_factory=list)

    def add(self, values: Sequence[str]) -> None:
        """Appends some rows."""
        # In the order of the rows: that of a set differs from run to run, and resamples with it.
        for value in dict.fromkeys(values):
            self.code.setdefault(value, len(self.code))
        codes = np.fromiter(map(self.code.__getitem__, values), np.int64, len(values))
        self.parts.append(codes)

    def summaries(self, scores: Scores) -> dict[str, Summary]:
        """One summary for each string, that of most rows first."""
        codes = np.concatenate(self.parts)
        found = zip(self.code, summarise_groups(scores, codes, len(self.code)), strict=True)
        return dict(sorted(found, key=lambda item: (-item[1].n, item[0])))


@dataclass
class Tally:
    """Adds up batches."""

    worst: WorstCases
    failures: Failures = field(default_factory=Failures)
    readings: Readings = field(default_factory=Readings)
    sameness: Sameness = field(default_factory=Sameness)
    wording: Wording = field(default_factory=Wording)
    gold_outside: int = 0
    _scores: list[Scores] = field(default_factory=list)
    _keys: list[Keys] = field(default_factory=list)
    _labels: dict[str, Labels] = field(
        default_factory=lambda: {"type": Labels(), "source": Labels(), "split": Labels()}
    )

    # The screens, or where these are not named the images, that intervals are clustered by.
    _screens: Labels = field(default_factory=Labels)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was added yet."""
        return not self._scores

    def add(self, batch: Batch, judged: Judged) -> None:
        """Looks at one more batch."""
        self._scores.append(judged.scores)
        self._keys.append(row_keys(batch.golds, batch.arrays))
        for name, labels in self._labels.items():
            labels.add(tuple(map(attrgetter(name), batch.golds)))
        self._screens.add([gold.screen or gold.image for gold in batch.golds])
        scored = judged.scores.scored
        self.worst.add(batch, judged)
        self.failures.add(batch, judged)
        self.readings.add(judged, batch.arrays)
        self.sameness.add(judged.raw[scored], batch.arrays.boxes)
        typed = judged.scores.typed & judged.scores.present
        self.wording.add(judged.answers, scored & typed & ~judged.scores.type_correct)
        arrays = batch.arrays
        known = arrays.present & arrays.sizes.all(axis=1)
        self.gold_outside += int((out_of_image(arrays.boxes, arrays.sizes) & known).sum())

    def scores(self) -> Scores:
        """The columns of all batches."""
        return join(self._scores)

    def screens(self) -> Ints:
        """The screen of each row, as a number from 0 on."""
        return np.concatenate(self._screens.parts)

    def data_hash(self) -> str:
        """Of all gold records; see `signature`."""
        return data_hash(np.concatenate(self._keys))

    def groups(self, scores: Scores) -> dict[str, dict[str, Summary]]:
        """Summaries by grouping and label; of the sizes only those that occur."""
        found = {name: labels.summaries(scores) for name, labels in self._labels.items()}
        present, codes = np.unique(scores.size, return_inverse=True)
        sizes = summarise_groups(scores, codes, len(present))
        buckets = [SIZE_BUCKETS[bucket] for bucket in present.tolist()]
        found["size"] = dict(zip(buckets, sizes, strict=True))
        return {name: found[name] for name in GROUPINGS}
