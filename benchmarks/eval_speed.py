"""How fast is `groundkit eval`? 300,000 predictions, one core.

    python benchmarks/eval_speed.py [--rows 300000]

Makes a seeded, self-contained predictions file, and the same answers without gold records beside a
samples.jsonl. Runs the command with --json on the first, without and with --verdicts, and on the
second with --dataset, each in a process of its own on one core, and reads the first file with a
typed msgspec decoder and with json.loads, which score nothing, on the same core. Writes
benchmarks/results/eval_speed.md.
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
from pathlib import Path
from typing import NamedTuple

from common import ROOT, write_result

from groundkit.grammar import write_answer
from groundkit.records import Gold, Prediction, Sample
from groundkit.store import encode_line
from groundkit.vocabulary import TYPE_WORDS, type_word

FLOOR_ROWS, FLOOR_MB = 60_000, 600
REPEATS = 5
IMAGE = (1288, 728)
NAMES = (
    *("地址", "保存", "搜索设置", "确定", "下一步", "我的订单与物流信息", "取消", "登录"),
    *("File name", "Open recent project", "Settings & privacy", "OK", "Sign in", "More options"),
)

_DECODE_TYPED = """
import sys, msgspec
from groundkit.records import Prediction
decoder = msgspec.json.Decoder(Prediction)
with open(sys.argv[1], "rb") as file:
    for line in file:
        decoder.decode(line)
"""
_DECODE_PLAIN = """
import sys, json
with open(sys.argv[1], "rb") as file:
    for line in file:
        json.loads(line)
"""


class Cost(NamedTuple):
    """Of one process: seconds and MB."""

    wall: float
    cpu: float
    peak: float


class Files(NamedTuple):
    """The same answers twice: with gold records, and without them beside the samples asked."""

    alone: Path
    answers: Path
    samples: Path


def make_files(folder: Path, rows: int, seed: int = 0) -> Files:
    """Answers as a trained model writes them: 90 % boxes, most of them nearly exact."""
    draw = random.Random(seed)
    types = sorted(TYPE_WORDS)
    files = Files(folder / "predictions.jsonl", folder / "answers.jsonl", folder / "samples.jsonl")
    with (
        files.alone.open("wb") as alone,
        files.answers.open("wb") as answers,
        files.samples.open("wb") as samples,
    ):
        for row in range(rows):
            gold = _make_gold(draw, row, draw.choice(types))
            text = _make_text(draw, gold)
            alone.write(encode_line(_predict(gold.id, text, gold)))
            answers.write(encode_line(_predict(gold.id, text, None)))
            samples.write(encode_line(_make_sample(gold)))
    return files


def _predict(name: str, text: str, gold: Gold | None) -> Prediction:
    return Prediction(id=name, text=text, frame="resized", model="bench", gold=gold)


def _make_sample(gold: Gold) -> Sample:
    x, y = gold.point
    return Sample(
        **{
            name: getattr(gold, name)
            for name in Gold.__struct_fields__
            if name in Sample.__struct_fields__
        },
        prompt=f"<image>点[{x},{y}]所处位置(也即是图中绿色五角星中心所处位置)的信息是什么?",
        answer=write_answer(type_word(gold.type, gold.lang), gold.name, gold.box),
        element=f"e{gold.id}",
        name_source="text",
        placement="inside",
    )


def _make_gold(draw: random.Random, row: int, kind: str) -> Gold:
    width, height = draw.randint(12, 320), draw.randint(12, 96)
    left, top = draw.randint(0, IMAGE[0] - width), draw.randint(0, IMAGE[1] - height)
    return Gold(
        id=f"app{row % 211:03d}-screen{row // 4:06d}-{row % 4}",
        image=f"images/app{row % 211:03d}/screen{row // 4:06d}-{row % 4}.jpg",
        width=IMAGE[0],
        height=IMAGE[1],
        original=(1920, 1080),
        box=(left, top, left + width, top + height),
        type=kind,
        name=f"{draw.choice(NAMES)} {draw.randint(1, 999)}",
        point=(left + width // 2, top + height // 2),
        lang="zh" if row % 2 else "en",
        screen=f"screen{row // 4:06d}",
        group=f"app{row % 211:03d}",
        source=("android", "web", "coco")[row % 3],
        split="val" if row % 10 == 0 else "train",
    )


def _make_text(draw: random.Random, gold: Gold) -> str:
    word = type_word(gold.type, gold.lang)
    chance = draw.random()
    if chance < 0.85:
        box = [edge + draw.choice((0, 0, 0, -1, 1, 2)) for edge in gold.box]
        name = gold.name if draw.random() < 0.9 else gold.name[1:]
        return write_answer(word, name, box)
    if chance < 0.90:
        left, top = draw.randint(0, 1000), draw.randint(0, 600)
        return write_answer(word, gold.name, (left, top, left + 80, top + 40))
    if chance < 0.95:
        return draw.choice((f"<point>{gold.point[0]} {gold.point[1]}</point>", "I cannot tell."))
    return "[]"


def measure(command: list[str]) -> Cost:
    """One run of `command` on one core."""
    core = min(os.sched_getaffinity(0))
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{command} failed")
    return Cost(wall, usage.ru_utime + usage.ru_stime, _peak_mb(usage))


def _peak_mb(usage: resource.struct_rusage) -> float:
    """ru_maxrss is in KiB on Linux and in bytes on macOS."""
    return usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def best_of(commands: dict[str, list[str]]) -> dict[str, Cost]:
    """The run with the least CPU time of each command; the commands take turns."""
    runs = [{name: measure(command) for name, command in commands.items()} for _ in range(REPEATS)]
    return {name: min((run[name] for run in runs), key=lambda cost: cost.cpu) for name in commands}


def main() -> None:
    """Measures, prints, writes the result, and fails below the floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = make_files(folder, rows)
        megabytes = files.alone.stat().st_size / 1e6
        costs = best_of(_commands(files, folder / "report.json", folder / "verdicts.jsonl"))
        assert json.loads((folder / "report.json").read_bytes())["overall"]["n"] == rows
    write_result("eval_speed", _table(costs, rows, megabytes))
    peak = max(cost.peak for name, cost in costs.items() if name.startswith("groundkit"))
    if rows / costs["groundkit eval"].wall < FLOOR_ROWS or peak > FLOOR_MB:
        raise SystemExit(f"below the floor of {FLOOR_ROWS:,} rows/s or above {FLOOR_MB} MB")


