"""Loads a model with its processor and its contract, by name, by path or from the hub."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundkit.contract import Contract
from groundkit.errors import DataError, OptionError
from groundkit.models.contracts import contract_of_model
from groundkit.models.devices import choose_device, choose_dtype, prepare_torch
from groundkit.models.find import check_adapter, find_model
from groundkit.models.problems import explain, failures, need_extra

if TYPE_CHECKING:
    import torch


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
    attention: str | None = None,
    contract: Contract | None = None,
) -> LoadedModel:
    """A model by name: `tiny`, a folder, or a repository of the hub.

    Args:
        adapter: folder of a LoRA adapter to put on it; its contract, if it has one, is the one
            that counts.
        device: `cpu`, `cuda`, `cuda:1`, `mps`; None for the best there is.
        dtype: `float32`, `bfloat16` or `float16`; None for what suits the device.
        attention: `sdpa`, `eager` or `flash_attention_2`; None for what transformers takes.
        contract: the one that counts; None for that of the model.

    Raises:
        OptionError: no such model, device or type.
        DataError: the files of the model or its contract cannot be used.
        GroundkitError: torch, transformers or peft is not installed.
    """
    need_extra()
    prepare_torch()
    from groundkit.models.processors import allow_missing_torchvision

    quieten()
    allow_missing_torchvision()
    where = find_model(name)
    if adapter is not None:
        check_adapter(adapter)
    contract = contract or contract_of_model(name, adapter).contract
    chosen = choose_device(device)
    model = _load_weights(where, name, choose_dtype(dtype, chosen), attention)
    if adapter is not None:
        model = _put_on(model, adapter)
    model = _move(model, chosen)
    processor = load_processor(where, contract)
    return LoadedModel(model.eval(), processor, contract, name)


def _load_weights(where: str, name: str, dtype: torch.dtype, attention: str | None) -> Any:
    from transformers import AutoModelForImageTextToText

    try:
        return AutoModelForImageTextToText.from_pretrained(
            where, dtype=dtype, attn_implementation=attention
        )
    except failures() as error:
        raise explain(error, name, where) from None


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
    except failures() as error:
        raise explain(error, where, where) from None
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


def _put_on(model: Any, adapter: Path) -> Any:
    """The model with a LoRA adapter on it."""
    from peft import PeftModel

    try:
        return PeftModel.from_pretrained(model, str(adapter))
    except failures() as error:
        raise explain(error, str(adapter), str(adapter)) from None


def _move(model: Any, device: torch.device) -> Any:
    try:
        return model.to(device)
    except RuntimeError as error:  # out of memory, above all
        said = " ".join(str(error).split())[:200]
        raise OptionError(f"the model does not fit: {said}", "--device") from None
