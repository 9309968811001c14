"""Models by name: what is found, what contract counts, and one line for everything that fails."""

from __future__ import annotations

import json
import shutil
import sys

import pytest
import torch

from groundkit.contract import Contract, write_contract
from groundkit.errors import DataError, GroundkitError, OptionError
from groundkit.models.find import find_model
from groundkit.models.load import load_model
from groundkit.tiny.build import CONTRACT


def test_a_folder_is_loaded_with_its_contract(untrained):
    loaded = load_model(str(untrained))
    assert (loaded.name, loaded.contract) == (str(untrained), CONTRACT)
    assert not loaded.model.training
    assert loaded.model.dtype == torch.float32
    assert loaded.processor.tokenizer.padding_side == "left"


def test_the_limits_of_the_processor_are_those_of_the_contract(untrained, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(untrained, folder)
    write_contract(Contract(min_pixels=28 * 28 * 4, max_pixels=28 * 28 * 16), folder)
    size = load_model(str(folder)).processor.image_processor.size
    assert (size["shortest_edge"], size["longest_edge"]) == (28 * 28 * 4, 28 * 28 * 16)


def test_a_processor_of_another_factor_is_refused(untrained, tmp_path):
    folder = tmp_path / "m"
    shutil.copytree(untrained, folder)
    write_contract(Contract(factor=32, min_pixels=4096, max_pixels=1 << 20), folder)
    with pytest.raises(DataError, match="multiples of 28 px by the processor, of 32 px by the con"):
        load_model(str(folder))


def test_without_a_contract_the_type_of_the_model_tells(untrained, tmp_path):
    folder = tmp_path / "molmo" / "model"  # a folder above says nothing
    shutil.copytree(untrained, folder)
    (folder / "groundkit.json").unlink()
    contract = load_model(str(folder)).contract
    assert (contract.frame, contract.tags) == ("resized", {"family": "qwen2.5-vl"})


def test_a_contract_that_cannot_be_used_is_named(untrained, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(untrained, folder)
    (folder / "groundkit.json").write_text('{"factor": 3}')
    with pytest.raises(DataError, match=r"groundkit\.json: factor: no processor has the factor 3"):
        load_model(str(folder))


def test_an_adapter_goes_on_the_model(untrained, tmp_path):
    peft = pytest.importorskip("peft")
    base = load_model(str(untrained)).model
    config = peft.LoraConfig(target_modules=["q_proj"], r=2, init_lora_weights=False)
    peft.get_peft_model(base, config).save_pretrained(tmp_path / "lora")
    loaded = load_model(str(untrained), adapter=tmp_path / "lora")
    assert type(loaded.model).__name__.startswith("Peft")
    assert loaded.contract == CONTRACT
    other = Contract(langs=("zh",))
    write_contract(other, tmp_path / "lora")
    assert load_model(str(untrained), adapter=tmp_path / "lora").contract == other


def test_an_adapter_in_place_of_a_model_says_what_to_type(tmp_path):
    (tmp_path / "adapter_config.json").write_text('{"base_model_name_or_path": "tiny"}')
    with pytest.raises(OptionError, match=f"--model tiny --adapter {tmp_path}"):
        find_model(str(tmp_path))


NOT_FOUND = {
    "an absolute path": "/no/such/model",
    "a relative path": "./model",
    "one word": "tinny",
    "three words": "a/b/c",
    "nothing": "",
    "home": "~/no-such-model",
}


@pytest.mark.parametrize("name", NOT_FOUND.values(), ids=NOT_FOUND)
def test_a_missing_model_is_not_looked_for_on_the_hub(name):
    with pytest.raises((OptionError, DataError)) as caught:
        find_model(name)
    said = str(caught.value)
    assert "Repo id" not in said
    assert "\n" not in said


def test_an_id_of_the_hub_is_handed_on():
    assert find_model("Qwen/Qwen2.5-VL-3B-Instruct") == "Qwen/Qwen2.5-VL-3B-Instruct"


def test_an_id_that_cannot_be_fetched_is_one_line(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(DataError, match="cannot get the model 'no-such/model' from the hub"):
        load_model("no-such/model")


def test_a_file_is_no_model(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(OptionError, match="is a file; a model is a folder"):
        find_model(str(tmp_path / "model.safetensors"))


def test_a_folder_without_a_model(tmp_path):
    with pytest.raises(DataError, match=r"holds no model: no config\.json"):
        find_model(str(tmp_path))


def test_a_configuration_without_weights(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(DataError, match="no weights beside it"):
        find_model(str(tmp_path))


def _halve(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _no_type(folder):
    (folder / "config.json").write_text("{}")


def _no_json(folder):
    (folder / "config.json").write_text("{")


def _other_shape(folder):
    config = json.loads((folder / "config.json").read_bytes())
    config["text_config"]["hidden_size"] = 64
    (folder / "config.json").write_text(json.dumps(config))


def _no_tokenizer(folder):
    (folder / "tokenizer.json").write_text("{")


@pytest.mark.parametrize("spoil", [_halve, _no_type, _no_json, _other_shape, _no_tokenizer])
def test_a_broken_checkpoint_is_one_line(untrained, tmp_path, spoil):
    folder = tmp_path / "model"
    shutil.copytree(untrained, folder)
    spoil(folder)
    with pytest.raises(DataError, match="not a model that can be loaded") as caught:
        load_model(str(folder))
    assert "\n" not in str(caught.value)


def test_an_unknown_type_of_number(untrained):
    with pytest.raises(OptionError, match="valid: float32, bfloat16, float16"):
        load_model(str(untrained), dtype="int8")
    assert load_model(str(untrained), dtype="bfloat16").model.dtype == torch.bfloat16


@pytest.mark.parametrize("device", ["gpu", "cuda:77", "cuda"])
def test_a_device_that_is_not_there(untrained, device):
    if device == "cuda" and torch.cuda.is_available():
        pytest.skip("has a GPU")
    with pytest.raises(OptionError, match=f"no device '{device}' here; valid: cpu"):
        load_model(str(untrained), device=device)


@pytest.mark.parametrize("missing", ["torch", "transformers"])
def test_a_missing_extra_says_what_to_type(monkeypatch, missing):
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == missing else real(name)
    )
    with pytest.raises(GroundkitError, match=rf"{missing}.*pip install 'groundkit\[train\]'"):
        load_model("tiny")


def test_loading_is_quiet(untrained, capfd):
    load_model(str(untrained))
    output = capfd.readouterr()
    assert (output.out, output.err) == ("", "")
    assert "groundkit.models" in sys.modules
