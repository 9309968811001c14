"""Starts a training: in this process, or in several by accelerate's own launcher.

`accelerate launch --cpu --num_processes 2` starts one process and says nothing; what is started
here counts itself (`run.check_world`). Where SLURM or torchrun started this process as one of
several, it is one of them.
"""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from groundkit.errors import DataError, GroundkitError, OptionError
from groundkit.models.devices import flush_denormals
from groundkit.recipe import Recipe

if TYPE_CHECKING:
    from groundkit.train.run import Trained

WORKER = "groundkit.train.worker"


def launch(recipe: Recipe) -> Trained | None:
    """Trains; None in a process that another one started and that is not the first.

    Raises:
        OptionError, DataError: a recipe, dataset or model that cannot be used.
        GroundkitError: the training went wrong, or one of its processes ended.
    """
    check_strategy(recipe)
    if is_started(os.environ) or recipe.launch.processes * recipe.launch.machines == 1:
        from groundkit.train.run import train

        trained = train(recipe)
        return trained if int(os.environ.get("RANK", "0")) == 0 else None
    return _launch_several(recipe)


def is_started(environment: Mapping[str, str]) -> bool:
    """Whether torchrun, or SLURM by way of it, started this process as one of several."""
    return {"RANK", "WORLD_SIZE", "MASTER_ADDR"} <= set(environment)


def check_strategy(recipe: Recipe) -> None:
    """Refuses what would silently be something else.

    Raises:
        OptionError: sharding on a CPU: accelerate would take DDP without a word.
    """
    keys = recipe.launch
    if keys.strategy == "ddp" or not _is_cpu():
        return
    what = (
        f"{keys.strategy} needs GPUs: on a CPU accelerate runs plain DDP instead and says nothing"
    )
    raise OptionError(what, "launch.strategy", ["ddp"])


def _is_cpu() -> bool:
    from groundkit.models.devices import choose_device

    return choose_device(None).type == "cpu"


def rank_of_machine(environment: Mapping[str, str]) -> int:
    """Which of several machines this is: as SLURM or GROUNDKIT_MACHINE_RANK says.

    Raises:
        OptionError: neither does, or what they say is no number.
    """
    for name in ("GROUNDKIT_MACHINE_RANK", "SLURM_NODEID"):
        value = environment.get(name)
        if value is not None:
            if not value.isascii() or not value.isdecimal():
                raise OptionError(f"no number of a machine: {value[:40]!r}", name)
            return int(value)
    what = "which of the machines is this?"
    hint = "set GROUNDKIT_MACHINE_RANK: 0 on the first; --print-launch shows the commands"
    raise OptionError(what, "launch.machines", hint=hint)


def arguments(recipe: Recipe, rank: int, job: str, *, on_cpu: bool) -> list[str]:
    """The arguments of `accelerate launch` on one machine.

    Args:
        rank: of the machine.
        job: file that the processes read the recipe from.
        on_cpu: there, `--cpu` would start one process.
    """
    keys = recipe.launch
    words = ["--num_processes", str(keys.processes * keys.machines)]
    words += ["--num_machines", str(keys.machines), "--machine_rank", str(rank)]
    words += ["--main_process_ip", keys.address, "--main_process_port", str(keys.port)]
    words += ["--dynamo_backend", "no", "--mixed_precision", _precision(recipe, on_cpu)]
    words += {
        "ddp": ["--multi_gpu"],
        "fsdp2": ["--use_fsdp", "--fsdp_version", "2", *_FSDP],
    }.get(keys.strategy, ["--use_deepspeed", "--zero_stage", keys.strategy[-1], *_ZERO])
    return [*words, "-m", WORKER, job]


_FSDP = (
    *("--fsdp_auto_wrap_policy", "TRANSFORMER_BASED_WRAP", "--fsdp_reshard_after_forward", "true"),
    *("--fsdp_state_dict_type", "SHARDED_STATE_DICT", "--fsdp_cpu_ram_efficient_loading", "true"),
    *("--fsdp_transformer_layer_cls_to_wrap", "Qwen2_5_VLDecoderLayer,Qwen2_5_VLVisionBlock"),
)
_ZERO = ("--gradient_accumulation_steps", "1", "--zero3_save_16bit_model", "true")


def _precision(recipe: Recipe, on_cpu: bool) -> str:
    wanted = recipe.launch.precision
    return ("no" if on_cpu else "bf16") if wanted == "auto" else wanted


def commands(recipe: Recipe) -> Iterator[str]:
    """The command to type on each machine."""
    for rank in range(recipe.launch.machines):
        words = ["accelerate", "launch", *arguments(recipe, rank, "job.json", on_cpu=False)]
        yield shlex.join(words)


class Job(msgspec.Struct, frozen=True):
    """What a process is told.

    Attributes:
        errors: file where it says what went wrong.
        result: file where the first says what came of it.
    """

    recipe: Recipe
    errors: str
    result: str


def _launch_several(recipe: Recipe) -> Trained | None:
    from accelerate.commands.launch import launch_command, launch_command_parser

    from groundkit.train.run import Trained, quieten

    quieten()
    rank = rank_of_machine(os.environ) if recipe.launch.machines > 1 else 0
    with tempfile.TemporaryDirectory(prefix="groundkit-") as folder:
        place = Path(folder)
        job = Job(recipe, str(place / "error"), str(place / "result"))
        path = place / "job.json"
        path.write_bytes(msgspec.json.encode(job))
        words = arguments(recipe, rank, str(path), on_cpu=_is_cpu())
        os.environ.setdefault("OMP_NUM_THREADS", str(threads_of_each(recipe)))
        try:
            launch_command(launch_command_parser().parse_args(words))
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            raise _explain(Path(job.errors), error) from None
        result = Path(job.result)
        return msgspec.json.decode(result.read_bytes(), type=Trained) if result.exists() else None


def threads_of_each(recipe: Recipe) -> int:
    """Threads for each process, so that together they have the cores of the machine."""
    return max((os.cpu_count() or 1) // recipe.launch.processes, 1)


def _explain(errors: Path, error: BaseException) -> GroundkitError:
    """What a process said before it ended, or else what the launcher says."""
    if errors.is_file():
        what, where, hint = msgspec.json.decode(errors.read_bytes(), type=tuple[str, str, str])
        return DataError(what, where, hint=hint)
    lines = [line for line in str(error).splitlines() if "exitcode" in line or "Signal" in line]
    said = " ".join(" ".join(lines).split())[:200] or type(error).__name__
    what = f"a process of the training ended: {said}"
    return GroundkitError(what, hint="the same command goes on from the last checkpoint")


def write_error(path: Path, error: GroundkitError) -> None:
    """For `_explain`; the first process to fail is the one to listen to."""
    if not path.exists():
        path.write_bytes(msgspec.json.encode((error.what, error.where, error.hint)))


def main(job_file: str) -> int:
    """One process of several; the exit code."""
    from groundkit.train.run import train

    flush_denormals()
    job = msgspec.json.decode(Path(job_file).read_bytes(), type=Job)
    try:
        trained = train(job.recipe)
    except GroundkitError as error:
        write_error(Path(job.errors), error)
        return 2
    if int(os.environ.get("RANK", "0")) == 0:
        Path(job.result).write_bytes(msgspec.json.encode(trained))
    return 0
