"""A metric as a value whose name says everything about it, and reads back.

    hit    hit(edges=half-open)    hit@3    iou@0.5    iou@0.5(pixels=refer,bound=above)
    dist(stat=median)    hit(average=platform+type)    refusal-f1    ap@0.75(area=small)

A name, behind `@` a threshold or a count, in brackets the options that are not at their defaults.
The same string stands on the command line, in JSON, in tables and in the recipe of a training run.
`catalog.CATALOG` explains each name and option.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches

from groundkit.errors import OptionError
from groundkit.metrics.catalog import AVERAGE, CATALOG, Kind, Unit

_FORM = re.compile(r"([a-z][a-z0-9-]*)(?:@([0-9]+(?:\.[0-9]+)?))?(?:\(([^()]*)\))?")
# Names of groupings; a benchmark's may hold anything but what the syntax needs.
_LABELS = re.compile(r"[^+,=()@\s]+(?:\+[^+,=()@\s]+)*")
_LONGEST = 200


@dataclass(frozen=True)
class Metric:
    """One metric; `str` gives its name, in one way only.

    Attributes:
        name: key of `CATALOG`.
        at: the number behind `@`; None if there is none.
        options: those that are not at their defaults, in the order of the catalog.
    """

    name: str
    at: float | None = None
    options: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        at = "" if self.at is None else f"@{number_word(self.at)}"
        options = ",".join(f"{key}={value}" for key, value in self.options)
        return f"{self.name}{at}({options})" if options else f"{self.name}{at}"

    @property
    def kind(self) -> Kind:
        """What the catalog says about it."""
        return CATALOG[self.name]

    @property
    def unit(self) -> Unit:
        """Of its figure: of a metric with a threshold a share."""
        return "share" if self.at is not None and self.name in ("iou", "dist") else self.kind.unit

    @property
    def less_is_better(self) -> bool:
        """Whether a smaller figure is the better one."""
        return self.unit != "share" and self.kind.better == "less"

    @property
    def is_detection(self) -> bool:
        """Whether it is COCO's, which is no ratio of sums over rows."""
        return self.name in ("ap", "ar")

    @property
    def needs_boxes(self) -> bool:
        """Whether it says nothing about points."""
        return self.name in ("iou", "giou", "precision", "recall", "f1", "ap", "ar")

    @property
    def needs_words(self) -> bool:
        """Whether it says nothing about answers that name nothing."""
        return self.name in ("type", "name", "cer")

    @property
    def is_median(self) -> bool:
        """Whether it is a median, which is no ratio either."""
        return self.option_or("stat", "") == "median"

    @property
    def average(self) -> tuple[str, ...]:
        """The groupings whose cells count alike; empty: all samples count alike."""
        cells = self.option_or(AVERAGE, "micro")
        return () if cells == "micro" else tuple(cells.split("+"))

    def option(self, key: str) -> str:
        """An option of this metric, given or by default."""
        return dict(self.options).get(key) or self.kind.defaults[key]

    def option_or(self, key: str, default: str) -> str:
        """An option; `default` if metrics of this kind have none of that name."""
        return self.option(key) if key in self.kind.defaults else default

    def having(self, key: str, value: str) -> Metric:
        """The same metric with another option, where it has that one; else itself."""
        if key not in self.kind.defaults:
            return self
        return replace(self, options=_sorted(self.kind, {**dict(self.options), key: value}))


def number_word(value: float) -> str:
    """The shortest decimal that reads back as the same float, never with an exponent: `0.5`, `20`,
    `1000000`."""
    word = format(Decimal(repr(float(value))), "f")
    return word.rstrip("0").rstrip(".") if "." in word else word


def parse_metric(text: str, option: str = "--metric") -> Metric:
    """A metric from its name; a threshold that a metric cannot do without is filled in.

    Raises:
        OptionError: there is no such metric, threshold or option; names `option`.
    """
    match = _FORM.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match is None:
        what = f"not the name of a metric: {text[:60]!r}"
        raise OptionError(what, option, hint="write NAME, NAME@NUMBER or NAME(KEY=VALUE)")
    name, at, listed = match.groups()
    kind = CATALOG.get(name)
    if kind is None:
        close = get_close_matches(name, CATALOG, 1)
        hint = f"did you mean {close[0]}?" if close else ""
        raise OptionError(f"unknown metric {name!r}", option, tuple(CATALOG), hint)
    metric = Metric(
        name, _at(name, kind, at, option), _sorted(kind, _options(name, kind, listed, option))
    )
    _check_sense(metric, option)
    return metric


def parse_metrics(text: str, option: str = "--metric") -> list[Metric]:
    """Metrics separated by commas that stand outside of brackets.

    Raises:
        OptionError: see `parse_metric`.
    """
    return [parse_metric(part, option) for part in re.split(r",(?![^()]*\))", text)]


def _at(name: str, kind: Kind, at: str | None, option: str) -> float | None:
    if at is None:
        return kind.default_at
    if kind.at is None:
        raise OptionError(f"{name} takes no number behind @", option, hint=f"write {name}")
    value = float(at)
    if not kind.at.allows(value):
        raise OptionError(f"{name}@{at[:20]} is out of range", option, hint=kind.at.words)
    return value


def _check_sense(metric: Metric, option: str) -> None:
    """Refuses options that would change nothing beside this number, or without one."""
    for key, value in metric.options:
        if metric.at is None and key in metric.kind.only_with_at:
            what = f"{key}={value} says nothing about {metric.name} without a number"
            hint = f"write {metric.name}@0.5({key}={value})"
            raise OptionError(what, option, hint=hint)
        if metric.at is not None and key in metric.kind.only_without_at:
            plain = f"{metric.name}@{number_word(metric.at)}"
            what = f"{plain} is a share, which has no {value}"
            raise OptionError(what, option, hint=f"write {plain} or {metric.name}({key}={value})")


def _options(name: str, kind: Kind, listed: str | None, option: str) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for part in (listed or "").split(",") if listed else []:
        key, _, value = (word.strip() for word in part.partition("="))
        if key not in kind.options:
            raise OptionError(f"{name} has no option {key!r}", option, tuple(kind.options))
        choices = kind.options[key]
        if choices and value not in choices:
            raise OptionError(f"unknown value {value!r} of {name}({key}=)", option, choices)
        if not choices and not _LABELS.fullmatch(value):
            hint = "name groupings, for example platform+type"
            raise OptionError(f"unknown value {value!r} of {name}({key}=)", option, hint=hint)
        chosen[key] = value
    return chosen


def _sorted(kind: Kind, chosen: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (key, chosen[key])
        for key, default in kind.defaults.items()
        if chosen.get(key, default) != default
    )
