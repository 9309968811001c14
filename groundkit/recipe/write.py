"""Recipes that come with groundkit, and one for a model, a dataset and a machine."""

from __future__ import annotations

from typing import NamedTuple

from groundkit.errors import OptionError
from groundkit.recipe.keys import Strategy

TINY = "tiny"
_QWEN = "Qwen/Qwen2.5-VL-{}-Instruct"
SIZES = {"3b": _QWEN.format("3B"), "7b": _QWEN.format("7B")}


class Machine(NamedTuple):
    """What it runs on.

    Attributes:
        gpus: of each machine; 0 for a CPU.
        machines: how many.
    """

    gpus: int = 0
    machines: int = 1


class Preset(NamedTuple):
    """A recipe that has a name."""

    about: str
    model: str
    machine: Machine
    full: bool = False


PRESETS = {
    "tiny-cpu": Preset("the tiny model on a CPU, in minutes", TINY, Machine()),
    **{
        f"qwen2.5-vl-{size}-lora{name}": Preset(
            f"LoRA of Qwen2.5-VL {size.upper()} on {where}", model, machine
        )
        for size, model in SIZES.items()
        for name, where, machine in (
            ("", "one GPU", Machine(1)),
            ("-8gpu", "8 GPUs", Machine(8)),
            ("-2x8gpu", "two machines of 8 GPUs", Machine(8, 2)),
        )
    },
    "qwen2.5-vl-7b-full-fsdp2": Preset(
        "all weights of Qwen2.5-VL 7B on 8 GPUs, sharded", SIZES["7b"], Machine(8), full=True
    ),
}


def write_preset(name: str, dataset: str = "data") -> str:
    """The YAML of a recipe that comes with groundkit.

    Raises:
        OptionError: there is none of that name.
    """
    preset = PRESETS.get(name)
    if preset is None:
        raise OptionError(f"no recipe {name[:60]!r}", "NAME", PRESETS)
    return write_recipe(preset.model, dataset, preset.machine, full=preset.full, title=preset.about)


def write_recipe(
    model: str, dataset: str, machine: Machine, *, full: bool = False, title: str = ""
) -> str:
    """The YAML of a recipe for a model, a dataset and a machine.

    Args:
        full: all weights of the language model and the merger instead of an adapter.

    Raises:
        OptionError: a machine that there is not.
    """
    if machine.gpus < 0 or machine.machines < 1:
        raise OptionError(f"no machine: {machine.machines} of {machine.gpus} GPUs", "--gpus")
    lines = [f"# {title or f'Training of {model} on {dataset}.'}"]
    lines += ["method: sft", "output: run", "seed: 0", "model:", f"  name: {_quoted(model)}"]
    if full:
        lines += ["  train: full", "  parts: [llm, merger]  # the vision tower stays as it is"]
    else:
        lines += ["  train: lora"]
    lines += ["data:", f"  train: {_quoted(dataset)}", "  pack: shared-image"]
    if not full:
        lines += _lora(model)
    lines += ["trainer:  # of trl's SFTConfig", *_trainer(model, machine, full)]
    lines += ["eval:  # by answers to questions about screens of the split val"]
    limit, steps = (100, 50) if model == TINY else (200, 100)
    lines += [f"  limit: {limit}", f"  steps: {steps}", "  metric: iou"]
    if machine != Machine():
        lines += _launch(machine, full)
    return "\n".join(lines) + "\n"


def _lora(model: str) -> list[str]:
    rank = 32 if model == TINY else 16
    return ["lora:", f"  rank: {rank}", f"  alpha: {2 * rank}", "  dropout: 0.05", "  parts: [llm]"]


def _trainer(model: str, machine: Machine, full: bool) -> list[str]:
    """Steps of 32 samples for the tiny model, of 64 for others, as far as devices allow."""
    if model == TINY:
        settings: dict[str, object] = {
            "learning_rate": "4e-3",
            "max_steps": 100,
            "per_device_train_batch_size": 32,
            "gradient_checkpointing": "false",
            "dataloader_num_workers": 0,
            "logging_steps": 5,
        }
    else:
        devices = max(machine.gpus * machine.machines, 1)
        settings = {
            "learning_rate": "1e-5" if full else "1e-4",
            "num_train_epochs": 1 if full else 2,
            "per_device_train_batch_size": 8,
            "gradient_accumulation_steps": max(64 // (8 * devices), 1),
            "gradient_checkpointing": "true",
            "dataloader_num_workers": 4,
            "logging_steps": 5,
        }
    settings |= {"lr_scheduler_type": "cosine", "warmup_steps": 0.03}
    return [f"  {name}: {value}" for name, value in settings.items()]


def _launch(machine: Machine, full: bool) -> list[str]:
    strategy: Strategy = "fsdp2" if full else "ddp"
    lines = ["launch:", f"  processes: {max(machine.gpus, 1)}  # on each machine"]
    if machine.machines > 1:
        lines += [f"  machines: {machine.machines}"]
        lines += ["  address: HOST_OF_THE_FIRST  # left to SLURM or torchrun where these start it"]
    return [*lines, f"  strategy: {strategy}", "  precision: bf16"]


def _quoted(text: str) -> str:
    """A YAML string."""
    plain = all(char.isalnum() or char in "/._-" for char in text) and text[:1].isalnum()
    return text if plain else "'" + text.replace("'", "''") + "'"
