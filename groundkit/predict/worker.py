"""One of several processes that answer together: `torchrun -m groundkit.predict.worker JOB`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from groundkit.errors import GroundkitError
from groundkit.models.devices import choose_device, flush_denormals
from groundkit.predict.launch import WorkerJob
from groundkit.predict.output import Journal
from groundkit.predict.run import answer_share


def main(path: Path) -> int:
    """Answers this process's share; the exit code."""
    job = msgspec.json.decode(path.read_bytes(), type=WorkerJob)
    try:
        _answer(job)
    except GroundkitError as error:
        text = msgspec.json.encode((error.what, error.where, error.hint))
        Path(job.errors).write_bytes(text)
        return 2
    return 0


def _answer(job: WorkerJob) -> None:
    flush_denormals()
    state = _state(job)
    if state.num_processes != job.world:
        what = f"{state.num_processes} processes run instead of {job.world}"
        raise GroundkitError(what, "--processes", hint="is torch.distributed there?")
    local = job.local
    if local.device is None and state.device.type != "cpu":
        local = msgspec.structs.replace(local, device=str(state.device))
    work = local.prepare()
    journal = Journal(Path(job.output), work.settings)
    state.wait_for_everyone()  # nobody writes before all have read what is done

    def watch(_: int) -> None:
        if os.getppid() == 1 or not _lives(job.parent):
            sys.exit(1)

    # No meeting at the end: the first to be done would wait for the last longer than torch does.
    answer_share(local, work, journal, watch, state.process_index, state.num_processes)
    state.destroy_process_group()


def _state(job: WorkerJob) -> Any:
    from accelerate import PartialState

    return PartialState(cpu=choose_device(job.local.device).type == "cpu")


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
