"""The designs, one a file."""

from __future__ import annotations

from groundkit.synth.designs import (
    admin,
    cupertino,
    desktop,
    flat,
    handset,
    ledger,
    market,
    material,
    messenger,
    poster,
    studio,
)
from groundkit.synth.theme import Design

ALL: dict[str, Design] = {
    module.DESIGN.name: module.DESIGN
    for module in (
        *(flat, material, desktop, cupertino, admin, messenger, market, handset, studio),
        *(poster, ledger),
    )
}

DESIGNS: tuple[str, ...] = tuple(ALL)
UNSEEN_DESIGNS: tuple[str, ...] = tuple(name for name in ALL if ALL[name].unseen)
"""Never trained on by a base model: the app that a model has never seen."""
KNOWN_DESIGNS: tuple[str, ...] = tuple(name for name in ALL if not ALL[name].unseen)
"""What `mixed` draws from."""
