"""Bounds that the figures of a report must keep, for scripts that stop when a model gets worse.

A bound fails only if the whole 95 % interval is on its wrong side: that the figure alone is there
may be chance. It is then undecided, which more samples would change.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from groundkit.errors import OptionError
from groundkit.metrics.aggregate import Figure
from groundkit.metrics.intervals import Interval
from groundkit.metrics.metric import Metric, parse_metric

# 0.95 - 0.94 is not 0.01, but a little more.
_ROUNDING = 1e-12
Outcome = Literal["passed", "undecided", "failed"]


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One bound and whether it was kept.

    Attributes:
        kind: `fail-under` bounds the figure, `max-drop` how much worse it is than the baseline's.
        metric: its name.
        bound: as it was given.
        value: the figure, or how much worse it is: negative if it is better. None: there is none.
        interval: 95 % interval of `value`.
        outcome: `failed` if the interval, or where there is none the value, is beyond the bound;
            `undecided` if only the value is.
    """

    kind: Literal["fail-under", "max-drop"]
    metric: str
    bound: float
    value: float | None
    interval: Interval | None
    outcome: Outcome


@dataclass(frozen=True)
class Bound:
    """A metric and a number, as a user writes it: `hit=0.85`."""

    metric: Metric
    value: float


@dataclass(frozen=True)
class Gates:
    """The bounds that were asked for.

    Attributes:
        fail_under: bounds of figures; of metrics where less is better they are upper bounds.
        max_drop: by how much figures may be worse than those of the baseline.
        baseline: a report of `eval --json`, or earlier predictions; see `baseline`.
    """

    fail_under: Sequence[Bound] = ()
    max_drop: Sequence[Bound] = ()
    baseline: Path | None = None

    def __post_init__(self) -> None:
        """Refuses a baseline without a bound, and the other way round.

        Raises:
            OptionError: names the option that is missing.
        """
        if self.max_drop and self.baseline is None:
            hint = "--baseline FILE names an earlier eval --json or earlier predictions"
            raise OptionError("a drop from what?", "--max-drop", hint=hint)
        if self.baseline is not None and not self.max_drop:
            hint = "add --max-drop hit=0.01"
            raise OptionError("nothing is held against the baseline", "--baseline", hint=hint)

    @property
    def metrics(self) -> list[Metric]:
        """What a report must hold."""
        return [bound.metric for bound in (*self.fail_under, *self.max_drop)]


NO_GATES = Gates()


def parse_bound(text: str, option: str) -> Bound:
    """`hit=0.85`, `hit(edges=open)=0.85`: a metric and the number behind the last `=`.

    Raises:
        OptionError: no such metric, no number, or one that the metric cannot have.
    """
    name, _, number = text.rpartition("=")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not name or not math.isfinite(value):
        raise OptionError(f"not a bound: {text[:60]!r}", option, hint="write METRIC=NUMBER")
    metric = parse_metric(name, option)
    if metric.unit == "share" and not 0 <= value <= 1:
        hint = f"write {metric}={value / 100:g}" if 1 < value <= 100 else "write 0.85 for 85 %"
        raise OptionError(f"{metric} is a share, from 0 to 1", option, hint=hint)
    if option == "--max-drop" and value < 0:
        raise OptionError(f"a drop cannot be {value:g}", option, hint="0 allows none")
    return Bound(metric, value)


def check_gates(gates: Gates, figures: Mapping[str, Figure], drops: Sequence[Figure]) -> list[Gate]:
    """Holds the figures of a report against the bounds.

    Args:
        figures: by name of the metric; those of `gates.metrics` at least.
        drops: how much worse than the baseline each of `gates.max_drop` is.
    """
    return [
        *(
            _gate("fail-under", bound, figures[str(bound.metric)], bound.metric.less_is_better)
            for bound in gates.fail_under
        ),
        *(
            _gate("max-drop", bound, drop, less_is_better=True)
            for bound, drop in zip(gates.max_drop, drops, strict=True)
        ),
    ]


def _gate(
    kind: Literal["fail-under", "max-drop"], bound: Bound, figure: Figure, less_is_better: bool
) -> Gate:
    value, interval = figure.value, figure.interval
    # With the sign turned more is better.
    sign = -1 if less_is_better else 1
    best = None
    if interval is not None:
        best = interval.low if less_is_better else interval.high
    outcome: Outcome = "passed"
    least = sign * bound.value - _ROUNDING
    if value is None or sign * value < least:
        reaches = best is not None and sign * best >= least
        outcome = "undecided" if value is not None and reaches else "failed"
    return Gate(
        kind=kind,
        metric=str(bound.metric),
        bound=bound.value,
        value=value,
        interval=interval,
        outcome=outcome,
    )
