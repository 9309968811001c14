"""How close make-dataset comes to the bare image work, and what a second process brings.

    python benchmarks/make_dataset_speed.py [--screens 200] [--runs 5]

The bare loop does the same image work with OpenCV and nothing else: each screen decoded and
resized once, then four times copied, a star drawn, encoded as JPEG and written. Both run as whole
processes, start and imports included, on the same files, in turn; the best of the runs counts.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import msgspec
import numpy as np
from common import commit, machine, write_result

from groundkit import images
from groundkit.dataset.targets import find_target
from groundkit.records import Screen
from groundkit.store import read_jsonl

ROOT = Path(__file__).parents[1]
SIZES = ((1280, 800), (1080, 1920))
PER_SCREEN = 4


def make_screens(folder: Path, count: int) -> None:
    """Real-size variations of the embedded screens: both sizes, half of them PNG, half JPEG.

    Each is shifted by a number of pixels of its own, so that no two are the same image.
    """
    originals = list(read_jsonl(ROOT / "fixtures/screens/screens.jsonl", Screen))
    lines = []
    for number in range(count):
        wide = number % 2 == 0
        fitting = [s for s in originals if (s.width > s.height) == wide]
        screen = fitting[number // 2 % len(fitting)]
        size = SIZES[0] if wide else SIZES[1]
        pixels = images.read_pixels(ROOT / "fixtures/screens" / screen.image)
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC)
        name = f"{number:04d}" + (".png" if number % 4 < 2 else ".jpg")
        cv2.imwrite(str(folder / name), np.roll(pixels, number // 2, axis=1))
        scale = np.array([size[0] / screen.width, size[1] / screen.height] * 2)
        elements = tuple(
            msgspec.structs.replace(e, box=tuple((np.array(e.box) * scale).tolist()))
            for e in screen.elements
        )
        row = Screen(
            id=f"{number:04d}", image=name, width=size[0], height=size[1], elements=elements
        )
        lines.append(msgspec.json.encode(row))
    (folder / "screens.jsonl").write_bytes(b"\n".join(lines))


def bare_loop(folder: Path, out: Path) -> None:
    """The image work alone."""
    cv2.setNumThreads(1)
    target = find_target("llamafactory-qwen2.5-vl")
    star = np.array(
        [
            (np.sin(i * np.pi / 5) * (8, 3)[i % 2], -np.cos(i * np.pi / 5) * (8, 3)[i % 2])
            for i in range(10)
        ]
    )
    for path in sorted(folder.glob("*.[pj][np]g")):
        pixels = cv2.imread(str(path))
        size = target.saved_size((pixels.shape[1], pixels.shape[0]))
        resized = images.resize(pixels, size)
        for number in range(PER_SCREEN):
            marked = resized.copy()
            corners = np.rint(np.add(star, (60 + 90 * number, 80)) * 64).astype(np.int32)
            cv2.fillPoly(marked, [corners], (0, 200, 0), cv2.LINE_AA, 6)
            _, data = cv2.imencode(".jpg", marked, images.encoder_options(".jpg"))
            (out / f"{path.stem}-{number}.jpg").write_bytes(data.tobytes())


def measure(command: list[str]) -> tuple[float, float]:
    """(wall, CPU) seconds of a process; not the CPU time of workers, which a server has forked."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run_all(folder: Path, scratch: Path, runs: int) -> dict[str, list[tuple[float, float]]]:
    """(wall, CPU) of each case, the cases in turn."""
    results: dict[str, list[tuple[float, float]]] = {"bare": [], "1": [], "2": []}
    for number in range(runs):
        for case, seconds in results.items():
            out = scratch / f"{case}-{number}"
            if case == "bare":
                out.mkdir()
                command = [sys.executable, __file__, "--bare", str(folder), str(out)]
            else:
                command = [sys.executable, "-m", "groundkit", "make-dataset", str(folder)]
                command += ["--out", str(out), "--workers", case, "--val", "0.1"]
            seconds.append(measure(command))
    return results


def report(results: dict[str, list[tuple[float, float]]], images_made: int) -> list[str]:
    names = {"bare": "bare OpenCV loop", "1": "make-dataset, 1 worker", "2": "2 workers"}
    lines = ["| case | images per CPU-second | CPU s | wall s |", "|---|---|---|---|"]
    best = {case: (min(w for w, _ in r), min(c for _, c in r)) for case, r in results.items()}
    for case, (wall, cpu) in best.items():
        shown = ("", "") if case == "2" else (f"{images_made / cpu:.1f}", f"{cpu:.2f}")
        lines.append(f"| {names[case]} | {shown[0]} | {shown[1]} | {wall:.2f} |")
    return [
        *lines,
        "",
        f"images per CPU-second against the bare loop: {best['bare'][1] / best['1'][1]:.2f}"
        " (floor 0.70)",
        f"wall time of 1 worker against 2: {best['1'][0] / best['2'][0]:.2f} (floor 1.70)",
        f"images: {images_made}; all runs (wall, CPU): "
        + json.dumps(
            {case: [[round(s, 2) for s in r] for r in rs] for case, rs in results.items()}
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--screens", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--bare", nargs=2, type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare:
        bare_loop(*arguments.bare)
        return
    os.environ["PYTHONPATH"] = str(ROOT)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "screens"
        folder.mkdir()
        make_screens(folder, arguments.screens)
        results = run_all(folder, Path(scratch), arguments.runs)
        made = len(list((Path(scratch) / "1-0" / "images").iterdir()))
        bare = len(list((Path(scratch) / "bare-0").iterdir()))
        assert made == bare, f"{made} images against {bare} of the bare loop"
    print(machine(), commit())
    write_result("make_dataset_speed", report(results, made))


if __name__ == "__main__":
    main()
