"""Several predictions files about the same samples: who is better, and is that certain?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from groundkit.errors import DataError, OptionError
from groundkit.metrics.aggregate import sums
from groundkit.metrics.boxes import Bools
from groundkit.metrics.comparison import (
    Comparison,
    Difference,
    Flip,
    GroupWins,
    System,
    Versus,
)
from groundkit.metrics.evaluate import folder_of
from groundkit.metrics.gold_set import read_gold_set
from groundkit.metrics.groupings import Groupings, Labels, screens_of
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
    has_names: bool = False

    def add(self, batch: Batch, judged: Judged) -> None:
        self.ids += [gold.id for gold in batch.golds]
        self.texts += [text and text[:_EXCERPT] for text in batch.texts]
        verdicts = make_verdicts(batch, judged, self.folder)
        self.verdicts += verdicts
        self.has_boxes |= any(verdict.box is not None for verdict in verdicts)
        self.has_names |= bool(judged.scores.naming.any())
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
        seed=options.seed,
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
                repeated=intake.repeated,
                alone=len(sheet.ids) - len(shared),
                examples=[name for name in sheet.ids if name not in shared][:_EXAMPLES],
            )
            for name, path, sheet, intake in zip(names, predictions, sheets, intakes, strict=True)
        ],
        versus=[
            _versus(name, metrics, (base, order[0]), (sheet, rows), (screens, options.seed), flips)
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
    for option, metrics in (("--parity", options.of_parity()), ("--metric", options.asked())):
        for metric in metrics:
            _check_tested(metric, option)


def _check_tested(metric: Metric, option: str) -> None:
    instead = metric.name
    if metric.is_detection:
        what, instead = "no mean over samples", "f1@0.5"
    elif metric.average:
        what = "a macro average"
    elif metric.is_median:
        what = "a median"
    else:
        return
    what = f"{metric} is {what}, so there is no paired test of it"
    raise OptionError(what, option, hint=f"compare {instead} instead: --metric {instead}")


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
# The screens that are drawn, and the seed.
_Draws = tuple[Ints, int]


def _versus(
    name: str, metrics: Sequence[Metric], base: _Rows, other: _Rows, draws: _Draws, flips: int
) -> Versus:
    (first, a), (second, b) = base, other
    hit_a, hit_b = np.concatenate(first.hits)[a], np.concatenate(second.hits)[b]
    boxes = first.has_boxes or second.has_boxes
    names = first.has_names or second.has_names
    columns = [
        (metric, one, two)
        for metric, one, two in zip(metrics, first.columns(a), second.columns(b), strict=True)
        if (boxes or not metric.needs_boxes) and (names or not metric.needs_words)
    ]
    won, lost = np.flatnonzero(hit_b & ~hit_a), np.flatnonzero(hit_a & ~hit_b)
    chosen: list[tuple[Literal["won", "lost"], int]] = []
    chosen += [("lost", row) for row in lost[:flips].tolist()]
    chosen += [("won", row) for row in won[:flips].tolist()]
    return Versus(
        name=name,
        differences=[_difference(metric, one, two, draws) for metric, one, two in columns],
        won=len(won),
        lost=len(lost),
        groups=_wins(first.groupings, a, hit_a, hit_b),
        flips=[_flip(kind, (first, a[row]), (second, b[row])) for kind, row in chosen],
    )


def _difference(metric: Metric, a: Ratio, b: Ratio, draws: _Draws) -> Difference:
    one, two = (_value(ratio) for ratio in (a, b))
    gap = None if one is None or two is None else two - one
    interval, detectable = paired_interval(a, b, *draws)
    paired = a.is_share and bool((a.whole == b.whole).all())
    if gap is None:
        p = None
    elif paired:
        p = mcnemar(a.part & a.whole, b.part & b.whole)
    else:
        p = randomisation(a, b, *draws)
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
