"""Bytes that the forward pass keeps for the backward pass, op by op.

Each term is a tensor that autograd saves in the modules of transformers 5.23
(models/qwen2_5_vl/modeling_qwen2_5_vl.py), counted for one token or patch; docs/design/memory.md
derives them, benchmarks/memory.py holds them against the tensors that really are saved. Attention
is of the kind that keeps no matrix of scores (sdpa, flash attention).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from groundkit.memory import tokens as length
from groundkit.memory.setup import Setup
from groundkit.memory.shape import ModelShape, ModelType, Part

Learning = Literal["weights", "adapters", "passes", "nothing"]
"""What a part keeps numbers for: its weights, adapters, gradients that only pass through, or
nothing, as no gradient reaches it."""
_FLOAT = 4
_GATED: frozenset[ModelType] = frozenset({"qwen2_5_vl"})


class Kept(msgspec.Struct, frozen=True):
    """What the sizes of saved tensors depend on.

    Attributes:
        learning: of the part.
        compute: bytes of a number in a matrix product.
        stream: bytes of a number between layers.
        casts: each linear layer makes a copy of its input, instead of sharing it.
        rank: of adapters.
        dropout: whether their input has one.
        masked: attention of the language model has a mask; then keys and values are repeated for
            all heads that share them.
    """

    learning: Learning
    compute: int
    stream: int
    casts: bool = False
    rank: int = 0
    dropout: bool = False
    masked: bool = False


def learning_of(part: Part, setup: Setup) -> Learning:
    """What a part keeps numbers for. With adapters and checkpointing a trainer of transformers lets
    gradients into the input of both towers (enable_input_require_grads), also of one that is
    frozen."""
    if part in setup.trained:
        return "adapters" if setup.adapters else "weights"
    lets_in = setup.adapters and setup.checkpointing
    below: dict[Part, tuple[Part, ...]] = {
        "llm": ("vision", "merger"),
        "merger": ("vision",),
        "vision": (),
    }
    reached = any(lower in setup.trained for lower in below[part])
    return "passes" if lets_in or reached else "nothing"


def kept_for(part: Part, setup: Setup) -> Kept:
    """What the tensors that a part saves depend on. Under autocast embeddings come in float32 and
    stay so between layers; patches come out of a convolution, and so in bfloat16."""
    return Kept(
        learning=learning_of(part, setup),
        compute=setup.compute,
        stream=_FLOAT if setup.autocast and part == "llm" else setup.compute,
        casts=setup.autocast,
        rank=setup.rank,
        dropout=setup.dropout > 0,
        masked=setup.masked,
    )


def rms_norm(width: int, kept: Kept) -> int:
    """The input in float32, its scale, and for the weight the input scaled."""
    scaled = kept.stream * width if kept.learning == "weights" else 0
    return _FLOAT * width + _FLOAT + scaled


def layer_norm(width: int, kept: Kept) -> int:
    """The input, mean and deviation; autocast computes it in float32."""
    return kept.stream * width + 2 * _FLOAT


def inputs(width: int, readers: int, kept: Kept, *, saved: bool = False) -> int:
    """The input of linear layers that read the same numbers.

    Args:
        readers: how many layers.
        saved: another op keeps these numbers anyway, in the type of the product.
    """
    if kept.learning == "weights":
        if saved:
            return 0
        return kept.compute * width * (readers if kept.casts else 1)
    if kept.learning == "adapters":
        return _adapter_inputs(width, readers, kept, saved)
    return 0


def _adapter_inputs(width: int, readers: int, kept: Kept, saved: bool) -> int:
    """Adapters are float32: unless all is, each casts its input for itself, and dropout changes it
    for each; then there are the `rank` numbers between the two matrices."""
    own = kept.compute == 2 or kept.dropout
    copies = readers if own else int(not saved)
    mask = width * readers if kept.dropout else 0
    return kept.compute * (width * copies + kept.rank * readers) + mask


def decoder_layer(shape: ModelShape, kept: Kept) -> int:
    """Bytes that a layer of the language model keeps of one token."""
    text, c = shape.text, kept.compute
    norms = 2 * rms_norm(text.hidden, kept)
    if shape.model_type == "qwen3_vl":  # of queries and keys, head by head
        norms += sum(rms_norm(text.head, kept) * heads for heads in (text.heads, text.kv_heads))
    # queries, keys, values, result; and the logarithm of the sum of exponents of each head
    shared = text.q if kept.masked else text.kv
    attention = c * (2 * text.q + 2 * shared) + _FLOAT * text.heads
    attention += inputs(text.hidden, 3, kept) + inputs(text.q, 1, kept, saved=True)
    return norms + attention + gated_mlp(text.hidden, text.intermediate, kept)


def gated_mlp(width: int, wide: int, kept: Kept) -> int:
    """The input; gate, its activation and the other factor; their product, which is read again."""
    return inputs(width, 2, kept) + 3 * kept.compute * wide + inputs(wide, 1, kept)


def plain_mlp(width: int, wide: int, kept: Kept, quick: bool) -> int:
    """The input, what goes into the activation, what comes out; QuickGELU keeps a sigmoid too."""
    activation = kept.compute * wide * (2 if quick else 1)
    return inputs(width, 1, kept) + activation + inputs(wide, 1, kept)


def vision_block(shape: ModelShape, kept: Kept) -> int:
    """Bytes that a block of the vision tower keeps of one patch."""
    vision, c = shape.vision, kept.compute
    d = vision.hidden
    norm = rms_norm if shape.model_type in _GATED else layer_norm
    # The values are a view of queries, keys and values, which are kept whole beside the turned
    # queries and keys; the results of the windows are joined in a copy, which `inputs` counts.
    attention = c * 6 * d + _FLOAT * vision.heads + inputs(d, 1, kept) + inputs(d, 1, kept)
    if shape.model_type in _GATED:
        mlp = gated_mlp(d, vision.intermediate, kept)
    else:
        quick = shape.model_type == "qwen2_vl"
        mlp = plain_mlp(d, vision.intermediate, kept, quick)
    return 2 * norm(d, kept) + attention + mlp


def merger(shape: ModelShape, kept: Kept) -> int:
    """Bytes that the merger keeps of one patch."""
    d = shape.vision.hidden
    norm = rms_norm if shape.model_type in _GATED else layer_norm
    mlp = inputs(d, 1, kept) + kept.compute * d + inputs(d, 1, kept)
    return (norm(d, kept) + mlp) * (1 + shape.vision.deepstack)


def rotations(shape: ModelShape, setup: Setup) -> tuple[int, int]:
    """Sines and cosines, which all layers share: (bytes of a token, of a patch)."""
    vision = shape.vision
    head = vision.hidden // vision.heads
    return 2 * kept_for("llm", setup).stream * shape.text.head, 2 * _FLOAT * head


class Activations(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes on a device.

    Attributes:
        llm, merger, vision: kept from the forward pass until their own backward pass.
        layer, block: at work while a layer of the language model, a block of the vision tower goes
            back: what was computed anew, and gradients on their way.
    """

    llm: float
    merger: float
    vision: float
    layer: float
    block: float


