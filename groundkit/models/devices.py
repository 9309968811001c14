"""The device that a model runs on and the type of its weights."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from groundkit.errors import OptionError

if TYPE_CHECKING:
    import torch


def prepare_torch() -> None:
    """Makes threads of torch that wait for each other leave the core to others, unless the
    environment says otherwise: awake, a small model takes thirty times as long on a machine that is
    busy. Must come before torch is loaded."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def flush_denormals() -> None:
    """Lets this process count numbers below 1e-38 as 0, where the processor can.

    A trained model is sure of where it looks, so that most of its attention is smaller than that,
    and a CPU multiplies such numbers a hundred times slower. It holds for all that the process
    computes, so only a command line that owns its process does it.
    """
    prepare_torch()
    import torch

    torch.set_flush_denormal(True)


def choose_device(name: str | None) -> torch.device:
    """The device of that name, or the best there is.

    Raises:
        OptionError: there is no such device.
    """
    prepare_torch()
    import torch

    if name is None:
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device).sum().item()  # `meta` has shapes without numbers
    except (RuntimeError, AssertionError, NotImplementedError, ImportError):
        known = ["cpu"]
        known += [f"cuda:{i}" for i in range(torch.cuda.device_count())]
        known += ["mps"] if torch.backends.mps.is_available() else []
        raise OptionError(f"no device {name!r} here", "--device", known) from None
    return device


def choose_dtype(name: str | None, device: torch.device) -> torch.dtype:
    """The type of that name; None: bfloat16 on a GPU that has it, else float16 or, on a CPU,
    float32.

    Raises:
        OptionError: there is no such type.
    """
    import torch

    known = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
    if name is not None:
        if name not in known:
            raise OptionError(f"no type {name!r}", "--dtype", known)
        return known[name]
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.float32 if device.type == "cpu" else torch.float16
