"""Loads a model with its processor and its contract, by name, by path or from the hub."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundkit.contract import Contract, contract_for_family, contract_of, guess_family
from groundkit.errors import DataError, GroundkitError, OptionError

if TYPE_CHECKING:
    import torch

TINY = "tiny"
INSTALL = "pip install 'groundkit[train]'"
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_ADAPTER_FILE = "adapter_config.json"
_CONFIG_FILE = "config.json"


@dataclass(frozen=True)
class LoadedModel:
    """A model that is ready to answer.

    Attributes:
        model: of transformers, on its device, in evaluation mode.
        processor: its processor, with the limits of the contract.
        contract: how to ask it and how to read its numbers.
        name: what the user called it.
    """

    model: Any
    processor: Any
    contract: Contract
    name: str


def load_model(
    name: str,
    *,
    adapter: Path | None = None,
    device: str | None = None,
    dtype: str | None = None,
    contract: Contract | None = None,
) -> LoadedModel:
    """A model by name: `tiny`, a folder, or a repository of the hub.

    Args:
        adapter: folder of a LoRA adapter to put on it; its contract, if it has one, is the one
            that counts.
        device: `cpu`, `cuda`, `cuda:1`, `mps`; None for the best there is.
        dtype: `float32`, `bfloat16` or `float16`; None for what suits the device.
        contract: the one that counts; None for that of the model.

    Raises:
        OptionError: no such model, device or type.
        DataError: the files of the model or its contract cannot be used.
        GroundkitError: torch, transformers or peft is not installed.
    """
    need_extra()
    _wait_asleep()
    from groundkit.models.processors import allow_missing_torchvision

    quieten()
    allow_missing_torchvision()
    where = find_model(name)
    if adapter is not None:
        _check_adapter(adapter)
    chosen = choose_device(device)
    model = _load_weights(where, name, choose_dtype(dtype, chosen))
    if adapter is not None:
        model = _put_on(model, adapter)
    model = _move(model, chosen)
    contract = contract or _contract(where, name, adapter, model)
    processor = load_processor(where, contract)
    return LoadedModel(model.eval(), processor, contract, name)


def find_model(name: str) -> str:
    """What `from_pretrained` is given: the path of a folder, or the id of a repository.

    Raises:
        OptionError: it looks like a folder that is not there.
        DataError: the folder holds no model.
    """
    if name == TINY:
        return str(tiny_folder())
    path = Path(name).expanduser()
    if path.is_dir():
        _check_folder(path)
        return str(path.resolve())
    if path.exists():
        raise OptionError(f"{name} is a file; a model is a folder", "--model")
    parts = name.split("/")
    if path.is_absolute() or name.startswith((".", "~")) or len(parts) != 2 or not all(parts):
        raise OptionError(
            f"no model at {name!r}",
            "--model",
            choices=(TINY, "a folder with config.json", "an id on the hub such as Qwen/NAME"),
        )
    return name


def tiny_folder() -> Path:
    """The checkpoint that ships with groundkit.

    Raises:
        DataError: this installation has none.
    """
    folder = Path(str(resources.files("groundkit") / "tiny" / "checkpoint"))
    if not (folder / _CONFIG_FILE).is_file():
        raise DataError("the tiny model is missing", str(folder), hint="install groundkit again")
    return folder


def _check_folder(path: Path) -> None:
    if (path / _CONFIG_FILE).is_file():
        if not any(found for pattern in _WEIGHTS for found in path.glob(pattern)):
            raise DataError("config.json has no weights beside it", str(path))
        return
    if (path / _ADAPTER_FILE).is_file():
        base = _base_of(path)
        raise OptionError(
            f"{path} is an adapter, not a model",
            "--model",
            hint=f"--model {base} --adapter {path}",
        )
    raise DataError("the folder holds no model: no config.json", str(path))


def _base_of(adapter: Path) -> str:
    """The model that an adapter was trained on, as far as it says."""
    try:
        found = json.loads((adapter / _ADAPTER_FILE).read_bytes())
        base = found["base_model_name_or_path"]
    except (OSError, ValueError, KeyError, TypeError):
        return "MODEL"
    return base if isinstance(base, str) and base else "MODEL"


def _check_adapter(path: Path) -> None:
    if not (path / _ADAPTER_FILE).is_file():
        raise OptionError(f"no adapter at {str(path)!r}: no {_ADAPTER_FILE}", "--adapter")
    _need("peft")


def need_extra() -> None:
    """Raises a GroundkitError if torch or transformers is not installed."""
    _need("torch", "transformers")


def _need(*modules: str) -> None:
    """Says how to install what is missing."""
    from importlib.util import find_spec

    for module in modules:
        if find_spec(module) is None:
            raise GroundkitError(f"models need {module}, which is not installed", hint=INSTALL)


def _wait_asleep() -> None:
    """Threads of torch that wait for each other leave the core to others, unless the environment
    says otherwise: awake, a small model takes thirty times as long on a machine that is busy. Must
    come before torch is loaded."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def choose_device(name: str | None) -> torch.device:
    """The device of that name, or the best there is.

    Raises:
        OptionError: there is no such device.
    """
    import torch

    if name is None:
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError):
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


