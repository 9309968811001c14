"""How much worse than an earlier run the figures are: of an earlier report, or earlier predictions.

Both runs answer the same samples, so the interval of a difference is a paired one wherever it is
known which samples the earlier run had right. A report holds that of its shares, one bit a sample.
Where it is not known (means, from a report; medians, macro averages, AP), the interval is put
together from those of both figures as if they were independent, which is rather too wide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import numpy as np

from groundkit.errors import DataError, GroundkitError, OptionError
from groundkit.metrics.aggregate import Figure, Ratios
from groundkit.metrics.boxes import Bools
from groundkit.metrics.gates import Gates
from groundkit.metrics.gold_set import GoldSet
from groundkit.metrics.headline import report_figures
from groundkit.metrics.intervals import Interval
from groundkit.metrics.judge import Ints
from groundkit.metrics.keys import Keys
from groundkit.metrics.measures import Ratio
from groundkit.metrics.metric import Metric
from groundkit.metrics.options import Options
from groundkit.metrics.score import score
from groundkit.metrics.significance import paired_interval
from groundkit.metrics.tally import Tally
from groundkit.metrics.verdicts import WorstCases

_MOST_BYTES = 1 << 28
# More samples are not worth their bytes in a report: unpaired intervals are short as well then.
_MOST_OUTCOMES = 200_000
# Shares of samples that the gold records choose, not the answers.
_OF_GOLD = ("hit", "iou", "dist", "type", "name", "parse")


@dataclass(frozen=True)
class Baseline:
    """An earlier run.

    Attributes:
        data: the hash of its gold records; see `signature.data_hash`.
        figures: by name of the metric.
        columns: what each sample added to a figure, where that is known, by name of the metric;
            sorted by the keys of the gold records. Of a share only which samples are right.
    """

    data: str
    figures: Mapping[str, Figure]
    columns: Mapping[str, Ratio | Bools] = field(default_factory=dict)


class _Overall(msgspec.Struct):
    n: int
    metrics: dict[str, Figure]


class _Report(msgspec.Struct):
    """What of an earlier report is needed; reports of old had no outcomes."""

    signature: str
    overall: _Overall
    outcomes: dict[str, str] = {}


_reports = msgspec.json.Decoder(_Report)


def outcomes_of(ratios: Ratios, keys: Keys) -> dict[str, str]:
    """Which samples are right, by name of each metric that is a share of samples: a bit a sample,
    sorted by key, as hexadecimal digits. Nothing of very many samples."""
    if len(keys) > _MOST_OUTCOMES:
        return {}
    order = np.argsort(keys, kind="stable")
    return {
        str(metric): np.packbits((ratio.part & ratio.whole)[order]).tobytes().hex()
        for metric, ratio in ratios.items()
        if ratio.is_share and metric.name in _OF_GOLD and not metric.average
    }


def read_baseline(gates: Gates, golds: GoldSet, options: Options) -> Baseline | None:
    """The earlier run; None if there is none to be held against.

    Args:
        golds, options: with which earlier predictions are scored.

    Raises:
        DataError: it cannot be read.
        OptionError: it lacks a metric.
    """
    if gates.baseline is None:
        return None
    report = _decode(gates.baseline)
    if report is None:
        return _score(gates.baseline, gates, golds, options)
    for bound in gates.max_drop:
        if str(bound.metric) not in report.overall.metrics:
            what = f"{str(gates.baseline)!r} has no {bound.metric}"
            raise OptionError(what, "--max-drop", tuple(report.overall.metrics))
    n = report.overall.n
    columns = {name: _bits(digits, n) for name, digits in report.outcomes.items()}
    known = {name: bits for name, bits in columns.items() if bits is not None}
    return Baseline(_field(report.signature, "data"), report.overall.metrics, known)


def _decode(path: Path) -> _Report | None:
    """The report in a file; None if it holds anything else."""
    try:
        with path.open("rb") as file:
            return _reports.decode(file.read(_MOST_BYTES))
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", str(path)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _bits(digits: str, n: int) -> Bools | None:
    """The outcomes of `n` samples; None if there are not so many."""
    try:
        packed = np.frombuffer(bytes.fromhex(digits), np.uint8)
    except ValueError:
        return None
    return np.unpackbits(packed, count=n).astype(bool) if len(packed) == (n + 7) // 8 else None


def _score(path: Path, gates: Gates, golds: GoldSet, options: Options) -> Baseline:
    """Scores earlier predictions as the new ones are."""
    names = [str(bound.metric) for bound in gates.max_drop]
    options = replace(options, metrics=names, parity=None)
    tally = Tally(options.wanted(), WorstCases(0, ""))
    try:
        score(path, golds, options, [tally], options.workers)
    except GroundkitError as error:
        what = f"no report of eval, and no predictions either: {error.what}"
        hint = "groundkit eval OLD_PREDICTIONS --json makes one"
        raise DataError(what, error.where or str(path), hint=hint) from error
    ratios = tally.ratios()
    order = np.argsort(tally.keys(), kind="stable")
    columns = {str(metric): _sorted(ratio, order) for metric, ratio in ratios.items()}
    figures = report_figures(options, tally, tally.facts(), ratios)
    return Baseline(tally.data_hash(), figures, columns)


def _sorted(ratio: Ratio, order: Ints) -> Ratio:
    return Ratio(ratio.part[order], ratio.whole[order])


def find_drops(
    gates: Gates, baseline: Baseline, figures: Mapping[str, Figure], tally: Tally, seed: int
) -> list[Figure]:
    """How much worse each figure of `gates.max_drop` is than it was: negative if it is better.

    Args:
        figures, tally: of the new run.

    Raises:
        OptionError: the baseline is about other gold records.
    """
    if baseline.data != tally.data_hash():
        data = f"data:{baseline.data[:16]}, not data:{tally.data_hash()}"
        what = f"{str(gates.baseline)!r} is about other gold records: {data}"
        hint = "score the old predictions on the same samples"
        raise OptionError(what, "--baseline", hint=hint)
    ratios, order = tally.ratios(), np.argsort(tally.keys(), kind="stable")
    screens = tally.screens()[order]
    drops = []
    for metric in (bound.metric for bound in gates.max_drop):
        before, after = baseline.figures[str(metric)], figures[str(metric)]
        drop = _difference(after, before) if metric.less_is_better else _difference(before, after)
        columns = _columns(metric, baseline, ratios, order)
        if columns is not None and drop.value is not None:
            old, new = columns
            pair = (old, new) if metric.less_is_better else (new, old)
            interval, _ = paired_interval(*pair, screens, seed)
            drop = msgspec.structs.replace(drop, interval=interval or drop.interval)
        drops.append(drop)
    return drops


def _columns(
    metric: Metric, baseline: Baseline, ratios: Ratios, order: Ints
) -> tuple[Ratio, Ratio] | None:
    """What each sample adds to the figure, in the earlier run and in this one, in one order; None
    where that is not known, or the figure is no ratio of sums."""
    known = baseline.columns.get(str(metric))
    if known is None or metric.average or metric.is_median:
        return None
    new = _sorted(ratios[metric], order)
    return (known if isinstance(known, Ratio) else Ratio(known, new.whole)), new


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
