"""Static bytes: by hand, from what papers say, and summed over the tensors of a real training."""

from __future__ import annotations

import pytest
import torch
from peft import LoraConfig, get_peft_model

from groundkit.memory import static
from groundkit.memory.config import read_shape
from groundkit.memory.published import PUBLISHED
from groundkit.memory.setup import Setup
from groundkit.memory.shape import count
from groundkit.models.find import tiny_folder
from groundkit.models.load import load_model

SEVEN = PUBLISHED["qwen2.5-vl-7b"]
P = 8_292_166_656  # transformers 5.23 on the meta device
LLM = ("llm",)


def held(shape, setup):
    """Weights, gradients, states and master copies, the terms of ZeRO's sums."""
    parts = (static.weight_bytes, static.gradient_bytes, static.state_bytes, static.master_bytes)
    return sum(part(shape, setup) for part in parts)


# GB of 10^9, as in papers.
@pytest.mark.parametrize(
    ("name", "gb"),
    [("3b", 60.1), ("7b", 132.7), ("32b", 535), ("72b", 1174)],
)
@pytest.mark.parametrize("strategy", ["ddp", "zero1", "zero2", "zero3", "fsdp"])
def test_mixed_precision_is_16_bytes_a_weight_in_every_strategy(name, gb, strategy):
    shape = PUBLISHED[f"qwen2.5-vl-{name}"]
    found = held(shape, Setup(dtype="float32", strategy=strategy))
    assert found == 16 * shape.parameters
    assert found / 1e9 == pytest.approx(gb, rel=1e-3)


def test_pure_bfloat16_is_8_bytes_a_weight():
    assert held(SEVEN, Setup(mixed=False)) == 8 * P
    assert pytest.approx(66.3, abs=0.05) == 8 * P / 1e9


# The formulas of Rajbhandari et al. 2020, figure 1: 2 + 2 + 12 bytes a weight over 8 devices.
@pytest.mark.parametrize(
    ("strategy", "bytes_of_weight"),
    [("zero1", 4 + 12 / 8), ("zero2", 2 + 14 / 8), ("zero3", 16 / 8)],
)
def test_each_stage_shards_one_term_more(strategy, bytes_of_weight):
    setup = Setup(dtype="float32", strategy=strategy, devices=8)
    gathered = static.gathered_bytes(SEVEN, setup) if strategy == "zero3" else 0
    assert held(SEVEN, setup) - gathered == pytest.approx(bytes_of_weight * P)


def test_a_sharded_run_holds_two_layers_whole():
    # A layer of the 7B model by hand: 233,057,792 in matrices, biases 4,608, norms 7,168.
    layer = 2 * 3584**2 + 2 * 3584 * 512 + 3 * 3584 * 18944 + 3584 + 2 * 512 + 2 * 3584
    setup = Setup(strategy="fsdp", devices=4)
    assert static.gathered_bytes(SEVEN, setup) == 2 * layer * 2 * 3 / 4


# Million numbers for each rank, by hand: the sum of in + out over the seven linear layers.
@pytest.mark.parametrize(
    ("name", "millions"), [("3b", 1.871), ("7b", 2.523), ("32b", 8.389), ("72b", 13.158)]
)
def test_adapters_on_the_language_model(name, millions):
    shape = PUBLISHED[f"qwen2.5-vl-{name}"]
    for rank in (1, 16):
        found = count(static.adapter_weights(shape, Setup(mode="lora", parts=LLM, rank=rank)))
        assert found / rank / 1e6 == pytest.approx(millions, abs=5e-4)


def test_adapters_on_the_vision_tower():
    # 32 x (1280 + 3840 + 2 x 1280 + 3 x (1280 + 3420)) and 2 x 5120 + 5120 + 3584
    setup = Setup(mode="lora", parts=("vision", "merger"), rank=1)
    assert count(static.adapter_weights(SEVEN, setup)) == 696_960 + 18_944


def test_adapters_take_16_bytes_each_beside_the_frozen_model():
    setup = Setup(mode="lora", parts=LLM, rank=16)
    assert static.weight_bytes(SEVEN, setup) == 2 * P
    parts = (static.adapter_bytes, static.gradient_bytes, static.state_bytes)
    assert sum(part(SEVEN, setup) for part in parts) == 16 * 16 * 2_523_136


