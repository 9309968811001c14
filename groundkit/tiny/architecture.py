"""The shape of the tiny model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase, Qwen2_5_VLConfig

HIDDEN = 128
LAYERS = 4
VISION_HIDDEN = 96
VISION_LAYERS = 4
HEAD = 32
INIT = 0.06
"""Standard deviation of the random weights; three times the usual, for a narrow model."""
# Frequencies in turn for time, height and width, the last one twice: with three blocks, as large
# checkpoints have them, height and width of so small a head would get the slowest ones. Fifteen
# sections, a multiple of three, mean the same in every release of transformers.
MROPE_SECTIONS = [1] * 14 + [2]
ROPE_THETA = 100.0  # a sequence has a few hundred positions, not a hundred thousand
MAX_POSITIONS = 4096


def tiny_config(tokenizer: PreTrainedTokenizerBase) -> Qwen2_5_VLConfig:
    """The configuration for the ids of a tokenizer."""
    from transformers import Qwen2_5_VLConfig

    ids = dict(zip(_TOKENS, tokenizer.convert_tokens_to_ids(list(_TOKENS)), strict=True))
    return Qwen2_5_VLConfig(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": HIDDEN,
            "intermediate_size": 3 * HIDDEN,
            "num_hidden_layers": LAYERS,
            "num_attention_heads": HIDDEN // HEAD,
            "num_key_value_heads": HIDDEN // HEAD,
            "max_position_embeddings": MAX_POSITIONS,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": ROPE_THETA,
                "mrope_section": MROPE_SECTIONS,
            },
            "initializer_range": INIT,
            "rms_norm_eps": 1e-6,
            "tie_word_embeddings": True,
            "bos_token_id": None,
            "eos_token_id": ids["<|im_end|>"],
            "pad_token_id": ids["<|endoftext|>"],
        },
        vision_config={
            "depth": VISION_LAYERS,
            "hidden_size": VISION_HIDDEN,
            "intermediate_size": 3 * VISION_HIDDEN,
            "num_heads": VISION_HIDDEN // HEAD,
            "out_hidden_size": HIDDEN,
            "fullatt_block_indexes": list(range(VISION_LAYERS)),
            "initializer_range": INIT,
        },
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=ids["<|im_end|>"],
        pad_token_id=ids["<|endoftext|>"],
    )


_TOKENS = (
    "<|endoftext|>",
    "<|im_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
    "<|vision_start|>",
    "<|vision_end|>",
)
