"""Bytes that a device holds from the first step to the last: weights, gradients, optimizer states.

The sums of ZeRO (Rajbhandari et al. 2020, arXiv:1910.02054, section 3.1): 2 + 2 + 12 bytes a weight
in mixed precision, of which each stage shards one term more. PyTorch's own mixed precision has the
same sum in another order: 4 for the weight, 4 for its gradient, 8 for the moments.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from groundkit.memory.setup import Optimizer, Setup
from groundkit.memory.shape import ModelShape, Weight, count

FLOAT = 4
_NF4 = 0.5 + 0.127 / 8
"""Bytes of a weight in NF4 with doubly quantised constants: 4 bits and .127 (Dettmers et al. 2023,
arXiv:2305.14314, section 3)."""
_EIGHT_BIT_BLOCK, _EIGHT_BIT_FROM = 256, 4096
"""bitsandbytes: weights to a float32 constant, and tensors that are smaller stay in float32."""
_MUON_LEAVES_OUT = ("embed_tokens", "lm_head", "pos_embed", "patch_embed")


def trained_weights(shape: ModelShape, setup: Setup) -> tuple[Weight, ...]:
    """The tensors that have gradients: weights of the model, or adapters."""
    if setup.adapters:
        return adapter_weights(shape, setup)
    return shape.of(*setup.trained)


def adapter_weights(shape: ModelShape, setup: Setup) -> tuple[Weight, ...]:
    """LoRA's two matrices for each linear layer of the trained parts (Hu et al. 2021,
    arXiv:2106.09685), r x in and out x r; never on the head, which no trainer of trl takes."""
    found = []
    for weight in shape.of(*setup.trained):
        if not weight.linear:
            continue
        out, inner = weight.dims
        name = weight.name.removesuffix(".weight")
        for kind, dims in (("A", (setup.rank, inner)), ("B", (out, setup.rank))):
            full = f"{name}.lora_{kind}.weight"
            found.append(Weight(full, weight.part, dims, weight.copies, linear=True))
    return tuple(found)


def weight_bytes(shape: ModelShape, setup: Setup) -> float:
    """The model as it is stored, without adapters."""
    quantised = [w for w in shape.of("llm") if w.linear] if setup.mode == "qlora" else []
    small = count(quantised)
    held = (shape.parameters - small) * setup.stored + small * _NF4
    if not shards_weights(setup):
        return held
    return held / setup.devices + gathered_bytes(shape, setup)


def gathered_bytes(shape: ModelShape, setup: Setup) -> float:
    """What a fully sharded run holds whole for a moment: a layer and, while it computes, the next.
    An estimate: how far ahead is fetched is a setting of either library."""
    if setup.devices == 1:
        return 0.0
    layer = count(w for w in shape.of("llm") if w.is_layer) / shape.text.layers
    return 2 * layer * setup.compute * (1 - 1 / setup.devices)


def adapter_bytes(shape: ModelShape, setup: Setup) -> float:
    """Adapters are float32, whatever they lie on (peft, autocast_adapter_dtype)."""
    return count(adapter_weights(shape, setup)) * FLOAT if setup.adapters else 0.0


def trained_size(setup: Setup) -> int:
    """Bytes of a weight that is trained, and so of its gradient."""
    return FLOAT if setup.adapters else setup.stored


def gradient_bytes(shape: ModelShape, setup: Setup) -> float:
    """One number for each trained weight, of its type."""
    held = count(trained_weights(shape, setup)) * trained_size(setup)
    return held / setup.devices if setup.strategy in ("zero2", "zero3", "fsdp") else held


def state_bytes(shape: ModelShape, setup: Setup) -> float:
    """What the optimizer keeps from step to step, in float32 where DeepSpeed keeps a master copy,
    otherwise in the type of the weight (torch.optim)."""
    trained = trained_weights(shape, setup)
    size = FLOAT if setup.sharded_master else trained_size(setup)
    return _shared(sum(_states(weight, setup.optimizer, size) for weight in trained), setup)


def _states(weight: Weight, optimizer: Optimizer, size: int) -> int:
    if optimizer == "sgd":  # without momentum, as trainers call it
        return 0
    if optimizer == "adamw_8bit":
        return _eight_bit(weight)
    if optimizer == "adafactor":
        return _factored(weight)
    return _muon(weight, size) if optimizer == "muon" else 2 * size * weight.size


def _eight_bit(weight: Weight) -> int:
    each = math.prod(weight.dims)
    if each < _EIGHT_BIT_FROM:
        return 2 * FLOAT * weight.size
    return 2 * weight.copies * (each + FLOAT * math.ceil(each / _EIGHT_BIT_BLOCK))


def _factored(weight: Weight) -> int:
    """A row and a column of float32 for a matrix, all of a vector (Shazeer and Stern 2018,
    arXiv:1804.04235), without first moments."""
    if len(weight.dims) < 2:
        return FLOAT * weight.size
    *outer, rows, columns = weight.dims
    return FLOAT * weight.copies * math.prod(outer) * (rows + columns)


def _muon(weight: Weight, size: int) -> int:
    """One momentum for inner matrices; torch.optim.Muon takes no others, AdamW does."""
    inner = len(weight.dims) == 2 and not any(name in weight.name for name in _MUON_LEAVES_OUT)
    return (1 if inner else 2) * size * weight.size


def master_bytes(shape: ModelShape, setup: Setup) -> float:
    """The float32 weights of DeepSpeed beside those in bfloat16."""
    if not setup.sharded_master:
        return 0.0
    return _shared(FLOAT * count(trained_weights(shape, setup)), setup)


def cast_bytes(shape: ModelShape, setup: Setup) -> float:
    """The bfloat16 copies of matrices that autocast makes of float32 weights and keeps until
    the step is over. Sharded runs cast what they gather, and nothing else."""
    if not setup.autocast or (shards_weights(setup) and setup.devices > 1):
        return 0.0
    return 2 * count(_multiplied(shape.weights(), tied=shape.text.tied))


def _multiplied(weights: Iterable[Weight], tied: bool) -> list[Weight]:
    head = "embed_tokens.weight" if tied else "lm_head.weight"
    ends = (head, "patch_embed.proj.weight")
    return [weight for weight in weights if weight.linear or weight.name.endswith(ends)]


def reference_bytes(shape: ModelShape, setup: Setup) -> float:
    """A second model, without gradients, in bfloat16 unless all is float32."""
    if not setup.second_model:
        return 0.0
    held = shape.parameters * float(setup.compute)
    return held / setup.devices if shards_weights(setup) else held


def shards_weights(setup: Setup) -> bool:
    """Whether each device holds only its part of the weights."""
    return setup.strategy in ("zero3", "fsdp")


def _shared(held: float, setup: Setup) -> float:
    return held if setup.strategy == "ddp" else held / setup.devices
