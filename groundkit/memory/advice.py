"""What fits a card, and the changes that would make a training fit, each with what it saves: all of
it found by planning again; no saving is known beforehand."""

from __future__ import annotations

from typing import Any

import msgspec

from groundkit.memory.largest import (
    Card,
    LargestImage,
    changed,
    fits_card,
    largest_image,
    largest_rows,
)
from groundkit.memory.plan import GIB, plan_memory
from groundkit.memory.remedies import REMEDIES, Fields, more_devices
from groundkit.memory.setup import Setup
from groundkit.memory.shape import ModelShape

_WORTH = 0.05
"""GiB that a change has to save to be named."""
_SPREAD = "weights and states sharded over more devices"
_Step = tuple[str, Fields]


class Change(msgspec.Struct, frozen=True):
    """A step towards a plan that fits.

    Attributes:
        name: in words.
        fields: of the setup that change, with their new values.
        saves: GiB on each device, after the changes before it.
        total: GiB that are needed then.
    """

    name: str
    fields: dict[str, Any]
    saves: float
    total: float


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """What fits a card.

    Attributes:
        fits: as it is planned.
        largest_image: with all else as it is; None if none fits.
        largest_rows: screens at once with all else as it is, 0 if none fits.
        changes: that make it fit, in the order of what they cost; empty if it fits.
        fits_changed: with all changes.
    """

    fits: bool
    largest_image: LargestImage | None
    largest_rows: int
    changes: tuple[Change, ...]
    fits_changed: bool


def advise(shape: ModelShape, setup: Setup, card: Card) -> Advice:
    """The largest that fits a card, and what would make the plan fit.

    Raises:
        OptionError: the setup cannot be.
        DataError: the screen has no size that the model sees.
    """
    fits = fits_card(shape, setup, card)
    changes = _counted(shape, setup, [] if fits else _needed(shape, setup, card), card)
    return Advice(
        fits=fits,
        largest_image=largest_image(shape, setup, card),
        largest_rows=largest_rows(shape, setup, card),
        changes=changes,
        fits_changed=fits or bool(changes and changes[-1].total <= card.gib),
    )


def _needed(shape: ModelShape, setup: Setup, card: Card) -> list[_Step]:
    """Remedies in turn until it fits, without those that prove not to be needed."""
    taken: list[_Step] = []
    now = setup
    for name, remedy in REMEDIES:
        fields = remedy(shape, now, card)
        if fields is None or not _saves(shape, now, fields, card):
            continue
        taken.append((name, fields))
        now = changed(now, **fields)
        if fits_card(shape, now, card):
            return _without_idle(shape, setup, taken, card)
    return _spread(shape, setup, taken, card)


def _spread(shape: ModelShape, setup: Setup, taken: list[_Step], card: Card) -> list[_Step]:
    """More devices, where nothing on those there are fits: for the mode that was asked for, else
    for adapters."""
    own = [step for step in taken if "mode" not in step[1]]
    for kept in (own, [step for step in taken if step[1].get("mode") != "qlora"]):
        fields = more_devices(shape, _apply(setup, kept), card)
        if fields is not None:
            return _without_idle(shape, setup, [*kept, (_SPREAD, fields)], card)
    return taken


def _without_idle(shape: ModelShape, setup: Setup, taken: list[_Step], card: Card) -> list[_Step]:
    """Leaves out, the dearest first, what is not needed beside the rest."""
    for step in reversed(taken[:-1]):
        rest = [other for other in taken if other is not step]
        if fits_card(shape, _apply(setup, rest), card):
            taken = rest
    return taken


def _saves(shape: ModelShape, setup: Setup, fields: Fields, card: Card) -> bool:
    before = plan_memory(shape, setup, card.gib).total
    after = plan_memory(shape, changed(setup, **fields), card.gib).total
    return before - after > _WORTH * GIB


def _counted(shape: ModelShape, setup: Setup, steps: list[_Step], card: Card) -> tuple[Change, ...]:
    """The steps with what each saves after those before it."""
    changes = []
    before = plan_memory(shape, setup, card.gib).total
    for name, fields in steps:
        setup = changed(setup, **fields)
        after = plan_memory(shape, setup, card.gib).total
        changes.append(Change(name, fields, (before - after) / GIB, after / GIB))
        before = after
    return tuple(changes)


def _apply(setup: Setup, steps: list[_Step]) -> Setup:
    for _, fields in steps:
        setup = changed(setup, **fields)
    return setup
