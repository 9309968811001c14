"""How long does `groundkit --help` take, next to what it cannot do without?

    python benchmarks/startup.py

Starts `groundkit --help` and `python -c "import typer, rich.console"` in turn, so that both meet
the same machine, and compares the medians of the wall time. Writes benchmarks/results/startup.md
and ends with code 1 if the ratio is above the limit.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from common import ROOT, write_result

ROUNDS = 15
LIMIT = 1.6
BASE = [sys.executable, "-c", "import typer, rich.console"]


def help_command() -> list[str]:
    """The installed command, or the module where the package is only on the path."""
    script = Path(sys.executable).with_name("groundkit")
    if script.exists():
        return [str(script), "--help"]
    return [sys.executable, "-m", "groundkit", "--help"]


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main() -> int:
    commands = {"groundkit --help": help_command(), 'python -c "import typer, rich.console"': BASE}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for command in commands.values():
        seconds(command)  # fills the disk cache and writes the bytecode
    for _ in range(ROUNDS):
        for name, command in commands.items():
            times[name].append(seconds(command))
    medians = [statistics.median(times[name]) for name in commands]
    ratio = medians[0] / medians[1]
    lines = [f"Wall time of a fresh process, median of {ROUNDS}, in turn.", ""]
    lines += ["| command | median, ms | fastest, ms |", "|---|---|---|"]
    for name, median in zip(commands, medians, strict=True):
        lines.append(f"| `{name}` | {median * 1e3:.0f} | {min(times[name]) * 1e3:.0f} |")
    lines += ["", f"Ratio: {ratio:.2f} (limit {LIMIT})"]
    write_result("startup", lines)
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
