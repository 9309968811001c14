"""How far a run is, on stderr: share, rows a second, time left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

Advance = Callable[[int], None]
_BETWEEN_LINES = 60.0  # seconds


class _Speed(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f}/s")


@contextmanager
def progress(total: int, done: int) -> Iterator[Advance]:
    """A bar on a terminal, a line a minute elsewhere; the value adds finished rows.

    Args:
        done: rows that were there before; the speed does not count them.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(total, done)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, _Speed(), TimeRemainingColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task("predict", total=total, completed=done)
        yield lambda count: bar.advance(task, count)


def _lines(total: int, done: int) -> Advance:
    """For a log: how far it is, once a minute."""
    start = last = time.monotonic()
    finished = 0

    def advance(count: int) -> None:
        nonlocal last, finished
        finished += count
        now = time.monotonic()
        if now - last >= _BETWEEN_LINES and done + finished < total:
            last = now
            left = (total - done - finished) * (now - start) / max(finished, 1)
            speed = f"{finished / (now - start):.1f}/s"
            say(f"{done + finished:,} of {total:,} answers, {speed}, {left / 60:.0f} min left")

    return advance


def say(line: str) -> None:
    """A line on stderr."""
    Console(stderr=True, soft_wrap=True).print(line, markup=False, highlight=False)
