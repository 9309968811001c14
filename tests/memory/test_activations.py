"""What the forward pass keeps, against the tensors that autograd saves in transformers 5.23, each
storage counted once; and logits, images and masks by hand."""

from __future__ import annotations

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import (
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2VLConfig,
    Qwen2VLForConditionalGeneration,
)

from groundkit.geometry import RESIZE_RULES
from groundkit.memory import tokens as length
from groundkit.memory.activations import activations, logits, mask_bytes
from groundkit.memory.config import shape_from
from groundkit.memory.plan import cache_bytes_of_token, pixel_bytes
from groundkit.memory.published import PUBLISHED
from groundkit.memory.setup import Setup
from groundkit.memory.static import cast_bytes

SEVEN = PUBLISHED["qwen2.5-vl-7b"]
CONFIG = {
    "model_type": "qwen2_5_vl",
    "text_config": {
        "vocab_size": 200,
        "hidden_size": 96,
        "intermediate_size": 320,
        "num_hidden_layers": 3,
        "num_attention_heads": 6,
        "num_key_value_heads": 2,
        "rope_parameters": {"rope_type": "default", "mrope_section": [2, 3, 3]},
        "bos_token_id": None,
        "eos_token_id": 1,
        "pad_token_id": 0,
    },
    "vision_config": {
        "depth": 2,
        "hidden_size": 64,
        "intermediate_size": 176,
        "num_heads": 4,
        "out_hidden_size": 96,
        "fullatt_block_indexes": [0],
    },
    "image_token_id": 5,
    "video_token_id": 6,
    "vision_start_token_id": 7,
    "vision_end_token_id": 8,
    "tie_word_embeddings": False,
}
SIZE, TEXT, ROWS = (280, 252), 38, 2
ALL = ("llm", "vision", "merger")
LINEAR = r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"


