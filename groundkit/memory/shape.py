"""The tensors of a Qwen-VL model, from the numbers of its config.json.

Everything that is counted comes from one list of tensors: parameters, what LoRA adds, what a
factored optimizer keeps. The list is that of the modules in transformers 5.23
(models/qwen2_vl, qwen2_5_vl and qwen3_vl, modeling_*.py); tests hold it against them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, get_args

import msgspec

ModelType = Literal["qwen2_vl", "qwen2_5_vl", "qwen3_vl"]
"""A `model_type` of config.json."""
Part = Literal["llm", "vision", "merger"]
"""What can be trained or frozen by itself; embeddings and head belong to the language model."""
PARTS: tuple[Part, ...] = get_args(Part)


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """The language model.

    Attributes:
        hidden, intermediate: width of the residual stream and of the MLP.
        heads, kv_heads, head: query heads, key and value heads, and the width of one.
        tied: the head is the table of embeddings.
    """

    vocab: int
    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    head: int
    tied: bool

    @property
    def q(self) -> int:
        """Width of all queries of a token."""
        return self.heads * self.head

    @property
    def kv(self) -> int:
        """Width of all keys of a token; the values are as many."""
        return self.kv_heads * self.head


class Vision(msgspec.Struct, frozen=True, kw_only=True):
    """The vision tower.

    Attributes:
        out: width that the merger writes, the residual stream of the language model.
        patch, merge, temporal: side of a patch in pixels, patches a side of what becomes one token,
            and how often a still image is repeated in time.
        full_blocks: blocks that attend to the whole image, the others to windows; None for all.
        positions: rows of a learned table of positions, 0 for none.
        deepstack: further mergers, of inner blocks (Qwen3-VL).
    """

    depth: int
    hidden: int
    intermediate: int
    heads: int
    out: int
    patch: int = 14
    merge: int = 2
    temporal: int = 2
    channels: int = 3
    full_blocks: int | None = None
    positions: int = 0
    deepstack: int = 0

    @property
    def factor(self) -> int:
        """Both sides of an image are multiples of it, in pixels."""
        return self.patch * self.merge

    @property
    def pixels_of_patch(self) -> int:
        """Numbers in `pixel_values` for a patch: 1,176 where patches are 14 px."""
        return self.channels * self.temporal * self.patch**2


class ModelShape(msgspec.Struct, frozen=True, kw_only=True):
    """What config.json says of the size of a model."""

    model_type: ModelType
    text: Text
    vision: Vision

    def weights(self) -> tuple[Weight, ...]:
        """All tensors that are parameters, in the order of the modules, each kind once."""
        return (
            *vision_weights(self.model_type, self.vision),
            *text_weights(self.model_type, self.text),
        )

    @property
    def parameters(self) -> int:
        """How many there are; tied embeddings count once."""
        return count(self.weights())

    def of(self, *parts: Part) -> tuple[Weight, ...]:
        """The tensors of some parts."""
        return tuple(weight for weight in self.weights() if weight.part in parts)


class Weight(msgspec.Struct, frozen=True):
    """Tensors of one kind.

    Attributes:
        name: as in the state of the model, `*` for the number of the layer.
        dims: of one of them; a linear layer has (out, in).
        copies: how many there are.
        linear: it multiplies, so that LoRA can be put on it and 4-bit storage used.
    """

    name: str
    part: Part
    dims: tuple[int, ...]
    copies: int = 1
    linear: bool = False

    @property
    def size(self) -> int:
        """Parameters in all copies."""
        return math.prod(self.dims) * self.copies

    @property
    def is_layer(self) -> bool:
        """Whether it is in a layer or block, which is what shards and checkpoints go by."""
        return "*" in self.name


def count(weights: Iterable[Weight]) -> int:
    """Parameters in these tensors."""
    return sum(weight.size for weight in weights)


def text_weights(model_type: ModelType, text: Text) -> tuple[Weight, ...]:
    """The language model: embeddings, layers, last norm, and a head unless it is tied."""
    table = (text.vocab, text.hidden)
    found = [
        Weight("language_model.embed_tokens.weight", "llm", table),
        *_decoder_layers(model_type, text),
        Weight("language_model.norm.weight", "llm", (text.hidden,)),
    ]
    if not text.tied:
        found.append(Weight("lm_head.weight", "llm", table))
    return tuple(found)


def _decoder_layers(model_type: ModelType, text: Text) -> list[Weight]:
    root = "language_model.layers.*."
    h, f, layers = text.hidden, text.intermediate, text.layers
    found = []
    for name, width in (("q", text.q), ("k", text.kv), ("v", text.kv)):
        biased = model_type != "qwen3_vl"
        found += _linear(f"{root}self_attn.{name}_proj", "llm", (width, h), layers, biased)
    found += _linear(f"{root}self_attn.o_proj", "llm", (h, text.q), layers, biased=False)
    for name, dims in (("gate", (f, h)), ("up", (f, h)), ("down", (h, f))):
        found += _linear(f"{root}mlp.{name}_proj", "llm", dims, layers, biased=False)
    norms = [("input_layernorm", h), ("post_attention_layernorm", h)]
    if model_type == "qwen3_vl":
        norms += [("self_attn.q_norm", text.head), ("self_attn.k_norm", text.head)]
    return found + [Weight(f"{root}{name}.weight", "llm", (n,), layers) for name, n in norms]


def vision_weights(model_type: ModelType, vision: Vision) -> tuple[Weight, ...]:
    """The vision tower: patches, blocks, and the mergers as a part of their own."""
    patch = (vision.hidden, vision.channels, vision.temporal, vision.patch, vision.patch)
    found = [Weight("visual.patch_embed.proj.weight", "vision", patch)]
    if model_type == "qwen3_vl":
        found.append(Weight("visual.patch_embed.proj.bias", "vision", patch[:1]))
    if vision.positions:
        table = (vision.positions, vision.hidden)
        found.append(Weight("visual.pos_embed.weight", "vision", table))
    return (*found, *_blocks(model_type, vision), *_mergers(model_type, vision))


_VISION_MLP: dict[ModelType, tuple[tuple[str, bool], ...]] = {
    # (name, whether it widens)
    "qwen2_vl": (("fc1", True), ("fc2", False)),
    "qwen2_5_vl": (("gate_proj", True), ("up_proj", True), ("down_proj", False)),
    "qwen3_vl": (("linear_fc1", True), ("linear_fc2", False)),
}


def _blocks(model_type: ModelType, vision: Vision) -> list[Weight]:
    root, d, f = "visual.blocks.*.", vision.hidden, vision.intermediate
    found = _linear(f"{root}attn.qkv", "vision", (3 * d, d), vision.depth)
    found += _linear(f"{root}attn.proj", "vision", (d, d), vision.depth)
    for name, widens in _VISION_MLP[model_type]:
        found += _linear(f"{root}mlp.{name}", "vision", (f, d) if widens else (d, f), vision.depth)
    for name in ("norm1", "norm2"):
        found += _norm(f"{root}{name}", "vision", d, model_type, vision.depth)
    return found


def _mergers(model_type: ModelType, vision: Vision) -> list[Weight]:
    wide = vision.hidden * vision.merge**2
    if model_type != "qwen3_vl":
        found = _norm("visual.merger.ln_q", "merger", vision.hidden, model_type)
        found += _linear("visual.merger.mlp.0", "merger", (wide, wide))
        return found + _linear("visual.merger.mlp.2", "merger", (vision.out, wide))
    found = []
    for root, width, copies in (
        ("visual.merger", vision.hidden, 1),
        ("visual.deepstack_merger_list.*", wide, vision.deepstack),
    ):
        found += _norm(f"{root}.norm", "merger", width, model_type, copies)
        found += _linear(f"{root}.linear_fc1", "merger", (wide, wide), copies)
        found += _linear(f"{root}.linear_fc2", "merger", (vision.out, wide), copies)
    return found


def _linear(
    name: str, part: Part, dims: tuple[int, int], copies: int = 1, biased: bool = True
) -> list[Weight]:
    weight = Weight(f"{name}.weight", part, dims, copies, linear=True)
    return [weight, Weight(f"{name}.bias", part, dims[:1], copies)] if biased else [weight]


def _norm(
    name: str, part: Part, width: int, model_type: ModelType, copies: int = 1
) -> list[Weight]:
    """RMSNorm has a weight alone; the LayerNorm of the other types has a bias too."""
    kinds = ("weight",) if model_type == "qwen2_5_vl" else ("weight", "bias")
    return [Weight(f"{name}.{kind}", part, (width,), copies) for kind in kinds]
