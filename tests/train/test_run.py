"""Whole trainings of the tiny model: what they leave, how they go on, what ends them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
import torch
from safetensors.torch import load_file

from groundkit.contract import contract_of
from groundkit.errors import DataError, GroundkitError, OptionError
from groundkit.models.load import load_model
from groundkit.predict.prompts import choose_prompt
from groundkit.predict.samples import choose_samples
from groundkit.recipe import Recipe
from groundkit.recipe.read import to_recipe
from groundkit.records import Sample
from groundkit.store import read_jsonl
from groundkit.train.folder import last_checkpoint
from groundkit.train.guards import BadStep
from groundkit.train.preflight import conclude
from groundkit.train.run import preflight, train
from groundkit.train.watch import Watch, spread

_SMALL = {
    "per_device_train_batch_size": 6,
    "max_steps": 4,
    "logging_steps": 1,
    "learning_rate": 1e-3,
    "gradient_checkpointing": False,
    "lr_scheduler_type": "constant",
}


@pytest.fixture(autouse=True)
def one_thread():
    """Sums of floats depend on the number of threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def recipe(data: Path, out: Path, /, **changes) -> Recipe:
    found = {
        "output": str(out),
        "model": {"name": "tiny"},
        "data": {"train": str(data)},
        "lora": {"rank": 4},
        "eval": {"limit": 0},
        "trainer": _SMALL | changes.pop("trainer", {}),
    }
    for section, values in changes.items():
        found[section] = found.get(section, {}) | values if isinstance(values, dict) else values
    return to_recipe(found, "test")


def logged(out: Path, name: str) -> list[float]:
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    return [line[name] for line in lines if name in line]


def weights(out: Path) -> dict[str, torch.Tensor]:
    return load_file(next((out / "model").glob("*.safetensors")))


def test_a_run_leaves_a_model_that_predict_takes(tmp_path, bare):
    out = tmp_path / "run"
    evaluation = {"limit": 8, "steps": 2, "batch_size": 8}
    trained = train(recipe(bare, out, eval=evaluation))
    assert trained.steps == 4
    assert set(trained.figures) == {f"eval_{name}" for name in ("iou", "iou50", "hit", "parse")}
    assert len(logged(out, "loss")) == 4
    assert len(logged(out, "eval_iou")) == 2
    assert trained.figures["eval_iou"] == max(logged(out, "eval_iou"))
    contract = contract_of(out / "model")
    # What is saved answers as its figures say.
    asked = choose_samples(bare, "val")
    prompt = choose_prompt(None, contract, asked.folder, asked.samples)
    some = spread(asked.samples, 8)
    again = Watch(some, bare, tmp_path, contract, prompt, batch_size=8, max_new_tokens=96)
    saved = load_model("tiny", adapter=out / "model", device="cpu")
    figures = again.figures(saved.model, saved.processor, 0, "tiny")
    assert {f"eval_{name}": value for name, value in figures.items()} == trained.figures
    found = {path.name for path in out.iterdir()}
    assert found == {"recipe.yaml", "run.json", "metrics.jsonl", "eval", "checkpoints", "model"}
    loaded = load_model("tiny", adapter=out / "model", device="cpu")
    assert loaded.contract == contract
    assert (contract.marker, contract.langs, contract.max_pixels) == ("none", ("en",), 448 * 448)
    notes = json.loads((out / "run.json").read_text())
    assert notes["trained"]["vision"][0] == notes["trained"]["merger"][0] == 0
    # Rank 4 on q, k, v, o, gate, up and down of each layer: (inputs + outputs) * 4, by hand.
    text = loaded.model.config.text_config
    head = text.hidden_size // text.num_attention_heads
    keys = text.num_key_value_heads * head
    widths = 4 * text.hidden_size + 2 * (text.hidden_size + keys) + 0
    widths += 3 * (text.hidden_size + text.intermediate_size)
    assert notes["trained"]["llm"][0] == 4 * widths * text.num_hidden_layers
    assert notes["wrapped"].startswith("Peft")
    with pytest.raises(OptionError, match="is finished; name a new folder"):
        train(recipe(bare, out))


