"""Values of config.json of the published checkpoints, written down anew for the tests: flat, as the
files on the hub have them."""

VISION = {
    "depth": 32,
    "hidden_act": "silu",
    "hidden_size": 1280,
    "intermediate_size": 3420,
    "num_heads": 16,
    "in_chans": 3,
    "out_hidden_size": 3584,
    "patch_size": 14,
    "spatial_merge_size": 2,
    "spatial_patch_size": 14,
    "window_size": 112,
    "fullatt_block_indexes": [7, 15, 23, 31],
    "tokens_per_second": 2,
    "temporal_patch_size": 2,
}


def qwen25(hidden, intermediate, layers, heads, kv, *, vision=3420, vocab=152064, tied=False):
    return {
        "model_type": "qwen2_5_vl",
        "hidden_size": hidden,
        "intermediate_size": intermediate,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": kv,
        "vocab_size": vocab,
        "tie_word_embeddings": tied,
        "vision_config": {**VISION, "intermediate_size": vision, "out_hidden_size": hidden},
    }


def qwen2(hidden, intermediate, layers, heads, kv, *, vocab=152064, tied=False):
    return {
        **qwen25(hidden, intermediate, layers, heads, kv, vocab=vocab, tied=tied),
        "model_type": "qwen2_vl",
        "vision_config": {
            "depth": 32,
            "embed_dim": 1280,
            "mlp_ratio": 4,
            "num_heads": 16,
            "in_chans": 3,
            "hidden_size": hidden,
            "patch_size": 14,
            "spatial_merge_size": 2,
            "spatial_patch_size": 14,
            "temporal_patch_size": 2,
        },
    }


# Qwen3-VL-8B-Instruct, nested as its file on the hub is.
QWEN3_8B = {
    "model_type": "qwen3_vl",
    "tie_word_embeddings": False,
    "text_config": {
        "attention_bias": False,
        "head_dim": 128,
        "hidden_size": 4096,
        "intermediate_size": 12288,
        "num_attention_heads": 32,
        "num_hidden_layers": 36,
        "num_key_value_heads": 8,
        "vocab_size": 151936,
    },
    "vision_config": {
        "deepstack_visual_indexes": [8, 16, 24],
        "depth": 27,
        "hidden_size": 1152,
        "in_channels": 3,
        "intermediate_size": 4304,
        "num_heads": 16,
        "num_position_embeddings": 2304,
        "out_hidden_size": 4096,
        "patch_size": 16,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
    },
}

CONFIGS = {
    "qwen2.5-vl-3b": qwen25(2048, 11008, 36, 16, 2, vocab=151936, tied=True),
    "qwen2.5-vl-7b": qwen25(3584, 18944, 28, 28, 4),
    "qwen2.5-vl-32b": qwen25(5120, 27648, 64, 40, 8, vision=3456),
    "qwen2.5-vl-72b": qwen25(8192, 29568, 80, 64, 8, vision=3456),
    "qwen2-vl-2b": qwen2(1536, 8960, 28, 12, 2, vocab=151936, tied=True),
    "qwen2-vl-7b": qwen2(3584, 18944, 28, 28, 4),
}
