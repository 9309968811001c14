"""What rows say of their model, held against what they are scored with.

A number in pixels of an image that the model did not see means nothing, and nobody sees it in a
mean. So a row that says under which contract it was written is not scored under another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from groundkit.contract import check_terms, rule_of
from groundkit.errors import DataError
from groundkit.geometry import FrameName, ResizeRule, Size
from groundkit.metrics.gold import Columns, Golds
from groundkit.metrics.intake import Selection
from groundkit.records import Gold, Terms

_ANEW = "predict anew, or leave --dataset out: the row carries its own gold record"
_RIGHT = "leave --frame and --model-family out: the row says how its numbers are meant"


class _Case(NamedTuple):
    """What rows have in common that are checked once.

    Attributes:
        frame, seen: of the row.
        size, original: of the image that it is scored against and of its screenshot.
        own: the original size in the row's own gold record, if it has one.
    """

    terms: Terms
    frame: FrameName | None
    seen: Size | None
    size: Size
    original: Size | None
    own: Size | None


def check_contracts(
    columns: Columns, golds: Golds, selection: Selection, where: Callable[[int], str]
) -> None:
    """Refuses rows whose contract says another frame, other limits or another size than counts.

    Args:
        columns: of the predictions; at least one has a contract.

    Raises:
        DataError: names which of the three it is, and both values.
    """
    first: dict[_Case, int] = {}
    for row, case in _cases(columns, golds):
        first.setdefault(case, row)
    for case, row in first.items():
        check_terms(case.terms, f"{where(row)}: contract")
        problem = _problem(case, selection)
        if problem is not None:
            raise DataError(problem[0], where(row), hint=problem[1])


def _cases(columns: Columns, golds: Golds) -> Iterator[tuple[int, _Case]]:
    sizes = zip(golds.columns["width"], golds.columns["height"], strict=True)
    own = (None if gold is None else _original(gold) for gold in columns["gold"])
    originals = map(_original, golds)
    names = ("contract", "frame", "seen")
    rows = zip(*(columns[name] for name in names), sizes, originals, own, strict=True)
    for number, (terms, *rest) in enumerate(rows):
        if terms is not None:
            yield number, _Case(terms, *rest)


def _original(gold: Gold) -> Size:
    return gold.original or (gold.width, gold.height)


def _problem(case: _Case, selection: Selection) -> tuple[str, str] | None:
    """What contradicts the contract, and what to do about it."""
    terms, rule = case.terms, rule_of(case.terms)
    frame = selection.frame or case.frame
    if frame is not None and frame != terms.frame:
        who = "--frame or --model-family says" if selection.frame else "the row says"
        return f"frame: the model writes {terms.frame} by its contract, {who} {frame}", _RIGHT
    if terms.frame == "pixel" and case.own not in (None, case.original):
        return f"image size: {_differ(case.own, case.original, 'screenshot')}", _ANEW
    if terms.frame != "resized" or rule is None:
        return None
    if selection.rule not in (None, rule):
        what = f"size limits: the model sees {_limits(rule)} by its contract"
        return f"{what}, --model-family says {_limits(selection.rule)}", _RIGHT
    return _wrong_size(case, rule)


def _wrong_size(case: _Case, rule: ResizeRule) -> tuple[str, str] | None:
    """Whether the model would have seen the image in another size than the row says."""
    try:
        expected = rule.apply(case.size)
    except ValueError as error:
        return f"image size: the model cannot see the dataset's image: {error}", _ANEW
    if (case.seen or case.size) == expected:
        return None
    image = f"of the dataset's image, {_by(case.size)}, it sees {_by(expected)}"
    if case.seen is None:
        what = f"size limits: the model sees {_limits(rule)} by its contract; {image}"
        return f"{what}, but the row does not say so", _ANEW
    return f"image size: the model saw {_by(case.seen)}; {image}", _ANEW


def check_images(columns: Columns, golds: Sequence[Gold], where: Callable[[int], str]) -> None:
    """Refuses answers in pixels of an image of another size than the dataset's."""
    names = ("gold", "frame", "seen")
    rows: Iterable[tuple[Gold | None, FrameName | None, Size | None]]
    rows = zip(*(columns[name] for name in names), strict=True)
    for row, ((own, frame, seen), gold) in enumerate(zip(rows, golds, strict=True)):
        if own is None or frame != "resized" or seen is not None:
            continue
        sizes = (own.width, own.height), (gold.width, gold.height)
        if sizes[0] != sizes[1]:
            raise DataError(f"image size: {_differ(*sizes, 'image')}", where(row), hint=_ANEW)


def _differ(own: Size | None, other: Size | None, what: str) -> str:
    return f"the answer is in pixels of {_an(what)} of {_by(own)}, the dataset's is {_by(other)}"


def _an(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _by(size: Size | None) -> str:
    return "unknown size" if size is None else f"{size[0]}x{size[1]}"


def _limits(rule: ResizeRule | None) -> str:
    assert rule is not None
    return f"{rule.min_pixels:,} to {rule.max_pixels:,} pixels in cells of {rule.factor}"
