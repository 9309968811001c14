"""What looks on while the trainer runs: a live display, signals, patience."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import Any

import torch
from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from transformers import EarlyStoppingCallback, TrainerCallback

from groundkit.recipe import Recipe

_SHOWN = ("iou", "iou50", "hit", "parse")


def callbacks_for(recipe: Recipe, is_first: bool) -> list[Any]:
    """The callbacks of one process.

    Args:
        is_first: whether it is the one that shows something.
    """
    found: list[Any] = [Stop()]
    if recipe.eval.patience:
        found.append(EarlyStoppingCallback(recipe.eval.patience))
    if is_first:
        found.append(Display())
    return found


class Stop(TrainerCallback):  # type: ignore[misc]
    """Ends a training at the next step, with a checkpoint, when SIGTERM or SIGINT comes.

    Attributes:
        asked: whether one came.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: Sequence[Any] = ()

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Takes the signals."""
        self._before = [signal.signal(kind, self._ask) for kind in _KINDS]

    def _ask(self, *_: Any) -> None:
        self.asked = True

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """All processes stop at the same step, whichever got the signal."""
        if args.world_size > 1:
            flag = torch.tensor(int(self.asked), device=args.device)
            torch.distributed.all_reduce(flag)
            self.asked = bool(flag)
        if self.asked:
            control.should_save = True
            control.should_training_stop = True

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Gives the signals back."""
        for kind, old in zip(_KINDS, self._before, strict=False):
            signal.signal(kind, old)


_KINDS = (signal.SIGTERM, signal.SIGINT)


class Display(TrainerCallback):  # type: ignore[misc]
    """Steps, loss and speed, and the figures of each evaluation: live on a terminal, as lines
    elsewhere."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bar = Progress(
            *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()),
            *(TextColumn("{task.fields[said]}"), TimeRemainingColumn()),
            console=self._console,
        )
        self._task = self._bar.add_task("train", said="")
        self._figures: list[tuple[int, dict[str, float]]] = []
        self._live: Live | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Starts the display."""
        self._bar.update(self._task, total=state.max_steps, completed=state.global_step)
        if self._console.is_terminal:
            self._live = Live(self._shown(), console=self._console, refresh_per_second=4)
            self._live.start()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """A step further."""
        self._bar.update(self._task, completed=state.global_step)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """The latest loss and speed."""
        if not logs or "loss" not in logs:
            return
        parts = [f"loss {logs['loss']:.4f}"]
        parts += [f"{logs['samples_per_second']:.1f} samples/s"]
        parts += [f"{logs['tokens_per_second']:,.0f} tokens/s"]
        if logs["passed_over"]:
            parts += [f"{logs['passed_over']} steps passed over"]
        self._bar.update(self._task, said=", ".join(parts))
        if self._live is None:
            self._say(f"step {state.global_step}/{state.max_steps}: {', '.join(parts)}")

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: Any = None, **_: Any
    ) -> None:
        """A row of the table."""
        figures = {name: (metrics or {}).get(f"eval_{name}", 0.0) for name in _SHOWN}
        self._figures.append((state.global_step, figures))
        if self._live is not None:
            self._live.update(self._shown())
        else:
            shown = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
            self._say(f"step {state.global_step}: held-out screens: {shown}")

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Leaves the last state on the screen."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _shown(self) -> Table:
        grid = Table.grid()
        grid.add_row(self._bar)
        if self._figures:
            table = Table("step", *_SHOWN, box=None, title="held-out screens", title_justify="left")
            for step, figures in self._figures[-8:]:
                table.add_row(str(step), *(f"{figures[name]:.3f}" for name in _SHOWN))
            grid.add_row(table)
        return grid

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)
