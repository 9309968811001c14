"""What every benchmark needs: the machine, the versions, the commit, one way to write results."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"

_VERSIONED = ("msgspec", "numpy", "opencv-python-headless", "pillow", "rich", "typer")


def machine() -> str:
    """The processor, how many of its cores we may use, the memory and the system."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{_processor()}, {cores} cores, {memory:.0f} GiB, {platform.system()}"


def versions(*more: str) -> str:
    """Python and the libraries whose speed the numbers depend on."""
    found = [f"Python {platform.python_version()}"]
    for package in (*_VERSIONED, *more):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def commit() -> str:
    """The short commit of the checkout, marked if tracked files differ from it."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=10", "--exclude=*"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def write_result(name: str, lines: list[str], *packages: str) -> Path:
    """Prints `lines` (Markdown) and writes them, with how they were made, as results/NAME.md.

    Args:
        packages: further ones whose versions matter.
    """
    # The interpreter's own path differs from clone to clone and says nothing.
    command = shlex.join(["python", *[_relative(arg) for arg in sys.argv]])
    made = [
        f"- command: `{command}`",
        f"- commit: {commit()}",
        f"- machine: {machine()}",
        f"- versions: {versions(*packages)}",
    ]
    text = "\n".join([f"# {name}", "", *lines, "", "How this was made:", "", *made]) + "\n"
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    print(text)
    return path


def _relative(argument: str) -> str:
    path = Path(argument)
    if path.is_absolute() and path.is_relative_to(ROOT):
        return str(path.relative_to(ROOT))
    return argument


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as file:
            names = [line.split(":", 1)[1].strip() for line in file if "model name" in line]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()
