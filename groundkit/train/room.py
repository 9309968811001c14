"""How much memory a recipe needs, from its words and the model's config.json alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from groundkit.contract import contract_for_family
from groundkit.errors import GroundkitError, OptionError
from groundkit.families import guess_family
from groundkit.geometry import RESIZE_RULES, ResizeRule, Size
from groundkit.memory.published import find_shape
from groundkit.memory.setup import OPTIMIZERS, Optimizer, Setup, Strategy
from groundkit.memory.shape import ModelShape
from groundkit.models.contracts import contract_of_model
from groundkit.models.find import TINY, tiny_folder
from groundkit.predict.samples import choose_samples
from groundkit.recipe import Recipe
from groundkit.recipe.check import sources_of

_SCREEN = (1932, 1092)
"""What Qwen2.5-VL sees of a screenshot in 1080p."""
_TEXT, _ANSWER = 110, 40
_STRATEGIES: dict[str, Strategy] = {
    "ddp": "ddp",
    "fsdp2": "fsdp",
    "zero1": "zero1",
    "zero2": "zero2",
    "zero3": "zero3",
}
_SHORT = {"adamw_torch": "adamw", "adamw_torch_fused": "adamw", "adamw_bnb_8bit": "adamw_8bit"}


class Screens(NamedTuple):
    """What a plan must know of the data.

    Attributes:
        image: width and height of the largest.
        queries: most questions about one image.
        known: whether the dataset was read; else it is a guess.
    """

    image: Size
    queries: int
    known: bool


def shape_of(recipe: Recipe) -> ModelShape:
    """The shape of the recipe's model; of a published one without its config.json.

    Raises:
        OptionError, DataError: it is not known.
    """
    name = recipe.model.name
    return find_shape(str(tiny_folder()) if name == TINY else name)


def limits_of(recipe: Recipe) -> ResizeRule:
    """How the model's images are resized, without asking a hub."""
    name = recipe.model.name
    if name == TINY or Path(name).expanduser().is_dir():
        rule = contract_of_model(name).contract.rule
    else:
        guess = guess_family(name)
        rule = contract_for_family(guess.family).rule if guess else None
    return rule or RESIZE_RULES["qwen2.5-vl"]


def screens_of(recipe: Recipe) -> Screens:
    """The largest image of the datasets and the most questions about one."""
    images: dict[Path, Size] = {}
    counts: Counter[Path] = Counter()
    try:
        for source in sources_of(recipe):
            asked = choose_samples(Path(source.path), recipe.data.split, recipe.data.limit)
            for sample in asked.samples:
                path = asked.folder / sample.image
                images[path] = (sample.width, sample.height)
                counts[path] += 1
    except GroundkitError:
        return Screens(_SCREEN, 8, False)
    largest = max(images.values(), key=lambda size: size[0] * size[1])
    return Screens(largest, max(counts.values()), True)


def setup_of(recipe: Recipe, screens: Screens) -> Setup:
    """A recipe in the words of the planner.

    Raises:
        OptionError: an optimizer that the planner does not know.
    """
    settings = recipe.trainer
    size = int(settings.get("per_device_train_batch_size", 8))
    packed = recipe.data.pack == "shared-image" and screens.queries > 1
    queries = min(screens.queries, size) if packed else 1
    lora = recipe.model.train == "lora"
    mixed = recipe.launch.precision in ("auto", "bf16") and recipe.model.name != TINY
    dtype: Any = recipe.model.dtype
    if dtype not in ("float32", "bfloat16"):
        dtype = "bfloat16" if lora and mixed else "float32"
    return Setup(
        mode="lora" if lora else "freeze",
        parts=recipe.lora.parts if lora else recipe.model.parts,
        rank=recipe.lora.rank,
        dropout=recipe.lora.dropout if lora else 0.0,
        dtype=dtype,
        mixed=mixed,
        optimizer=_optimizer(settings),
        strategy=_STRATEGIES[recipe.launch.strategy],
        devices=recipe.launch.processes * recipe.launch.machines,
        checkpointing=bool(settings.get("gradient_checkpointing", recipe.model.name != TINY)),
        rows=-(-size // queries),
        queries=queries,
        packed=packed,
        text=_TEXT,
        answer=_ANSWER,
        image=screens.image,
        logits="answer",
    )


def _optimizer(settings: dict[str, Any]) -> Optimizer:
    name = str(settings.get("optim", "adamw"))
    short = _SHORT.get(name, name)
    known = next((one for one in OPTIMIZERS if one == short), None)
    if known is None:
        raise OptionError(f"the memory of {name} is not known", "trainer.optim", OPTIMIZERS)
    return known
