"""Several predictions files about the same samples: who is better, and is that certain?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from groundkit.errors import DataError, OptionError
from groundkit.metrics.aggregate import sums
from groundkit.metrics.boxes import Bools
from groundkit.metrics.evaluate import folder_of
from groundkit.metrics.gold_set import read_gold_set
from groundkit.metrics.groupings import Groupings, Labels, screens_of
from groundkit.metrics.intervals import Interval
from groundkit.metrics.judge import Ints, Judged
from groundkit.metrics.keys import Keys
from groundkit.metrics.measures import Ratio, join_ratios, measure
from groundkit.metrics.metric import Metric
from groundkit.metrics.options import USUAL, Options
from groundkit.metrics.rows import Batch
from groundkit.metrics.score import score
from groundkit.metrics.signature import data_hash, signature
from groundkit.metrics.significance import TRIALS, mcnemar, paired_interval, randomisation
from groundkit.metrics.verdicts import make_verdicts
from groundkit.records import Gold, Verdict

DEFAULT_FLIPS = 200
_EXCERPT = 400
_EXAMPLES = 5
_ENDINGS = re.compile(r"(\.(jsonl|ndjson|json|parquet))?(\.(gz|zst))?$")


class System(msgspec.Struct, frozen=True, kw_only=True):
    """One predictions file.

    Attributes:
        name: short, and unlike the others.
        predictions: the file, as it was named.
        models: names found in its rows.
        read_as: how it was read, in words, if its rows are not groundkit's own.
        n: samples that it answers or is asked about.
        duplicates: further answers to a sample; not compared.
        alone: samples that not all of the others have; not compared. `examples` names some.
    """

    name: str
    predictions: str
    models: list[str]
    read_as: str
    n: int
    duplicates: int
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
        differences: by metric; those that need boxes only if one of the two wrote some.
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


@dataclass
class _Sheet:
    """The rows of one file."""

    metrics: Sequence[Metric]
    folder: str
    ids: list[str] = field(default_factory=list)
    texts: list[str | None] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    golds: list[Gold] = field(default_factory=list)
    groupings: Groupings = field(default_factory=Groupings)
    screens: Labels = field(default_factory=Labels)
    ratios: list[list[Ratio]] = field(default_factory=list)
    keys: list[Keys] = field(default_factory=list)
    hits: list[Bools] = field(default_factory=list)
    has_boxes: bool = False

    def add(self, batch: Batch, judged: Judged) -> None:
        self.ids += [gold.id for gold in batch.golds]
        self.texts += [text and text[:_EXCERPT] for text in batch.texts]
        verdicts = make_verdicts(batch, judged, self.folder)
        self.verdicts += verdicts
        self.has_boxes |= any(verdict.box is not None for verdict in verdicts)
        self.golds += batch.golds
        self.groupings.add(batch.golds)
        self.screens.add(screens_of(batch.golds))
        self.ratios.append([measure(metric, batch, judged) for metric in self.metrics])
        self.keys.append(batch.keys)
        self.hits.append(judged.scores.hit)

    def columns(self, rows: Ints) -> list[Ratio]:
        """The ratios of some rows, one for each metric."""
        joined = [join_ratios(list(parts)) for parts in zip(*self.ratios, strict=True)]
        return [Ratio(ratio.part[rows], ratio.whole[rows]) for ratio in joined]


def compare(
    predictions: Sequence[Path],
    dataset: Path | None = None,
    options: Options = USUAL,
    *,
    flips: int = DEFAULT_FLIPS,
) -> Comparison:
    """Holds predictions files against the first of them, sample by sample.

    Args:
        predictions: at least two; their rows are joined by id, in whatever order they are.
        dataset, options: as for `evaluate.evaluate`; `ap` and `ar` cannot be compared.
        flips: how many samples of each kind to keep that one hits and the other does not.

    Raises:
        DataError: a file cannot be used, or the files have no sample in common.
        OptionError: fewer than two files, the same file twice, or a metric without a test.
    """
    _check(predictions, options)
    metrics = [metric for metric in options.wanted() if not metric.is_median and not metric.average]
    golds = read_gold_set(dataset, options)
    sheets, intakes = [], []
    for path in predictions:
        sheet = _Sheet(metrics, folder_of(options.names_images(golds.path or path)))
        intakes.append(score(path, golds, options, [sheet]))
        sheets.append(sheet)
    order = _join([sheet.ids for sheet in sheets], predictions)
    names = _names(predictions)
    base = sheets[0]
    keys = [np.concatenate(sheet.keys)[rows] for sheet, rows in zip(sheets, order, strict=True)]
    screens = np.unique(base.screens.codes[order[0]], return_inverse=True)[1]
    shared = frozenset(base.ids[row] for row in order[0].tolist())
    signed = signature(
        metrics=metrics,
        cells=(),
        frames=set().union(*(intake.frames for intake in intakes)),
        rule=options.rule,
        denominator="joined" if golds.path is None else "dataset",
        split=options.split,
        n=len(order[0]),
        data=data_hash(keys[0]),
    )
    return Comparison(
        signature=f"{signed}|test:mcnemar,ar:{TRIALS}",
        dataset=None if golds.path is None else str(golds.path),
        n=len(order[0]),
        screens=int(screens.max()) + 1,
        conflicts=int(np.any([keys[0] != other for other in keys[1:]], axis=0).sum()),
        systems=[
            System(
                name=name,
                predictions=str(path),
                models=sorted(intake.models - {""}),
                read_as=intake.shown,
                n=len(sheet.ids),
                duplicates=intake.duplicates,
                alone=len(sheet.ids) - len(shared),
                examples=[name for name in sheet.ids if name not in shared][:_EXAMPLES],
            )
            for name, path, sheet, intake in zip(names, predictions, sheets, intakes, strict=True)
        ],
        versus=[
            _versus(name, metrics, (base, order[0]), (sheet, rows), screens, flips)
            for name, sheet, rows in zip(names[1:], sheets[1:], order[1:], strict=True)
        ],
    )


def _check(predictions: Sequence[Path], options: Options) -> None:
    if len(predictions) < 2:
        raise OptionError("one file cannot be compared", hint="groundkit compare A B [C ...]")
    seen: set[Path] = set()
    for path in predictions:
        if path.resolve() in seen:
            raise OptionError(f"{str(path)!r} is named twice")
        seen.add(path.resolve())
    for metric in options.wanted():
        if metric.is_detection:
            what = f"{metric} is no mean over samples, so there is no paired test of it"
            raise OptionError(what, "--metric", hint="compare f1@0.5 instead")


def _join(ids: Sequence[Sequence[str]], predictions: Sequence[Path]) -> list[Ints]:
    """The rows of each file with the samples that all have, in the order of the first file."""
    places = [{name: row for row, name in enumerate(some)} for some in ids]
    shared = [name for name in ids[0] if all(name in place for place in places[1:])]
    if not shared:
        what = f"no sample in common: {ids[0][0][:80]!r} and {ids[1][0][:80]!r}"
        hint = "files are joined by id; --field id=PATH says where it is"
        raise DataError(what, f"{predictions[0]} and {predictions[1]}", hint=hint)
    return [np.array([place[name] for name in shared], dtype=np.int64) for place in places]


def _names(predictions: Sequence[Path]) -> list[str]:
    """File names without their ending; whole paths if two are the same."""
    names = [_ENDINGS.sub("", path.name) or path.name for path in predictions]
    return names if len(set(names)) == len(names) else list(map(str, predictions))


_Rows = tuple[_Sheet, Ints]


def _versus(
    name: str, metrics: Sequence[Metric], base: _Rows, other: _Rows, screens: Ints, flips: int
) -> Versus:
    (first, a), (second, b) = base, other
    hit_a, hit_b = np.concatenate(first.hits)[a], np.concatenate(second.hits)[b]
    boxes = first.has_boxes or second.has_boxes
    columns = [
        (metric, one, two)
        for metric, one, two in zip(metrics, first.columns(a), second.columns(b), strict=True)
        if boxes or not metric.needs_boxes
    ]
    won, lost = np.flatnonzero(hit_b & ~hit_a), np.flatnonzero(hit_a & ~hit_b)
    chosen: list[tuple[Literal["won", "lost"], int]] = []
    chosen += [("lost", row) for row in lost[:flips].tolist()]
    chosen += [("won", row) for row in won[:flips].tolist()]
    return Versus(
        name=name,
        differences=[_difference(metric, one, two, screens) for metric, one, two in columns],
        won=len(won),
        lost=len(lost),
        groups=_wins(first.groupings, a, hit_a, hit_b),
        flips=[_flip(kind, (first, a[row]), (second, b[row])) for kind, row in chosen],
    )


def _difference(metric: Metric, a: Ratio, b: Ratio, screens: Ints) -> Difference:
    one, two = (_value(ratio) for ratio in (a, b))
    gap = None if one is None or two is None else two - one
    interval, detectable = paired_interval(a, b, screens)
    paired = a.is_share and bool((a.whole == b.whole).all())
    if gap is None:
        p = None
    elif paired:
        p = mcnemar(a.part & a.whole, b.part & b.whole)
    else:
        p = randomisation(a, b, screens)
    better = None
    if gap and p is not None and p < 0.05:
        better = (gap < 0) == metric.less_is_better
    return Difference(
        metric=str(metric),
        base=one,
        value=two,
        difference=gap,
        interval=interval,
        detectable=detectable,
        p=p,
        test="mcnemar" if paired else "randomisation",
        better=better,
    )


def _value(ratio: Ratio) -> float | None:
    part, whole = sums(ratio, np.zeros(len(ratio.part), dtype=np.int64), 1)
    return float(part[0] / whole[0]) if whole[0] else None


def _wins(groupings: Groupings, rows: Ints, a: Bools, b: Bools) -> list[GroupWins]:
    found = []
    for grouping, labels in groupings.labels().items():
        inside = labels.members_of(rows)
        if len(inside) > 1:
            found += [
                GroupWins(
                    grouping=grouping,
                    label=label,
                    n=len(some),
                    base=float(a[some].mean()),
                    value=float(b[some].mean()),
                    won=int((b & ~a)[some].sum()),
                    lost=int((a & ~b)[some].sum()),
                )
                for label, some in inside.items()
            ]
    return found


def _flip(
    kind: Literal["won", "lost"], base: tuple[_Sheet, int], other: tuple[_Sheet, int]
) -> Flip:
    (first, a), (second, b) = base, other
    gold = first.golds[a]
    return Flip(
        id=first.ids[a],
        kind=kind,
        instruction=gold.instruction,
        name=gold.name,
        point=gold.point,
        image_size=(gold.width, gold.height),
        base=first.verdicts[a],
        verdict=second.verdicts[b],
        base_text=first.texts[a],
        text=second.texts[b],
    )
