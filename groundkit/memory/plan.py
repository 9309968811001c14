"""The memory of a training on each device, part by part, and whether it fits a card.

Bytes everywhere; a card and what is shown are in GiB (2^30), as nvidia-smi and torch count, while
the sums in papers are in GB (10^9).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

import msgspec

from groundkit.memory import activations as kept
from groundkit.memory import static
from groundkit.memory import tokens as length
from groundkit.memory.setup import Setup, check_setup
from groundkit.memory.shape import ModelShape, count

GIB = 1 << 30
CONTEXT = 0.75 * GIB
"""Allowance for what no tensor is: the CUDA context, its libraries and their work space."""
FRAGMENTATION = 0.05
"""Allowance for gaps between tensors, of what a step allocates and frees."""

Phase = Literal["loss", "backward: language", "backward: vision", "generation"]
PHASES: tuple[Phase, ...] = get_args(Phase)
"""Times of a step that may be its peak: when the loss has been computed and its gradient is; while
a layer of the language model, or a block of the vision tower, goes back; while answers are
written."""
_STEP: tuple[Phase, ...] = ("loss", "backward: language", "backward: vision")


class Row(msgspec.Struct, frozen=True):
    """Bytes of one part on a device.

    Attributes:
        phases: when they are there.
    """

    name: str
    bytes: float
    phases: tuple[Phase, ...] = PHASES


class MemoryPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a training needs on each device.

    Attributes:
        rows: the parts, none of them empty, allowances last.
        peak: the time when most is there.
        total: bytes at that time.
        tensors: the same without allowances: what a count of tensors would find.
        parameters, trained: of the model, and those that have a gradient.
        tokens: of one sequence, of which `image_tokens` are of the image.
        sequences: on a device at once.
    """

    rows: tuple[Row, ...]
    peak: Phase
    total: float
    tensors: float
    parameters: int
    trained: int
    tokens: int
    image_tokens: int
    sequences: int

    def fits(self, card_gib: float) -> bool:
        """Whether a card of so many GiB is enough."""
        return self.total <= card_gib * GIB

    def of(self, name: str) -> float:
        """Bytes of the row of that name, 0 if there is none."""
        return sum(row.bytes for row in self.rows if row.name == name)


def plan_memory(shape: ModelShape, setup: Setup, card_gib: float | None = None) -> MemoryPlan:
    """What a training needs.

    Args:
        card_gib: memory of a device; only for the share of it that vLLM takes.

    Raises:
        OptionError: a number of the setup cannot be, or vLLM takes a share of an unknown card.
    """
    check_setup(setup, card_gib)
    found = (*_static(shape, setup, card_gib), *_step(shape, setup), *_generation(shape, setup))
    rows = [row for row in found if row.bytes > 0]
    peaks = {phase: sum(row.bytes for row in rows if phase in row.phases) for phase in PHASES}
    peak = max(PHASES, key=lambda phase: peaks[phase])
    passing = sum(row.bytes for row in rows if peak in row.phases and row.phases != PHASES)
    other = Row("other (allowance)", CONTEXT + FRAGMENTATION * passing)
    return MemoryPlan(
        rows=(*rows, other),
        peak=peak,
        total=peaks[peak] + other.bytes,
        tensors=peaks[peak],
        parameters=shape.parameters,
        trained=count(static.trained_weights(shape, setup)),
        tokens=length.sequence_tokens(shape, setup),
        image_tokens=length.image_tokens(shape.vision, setup.image),
        sequences=setup.sequences,
    )


def _static(shape: ModelShape, setup: Setup, card_gib: float | None) -> Iterator[Row]:
    yield Row("weights", static.weight_bytes(shape, setup))
    yield Row("adapters", static.adapter_bytes(shape, setup))
    yield Row("gradients", static.gradient_bytes(shape, setup))
    yield Row("optimizer states", static.state_bytes(shape, setup))
    yield Row("master copy", static.master_bytes(shape, setup))
    yield Row("gradients to exchange", exchange_bytes(shape, setup))
    yield Row("reference model", static.reference_bytes(shape, setup))
    yield Row("vLLM", setup.vllm * (card_gib or 0) * GIB if setup.samples else 0)
    yield Row("pixel values", pixel_bytes(shape, setup))


def _step(shape: ModelShape, setup: Setup) -> Iterator[Row]:
    acts, logits = kept.activations(shape, setup), kept.logits(shape, setup)
    # Checkpoints are computed anew with casts of their own, a layer at a time.
    casts: tuple[Phase, ...] = ("loss",) if setup.checkpointing else _STEP
    yield Row("weights cast to bfloat16", static.cast_bytes(shape, setup), casts)
    yield Row("activations, language", acts.llm, ("loss", "backward: language"))
    yield Row("activations, merger", acts.merger, ("loss", "backward: language"))
    yield Row("activations, vision", acts.vision, _STEP)
    yield Row("layer at work, language", acts.layer, ("backward: language",))
    yield Row("block at work, vision", acts.block, ("backward: vision",))
    yield Row("logits", logits.peak - logits.later, ("loss",))
    yield Row("logits that stay", logits.later, _STEP)


def _generation(shape: ModelShape, setup: Setup) -> Iterator[Row]:
    if setup.samples and not setup.vllm:
        yield Row("keys and values", cache_bytes(shape, setup), ("generation",))


def cache_bytes_of_token(shape: ModelShape, setup: Setup) -> int:
    """Keys and values of all layers: 57,344 bytes for the 7B model in bfloat16."""
    return 2 * shape.text.layers * shape.text.kv * setup.compute


def cache_bytes(shape: ModelShape, setup: Setup) -> float:
    """The cache of all answers that are written at once, each with its own copy of the question, as
    `generate` has it."""
    held = setup.rows * setup.accumulation * length.sequence_tokens(shape, setup)
    return float(held * cache_bytes_of_token(shape, setup))


def pixel_bytes(shape: ModelShape, setup: Setup) -> float:
    """`pixel_values` as the processor makes it, float32, an image for each sequence; a trainer that
    samples keeps those of all it has generated (trl 1.16, grpo_trainer.py)."""
    batches = setup.accumulation if setup.samples else 1
    numbers = length.patches(shape, setup) * shape.vision.pixels_of_patch
    return float(static.FLOAT * numbers * batches)


def exchange_bytes(shape: ModelShape, setup: Setup) -> float:
    """The buckets of DistributedDataParallel, as large as all gradients (torch, its argument
    gradient_as_bucket_view is off)."""
    alone = setup.devices == 1 or setup.strategy != "ddp"
    return 0.0 if alone else static.gradient_bytes(shape, setup)
