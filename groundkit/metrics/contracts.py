"""What rows say of their model, held against what they are scored with.

A number in pixels of an image that the model did not see means nothing, and nobody sees it in a
mean. So a row that says under which contract it was written is not scored under another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
    """What rows have in common that are checked once: their contract, frame and seen size, and the
    size of the image that they are scored against."""

    terms: Terms
    frame: FrameName | None
    seen: Size | None
    width: int
    height: int


def check_contracts(
    columns: Columns, golds: Golds, selection: Selection, where: Callable[[int], str]
) -> None:
    """Refuses rows whose contract says another frame, other limits or another size than counts.

    Args:
        columns: of the predictions; at least one has a contract.

    Raises:
        DataError: names which of the three it is, and both values.
    """
    said = (columns[name] for name in ("contract", "frame", "seen"))
    rows = list(zip(*said, golds.columns["width"], golds.columns["height"], strict=True))
    for key in dict.fromkeys(rows):
        if key[0] is not None:
            problem = _problem(_Case(*key), selection)
            if problem is not None:
                raise DataError(problem[0], where(rows.index(key)), hint=problem[1])
    if any(key[0] is not None and key[0].frame == "pixel" for key in set(rows)):
        _check_screenshots(columns, golds, where)


def _problem(case: _Case, selection: Selection) -> tuple[str, str] | None:
    """What contradicts the contract, and what to do about it."""
    terms, frame = case.terms, selection.frame or case.frame
    try:
        check_terms(terms, "contract")
    except DataError as error:
        return f"{error.where}: {error.what}", "write what the model was trained with, or nothing"
    if frame is not None and frame != terms.frame:
        who = "--frame or --model-family says" if selection.frame else "the row says"
        return f"frame: the model writes {terms.frame} by its contract, {who} {frame}", _RIGHT
    rule = rule_of(terms)
    if terms.frame != "resized" or rule is None:
        return None
    if selection.rule not in (None, rule):
        what = f"size limits: the model sees {_limits(rule)} by its contract"
        return f"{what}, --model-family says {_limits(selection.rule)}", _RIGHT
    return _wrong_size(case, rule)


def _wrong_size(case: _Case, rule: ResizeRule) -> tuple[str, str] | None:
    """Whether the model would have seen the image in another size than the row says."""
    size = (case.width, case.height)
    try:
        expected = rule.apply(size)
    except ValueError as error:
        return f"image size: the model cannot see the dataset's image: {error}", _ANEW
    if (case.seen or size) == expected:
        return None
    image = f"of the dataset's image, {_by(size)}, it sees {_by(expected)}"
    if case.seen is None:
        what = f"size limits: the model sees {_limits(rule)} by its contract; {image}"
        return f"{what}, but the row does not say so", _ANEW
    return f"image size: the model saw {_by(case.seen)}; {image}", _ANEW


def _check_screenshots(columns: Columns, golds: Golds, where: Callable[[int], str]) -> None:
    """Refuses answers in pixels of a screenshot of another size than the dataset's."""
    pairs = zip(columns["contract"], columns["gold"], golds, strict=True)
    for row, (terms, own, gold) in enumerate(pairs):
        if terms is None or terms.frame != "pixel" or own is None:
            continue
        _check_equal(_original(own), _original(gold), "a screenshot", where, row)


def _original(gold: Gold) -> Size:
    return gold.original or (gold.width, gold.height)


def check_images(columns: Columns, golds: Sequence[Gold], where: Callable[[int], str]) -> None:
    """Refuses answers in pixels of an image of another size than the dataset's."""
    names = ("gold", "frame", "seen")
    rows: Iterable[tuple[Gold | None, FrameName | None, Size | None]]
    rows = zip(*(columns[name] for name in names), strict=True)
    for row, ((own, frame, seen), gold) in enumerate(zip(rows, golds, strict=True)):
        if own is None or frame != "resized" or seen is not None:
            continue
        sizes = (own.width, own.height), (gold.width, gold.height)
        _check_equal(*sizes, "an image", where, row)


def _check_equal(own: Size, size: Size, what: str, where: Callable[[int], str], row: int) -> None:
    if own != size:
        said = f"image size: the answer is in pixels of {what} of {_by(own)}"
        raise DataError(f"{said}, the dataset's is {_by(size)}", where(row), hint=_ANEW)


def _by(size: Size) -> str:
    return f"{size[0]}x{size[1]}"


def _limits(rule: ResizeRule | None) -> str:
    assert rule is not None
    return f"{rule.min_pixels:,} to {rule.max_pixels:,} pixels in cells of {rule.factor}"
