"""Several processes that answer together, by torchrun and accelerate.

`accelerate launch --cpu --num_processes 2` starts one process and says nothing; here every process
checks how many there are.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from groundkit.errors import DataError, GroundkitError
from groundkit.models.problems import INSTALL, need_extra
from groundkit.predict.output import Journal
from groundkit.predict.progress import Advance
from groundkit.predict.run import LocalJob

_POLL, _SHARE = 0.3, 20  # seconds between looks; at least so many times what a look takes
_TAIL = 300


class WorkerJob(msgspec.Struct, frozen=True, kw_only=True):
    """What a process is told.

    Attributes:
        output: that the partial files lie beside.
        world: how many processes there must be.
        parent: process whose end ends all.
        errors: where a process writes what went wrong.
    """

    local: LocalJob
    output: str
    world: int
    parent: int
    errors: str


def run_processes(local: LocalJob, journal: Journal, world: int, advance: Advance) -> None:
    """Answers in `world` processes on this machine.

    Raises:
        GroundkitError: what stopped a process.
    """
    need_extra()
    with tempfile.TemporaryDirectory(prefix="groundkit-") as folder:
        job = WorkerJob(
            local=local,
            output=str(journal.output),
            world=world,
            parent=os.getpid(),
            errors=str(Path(folder) / "error"),
        )
        path = Path(folder) / "job.json"
        path.write_bytes(msgspec.json.encode(job))
        log = Path(folder) / "log"
        with _started(path, log, world) as process:
            code = _watch(process, journal, advance)
        if code:
            raise _explain(Path(job.errors), log, code)


@contextmanager
def _started(path: Path, log: Path, world: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", str(world), "-m", "groundkit.predict.worker", str(path)]
    # Without it torchrun sets one thread a process and prints that it does.
    env = {"OMP_NUM_THREADS": "1", **os.environ}
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env=env)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait()


def _watch(process: subprocess.Popen[bytes], journal: Journal, advance: Advance) -> int:
    """Shows what is finished until the processes end; their exit code."""
    seen, pause = len(journal.done), _POLL
    while True:
        try:
            return process.wait(pause)
        except subprocess.TimeoutExpired:
            start = time.monotonic()
            journal.refresh()
            pause = max(_POLL, _SHARE * (time.monotonic() - start))
            advance(len(journal.done) - seen)
            seen = len(journal.done)


def _explain(errors: Path, log: Path, code: int) -> GroundkitError:
    if errors.is_file():
        what, where, hint = msgspec.json.decode(errors.read_bytes(), type=tuple[str, str, str])
        return DataError(what, where, hint=hint)
    said = " ".join(log.read_text(encoding="utf-8", errors="replace").split())
    hint = INSTALL if "No module named" in said else f"it said: {said[-_TAIL:]}"
    return GroundkitError(f"a process ended with exit code {code}", hint=hint)