def _load_weights(where: str, name: str, dtype: torch.dtype) -> Any:
    from transformers import AutoModelForImageTextToText

    try:
        return AutoModelForImageTextToText.from_pretrained(where, dtype=dtype)
    except _failures() as error:
        raise _explain(error, name, where) from None


def load_processor(where: str, contract: Contract) -> Any:
    """The processor of a model, which resizes as the contract says: an image of a size that the
    contract gives keeps it.

    Raises:
        DataError: the files cannot be used.
    """
    from transformers import AutoProcessor

    from groundkit.models.processors import allow_missing_torchvision

    allow_missing_torchvision()
    try:
        processor = AutoProcessor.from_pretrained(where)
    except _failures() as error:
        raise _explain(error, where, where) from None
    if contract.rule is not None:
        _check_factor(processor.image_processor, contract.rule.factor, where)
        limits = {"shortest_edge": contract.min_pixels, "longest_edge": contract.max_pixels}
        processor.image_processor.size = limits
    tokenizer = getattr(processor, "tokenizer", None)
    if tokenizer is not None:
        tokenizer.padding_side = "left"  # answers are written after the padding
    return processor


def _check_factor(images: Any, factor: int, where: str) -> None:
    """Refuses a processor that resizes what the contract resized once more, to other multiples."""
    patch, merged = getattr(images, "patch_size", None), getattr(images, "merge_size", None)
    if isinstance(patch, int) and isinstance(merged, int) and patch * merged != factor:
        what = f"images become multiples of {patch * merged} px by the processor, of {factor} px by"
        hint = "correct `factor` in groundkit.json, or name the right --model-family"
        raise DataError(f"{what} the contract", where, hint=hint)


def quieten() -> None:
    """No progress bars of transformers on a loading that takes a moment, and no line for each
    attempt to reach a hub that is not there: the error says it once."""
    import logging

    from transformers.utils import logging as own

    own.disable_progress_bar()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)


def _failures() -> tuple[type[Exception], ...]:
    """What transformers raises for a checkpoint that is missing or broken."""
    from safetensors import SafetensorError

    return (OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError, SafetensorError)


def _explain(error: Exception, name: str, where: str) -> DataError:
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


def _put_on(model: Any, adapter: Path) -> Any:
    """The model with a LoRA adapter on it."""
    from peft import PeftModel

    try:
        return PeftModel.from_pretrained(model, str(adapter))
    except _failures() as error:
        raise _explain(error, str(adapter), str(adapter)) from None


def _move(model: Any, device: torch.device) -> Any:
    try:
        return model.to(device)
    except RuntimeError as error:  # out of memory, above all
        said = " ".join(str(error).split())[:200]
        raise OptionError(f"the model does not fit: {said}", "--device") from None


def _contract(where: str, name: str, adapter: Path | None, model: Any) -> Contract:
    """The contract of the adapter, of the model, or of the family of its name or its type."""
    for folder in (adapter, Path(where)):
        if folder is not None and (contract := contract_of(folder)):
            return contract
    model_type = str(getattr(model.config, "model_type", ""))
    # Of a folder only its own name: what it lies in may be called anything.
    family = guess_family(Path(name).name if Path(where).is_dir() else name, model_type)
    if family is None:
        raise OptionError(
            f"what {name} writes its coordinates in is not known (type {model_type or 'unknown'})",
            "--model",
            hint="put a groundkit.json beside its weights",
        )
    return contract_for_family(family)
