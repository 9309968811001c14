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

from groundkit.errors import DataError, OptionError
from groundkit.metrics.aggregate import Figure
from groundkit.metrics.intervals import Interval
from groundkit.metrics.metric import Metric, parse_metric
from groundkit.store import decode

Outcome = Literal["passed", "undecided", "failed"]
_MOST_BYTES = 1 << 28


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
        baseline: a report of `eval --json`.
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
            hint = "--baseline old.json names an earlier eval --json"
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


class _Overall(msgspec.Struct):
    metrics: dict[str, Figure]


class Baseline(msgspec.Struct):
    """What of an earlier report is needed."""

    signature: str
    overall: _Overall


def read_baseline(gates: Gates) -> Baseline | None:
    """The earlier report; None if there is none.

    Raises:
        DataError: it cannot be read.
        OptionError: it lacks a metric.
    """
    if gates.baseline is None:
        return None
    try:
        with gates.baseline.open("rb") as file:
            data = file.read(_MOST_BYTES)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", str(gates.baseline)) from error
    try:
        baseline = decode(data, Baseline, str(gates.baseline))
    except DataError as error:
        hint = "groundkit eval OLD_PREDICTIONS --json makes one"
        raise DataError(f"no report of eval: {error.what}", error.where, hint=hint) from error
    for bound in gates.max_drop:
        if str(bound.metric) not in baseline.overall.metrics:
            what = f"{str(gates.baseline)!r} has no {bound.metric}"
            raise OptionError(what, "--max-drop", tuple(baseline.overall.metrics))
    return baseline


def check_gates(
    gates: Gates, baseline: Baseline | None, figures: Mapping[str, Figure], signature: str
) -> list[Gate]:
    """Holds the figures of a report against the bounds.

    Args:
        figures: by name of the metric; those of `gates.metrics` at least.
        signature: of this report; that of the baseline must be over the same gold records.

    Raises:
        OptionError: the baseline is over others.
    """
    found = [
        _gate("fail-under", bound, figures[str(bound.metric)], bound.metric.less_is_better)
        for bound in gates.fail_under
    ]
    if baseline is None:
        return found
    old, new = (_field(text, "data") for text in (baseline.signature, signature))
    if old != new:
        what = (
            f"{str(gates.baseline)!r} is about other gold records: data:{old[:16]}, not data:{new}"
        )
        hint = "score the old predictions on the same samples"
        raise OptionError(what, "--baseline", hint=hint)
    for bound in gates.max_drop:
        name = str(bound.metric)
        before, after = baseline.overall.metrics[name], figures[name]
        if not bound.metric.less_is_better:
            before, after = after, before
        found.append(_gate("max-drop", bound, _difference(after, before), less_is_better=True))
    return found


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
    if value is None or sign * value < sign * bound.value:
        reaches = best is not None and sign * best >= sign * bound.value
        outcome = "undecided" if value is not None and reaches else "failed"
    return Gate(
        kind=kind,
        metric=str(bound.metric),
        bound=bound.value,
        value=value,
        interval=interval,
        outcome=outcome,
    )


def _difference(a: Figure, b: Figure) -> Figure:
    """a less b. The interval is put together from theirs as if they were independent (Newcombe
    1998, "Interval estimation for the difference between independent proportions", method 10; for
    any figures Zou and Donner 2008, "Construction of confidence limits about effect measures").
    Answers to the same samples agree more than that, so that it is rather too wide."""
    if a.value is None or b.value is None:
        return Figure(value=None, n=a.n)
    value = a.value - b.value
    if a.interval is None or b.interval is None:
        return Figure(value=value, n=a.n)
    down = math.hypot(a.value - a.interval.low, b.interval.high - b.value)
    up = math.hypot(a.interval.high - a.value, b.value - b.interval.low)
    interval = Interval(low=value - down, high=value + up, method="newcombe")
    return Figure(value=value, n=a.n, interval=interval)


def _field(signature: str, name: str) -> str:
    """A field of a signature; empty if it has none of this name."""
    fields = (field.partition(":") for field in signature.split("|"))
    return next((value for key, _, value in fields if key == name), "")
