"""How fast is `groundkit eval`, beside a bare script and beside other libraries?

    python benchmarks/eval.py [--rows 200000 1000000] [--peers]

Makes a seeded, self-contained predictions file of mixed formats: 70 % `<ref>` and `<box>`, 10 %
fenced JSON, 10 % `<|box_start|>`, 5 % points, 5 % that nothing can read. Runs the command with
--json and --verdicts (so everything is on: grammar, all metrics, breakdowns, intervals), with and
without --workers 2, beside a script that does nothing but json.loads, one regular expression, IoU
and hit, each in a process of its own, the processes taking turns. With --peers also IoU and
average precision by other libraries on the same boxes, as far as they are installed:
pip install -c constraints.txt -r benchmarks/requirements.txt. Writes benchmarks/results/eval.md.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from common import ROOT, write_result

from groundkit.geometry import IntBox
from groundkit.grammar import write_answer
from groundkit.records import Gold, Prediction
from groundkit.store import encode_line
from groundkit.vocabulary import TYPE_WORDS, type_word

FLOOR_ROWS, FLOOR_BARE, FLOOR_WORKERS, FLOOR_MB = 120_000, 1.5, 1.7, 500
REPEATS = 5
OUTPUTS = ("report.json", "verdicts.jsonl")
IMAGE = (1288, 728)
PEERS = ("torchmetrics", "supervision", "pycocotools", "faster-coco-eval")
NAMES = (
    *("地址", "保存", "搜索设置", "确定", "下一步", "我的订单与物流信息", "取消", "登录"),
    *("File name", "Open recent project", "Settings & privacy", "OK", "Sign in", "More options"),
)
WORDLESS = ("I cannot tell.", "[]", "", "The button is in the upper left corner of the screen.")


class Cost(NamedTuple):
    """Of one process: seconds, MB, and what it printed."""

    wall: float
    cpu: float
    peak: float
    printed: str


def make_file(path: Path, rows: int, seed: int = 0) -> None:
    """Answers as models write them, ten to a screen; most boxes are nearly exact."""
    draw = random.Random(seed)
    types = sorted(TYPE_WORDS)
    with path.open("wb") as file:
        for row in range(rows):
            gold = _make_gold(draw, row, draw.choice(types))
            text = _make_text(draw, gold)
            record = Prediction(id=gold.id, text=text, frame="resized", model="bench", gold=gold)
            file.write(encode_line(record))


def _make_gold(draw: random.Random, row: int, kind: str) -> Gold:
    width, height = draw.randint(12, 320), draw.randint(12, 96)
    left, top = draw.randint(0, IMAGE[0] - width), draw.randint(0, IMAGE[1] - height)
    screen = f"s{row // 10:06d}"
    return Gold(
        id=f"{screen}-{row % 10}",
        image=f"{screen}.jpg",
        width=IMAGE[0],
        height=IMAGE[1],
        box=(left, top, left + width, top + height),
        type=kind,
        name=f"{draw.choice(NAMES)} {draw.randint(1, 999)}",
        source=("android", "web", "coco")[row % 3],
        split="val" if row % 10 == 0 else "train",
    )


def _make_text(draw: random.Random, gold: Gold) -> str:
    assert gold.box is not None and gold.name is not None
    x1, y1, x2, y2 = box = _near(draw, gold.box)
    form = draw.random()
    if form < 0.70:
        name = gold.name if draw.random() < 0.9 else gold.name[1:]
        return write_answer(type_word(gold.type, "zh" if x1 % 2 else "en"), name, box)
    if form < 0.80:
        return (
            f'```json\n[\n\t{{"bbox_2d": [{x1}, {y1}, {x2}, {y2}], "label": "{gold.name}"}}\n]\n```'
        )
    if form < 0.90:
        name = f"<|object_ref_start|>{gold.name}<|object_ref_end|>"
        return f"{name}<|box_start|>({x1},{y1}),({x2},{y2})<|box_end|>"
    if form < 0.95:
        x, y = (x1 + x2) // 2, (y1 + y2) // 2
        return draw.choice((f"<point>{x} {y}</point>", f"({x}, {y})"))
    return draw.choice(WORDLESS)


def _near(draw: random.Random, box: tuple[float, ...]) -> IntBox:
    """One box in twenty is anywhere."""
    if draw.random() < 0.05:
        left, top = draw.randint(0, 1000), draw.randint(0, 600)
        return left, top, left + 80, top + 40
    x1, y1, x2, y2 = (int(edge) + draw.choice((0, 0, 0, -1, 1, 2)) for edge in box)
    return max(x1, 0), max(y1, 0), x2, y2


def measure(command: list[str], cores: int = 1) -> Cost:
    """One run of `command` on so many cores."""
    allowed = set(sorted(os.sched_getaffinity(0))[:cores])
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: os.sched_setaffinity(0, allowed),
    )
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{command} failed")
    return Cost(wall, usage.ru_utime + usage.ru_stime, _peak_mb(usage), printed)


def _peak_mb(usage: resource.struct_rusage) -> float:
    """ru_maxrss is in KiB on Linux and in bytes on macOS."""
    return usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def best_of(commands: dict[str, tuple[list[str], int]], folder: Path) -> dict[str, Cost]:
    """The quickest run of each command; the commands take turns. Those that write start without
    the outputs of the one before: to delete half a gigabyte takes a tenth of a second."""
    runs: list[dict[str, Cost]] = []
    for _ in range(REPEATS):
        runs.append({})
        for name, (command, cores) in commands.items():
            for output in OUTPUTS if "groundkit" in command else ():
                (folder / output).unlink(missing_ok=True)
            runs[-1][name] = measure(command, cores)
    return {name: min((run[name] for run in runs), key=lambda cost: cost.wall) for name in commands}


def _peer(case: str, file: Path) -> list[str]:
    return [sys.executable, str(ROOT / "benchmarks" / "eval_peers.py"), case, str(file)]


def _commands(file: Path, folder: Path) -> dict[str, tuple[list[str], int]]:
    report, verdicts = (folder / output for output in OUTPUTS)
    groundkit = [sys.executable, "-m", "groundkit", "eval", str(file), "--json", str(report)]
    whole = [*groundkit, "--verdicts", str(verdicts)]
    return {
        "groundkit eval": (whole, 1),
        "groundkit eval --workers 2, two cores": ([*whole, "--workers", "2"], 2),
        "bare script": (_peer("bare", file), 1),
        "only decode, msgspec typed": (_peer("typed", file), 1),
        "only decode, json.loads": (_peer("json", file), 1),
    }


def _table(costs: dict[str, Cost], rows: int, megabytes: float) -> Iterator[str]:
    yield f"## {rows:,} predictions, {megabytes:.0f} MB"
    yield ""
    yield "| process | wall s | CPU s | rows/s (wall) | µs/row (wall) | peak MB |"
    yield "|---|---|---|---|---|---|"
    for name, cost in costs.items():
        yield (
            f"| {name} | {cost.wall:.2f} | {cost.cpu:.2f} | {rows / cost.wall:,.0f} "
            f"| {1e6 * cost.wall / rows:.2f} | {cost.peak:.0f} |"
        )
    yield ""


def _floors(costs: dict[str, Cost], rows: int) -> Iterator[tuple[str, bool]]:
    alone, double, bare, *_ = costs.values()
    speed, ratio, gain = rows / alone.wall, alone.wall / bare.wall, alone.wall / double.wall
    yield f"{speed:,.0f} rows a second, wanted {FLOOR_ROWS:,}", speed >= FLOOR_ROWS
    yield f"{ratio:.2f} times the bare script, wanted {FLOOR_BARE}", ratio <= FLOOR_BARE
    yield f"--workers 2 is {gain:.2f} times as fast, wanted {FLOOR_WORKERS}", gain >= FLOOR_WORKERS
    yield f"{alone.peak:.0f} MB, wanted {FLOOR_MB}", alone.peak <= FLOOR_MB


def _peers(file: Path) -> Iterator[str]:
    """Only the work on boxes that are ready is timed, once."""
    yield "| on boxes that are ready | µs/box (CPU) | figure | peak MB |"
    yield "|---|---|---|---|"
    for name in PEERS:
        try:
            cost = measure(_peer(name, file))
        except SystemExit:
            yield f"| {name} | not installed | | |"
            continue
        found = json.loads(cost.printed.splitlines()[-1])
        each = 1e6 * found["cpu"] / found["rows"]
        yield f"| {name} | {each:.2f} | {found['figure']:.4f} | {cost.peak:.0f} |"
    yield ""


def main() -> None:
    """Measures, prints, writes the result, and fails below a floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[200_000, 1_000_000])
    parser.add_argument("--peers", action="store_true", help="other libraries too, at the first")
    arguments = parser.parse_args()
    lines = [
        f"Whole processes, start included, best of {REPEATS} by wall time, one core unless said",
        "otherwise. `groundkit eval` writes the report and one verdict a row.",
        "",
    ]
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "predictions.jsonl"
        for rows in arguments.rows:
            make_file(file, rows)
            costs = best_of(_commands(file, Path(name)), Path(name))
            report = json.loads((Path(name) / "report.json").read_bytes())
            assert report["overall"]["n"] == rows
            lines += _table(costs, rows, file.stat().st_size / 1e6)
            for what, kept in _floors(costs, rows):
                lines.append(f"- {what}: {'met' if kept else 'not met'}")
                missed += not kept
            lines.append("")
            if arguments.peers and rows == arguments.rows[0]:
                lines += _peers(file)
    write_result("eval", lines)
    if missed:
        raise SystemExit(f"{missed} floors not met")


if __name__ == "__main__":
    main()
