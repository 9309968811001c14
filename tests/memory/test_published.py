from __future__ import annotations

import json

import pytest

from groundkit.errors import OptionError
from groundkit.memory.config import shape_from
from groundkit.memory.published import PUBLISHED, find_shape
from tests.memory.configs import CONFIGS


def test_what_ships_is_what_the_files_on_the_hub_say():
    assert {name: shape_from(config) for name, config in CONFIGS.items()} == PUBLISHED


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("qwen2.5-vl-7b", "qwen2.5-vl-7b"),
        ("Qwen/Qwen2.5-VL-7B-Instruct", "qwen2.5-vl-7b"),
        ("Qwen/Qwen2-VL-2B", "qwen2-vl-2b"),
        ("Qwen2.5-VL-72B-Instruct", "qwen2.5-vl-72b"),
    ],
)
def test_names(name, key):
    assert find_shape(name) is PUBLISHED[key]


def test_a_folder_is_read(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(CONFIGS["qwen2-vl-2b"]))
    assert find_shape(str(tmp_path)) == PUBLISHED["qwen2-vl-2b"]
    assert find_shape(str(tmp_path / "config.json")) == PUBLISHED["qwen2-vl-2b"]


@pytest.mark.parametrize("name", ["Qwen/Qwen2.5-VL-7B-Instruct-AWQ", "gpt2", "", "/nowhere"])
def test_an_unknown_name_lists_the_known_ones(name):
    with pytest.raises(OptionError, match=r"qwen2\.5-vl-7b.*a folder with config\.json"):
        find_shape(name)
