"""What evaluation keeps of each batch of judged rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from groundkit.metrics.aggregate import Facts, facts_of, join_facts
from groundkit.metrics.boxes import out_of_image
from groundkit.metrics.detection import Detections
from groundkit.metrics.diagnose import Readings, Runaway, Sameness, Wording
from groundkit.metrics.distributions import Spread
from groundkit.metrics.groupings import Groupings, Labels, screens_of
from groundkit.metrics.judge import Ints, Judged
from groundkit.metrics.keys import Keys
from groundkit.metrics.measures import Ratio, join_ratios, measure
from groundkit.metrics.metric import Metric
from groundkit.metrics.rows import Batch
from groundkit.metrics.signature import data_hash
from groundkit.metrics.verdicts import Failures, WorstCases

_PARTS = (
    *("worst", "failures", "readings", "sameness", "wording", "runaway"),
    *("groupings", "detections", "spread", "_screens"),
)


@dataclass
class Tally:
    """Adds up batches.

    Attributes:
        metrics: to be measured.
    """

    metrics: Sequence[Metric]
    worst: WorstCases
    failures: Failures = field(default_factory=Failures)
    readings: Readings = field(default_factory=Readings)
    sameness: Sameness = field(default_factory=Sameness)
    wording: Wording = field(default_factory=Wording)
    runaway: Runaway = field(default_factory=Runaway)
    groupings: Groupings = field(default_factory=Groupings)
    detections: Detections = field(default_factory=Detections)
    spread: Spread = field(default_factory=Spread)
    gold_outside: int = 0
    degenerate: int = 0
    pointed: int = 0
    _facts: list[Facts] = field(default_factory=list)
    _ratios: list[list[Ratio]] = field(default_factory=list)
    _joined: dict[Metric, Ratio] = field(default_factory=dict)
    _keys: list[Keys] = field(default_factory=list)
    # The screens, or where these are not named the images, that intervals are clustered by.
    _screens: Labels = field(default_factory=Labels)

    def __post_init__(self) -> None:
        self._measured = [metric for metric in self.metrics if not metric.is_detection]
        self._detects = len(self._measured) < len(self.metrics)

    def add(self, batch: Batch, judged: Judged) -> None:
        """Looks at one more batch."""
        scores, arrays = judged.scores, batch.arrays
        self._facts.append(facts_of(scores))
        self._ratios.append([measure(metric, batch, judged) for metric in self._measured])
        self._keys.append(batch.keys)
        self.groupings.add(batch.golds)
        self.spread.add(batch, judged)
        self._screens.add(screens_of(batch.golds))
        if self._detects:
            self.detections.add(batch, judged)
        scored = scores.scored
        self.worst.add(batch, judged)
        self.failures.add(batch, judged)
        self.readings.add(batch.number, judged, arrays)
        self.sameness.add(judged.raw[scored], arrays.boxes)
        self.runaway.add(scores)
        mistyped = scores.typed & scores.present & scored & ~scores.type_correct
        self.wording.add(judged.answers, mistyped)
        self.wording.add_signs(batch.texts, batch.frames, judged.answers)
        self.degenerate += int(scores.degenerate.sum())
        points = batch.golds.columns["point"]
        self.pointed += len(points) - points.count(None)
        known = arrays.present & arrays.sizes.all(axis=1)
        self.gold_outside += int((out_of_image(arrays.boxes, arrays.sizes) & known).sum())

    def fresh(self) -> Tally:
        """One like this that has seen nothing."""
        return Tally(self.metrics, self.worst.fresh())

    def merge(self, other: Tally) -> None:
        """Takes in the batches that another added up, which come after these."""
        for name in _PARTS:
            getattr(self, name).merge(getattr(other, name))
        self.gold_outside += other.gold_outside
        self.degenerate += other.degenerate
        self.pointed += other.pointed
        self._facts += other._facts
        self._ratios += other._ratios
        self._keys += other._keys

    def facts(self) -> Facts:
        """The columns of all batches."""
        return join_facts(self._facts)

    def ratios(self) -> dict[Metric, Ratio]:
        """The columns of each metric that is a ratio, in their order; of all batches, so that
        nothing can be added any more."""
        if not self._joined:
            # Those of the batches are given up one by one: of a large file there is no room for
            # both.
            for metric in self._measured:
                self._joined[metric] = join_ratios([batch.pop(0) for batch in self._ratios])
        return dict(self._joined)

    def screens(self) -> Ints:
        """The screen of each row, as a number from 0 on."""
        return self._screens.codes

    def keys(self) -> Keys:
        """Of all gold records, shape (N,); see `keys`."""
        return np.concatenate(self._keys)

    def data_hash(self) -> str:
        """Of all gold records; see `signature`."""
        return data_hash(self.keys())
