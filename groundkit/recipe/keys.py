"""The keys of a recipe, with what each means and its default."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Method = Literal["sft"]
Mode = Literal["lora", "full", "freeze"]
Part = Literal["llm", "merger", "vision"]
Adapter = Literal["lora", "rslora", "dora", "pissa", "oft", "vera", "ia3"]
Dtype = Literal["auto", "float32", "bfloat16", "float16"]
Attention = Literal["sdpa", "eager", "flash_attention_2"]
Packing = Literal["shared-image", "none"]
Precision = Literal["auto", "no", "bf16", "fp16"]
Strategy = Literal["ddp", "fsdp2", "zero1", "zero2", "zero3"]
Best = Literal["iou", "hit", "iou50"]


class ModelKeys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is trained.

    Attributes:
        name: tiny, a folder, or an id on the hub.
        train: lora trains an adapter; full the weights of all `parts`; freeze the last `layers` of
            the language model.
        parts: what full trains: llm, merger, vision.
        layers: how many layers freeze leaves trainable.
        dtype: of the weights: auto, float32, bfloat16 or float16; auto is bfloat16 on a GPU that
            has it, else float32.
        attention: sdpa, eager or flash_attention_2.
        vision_lr: learning rate of the vision tower, if it is trained; the trainer's if left out.
        merger_lr: learning rate of the merger, if it is trained.
    """

    name: str
    train: Mode = "lora"
    parts: tuple[Part, ...] = ("llm",)
    layers: int = 2
    dtype: Dtype = "auto"
    attention: Attention = "sdpa"
    vision_lr: float | None = None
    merger_lr: float | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dataset among several.

    Attributes:
        path: a folder of make-dataset, or its samples.jsonl.
        weight: how often its samples are drawn, against once for the others: 2 is twice, 0.5 every
            other sample.
    """

    path: str
    weight: float = 1.0


class DataKeys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it is trained on.

    Attributes:
        train: a folder of make-dataset, or a list of folders or of {path, weight}.
        split: train, val or all samples of it.
        limit: only so many samples of each.
        pack: shared-image puts all questions about one image into one sequence, with the image
            once; none gives each sample a sequence of its own. Both train the same.
        pack_tokens: the most tokens of a packed sequence.
        coordinate_weight: weight of the tokens of coordinates in the loss; 1 is that of all others.
        prompt: as `predict --prompt`: ours for the dataset's own words, or a style or file.
    """

    train: str | tuple[str | Source, ...]
    split: Literal["train", "val", "all"] = "train"
    limit: int | None = None
    pack: Packing = "shared-image"
    pack_tokens: int = 8192
    coordinate_weight: float = 1.0
    prompt: str | None = None


class LoraKeys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The adapter.

    Attributes:
        kind: lora, rslora, dora, pissa, oft, vera or ia3.
        rank: of its matrices; of oft the size of a block; ia3 has none.
        alpha: scale; twice the rank if it is left out.
        dropout: share of inputs dropped while training.
        parts: what gets adapters: llm, merger, vision.
    """

    kind: Adapter = "lora"
    rank: int = 16
    alpha: int | None = None
    dropout: float = 0.05
    parts: tuple[Part, ...] = ("llm",)


class EvalKeys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it is watched: by answers to questions about screens that are not trained on.

    Attributes:
        data: a folder of make-dataset; that of `data.train` if it is left out.
        split: which of its samples.
        limit: at most so many of them, spread over the screens; 0 for no evaluation.
        steps: between two evaluations; 0 for one at the end alone.
        metric: what the best checkpoint is chosen by: iou, hit or iou50.
        patience: so many evaluations without a better one end the training; 0 for none.
        batch_size: answers written at once.
        max_new_tokens: an answer ends there.
    """

    data: str | None = None
    split: Literal["train", "val", "all"] = "val"
    limit: int = 200
    steps: int = 0
    metric: Best = "iou"
    patience: int = 0
    batch_size: int = 16
    max_new_tokens: int = 96


class GuardKeys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ends a training that goes wrong.

    Attributes:
        bad_steps: so many steps in a row whose loss or gradient is not finite end it; each of them
            is passed over and its samples are noted.
        still_steps: so many steps in a row with a gradient of zero end it.
    """

    bad_steps: int = 5
    still_steps: int = 20


class LaunchKeys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it runs.

    Attributes:
        processes: on each machine; one a GPU.
        machines: how many.
        precision: auto, no, bf16 or fp16: of the computation; auto is bf16 on a GPU that has it.
        strategy: ddp, fsdp2, zero1, zero2 or zero3.
        address: of the first machine, for several.
        port: of the first machine.
    """

    processes: int = 1
    machines: int = 1
    precision: Precision = "auto"
    strategy: Strategy = "ddp"
    address: str = "127.0.0.1"
    port: int = 29500


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is trained on what, and how.

    Attributes:
        method: sft.
        output: folder of the run.
        seed: of the order of samples, new weights and dropout.
        model, data, lora, eval, guards, launch: see there.
        trainer: settings of trl's SFTConfig, which are those of transformers' TrainingArguments
            and more; per_device_train_batch_size counts samples, packed or not.
    """

    output: str
    model: ModelKeys
    data: DataKeys
    method: Method = "sft"
    seed: int = 0
    lora: LoraKeys = LoraKeys()
    trainer: dict[str, Any] = {}
    eval: EvalKeys = EvalKeys()
    guards: GuardKeys = GuardKeys()
    launch: LaunchKeys = LaunchKeys()
