"""Several processes and machines, for real where a CPU can; the rest by accelerate's own parser."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from accelerate.commands.launch import launch_command_parser

from groundkit.errors import OptionError
from groundkit.recipe.read import parse, to_recipe
from groundkit.recipe.write import PRESETS, write_preset
from groundkit.train.launch import (
    arguments,
    commands,
    is_started,
    rank_of_machine,
    threads_of_each,
)
from tests.train.test_run import logged, recipe


def preset(name):
    return to_recipe(parse(write_preset(name), name), name)


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "tiny-cpu"])
def test_accelerate_takes_the_arguments(name):
    """Not run: there is no GPU here."""
    made = preset(name)
    for rank in range(made.launch.machines):
        words = arguments(made, rank, "job.json", on_cpu=False)
        found = launch_command_parser().parse_args(words)
        assert found.num_processes == made.launch.processes * made.launch.machines
        assert (found.num_machines, found.machine_rank) == (made.launch.machines, rank)
        assert (found.mixed_precision, found.training_script) == ("bf16", "groundkit.train.worker")
        assert found.use_fsdp == (made.launch.strategy == "fsdp2")
        assert found.multi_gpu == (made.launch.strategy == "ddp")


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_accelerate_takes_the_stages_of_deepspeed(stage):
    launch = {"strategy": f"zero{stage}", "processes": 8}
    made = msgspec.structs.replace(
        preset("qwen2.5-vl-7b-lora-8gpu"),
        launch=recipe("d", "o", launch=launch).launch,
    )
    found = launch_command_parser().parse_args(arguments(made, 0, "j", on_cpu=False))
    assert (found.use_deepspeed, found.zero_stage) == (True, stage)


def test_the_command_of_each_machine_can_be_typed():
    typed = [shlex.split(line) for line in commands(preset("qwen2.5-vl-7b-lora-2x8gpu"))]
    assert [words[:2] for words in typed] == [["accelerate", "launch"]] * 2
    ranks = [words[words.index("--machine_rank") + 1] for words in typed]
    assert ranks == ["0", "1"]


def test_which_machine_this_is():
    assert rank_of_machine({"SLURM_NODEID": "3"}) == 3
    assert rank_of_machine({"SLURM_NODEID": "3", "GROUNDKIT_MACHINE_RANK": "0"}) == 0
    for environment in ({}, {"SLURM_NODEID": "x"}, {"SLURM_NODEID": "-1"}):
        with pytest.raises(OptionError):
            rank_of_machine(environment)


def test_a_process_of_torchrun_is_one_of_several():
    assert is_started({"RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "x", "HOME": "/"})
    assert not is_started({"RANK": "0"})


def test_threads_are_shared_out():
    cores = os.cpu_count()
    assert threads_of_each(recipe("d", "o")) == cores
    assert threads_of_each(recipe("d", "o", launch={"processes": 1000})) == 1


def start(path, **environment):
    command = [sys.executable, "-m", "groundkit", "train", str(path)]
    env = os.environ | environment
    return subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def written(made, path):
    path.write_bytes(msgspec.json.encode(made))
    return path


def test_two_machines_on_one_network(tmp_path, bare):
    launch = {"machines": 2, "port": free_port()}
    out = tmp_path / "run"
    steps = {"per_device_train_batch_size": 3, "max_steps": 3}
    path = written(recipe(bare, out, launch=launch, trainer=steps), tmp_path / "r.json")
    machines = [start(path, GROUNDKIT_MACHINE_RANK=str(rank)) for rank in range(2)]
    said = [machine.communicate(timeout=240)[1] for machine in machines]
    assert [machine.returncode for machine in machines] == [0, 0], said
    notes = json.loads((out / "run.json").read_text())
    assert (notes["world"], notes["wrapped"]) == (2, "DistributedDataParallel")
    assert len(logged(out, "loss")) == 3
    assert "3 steps -> " in said[0] and "steps -> " not in said[1]


def test_a_process_that_dies_ends_the_run_which_goes_on(tmp_path, bare):
    out = tmp_path / "run"
    steps = {
        "per_device_train_batch_size": 3,
        "max_steps": 300,
        "num_train_epochs": 99,
        "save_strategy": "steps",
        "save_steps": 2,
    }
    made = recipe(bare, out, launch={"processes": 2, "port": free_port()}, trainer=steps)
    process = start(written(made, tmp_path / "r.json"))
    while not list(out.glob("checkpoints/checkpoint-*/trainer_state.json")):
        assert process.poll() is None
        time.sleep(0.05)
    worker = next(pid for pid in _descendants(process.pid) if b"RANK=1\0" in _environment(pid))
    os.kill(worker, signal.SIGKILL)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 2
    assert said.splitlines()[-1].startswith("error: a process of the training ended: ")
    assert said.splitlines()[-1].endswith("; the same command goes on from the last checkpoint")
    assert not (out / "model").exists()


def _descendants(parent):
    children = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and (found := _read(folder / "stat")):
            above = int(found.rpartition(b")")[2].split()[1])
            children.setdefault(above, []).append(int(folder.name))
    found, left = [], [parent]
    while left:
        some = children.get(left.pop(), [])
        found += some
        left += some
    return found


def _environment(pid):
    return _read(Path(f"/proc/{pid}/environ"))


def _read(path):
    try:
        return path.read_bytes()
    except OSError:  # it has ended
        return b""
