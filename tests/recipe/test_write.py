import pytest

from groundkit.errors import OptionError
from groundkit.recipe.explain import explain
from groundkit.recipe.read import parse, to_recipe
from groundkit.recipe.write import PRESETS, Machine, write_preset, write_recipe


def made(text):
    return to_recipe(parse(text, "preset"), "preset")


@pytest.mark.parametrize("name", PRESETS)
def test_what_comes_with_groundkit_is_a_recipe(name):
    recipe, preset = made(write_preset(name, "my data")), PRESETS[name]
    assert recipe.data.train == "my data"
    assert recipe.launch.processes == max(preset.machine.gpus, 1)
    assert recipe.launch.machines == preset.machine.machines
    assert (recipe.model.train == "full") == preset.full


def test_batches_are_of_the_same_size_on_every_machine():
    """As far as they can be: 16 devices with 8 samples each have 128."""
    sizes = {}
    for name, preset in PRESETS.items():
        recipe = made(write_preset(name))
        devices = recipe.launch.processes * recipe.launch.machines
        steps = recipe.trainer.get("gradient_accumulation_steps", 1)
        sizes[name] = devices * steps * recipe.trainer["per_device_train_batch_size"]
        assert preset.model == recipe.model.name
    assert sizes.pop("tiny-cpu") == 32
    assert {name: size for name, size in sizes.items() if size != 64} == {
        "qwen2.5-vl-3b-lora-2x8gpu": 128,
        "qwen2.5-vl-7b-lora-2x8gpu": 128,
    }


@pytest.mark.parametrize("name", ["it's", "a: b", "-x", "yes 1", "../d", "名"])
def test_names_are_written_so_that_they_come_back(name):
    assert made(write_recipe(name, name, Machine())).model.name == name
    assert made(write_recipe(name, name, Machine())).data.train == name


def test_what_there_is_not():
    with pytest.raises(OptionError, match=r"NAME: no recipe 'x'; valid: tiny-cpu, qwen2\.5-vl-3b"):
        write_preset("x")
    with pytest.raises(OptionError, match="--gpus: no machine: 0 of 1 GPUs"):
        write_recipe("tiny", "d", Machine(1, 0))


def test_every_key_is_explained():
    keys = {key.path: key for key in explain()}
    assert keys["lora.rank"].default == "16"
    assert keys["output"].default == "required"
    assert keys["model.parts"].default == "[llm]"
    assert all(key.about for key in keys.values())
