"""What can be wrong with a model or with what it needs, in one line."""

from __future__ import annotations

from pathlib import Path

from groundkit.errors import DataError, GroundkitError

INSTALL = "pip install 'groundkit[train]'"


def need_extra() -> None:
    """Raises a GroundkitError if torch or transformers is not installed."""
    need("torch", "transformers")


def need(*modules: str) -> None:
    """Says how to install what is missing."""
    from importlib.util import find_spec

    for module in modules:
        if find_spec(module) is None:
            raise GroundkitError(f"models need {module}, which is not installed", hint=INSTALL)


def failures() -> tuple[type[Exception], ...]:
    """What transformers raises for a checkpoint that is missing or broken."""
    from safetensors import SafetensorError

    plain = (OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError)
    return (*plain, ImportError, SafetensorError)  # flash attention may not be installed


def explain(error: Exception, name: str, where: str) -> DataError:
    """One line of what transformers said."""
    said = " ".join(str(error).split()) or type(error).__name__
    if not Path(where).is_dir():
        # Further sentences are advice on its own options and addresses.
        first = said.split(". ")[0][:200]
        return DataError(
            f"cannot get the model {name!r} from the hub: {first}",
            hint="name a folder, or check the id and the connection",
        )
    return DataError(f"not a model that can be loaded: {said[:200]}", where)


def is_memory_error(error: RuntimeError) -> bool:
    """Whether torch had no memory; on a CPU it says so in words only."""
    import torch

    return isinstance(error, torch.OutOfMemoryError) or "DefaultCPUAllocator" in str(error)
