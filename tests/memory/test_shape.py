"""Parameters of each kind against those of the modules of transformers 5.23, which are built on the
meta device, where a 72B model takes no memory."""

from __future__ import annotations

import re
from collections import Counter

import pytest
import torch
from transformers import (
    CONFIG_MAPPING,
    AutoConfig,
    AutoModelForImageTextToText,
)

from groundkit.memory.config import read_shape, shape_from
from groundkit.memory.shape import PARTS, count
from groundkit.models.find import tiny_folder
from tests.memory.configs import CONFIGS, QWEN3_8B

ALL = {**CONFIGS, "qwen3-vl-8b": QWEN3_8B}


def built(config):
    """{name with * for the layer: parameters} of the modules."""
    with torch.device("meta"):
        model = AutoModelForImageTextToText.from_config(config)
    found = Counter()
    for name, parameter in model.named_parameters():
        if "merger.mlp" not in name:
            name = re.sub(r"\.\d+\.", ".*.", name)
        found[name.removeprefix("model.")] += parameter.numel()
    return dict(found)


def hub_config(values):
    return CONFIG_MAPPING[values["model_type"]].from_dict(dict(values))


@pytest.mark.parametrize("name", ALL)
def test_every_kind_of_tensor_is_that_of_the_modules(name):
    weights = shape_from(ALL[name]).weights()
    assert {weight.name: weight.size for weight in weights} == built(hub_config(ALL[name]))


def test_the_tiny_model_is_counted_from_its_own_file():
    weights = read_shape(tiny_folder()).weights()
    assert {w.name: w.size for w in weights} == built(AutoConfig.from_pretrained(tiny_folder()))


# Billions, as counted on the meta device when the facts of training were collected
# (transformers 5.23).
@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("qwen2.5-vl-3b", 3.755),
        ("qwen2.5-vl-7b", 8.292),
        ("qwen2.5-vl-32b", 33.45),
        ("qwen2.5-vl-72b", 73.41),
    ],
)
def test_published_totals(name, billions):
    total = shape_from(CONFIGS[name]).parameters
    assert total / 1e9 == pytest.approx(billions, rel=2e-4)


def test_the_parts_of_the_7b_model():
    shape = shape_from(CONFIGS["qwen2.5-vl-7b"])
    sizes = {part: count(shape.of(part)) for part in PARTS}
    assert sum(sizes.values()) == shape.parameters
    # merger by hand: norm 1280, 5120x5120 + 5120, 5120x3584 + 3584
    assert sizes["merger"] == 1280 + 5120 * 5121 + 3584 * 5121
    # tower and merger together: .677 B (same source)
    assert (sizes["vision"] + sizes["merger"]) / 1e9 == pytest.approx(0.677, abs=5e-4)


def test_tied_embeddings_count_once():
    tied = shape_from(CONFIGS["qwen2.5-vl-3b"])
    loose = shape_from({**CONFIGS["qwen2.5-vl-3b"], "tie_word_embeddings": False})
    assert loose.parameters - tied.parameters == 151936 * 2048


def test_layers_are_told_from_what_there_is_once():
    names = {w.name for w in shape_from(CONFIGS["qwen2.5-vl-7b"]).weights() if not w.is_layer}
    assert "lm_head.weight" in names
    assert not any("layers" in name or "blocks" in name for name in names)
