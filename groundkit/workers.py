"""Processes to work in. Light to import, so that they can start before anything else."""

from __future__ import annotations

import multiprocessing
import multiprocessing.forkserver
import os
import sys
import threading
from multiprocessing.context import BaseContext


def process_context(module: str) -> BaseContext:
    """How worker processes are made: forked from a server that has imported the module they need
    and runs no thread of ours; spawned where there is no such server, on Windows."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([module])
    return context


def start_early(module: str) -> None:
    """Starts the server, which imports what workers need while this process imports its own."""
    if sys.platform != "win32":
        process_context(module)
        multiprocessing.forkserver.ensure_running()


def leave_with_parent() -> None:
    """Ends this worker when the process that started it is gone, even if it was killed."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
