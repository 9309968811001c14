"""A recipe as the settings of the trainer."""

from __future__ import annotations

import dataclasses
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from groundkit.errors import DataError
from groundkit.recipe import Recipe

_METRICS = {"iou": "eval_iou", "hit": "eval_hit", "iou50": "eval_iou50"}


def make_settings(recipe: Recipe, device_type: str, *, bf16: bool) -> Any:
    """trl's SFTConfig for a recipe.

    Args:
        device_type: `cpu`, `cuda` or `mps`.
        bf16: whether the device computes in it.

    Raises:
        DataError: the trainer has no such setting, or not such a value; names the key.
    """
    from trl import SFTConfig

    _check_names(recipe.trainer, [field.name for field in dataclasses.fields(SFTConfig)])
    settings = _defaults(recipe) | recipe.trainer | _ours(recipe, device_type, bf16=bf16)
    try:
        return SFTConfig(**settings)
    except (TypeError, ValueError, ImportError) as error:
        said = " ".join(str(error).split())[:300]
        raise DataError(f"the trainer does not take it: {said}", "trainer") from None


def _check_names(given: dict[str, Any], known: list[str]) -> None:
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, 1)
            what = f"unknown setting; did you mean {near[0]}?" if near else "unknown setting"
            hint = "" if near else "see the documentation of trl's SFTConfig"
            raise DataError(what, f"trainer.{name}", hint=hint)


def _defaults(recipe: Recipe) -> dict[str, Any]:
    """What suits training on screens, where the recipe does not say otherwise."""
    steps = recipe.eval.steps if recipe.eval.limit else 0
    return {
        "learning_rate": 1e-5 if recipe.model.train == "full" else 1e-4,
        "per_device_train_batch_size": 8,
        "gradient_checkpointing": recipe.model.name != "tiny",
        "report_to": [],
        "logging_steps": 5,
        "save_strategy": "steps" if steps else "no",
        "save_steps": steps or 500,
        "save_total_limit": 2,
        "ddp_find_unused_parameters": False,  # every batch has images
    }


def _ours(recipe: Recipe, device_type: str, *, bf16: bool) -> dict[str, Any]:
    """What the recipe says in keys of its own, and what trl must not do."""
    steps = recipe.eval.steps if recipe.eval.limit else 0
    on_cpu = device_type == "cpu"
    precision = recipe.launch.precision
    return {
        "output_dir": str(Path(recipe.output) / "checkpoints"),
        "seed": recipe.seed,
        "data_seed": recipe.seed,
        "use_cpu": on_cpu,
        "bf16": precision == "bf16" or (precision == "auto" and bf16),
        "fp16": precision == "fp16",
        "dataloader_pin_memory": not on_cpu,
        "eval_strategy": "steps" if steps else "no",
        "eval_steps": steps or None,
        "load_best_model_at_end": bool(steps),
        "metric_for_best_model": _METRICS[recipe.eval.metric] if steps else None,
        "greater_is_better": True if steps else None,
        # An answer that is cut off trains nothing, without a word.
        "max_length": None,
        # NaN shall be seen: the default writes the mean of before in its place.
        "logging_nan_inf_filter": False,
        "remove_unused_columns": False,
        "disable_tqdm": True,
    }
