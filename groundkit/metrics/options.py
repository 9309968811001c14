"""How predictions are to be read and scored: what `eval` and `compare` have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from groundkit.errors import OptionError
from groundkit.families import Family
from groundkit.geometry import FRAME_NAMES, FrameName, ResizeRule
from groundkit.metrics.boxes import EDGES, Edges
from groundkit.metrics.catalog import DEFAULTS, PIXELS
from groundkit.metrics.intake import Selection, check_split
from groundkit.metrics.intervals import SEED
from groundkit.metrics.metric import Metric, parse_metric, parse_metrics
from groundkit.metrics.parity import parity_metrics
from groundkit.prediction_files.keys import JOINS, Join
from groundkit.records import Gold

# Of the benchmarks whose papers or scorers average over cells; else the type of the element.
_CELLS = {
    "screenspot": "platform+ui_type",
    "screenspot-v2": "platform+ui_type",
    "screenspot-pro": "group+ui_type",
}


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a user may say about predictions, gold records and metrics.

    Attributes:
        frame: of all numbers, whatever the rows say.
        family: the models whose habit the numbers follow, whatever the rows say; its resizing
            counts also if `frame` names another frame.
        edges: whether a centre on the edge of the gold box is a hit.
        pixels: what the edges of a box are for IoU; see `boxes.iou`.
        split: `train`, `val` or `all`.
        format, fields: of the predictions; see `prediction_files.read_predictions`.
        join: how predictions find their gold records; see `prediction_files.keys.JOINS`.
        benchmark, boxes: of the gold records; see `benchmarks.read_benchmark`.
        metrics: names of further metrics; see `metric`.
        parity: a scorer whose metrics come first; see `parity`.
        images: the folder that names of images start from; None: that of the file they stand in.
        average: groupings, joined by +, whose cells count alike in macro averages.
        workers: processes of `evaluate` that read and score a file of groundkit rows; the report
            is the same.
        needs_frame: whether rows that do not say their frame are an error at once, or only when
            all was seen; see `intake.Selection`.
        seed: of resamples and of randomisation.
    """

    frame: FrameName | None = None
    family: Family | None = None
    edges: Edges = "closed"
    pixels: str = "continuous"
    split: str = "all"
    format: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    join: Join = "id"
    benchmark: str | None = None
    boxes: str | None = None
    metrics: Sequence[str] = ()
    parity: str | None = None
    average: str | None = None
    images: Path | None = None
    workers: int = 1
    seed: int = SEED
    needs_frame: bool = True

    def __post_init__(self) -> None:
        """Refuses unknown words.

        Raises:
            OptionError: names the option and its choices.
        """
        if self.frame is not None and self.frame not in FRAME_NAMES:
            raise OptionError(f"unknown value {self.frame!r}", "--frame", FRAME_NAMES)
        if self.edges not in EDGES:
            raise OptionError(f"unknown value {self.edges!r}", "--edges", EDGES)
        if self.pixels not in PIXELS:
            raise OptionError(f"unknown value {self.pixels!r}", "--pixels", PIXELS)
        if self.join not in JOINS:
            raise OptionError(f"unknown value {self.join!r}", "--join", JOINS)
        check_split(self.split)
        if self.seed < 0:
            raise OptionError(f"cannot be {self.seed}", "--seed", hint="0 is the smallest seed")
        # Before an hour of reading, not after it.
        self.wanted()
        self.cells()

    def names_images(self, named_in: Path) -> Path:
        """A file, real or not, in the folder that names of images in `named_in` start from."""
        return named_in if self.images is None else self.images / named_in.name

    @property
    def rule(self) -> ResizeRule | None:
        """By which the model resized what it was shown."""
        return None if self.family is None else self.family.rule

    @property
    def read_frame(self) -> FrameName | None:
        """The frame that counts: as declared, or the family's; None: as each row says."""
        return self.frame or (None if self.family is None else self.family.frame)

    def selection(self, golds: dict[str, Gold] | None) -> Selection:
        """Which rows of a file are wanted, if `golds` are the right answers."""
        return Selection(golds, self.split, self.read_frame, self.rule, self.needs_frame)

    def wanted(self) -> list[Metric]:
        """The metrics of the report, in its order: those of a parity mode, those that every report
        has, those that were asked for."""
        usual = [self._by_switch(parse_metric(name)) for name in DEFAULTS]
        return list(dict.fromkeys([*self.of_parity(), *usual, *self.asked()]))

    def of_parity(self) -> list[Metric]:
        """The metrics of the parity mode, if there is one."""
        return [] if self.parity is None else parity_metrics(self.parity, self.benchmark)

    def asked(self) -> list[Metric]:
        """The metrics that were asked for by name."""
        return [metric for text in self.metrics for metric in parse_metrics(text)]

    def _by_switch(self, metric: Metric) -> Metric:
        if metric.name == "hit" and self.edges != "closed":
            return metric.having("edges", self.edges)
        if metric.name == "iou" and self.pixels != "continuous":
            return metric.having("pixels", self.pixels)
        return metric

    def cells(self) -> tuple[str, ...]:
        """The groupings of macro averages, as asked for or as the benchmark has them."""
        if self.average is None:
            return tuple(_CELLS.get(self.benchmark or "", "type").split("+"))
        return parse_metric(f"hit(average={self.average})", "--average").average


USUAL = Options()
"""Everything as it is without being asked."""