def activations(shape: ModelShape, setup: Setup) -> Activations:
    """What both towers keep, and what works on it."""
    patches = length.patches(shape, setup)
    merging = kept_for("merger", setup)
    merged = 0 if merging.learning == "nothing" else merger(shape, merging) * patches
    llm, layer = _llm(shape, setup)
    vision, block = _vision(shape, setup)
    return Activations(llm=llm, merger=float(merged), vision=vision, layer=layer, block=block)


def _llm(shape: ModelShape, setup: Setup) -> tuple[float, float]:
    kept, count = kept_for("llm", setup), length.tokens(shape, setup)
    if kept.learning == "nothing":
        return 0.0, 0.0
    text = shape.text
    layer = decoder_layer(shape, kept) * count + mask_bytes(shape, setup)
    last = rms_norm(text.hidden, kept)
    last += kept.compute * text.hidden if kept.learning == "weights" else 0
    shared = (rotations(shape, setup)[0] + last + entered(text.hidden, kept, setup)) * count
    work = working(text.hidden, text.intermediate, kept) * count
    if kept.learning == "weights":  # the gradient of one matrix before it is added to the rest
        work += setup.stored * text.hidden * text.intermediate
    if not setup.checkpointing:
        return float(shared + layer * text.layers), float(work)
    return float(shared + kept.stream * text.hidden * text.layers * count), float(layer + work)