def test_a_run_that_was_stopped_goes_on_bit_by_bit(tmp_path, bare):
    """Twenty steps, and ten, a kill, and ten: with dropout, whose random numbers go on too."""
    steps = {"max_steps": 20, "save_strategy": "steps", "save_steps": 5}
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(recipe(bare, whole, trainer=steps, lora={"dropout": 0.1}))
    command = [
        sys.executable,
        "-c",
        _TRAIN,
        msgspec.json.encode(recipe(bare, parts, trainer=steps, lora={"dropout": 0.1})).decode(),
    ]
    process = subprocess.Popen(command, env=os.environ | {"OMP_NUM_THREADS": "1"})
    while last_checkpoint(parts) is None or not last_checkpoint(parts).endswith("-10"):
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (parts / "model").exists()
    train(recipe(bare, parts, trainer=steps, lora={"dropout": 0.1}))
    found, expected = weights(parts), weights(whole)
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    assert logged(parts, "loss")[-5:] == logged(whole, "loss")[-5:]


_TRAIN = """
import sys
import msgspec
from groundkit.recipe import Recipe
from groundkit.train.preflight import conclude
from groundkit.train.run import preflight, train
train(msgspec.json.decode(sys.argv[1], type=Recipe))
"""


def test_sigterm_saves_a_checkpoint(tmp_path, bare):
    out = tmp_path / "run"
    made = recipe(bare, out, trainer={"max_steps": 500, "num_train_epochs": 99})
    path = tmp_path / "recipe.json"  # which is YAML
    path.write_bytes(msgspec.json.encode(made))
    command = [sys.executable, "-m", "groundkit", "train", str(path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while not (out / "metrics.jsonl").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said.splitlines()[-1] == (
        "error: stopped by a signal; the same command goes on from there"
    )
    assert last_checkpoint(out) is not None


def test_two_processes_are_as_one_with_twice_the_batch(tmp_path, bare):
    one, two = tmp_path / "one", tmp_path / "two"
    lora = {"dropout": 0.0}
    steps = {"per_device_train_batch_size": 6, "max_steps": 5}
    train(recipe(bare, one, lora=lora, trainer=steps))
    half = {"per_device_train_batch_size": 3, "max_steps": 5}
    made = recipe(bare, two, lora=lora, trainer=half, launch={"processes": 2})
    path = tmp_path / "recipe.json"
    path.write_bytes(msgspec.json.encode(made))
    command = [sys.executable, "-m", "groundkit", "train", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    notes = json.loads((two / "run.json").read_text())
    assert (notes["world"], notes["wrapped"]) == (2, "DistributedDataParallel")
    assert logged(two, "loss") == pytest.approx(logged(one, "loss"), rel=1e-4)
    assert len(logged(two, "loss")) == 5


def test_packed_and_unpacked_take_the_same_steps(tmp_path, bare):
    lora = {"dropout": 0.0}
    for pack in ("shared-image", "none"):
        made = recipe(bare, tmp_path / pack, lora=lora, data={"train": str(bare), "pack": pack})
        train(made)
    packed, plain = (logged(tmp_path / pack, "loss") for pack in ("shared-image", "none"))
    assert packed == pytest.approx(plain, rel=1e-4)
    assert len(set(plain)) == 4


def test_steps_of_several_batches_are_as_of_one(tmp_path, bare):
    lora = {"dropout": 0.0}
    train(recipe(bare, tmp_path / "one", lora=lora))
    parts = {"per_device_train_batch_size": 2, "gradient_accumulation_steps": 3}
    train(recipe(bare, tmp_path / "parts", lora=lora, trainer=parts))
    found, expected = (logged(tmp_path / name, "loss") for name in ("parts", "one"))
    assert found == pytest.approx(expected, rel=1e-4)


def test_a_gradient_that_is_not_finite_changes_nothing_and_is_noted(tmp_path, bare):
    out = tmp_path / "run"
    # A step of this size makes the next loss infinite; from then on nothing is finite.
    made = recipe(
        bare,
        out,
        model={"name": "tiny", "train": "full"},
        guards={"bad_steps": 3},
        trainer={"learning_rate": 1e30, "max_steps": 50, "max_grad_norm": 1e9},
    )
    with pytest.raises(GroundkitError, match="3 steps in a row without a finite gradient") as e:
        train(made)
    noted = list(read_jsonl(out / "bad_steps.jsonl", BadStep))
    assert len(noted) == 3
    assert all(len(step.samples) == 6 for step in noted)
    assert str(out / "bad_steps.jsonl") in str(e.value)


def test_a_check_says_what_would_be_trained_and_finds_what_is_wrong(tmp_path, bare):
    made = recipe(bare, tmp_path / "run")
    found = {finding.name: finding for finding in preflight(made)}
    conclude(list(found.values()))
    assert not (tmp_path / "run").exists()
    assert found["trained: vision"].said.startswith("0 of ")
    assert found["contract"].said.startswith("resized, images of 3,136 to 200,704 px")
    assert found["gradients"].said.startswith("norm ")
    small = recipe(bare, tmp_path / "run", data={"train": str(bare), "pack_tokens": 64})
    wrong = [next(one for one in preflight(small) if one.problem)]
    assert (wrong[0].name, wrong[0].problem) == ("tokens", "more than data.pack_tokens 64")
    with pytest.raises(GroundkitError, match="this training would go wrong: tokens"):
        conclude(wrong)


def test_a_check_decodes_every_image(tmp_path, bare):
    data = tmp_path / "data"
    shutil.copytree(bare, data)
    broken = next(one for one in read_jsonl(data / "samples.jsonl", Sample) if one.split == "train")
    path = data / broken.image
    path.write_bytes(path.read_bytes()[:200])
    first = next(one for one in preflight(recipe(data, tmp_path / "run")) if one.problem)
    assert first.name == "images"
    assert path.name in first.problem


def test_no_room_says_the_size_of_the_batch_and_what_to_change(tmp_path, bare, monkeypatch):
    def exhaust(*_):
        torch.empty(1 << 50, dtype=torch.uint8)  # a pebibyte: a real error of the allocator

    monkeypatch.setattr("groundkit.train.trainer.answer_scores", exhaust)
    with pytest.raises(GroundkitError) as caught:
        train(recipe(bare, tmp_path / "run"))
    said = str(caught.value)
    assert said.startswith("trainer: no room for a batch of ")
    assert " pixels (" in said and "lower trainer.per_device_train_batch_size, set" in said


WRONG = {
    "a setting": ({"trainer": {"learning_rat": 1}}, "trainer.learning_rat: unknown setting; did y"),
    "a value": ({"trainer": {"optim": "best"}}, "trainer: the trainer does not take it: best is"),
    "a split": ({"eval": {"limit": 4, "data": "/no"}}, "cannot read the file: No such file"),
    "layers": ({"model": {"name": "tiny", "train": "freeze", "layers": 99}}, "99 layers of a lang"),
    "sharding": ({"launch": {"strategy": "zero2", "processes": 2}}, "zero2 needs GPUs"),
    "processes": ({"launch": {"machines": 2}}, "launch.machines: which of the machines is this"),
}


@pytest.mark.parametrize(("changes", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_trained_is_said_first(tmp_path, bare, changes, message, monkeypatch):
    from groundkit.train.launch import launch

    monkeypatch.delenv("GROUNDKIT_MACHINE_RANK", raising=False)
    with pytest.raises((OptionError, DataError)) as caught:
        launch(recipe(bare, tmp_path / "run", **changes))
    assert message in str(caught.value)