def saved(model, mixed, padded):
    """Bytes of the storages that autograd saves, without parameters and without integers."""
    height, width = SIZE[1] // 14, SIZE[0] // 14
    patches = height * width
    ids = torch.tensor([[7, *[5] * (patches // 4), 8, *range(10, 10 + TEXT)]] * ROWS)
    shown = torch.ones_like(ids)
    if padded:
        shown[0, -3:] = 0
    own = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    found = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if tensor.is_floating_point() and storage.data_ptr() not in own:
            found[storage.data_ptr()] = storage  # alive, so that no other takes its place
        return tensor

    pixels = torch.rand(ROWS * patches, 1176)
    own.add(pixels.untyped_storage().data_ptr())
    with (
        torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor),
        torch.autocast("cpu", torch.bfloat16, enabled=mixed),
    ):
        model(
            input_ids=ids,
            labels=ids,
            attention_mask=shown,
            mm_token_type_ids=(ids == 5).int(),
            pixel_values=pixels,
            image_grid_thw=torch.tensor([[1, height, width]] * ROWS),
            use_cache=False,
        )
    return sum(storage.nbytes() for storage in found.values())


# The adapters of the first layer find an input without gradient, which spares one norm of three
# layers here and one of 28 in the 7B model: hence the wider bound.
@pytest.mark.parametrize(
    ("fields", "bound"),
    [
        pytest.param({"dtype": "float32", "mixed": False}, 1e-3, id="float32"),
        pytest.param({"mixed": False}, 1e-3, id="bfloat16"),
        pytest.param({"dtype": "float32"}, 1e-3, id="autocast"),
        pytest.param(
            {"mixed": False, "mode": "freeze", "parts": ("llm",)}, 1e-3, id="frozen tower"
        ),
        pytest.param({"dtype": "float32", "mixed": False, "padded": True}, 1e-3, id="mask"),
        pytest.param({"mode": "lora", "parts": ("llm",)}, 0.02, id="LoRA with autocast"),
        pytest.param(
            {"mode": "lora", "parts": ("llm",), "dtype": "float32", "mixed": False},
            0.02,
            id="LoRA in float32",
        ),
    ],
)
def test_saved_tensors_of_a_real_forward_pass(fields, bound):
    setup = Setup(checkpointing=False, rows=ROWS, text=TEXT, answer=9, image=SIZE, rank=4, **fields)
    torch.manual_seed(0)
    model = Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig.from_dict(CONFIG))
    model = model.to(getattr(torch, setup.dtype))
    if setup.mode == "freeze":
        model.model.visual.requires_grad_(False)
    if setup.mode == "lora":
        model = get_peft_model(model, LoraConfig(r=4, target_modules=LINEAR))
    mixed = setup.mixed
    found = saved(model.train(), mixed, setup.padded)
    shape = shape_from(CONFIG)
    kept = activations(shape, setup)
    # log_softmax keeps its result in float32
    told = kept.llm + kept.merger + kept.vision + cast_bytes(shape, setup)
    told += 4 * 200 * length.tokens(shape, setup)
    assert told == pytest.approx(found, rel=bound)


# The older tower: layer norms with a bias, and an MLP without a gate.
QWEN2 = {
    **CONFIG,
    "model_type": "qwen2_vl",
    "vision_config": {"depth": 2, "embed_dim": 64, "hidden_size": 96, "num_heads": 4},
}


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_saved_tensors_of_the_older_architecture(dtype):
    setup = Setup(
        dtype=dtype, mixed=False, checkpointing=False, rows=ROWS, text=TEXT, answer=9, image=SIZE
    )
    model = Qwen2VLForConditionalGeneration(Qwen2VLConfig.from_dict(QWEN2))
    found = saved(model.to(getattr(torch, dtype)).train(), mixed=False, padded=False)
    shape = shape_from(QWEN2)
    kept = activations(shape, setup)
    told = kept.llm + kept.merger + kept.vision + 4 * 200 * length.tokens(shape, setup)
    assert told == pytest.approx(found, rel=2e-3)


# Patches, tokens and bytes of pixel values in MB of 10^6, as published with the facts of training:
# Qwen2.5-VL's processor in transformers 5.23.
@pytest.mark.parametrize(
    ("screen", "patches", "tokens", "megabytes"),
    [
        ((1280, 720), 4_784, 1_196, 22.5),
        ((1920, 1080), 10_764, 2_691, 50.6),
        ((2560, 1440), 18_564, 4_641, 87.3),
        ((3840, 2160), 42_196, 10_549, 198.5),
    ],
)
def test_screens(screen, patches, tokens, megabytes):
    seen = RESIZE_RULES["qwen2.5-vl"].apply(screen)
    assert length.image_patches(SEVEN.vision, seen) == patches
    assert length.image_tokens(SEVEN.vision, seen) == tokens
    assert pixel_bytes(SEVEN, Setup(image=seen)) / 1e6 == pytest.approx(megabytes, abs=0.05)


@pytest.mark.parametrize(
    ("name", "bytes_of_token"), [("qwen2.5-vl-7b", 57_344), ("qwen2.5-vl-3b", 36_864)]
)
def test_keys_and_values_of_a_token(name, bytes_of_token):
    assert cache_bytes_of_token(PUBLISHED[name], Setup()) == bytes_of_token


def test_logits_by_hand():
    # 2,791 tokens and the two around the image; 2 + 12 bytes, of which the output stays
    found = logits(SEVEN, Setup())
    assert found.peak == 152064 * 2793 * 14
    assert found.later == 152064 * 2793 * 2
    # 40 tokens of an answer: their logits and the gradient of the head, 152064 x 3584 in bfloat16
    assert logits(SEVEN, Setup(logits="answer")).peak == 152064 * (40 * 4 + 3584 * 2)


def test_packed_questions_share_the_image():
    apart, packed = Setup(queries=8), Setup(queries=8, packed=True)
    assert length.tokens(SEVEN, apart) == 8 * 2793
    assert length.tokens(SEVEN, packed) == 2693 + 8 * 100
    assert mask_bytes(SEVEN, packed) == 2 * 3493**2
    assert mask_bytes(SEVEN, apart) == 0


def test_checkpoints_keep_the_input_of_each_layer():
    setup = Setup(mode="lora", parts=("llm",), mixed=False)
    inputs = 2793 * 3584 * 28 * 2
    assert inputs < activations(SEVEN, setup).llm < 1.15 * inputs


def test_a_frozen_tower_keeps_nothing_unless_gradients_are_let_in():
    adapters = Setup(mode="lora", parts=("llm",), checkpointing=False)
    assert activations(SEVEN, adapters).vision == 0
    assert activations(SEVEN, Setup(mode="lora", parts=("llm",))).vision > 10_764 * 1280 * 32 * 2
    assert activations(SEVEN, Setup(mode="freeze", parts=("llm",))).vision == 0
