import json
from pathlib import Path

import pytest

from groundkit.contract import Contract, contract_for_family, write_contract
from groundkit.errors import DataError, OptionError
from groundkit.models.contracts import FamilyOptions, contract_of_model, contract_of_server

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
    return found.contract


def test_the_file_beside_the_weights_counts(folder):
    own = Contract(max_pixels=448 * 448)
    write_contract(own, folder)
    assert both(folder) == own
    with pytest.raises(
        OptionError, match=r"has a groundkit.json, which says .*; leave the frame, "
    ):
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


def test_a_frame_can_be_declared_alone(folder):
    contract = both(folder, family=FamilyOptions(frame="percent"))
    assert (contract.frame, contract.rule) == ("percent", None)


@pytest.mark.parametrize(
    ("family", "message"),
    [
        (FamilyOptions(frame="x"), "unknown frame 'x'; valid: pixel, norm1"),
        (FamilyOptions(frame="resized"), "depends on its limits; --model-family qwen2.5-vl"),
        (FamilyOptions("qwen3-vl", frame="norm1"), "--frame: .*give --frame or --model-family"),
        (FamilyOptions(max_pixels=9, frame="norm1"), "--frame: .*give --frame or --model-family"),
    ],
)
def test_a_frame_that_cannot_be_declared(folder, family, message):
    with pytest.raises(OptionError, match=message):
        both(folder, family=family)


def test_what_is_concluded_from_a_name_is_said(folder):
    named = folder.rename(folder.with_name("UI-TARS-1.5-mine"))
    note = contract_of_server(str(named)).note
    assert note == (
        "no groundkit.json: by its name the model is ui-tars-1.5, which writes pixels of the image"
        " resized to 78,400 to 12,845,056 pixels, multiples of 28; if not, --model-family"
    )
    (named / "config.json").write_text(json.dumps({"model_type": "qwen3_vl"}))
    bare = named.rename(folder)
    assert "by its type, qwen3_vl, the model is qwen3-vl, which writes norm1000; if" in (
        contract_of_model(str(bare)).note
    )
    assert contract_of_model(str(bare), None, FamilyOptions("qwen3-vl")).note == ""
    assert contract_of_model("tiny").note == ""


def test_a_server_may_have_the_model_that_ships():
    assert contract_of_server("tiny") == contract_of_model("tiny")


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A cache of the hub, as `huggingface_hub` lays it out, with one repository in it."""
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "models--Who--some-model"
    notes = repository / "snapshots" / commit
    notes.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    (notes / "config.json").write_text(json.dumps({"model_type": "qwen2_5_vl"}))
    (notes / "model.safetensors").touch()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    return notes


def test_a_model_of_the_hub_has_its_file_there_too(hub):
    assert contract_of_model("Who/some-model").contract == contract_for_family("qwen2.5-vl")
    own = Contract(max_pixels=448 * 448)
    write_contract(own, hub)
    assert contract_of_model("Who/some-model").contract == own
    assert contract_of_model(str(hub)).contract == own
    with pytest.raises(DataError, match="cannot get the model 'Who/other' from the hub"):
        contract_of_model("Who/other")


@pytest.mark.parametrize("above", ["qwen3-vl-exp", "showui", "models--Qwen--Qwen2.5-VL-7B"])
def test_only_the_own_name_of_a_folder_tells_its_family(tmp_path, above):
    folder = tmp_path / above / "ck"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "qwen2_5_vl"}))
    (folder / "model.safetensors").touch()
    assert both(folder) == contract_for_family("qwen2.5-vl")
