"""What types cannot say of a recipe: ranges, and keys that do not go together."""

from __future__ import annotations

from collections.abc import Iterator

from groundkit.errors import DataError
from groundkit.recipe.keys import Recipe, Source

_OURS = {
    "output_dir": "output",
    "seed": "seed",
    "data_seed": "seed",
    "model_init_kwargs": "model",
    "packing": "data.pack",
    "bf16": "launch.precision",
    "fp16": "launch.precision",
    "fsdp": "launch.strategy",
    "deepspeed": "launch.strategy",
    "eval_steps": "eval.steps",
    "eval_strategy": "eval.steps",
    "per_device_eval_batch_size": "eval.batch_size",
    "load_best_model_at_end": "eval.metric",
    "metric_for_best_model": "eval.metric",
}
"""Settings of trl that groundkit makes from keys of its own."""


def check(recipe: Recipe, where: str) -> None:
    """Raises a DataError that names the first key that cannot be used."""
    for key, what, hint in _problems(recipe):
        raise DataError(what, f"{where}: {key}", hint=hint)


def sources_of(recipe: Recipe) -> tuple[Source, ...]:
    """The datasets that it is trained on."""
    given = recipe.data.train
    several = (given,) if isinstance(given, str) else given
    return tuple(Source(path=one) if isinstance(one, str) else one for one in several)


def _problems(recipe: Recipe) -> Iterator[tuple[str, str, str]]:
    yield from _ranges(recipe)
    yield from _contradictions(recipe)
    for name, ours in _OURS.items():
        if name in recipe.trainer:
            yield f"trainer.{name}", "groundkit makes it from a key of its own", f"set {ours}"


def _ranges(recipe: Recipe) -> Iterator[tuple[str, str, str]]:
    sources = sources_of(recipe)
    if not sources:
        yield "data.train", "no dataset", ""
    if any(not 0 < source.weight < 1e3 for source in sources):
        yield "data.train", "weights are greater than 0 and less than 1,000", ""
    least = {
        "model.layers": (recipe.model.layers, 1),
        "lora.rank": (recipe.lora.rank, 1),
        "lora.alpha": (recipe.lora.alpha, 1),
        "data.limit": (recipe.data.limit, 1),
        "data.pack_tokens": (recipe.data.pack_tokens, 64),
        "eval.limit": (recipe.eval.limit, 0),
        "eval.steps": (recipe.eval.steps, 0),
        "eval.patience": (recipe.eval.patience, 0),
        "eval.batch_size": (recipe.eval.batch_size, 1),
        "eval.max_new_tokens": (recipe.eval.max_new_tokens, 1),
        "guards.bad_steps": (recipe.guards.bad_steps, 1),
        "guards.still_steps": (recipe.guards.still_steps, 1),
        "launch.processes": (recipe.launch.processes, 1),
        "launch.machines": (recipe.launch.machines, 1),
        "launch.port": (recipe.launch.port, 1),
        "seed": (recipe.seed, 0),
    }
    for key, (value, smallest) in least.items():
        if value is not None and value < smallest:
            yield key, f"{value:,} is less than {smallest:,}", ""
    if not 0 <= recipe.lora.dropout < 1:
        yield "lora.dropout", f"no share of inputs: {recipe.lora.dropout:g}", ""
    if not 0 <= recipe.data.coordinate_weight <= 100:
        yield "data.coordinate_weight", "a weight from 0 to 100", ""


def _contradictions(recipe: Recipe) -> Iterator[tuple[str, str, str]]:
    mode, parts = recipe.model.train, recipe.model.parts
    if mode == "lora" and not recipe.lora.parts:
        yield "lora.parts", "nothing gets an adapter", "name llm, merger or vision"
    if mode == "full" and not parts:
        yield "model.parts", "nothing is trained", "name llm, merger or vision"
    trained = recipe.lora.parts if mode == "lora" else parts if mode == "full" else ("llm",)
    for part in ("vision", "merger"):
        if getattr(recipe.model, f"{part}_lr") is not None and part not in trained:
            yield f"model.{part}_lr", f"the {part} is not trained", f"add {part} to the parts"
    if recipe.data.pack == "shared-image" and recipe.model.attention == "flash_attention_2":
        what = "flash attention cannot see which question a token belongs to"
        yield "model.attention", what, "attention: sdpa, or data.pack: none"
    if recipe.eval.patience and not recipe.eval.steps:
        yield "eval.patience", "there is one evaluation only", "set eval.steps"
