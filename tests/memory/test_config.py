from __future__ import annotations

import json

import pytest

from groundkit.errors import DataError
from groundkit.memory.config import read_shape, shape_from
from tests.memory.configs import CONFIGS, QWEN3_8B, VISION

FLAT = CONFIGS["qwen2.5-vl-7b"]
TOP = {"model_type", "vision_config"}
NESTED = {
    "model_type": "qwen2_5_vl",
    "vision_config": FLAT["vision_config"],
    "text_config": {key: value for key, value in FLAT.items() if key not in TOP},
}


def without(values, key):
    return {name: value for name, value in values.items() if name != key}


def test_the_nested_and_the_flat_layout_are_the_same():
    assert shape_from(NESTED) == shape_from(FLAT)


def test_tied_embeddings_may_be_said_inside():
    nested = {**NESTED, "text_config": {**NESTED["text_config"], "tie_word_embeddings": True}}
    assert shape_from(nested).text.tied


def test_a_model_without_shared_keys_has_as_many_as_heads():
    assert shape_from(without(FLAT, "num_key_value_heads")).text.kv_heads == 28


def test_heads_may_be_wider_than_their_share():
    assert shape_from(QWEN3_8B).text.head == 128
    assert shape_from(QWEN3_8B).vision.deepstack == 3


def test_a_folder_and_its_file_are_the_same(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(FLAT))
    assert read_shape(tmp_path) == read_shape(tmp_path / "config.json") == shape_from(FLAT)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        pytest.param(
            {"model_type": "llava"},
            "config.json: model_type: the memory of a model of type 'llava' is not known; "
            "valid: qwen2_vl, qwen2_5_vl, qwen3_vl",
            id="another type",
        ),
        pytest.param({}, "model_type: the memory of a model of type", id="none"),
        pytest.param(
            without(FLAT, "hidden_size"), "config.json: text_config.hidden_size: missing", id="gap"
        ),
        pytest.param(
            {**FLAT, "num_attention_heads": 0}, "num_attention_heads: no count: 0", id="zero"
        ),
        pytest.param({**FLAT, "vocab_size": "many"}, "vocab_size: no count: many", id="text"),
        pytest.param({**FLAT, "vocab_size": True}, "vocab_size: no count: True", id="truth"),
        pytest.param({**FLAT, "vocab_size": 1 << 40}, "vocab_size: no count", id="too large"),
        pytest.param(without(FLAT, "vision_config"), "vision_config: not there", id="no tower"),
        pytest.param(
            {**FLAT, "text_config": 3}, "text_config: not there, or no object", id="number"
        ),
        pytest.param(
            {**FLAT, "vision_config": without(VISION, "out_hidden_size")},
            "vision_config.out_hidden_size: missing",
            id="gap in the tower",
        ),
    ],
)
def test_what_cannot_be_used_is_one_line(config, said):
    with pytest.raises(DataError) as caught:
        shape_from(config)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, "cannot read the file: No such file"),
        (b"{", "not valid JSON"),
        (b"[]", "Expected `object`"),
        (b" " * (2 << 20), "too long"),
    ],
    ids=["missing", "cut", "list", "huge"],
)
def test_files_that_are_no_config(tmp_path, data, said):
    path = tmp_path / "config.json"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(DataError, match=r"config\.json") as caught:
        read_shape(path)
    assert said in str(caught.value)
