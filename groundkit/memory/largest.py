"""The largest image and the largest batch that fit a card, found by planning again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from groundkit.errors import DataError
from groundkit.geometry import ResizeRule, Size
from groundkit.memory.plan import plan_memory
from groundkit.memory.setup import Setup
from groundkit.memory.shape import ModelShape
from groundkit.memory.tokens import image_tokens

_MOST_ROWS = 4096


class Card(msgspec.Struct, frozen=True):
    """What a plan has to fit.

    Attributes:
        gib: memory of each device, of which all is ours.
        screen: (width, height) of the screenshots as they come.
        rule: the limits of the contract, which no image leaves.
    """

    gib: float
    screen: Size
    rule: ResizeRule


class LargestImage(msgspec.Struct, frozen=True):
    """An image that fits.

    Attributes:
        size: (width, height) that the model sees, multiples of the contract's factor.
        max_pixels: the limit that leads to that size.
        tokens: of it in the language model.
    """

    size: Size
    max_pixels: int
    tokens: int


def largest_image(shape: ModelShape, setup: Setup, card: Card) -> LargestImage | None:
    """The largest image with the proportions of the screen that fits, no larger than the screen.

    Raises:
        DataError: the screen is empty, or too long and thin.
    """
    cell = card.rule.factor**2
    least, most = -(-card.rule.min_pixels // cell), card.rule.max_pixels // cell

    def at(cells: int) -> LargestImage:
        return _image(shape, card, cells * cell)

    def fits(cells: int) -> bool:
        return fits_card(shape, changed(setup, image=at(cells).size), card)

    found = _last(fits, max(least, 1), most)
    return None if found is None else at(found)


def _image(shape: ModelShape, card: Card, max_pixels: int) -> LargestImage:
    rule = ResizeRule(card.rule.factor, card.rule.min_pixels, max_pixels)
    try:
        size = rule.apply(card.screen)
    except ValueError as error:
        raise DataError(str(error)) from None
    return LargestImage(size, max_pixels, image_tokens(shape.vision, size))


def largest_rows(shape: ModelShape, setup: Setup, card: Card) -> int:
    """How many screens fit at once."""

    def fits(rows: int) -> bool:
        return fits_card(shape, changed(setup, rows=rows), card)

    return _last(fits, 1, _MOST_ROWS) or 0


def _last(fits: Callable[[int], bool], low: int, high: int) -> int | None:
    """The last number that fits, where all before it do."""
    if low > high or not fits(low):
        return None
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def changed(setup: Setup, **fields: Any) -> Setup:
    """The setup with other values."""
    return msgspec.structs.replace(setup, **fields)


def fits_card(shape: ModelShape, setup: Setup, card: Card) -> bool:
    """Whether a training fits."""
    return plan_memory(shape, setup, card.gib).fits(card.gib)