def _vision(shape: ModelShape, setup: Setup) -> tuple[float, float]:
    kept, count = kept_for("vision", setup), length.patches(shape, setup)
    if kept.learning == "nothing":
        return 0.0, 0.0
    vision = shape.vision
    # The image in the type of the weights, for those that read it.
    read = setup.compute if kept.learning == "weights" and setup.compute == 2 else 0
    shared = rotations(shape, setup)[1] + read * vision.pixels_of_patch
    shared = (shared + entered(vision.hidden, kept, setup)) * count
    block = vision_block(shape, kept) * count
    work = working(vision.hidden, vision.intermediate, kept) * count
    if not setup.checkpointing:
        return float(shared + block * vision.depth), float(work)
    return float(shared + kept.stream * vision.hidden * vision.depth * count), float(block + work)


def entered(width: int, kept: Kept, setup: Setup) -> int:
    """What is let into a tower with gradients (`learning_of`) is a leaf, which its graph holds."""
    return kept.stream * width if setup.adapters and setup.checkpointing else 0


def working(width: int, wide: int, kept: Kept) -> int:
    """Gradients in the middle of an MLP: of the product and its two factors, where the product
    itself, if it was kept, is gone; and of the residual stream."""
    return 3 * kept.compute * wide - inputs(wide, 1, kept) + kept.stream * width


def mask_bytes(shape: ModelShape, setup: Setup) -> int:
    """The mask as attention keeps it for each layer (convert_boolean_attn_mask of torch)."""
    if not setup.masked:
        return 0
    return setup.compute * setup.sequences * length.sequence_tokens(shape, setup) ** 2


class Logits(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes of logits on a device.

    Attributes:
        peak: when the backward pass starts.
        later: what stays until it ends.
    """

    peak: float
    later: float


def logits(shape: ModelShape, setup: Setup) -> Logits:
    """`V T (c + 4 + 4 + 4)` at the peak: the output, which the caller holds; its logarithms, which
    log_softmax keeps in float32; their gradient and that of the logits (ForCausalLMLoss in
    transformers 5.23; nll_loss and log_softmax of torch have a backward pass each). For few tokens
    the gradient of the head itself is larger."""
    if setup.logits == "fused":
        return _fused(shape, setup)
    count = length.tokens(shape, setup)
    if setup.logits == "answer":
        count = setup.sequences * setup.answers
    numbers, stays = shape.text.vocab * count, shape.text.vocab * count * setup.compute
    peak = max(stays + 3 * _FLOAT * numbers, 2 * stays + _head_gradient(shape, setup))
    return Logits(peak=float(peak), later=float(stays))


def _head_gradient(shape: ModelShape, setup: Setup) -> int:
    """That of the head, before it is added to the rest."""
    learns = kept_for("llm", setup).learning == "weights"
    return setup.stored * shape.text.hidden * shape.text.vocab if learns else 0


def _fused(shape: ModelShape, setup: Setup) -> Logits:
    """A tile of logits; gradients in float32 of what goes in and, if it learns, of the head (trl
    1.16, kernels/chunked_logprob.py)."""
    text, count = shape.text, length.tokens(shape, setup)
    tile = setup.compute * min(count, _FUSED_TOKENS) * min(text.vocab, _FUSED_WORDS)
    learns = kept_for("llm", setup).learning == "weights"
    head = _FLOAT * text.hidden * text.vocab if learns else 0
    return Logits(peak=float(tile + _FLOAT * text.hidden * count + head), later=0.0)


_FUSED_TOKENS, _FUSED_WORDS = 4096, 32768
"""Sides of that tile (TOKEN_CHUNK_SIZE, VOCAB_CHUNK_SIZE)."""
