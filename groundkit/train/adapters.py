"""What of a model is trained: an adapter, or some of its weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from groundkit.errors import DataError, OptionError
from groundkit.recipe import LoraKeys, ModelKeys, Recipe
from groundkit.recipe.keys import Part

_LINEAR = "q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj"
# The names alone would take the vision tower's gate_proj, up_proj and down_proj too.
_TARGETS: dict[Part, str] = {
    "llm": rf".*language_model.*\.({_LINEAR})",
    "vision": r".*visual\.blocks.*\.(qkv|proj|gate_proj|up_proj|down_proj|fc1|fc2)",
    "merger": r".*visual\.merger\.mlp\.(0|2)",
}
_IA3_FORWARD = r".*\.(up_proj|down_proj|gate_proj|fc1|fc2|mlp\.0|mlp\.2)"


def part_of(name: str) -> Part:
    """The part of a Qwen-VL that a weight of that name belongs to."""
    if "visual.merger." in name:
        return "merger"
    return "vision" if "visual." in name else "llm"


def targets_of(parts: Sequence[Part]) -> str:
    """A pattern for the modules of some parts that get adapters."""
    return "|".join(f"(?:{_TARGETS[part]})" for part in parts)


def set_trainable(model: Any, recipe: Recipe) -> Any:
    """The model with what the recipe trains, and all else frozen.

    Raises:
        DataError: nothing is left to train.
    """
    model.requires_grad_(False)
    if recipe.model.train == "lora":
        model = _with_adapter(model, recipe.lora)
    elif recipe.model.train == "full":
        _thaw(model, lambda name: part_of(name) in recipe.model.parts)
    else:
        last = _last_layers(model, recipe.model)
        _thaw(model, lambda name: any(layer in name for layer in last))
    if not any(weight.requires_grad for weight in model.parameters()):
        raise DataError("the recipe trains nothing of this model", "model.train")
    return model


def _thaw(model: Any, wanted: Any) -> None:
    for name, weight in model.named_parameters():
        weight.requires_grad_(wanted(name))


def _last_layers(model: Any, keys: ModelKeys) -> list[str]:
    count = len(model.model.language_model.layers)
    if keys.layers > count:
        what = f"{keys.layers} layers of a language model of {count}"
        raise DataError(what, "model.layers")
    return [f"language_model.layers.{number}." for number in range(count - keys.layers, count)]


def _with_adapter(model: Any, keys: LoraKeys) -> Any:
    from groundkit.models.problems import need

    need("peft")
    from peft import get_peft_model

    try:
        return get_peft_model(model, peft_config(keys))
    except ValueError as error:
        said = " ".join(str(error).split())[:200]
        raise OptionError(f"no adapter for this model: {said}", "lora") from None


def peft_config(keys: LoraKeys) -> Any:
    """The settings of peft for an adapter."""
    import peft

    targets = targets_of(keys.parts)
    if keys.kind == "ia3":
        return peft.IA3Config(target_modules=targets, feedforward_modules=_IA3_FORWARD)
    if keys.kind == "oft":
        return peft.OFTConfig(target_modules=targets, oft_block_size=keys.rank, r=0)
    if keys.kind == "vera":
        return peft.VeraConfig(target_modules=targets, r=keys.rank, vera_dropout=keys.dropout)
    return peft.LoraConfig(
        target_modules=targets,
        r=keys.rank,
        lora_alpha=2 * keys.rank if keys.alpha is None else keys.alpha,
        lora_dropout=keys.dropout,
        use_rslora=keys.kind == "rslora",
        use_dora=keys.kind == "dora",
        init_lora_weights="pissa" if keys.kind == "pissa" else True,
    )


def groups_of(model: Any, keys: ModelKeys, rate: float, decay: float) -> list[dict[str, Any]]:
    """Groups of trainable weights for an optimizer: by learning rate, and without decay for biases
    and norms."""
    rates = {"llm": rate, "vision": keys.vision_lr or rate, "merger": keys.merger_lr or rate}
    groups: dict[tuple[float, float], list[Any]] = {}
    for name, weight in _trainable(model):
        own = (rates[part_of(name)], decay if weight.ndim > 1 else 0.0)
        groups.setdefault(own, []).append(weight)
    return [
        {"params": weights, "lr": own_rate, "weight_decay": own_decay}
        for (own_rate, own_decay), weights in groups.items()
    ]


def _trainable(model: Any) -> Iterator[tuple[str, Any]]:
    return ((name, weight) for name, weight in model.named_parameters() if weight.requires_grad)


def trained_parts(model: Any) -> dict[str, tuple[int, int]]:
    """(trained, all) weights of each part, in the order llm, merger, vision."""
    counts: dict[str, list[int]] = {"llm": [0, 0], "merger": [0, 0], "vision": [0, 0]}
    for name, weight in model.named_parameters():
        count = counts[part_of(name)]
        count[1] += weight.numel()
        count[0] += weight.numel() if weight.requires_grad else 0
    return {part: (trained, every) for part, (trained, every) in counts.items()}
