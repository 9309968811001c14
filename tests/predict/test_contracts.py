import json
from pathlib import Path

import pytest

from groundkit.contract import Contract, contract_for_family, write_contract
from groundkit.errors import OptionError
from groundkit.predict.contracts import FamilyOptions, contract_of_model, contract_of_server

NOTHING = FamilyOptions()


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder that looks like a model of a family that nobody knows."""
    path = tmp_path / "mine"
    path.mkdir()
    (path / "config.json").write_text(json.dumps({"model_type": "own"}))
    (path / "model.safetensors").touch()
    return path


def both(folder, adapter=None, family=NOTHING):
    found = contract_of_model(str(folder), adapter, family)
    if adapter is None:
        assert contract_of_server(str(folder), family) == found
    return found


def test_the_file_beside_the_weights_counts(folder):
    own = Contract(max_pixels=448 * 448)
    write_contract(own, folder)
    assert both(folder) == own
    with pytest.raises(OptionError, match=r"has a groundkit.json, which says .*; leave the family"):
        both(folder, family=FamilyOptions("qwen3-vl"))


def test_the_file_of_an_adapter_goes_first(folder, tmp_path):
    write_contract(Contract(), folder)
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    write_contract(Contract(marker="ring"), adapter)
    assert both(folder, adapter).marker == "ring"


def test_the_type_of_a_model_tells_its_family(folder):
    (folder / "config.json").write_text(json.dumps({"model_type": "qwen3_vl"}))
    assert both(folder) == contract_for_family("qwen3-vl")


def test_flags_tell_what_nothing_else_does(folder):
    with pytest.raises(OptionError, match=r"writes coordinates is not known; declare it: --model-"):
        both(folder)
    family = FamilyOptions("qwen2.5-vl", max_pixels=1_000_000)
    assert both(folder, family=family).max_pixels == 1_000_000
    with pytest.raises(OptionError, match="unknown model family 'x'"):
        both(folder, family=FamilyOptions("x"))
    with pytest.raises(OptionError, match="which no resizing changes"):
        both(folder, family=FamilyOptions("qwen3-vl", 1, 2))


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Qwen/Qwen2.5-VL-7B-Instruct", "qwen2.5-vl"),
        ("ByteDance-Seed/UI-TARS-1.5-7B", "ui-tars-1.5"),
    ],
)
def test_names_of_the_hub_tell_their_family(name, family):
    assert both(name) == contract_for_family(family)


@pytest.mark.parametrize("above", ["qwen3-vl-exp", "showui", "models--Qwen--Qwen2.5-VL-7B"])
def test_only_the_own_name_of_a_folder_tells_its_family(tmp_path, above):
    folder = tmp_path / above / "ck"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "qwen2_5_vl"}))
    (folder / "model.safetensors").touch()
    assert both(folder) == contract_for_family("qwen2.5-vl")
