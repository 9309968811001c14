"""Worker processes. Light to import, so that they can start before anything else."""

from __future__ import annotations

import multiprocessing
import multiprocessing.forkserver
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext
from typing import TypeVar

from groundkit.errors import DataError

T = TypeVar("T")
R = TypeVar("R")

# Waiting for each worker: enough to keep it busy, few enough to keep memory flat.
AHEAD = 3


def process_context(module: str) -> BaseContext:
    """How worker processes are made: forked from a server that has imported what they need and runs
    no thread of ours; spawned where there is no such server, on Windows.

    Args:
        module: what workers need, with all that it imports.
    """
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


def in_order(
    items: Iterable[T], run: Callable[[T], Future[R]], ahead: int
) -> Iterator[tuple[T, R]]:
    """Keeps a few items in the air and hands them back with what became of them, in order.

    Args:
        run: starts the work on an item.
        ahead: how many more are started before the first is waited for.

    Raises:
        DataError: a worker was killed.
    """
    waiting: deque[tuple[T, Future[R]]] = deque()
    for item in items:
        waiting.append((item, run(item)))
        if len(waiting) > ahead:
            yield _finished(*waiting.popleft())
    while waiting:
        yield _finished(*waiting.popleft())


def _finished(item: T, future: Future[R]) -> tuple[T, R]:
    try:
        return item, future.result()
    except BrokenProcessPool:
        raise DataError(
            "a worker process was killed, perhaps for want of memory",
            hint="run the same command again, or with --workers 1; a script that calls this needs"
            ' an `if __name__ == "__main__":` around its start',
        ) from None
