"""Changes that need less memory, each as the fields of a setup that it changes.

Every remedy looks at the setup as it is by then; None means that it has nothing to change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from groundkit.memory.largest import Card, changed, fits_card, largest_image, largest_rows
from groundkit.memory.setup import Setup
from groundkit.memory.shape import ModelShape

Fields = dict[str, Any]
"""Fields of a `Setup` with new values."""
Remedy = Callable[[ModelShape, Setup, Card], Fields | None]

_MOST_DEVICES = 1024
_SMALLEST_SHARE = 4
"""An image is first shrunk to no less than a quarter of its pixels, which is half of each side."""


def _logits(shape: ModelShape, setup: Setup, card: Card) -> Fields | None:
    if setup.logits != "full":
        return None
    # A fused head is trl's for the loss of all tokens; what samples looks at answers alone.
    return {"logits": "answer" if setup.samples else "fused"}


def _packing(shape: ModelShape, setup: Setup, card: Card) -> Fields | None:
    wanted = setup.method == "sft" and setup.queries > 1 and not setup.packed
    return {"packed": True} if wanted else None


def _checkpoints(shape: ModelShape, setup: Setup, card: Card) -> Fields | None:
    return None if setup.checkpointing else {"checkpointing": True}


def _fewer_rows(shape: ModelShape, setup: Setup, card: Card) -> Fields | None:
    """As many as fit, or as few as can be, which further changes start from."""
    least = 2 if setup.method == "kto" else 1  # kto pairs rows (trl 1.16, kto_trainer.py)
    rows = max(least, largest_rows(shape, setup, card))
    return {"rows": rows} if rows < setup.rows else None


def _sharded(shape: ModelShape, setup: Setup, card: Card) -> Fields | None:
    """The least sharding over the devices there are that fits, or all of it."""
    whole = setup.strategy in ("zero3", "fsdp") or setup.mode == "qlora"
    if setup.devices == 1 or whole:
        return None
    for strategy in ("zero2", "fsdp"):
        if strategy == "fsdp" or fits_card(shape, changed(setup, strategy=strategy), card):
            return {"strategy": strategy}
    return None


def _small_states(shape: ModelShape, setup: Setup, card: Card) -> Fields | None:
    return {"optimizer": "adamw_8bit"} if setup.optimizer in ("adamw", "muon") else None


def _half(shape: ModelShape, setup: Setup, card: Card) -> Fields | None:
    """The frozen model under adapters needs no float32."""
    return {"dtype": "bfloat16"} if setup.adapters and setup.dtype == "float32" else None


def _smaller_image(shape: ModelShape, setup: Setup, card: Card) -> Fields | None:
    return _shrink(shape, setup, card, _SMALLEST_SHARE)


def _smallest_image(shape: ModelShape, setup: Setup, card: Card) -> Fields | None:
    return _shrink(shape, setup, card, None)


def _shrink(shape: ModelShape, setup: Setup, card: Card, share: int | None) -> Fields | None:
    """The largest image that fits, unless it is smaller than a share of what was asked."""
    found = largest_image(shape, setup, card)
    if found is None:
        return None
    pixels, asked = found.size[0] * found.size[1], setup.image[0] * setup.image[1]
    if pixels >= asked or (share is not None and pixels * share < asked):
        return None
    return {"image": found.size}


def _adapters(shape: ModelShape, setup: Setup, card: Card) -> Fields | None:
    if setup.adapters:
        return None
    return {"mode": "lora", "parts": ("llm",), "dtype": "bfloat16", "optimizer": "adamw"}


def _four_bits(shape: ModelShape, setup: Setup, card: Card) -> Fields | None:
    # Quantised weights are not sharded by DeepSpeed, and by FSDP only with settings of its own.
    return {"mode": "qlora", "strategy": "ddp"} if setup.mode == "lora" else None


def more_devices(shape: ModelShape, setup: Setup, card: Card) -> Fields | None:
    """The fewest, by doubling, over which the weights have to be shared."""
    if setup.mode == "qlora":
        return None
    devices = 2 * setup.devices
    while devices <= _MOST_DEVICES:
        fields: Fields = {"devices": devices, "strategy": "fsdp"}
        if fits_card(shape, changed(setup, **fields), card):
            return fields
        devices *= 2
    return None


REMEDIES: tuple[tuple[str, Remedy], ...] = (
    # First what leaves the training as it is, then what changes it, the least first.
    ("logits of answers only, or in chunks", _logits),
    ("questions about a screen in one sequence", _packing),
    ("gradient checkpointing", _checkpoints),
    ("fewer rows at once, more accumulation", _fewer_rows),
    ("states sharded over the devices", _sharded),
    ("weights that are frozen in bfloat16", _half),
    ("an optimizer of 8 bits", _small_states),
    ("smaller images", _smaller_image),
    ("LoRA instead of all weights", _adapters),
    ("fewer rows at once, more accumulation", _fewer_rows),
    ("smaller images", _smaller_image),
    ("QLoRA: the model in 4 bits", _four_bits),
    ("images smaller than half of each side", _smallest_image),
)
"""In words, and how to find the fields, in the order of what they cost."""