def _commands(files: Files, report: Path, verdicts: Path) -> dict[str, list[str]]:
    groundkit = [sys.executable, "-m", "groundkit", "eval", "--json", str(report)]
    score = [*groundkit, str(files.alone)]
    joined = [*groundkit, str(files.answers), "--dataset", str(files.samples)]
    return {
        "groundkit eval": score,
        "groundkit eval --verdicts": [*score, "--verdicts", str(verdicts)],
        "groundkit eval --dataset": joined,
        "only decode, msgspec typed": [sys.executable, "-c", _DECODE_TYPED, str(files.alone)],
        "only decode, json.loads": [sys.executable, "-c", _DECODE_PLAIN, str(files.alone)],
    }


def _table(costs: dict[str, Cost], rows: int, megabytes: float) -> list[str]:
    lines = [
        f"{rows:,} self-contained predictions ({megabytes:.0f} MB), one core, best of {REPEATS}",
        "by CPU time, each process from its start to its end. `groundkit eval` reads, parses,",
        "computes all metrics and breakdowns and writes the report; with --verdicts also one",
        "verdict a row; with --dataset it joins answers with a samples.jsonl of as many rows.",
        "",
        "| process | wall s | CPU s | rows/s (wall) | µs/row (CPU) | peak MB |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {cost.wall:.2f} | {cost.cpu:.2f} | {rows / cost.wall:,.0f} "
        f"| {1e6 * cost.cpu / rows:.2f} | {cost.peak:.0f} |"
        for name, cost in costs.items()
    ]
    return [
        *lines,
        "",
        f"Floor: {FLOOR_ROWS:,} rows/s for `groundkit eval`, {FLOOR_MB} MB for each.",
    ]


if __name__ == "__main__":
    main()