def test_qlora_stores_the_linear_layers_of_the_language_model_in_4_bits():
    # 28 layers of 233,046,016 numbers in matrices at 4.127 bits, the rest in bfloat16; published
    # as about 6.8 GB with 4 bits alone
    matrices = 28 * (2 * 3584**2 + 2 * 3584 * 512 + 3 * 3584 * 18944)
    found = static.weight_bytes(SEVEN, Setup(mode="qlora", parts=LLM))
    assert found == pytest.approx(matrices * 4.127 / 8 + 2 * (P - matrices))
    assert found / 1e9 == pytest.approx(6.8, abs=0.15)


def test_a_frozen_part_has_no_gradient():
    setup = Setup(mode="freeze", parts=("llm", "merger"), mixed=False)
    vision = count(SEVEN.of("vision"))
    assert static.gradient_bytes(SEVEN, setup) == 2 * (P - vision)


def test_a_reference_model_is_only_for_trained_weights():
    assert static.reference_bytes(SEVEN, Setup(method="dpo")) == 2 * P
    assert static.reference_bytes(SEVEN, Setup(method="dpo", mode="lora")) == 0
    assert static.reference_bytes(SEVEN, Setup(method="sft")) == 0
    assert static.reference_bytes(SEVEN, Setup(method="grpo", reference=True)) == 2 * P


# Two matrices of 64x32 and a vector of 8, by hand; 8 bits need 4096 numbers at least.
def test_optimizers_keep_what_their_papers_say():
    from groundkit.memory.shape import Weight
    from groundkit.memory.static import _states

    matrix = Weight("layers.*.mlp.up_proj.weight", "llm", (64, 32), 2)
    large, vector = Weight("a", "llm", (64, 128)), Weight("b", "llm", (8,))
    assert _states(matrix, "adamw", 4) == 8 * 4096
    assert _states(matrix, "adafactor", 4) == 2 * 4 * (64 + 32)
    assert _states(matrix, "muon", 4) == 4 * 4096
    assert _states(matrix, "sgd", 4) == 0
    assert _states(matrix, "adamw_8bit", 4) == 8 * 4096
    assert _states(large, "adamw_8bit", 4) == 2 * (8192 + 4 * 32)
    assert _states(vector, "adafactor", 4) == 32
    assert _states(Weight("lm_head.weight", "llm", (64, 32)), "muon", 4) == 8 * 2048


def size(tensors):
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def trained_once(model):
    """(weights, gradients, states of AdamW) in bytes, after one step on made-up gradients."""
    trained = [p for p in model.parameters() if p.requires_grad]
    for parameter in trained:
        parameter.grad = torch.zeros_like(parameter)
    optimizer = torch.optim.AdamW(trained)
    optimizer.step()
    states = [t for s in optimizer.state.values() for t in s.values() if t.dim()]
    return size(model.parameters()), size(p.grad for p in trained), size(states)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_tiny_model_in_full(dtype):
    shape = read_shape(tiny_folder())
    setup = Setup(dtype=dtype, mixed=False)
    found = trained_once(load_model("tiny", device="cpu", dtype=dtype).model)
    parts = (static.weight_bytes, static.gradient_bytes, static.state_bytes)
    assert found == tuple(part(shape, setup) for part in parts)


LINEAR = r"(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"


@pytest.mark.parametrize(
    ("parts", "target"),
    [
        (LLM, rf".*language_model.*\.{LINEAR}"),
        (("vision", "merger"), r".*visual.*\.(qkv|proj|gate_proj|up_proj|down_proj|mlp\.[02])"),
    ],
    ids=["language", "vision"],
)
def test_the_tiny_model_with_adapters(parts, target):
    model = load_model("tiny", device="cpu", dtype="bfloat16").model
    # The patches are a convolution, which the pattern would hit too.
    config = LoraConfig(r=8, target_modules=target, exclude_modules=r".*patch_embed.*")
    model = get_peft_model(model, config)
    setup = Setup(mode="lora", parts=parts, rank=8)
    shape = read_shape(tiny_folder())
    trained, _ = model.get_nb_trainable_parameters()
    assert trained == count(static.adapter_weights(shape, setup))
    weights, gradients, states = trained_once(model)
    held = static.weight_bytes(shape, setup) + static.adapter_bytes(shape, setup)
    assert weights == held
    assert gradients == static.gradient_bytes(shape, setup)
    assert states == static.state_bytes(shape, setup)
