"""Which way of shrinking a screenshot comes closest to Pillow's bicubic, and what it costs.

    python benchmarks/resize_quality.py

Pillow's antialiased bicubic is what the Qwen-VL processors use.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from common import write_result
from PIL import Image

from groundkit import images
from groundkit.geometry import Size
from groundkit.images import Pixels

SCREENS = Path(__file__).parents[1] / "fixtures" / "screens"
SCALES = (0.85, 0.744, 0.6, 0.52, 0.4, 0.3, 0.2)


def pillow(pixels: Pixels, size: Size) -> Pixels:
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


METHODS: dict[str, Callable[[Pixels, Size], Pixels]] = {
    "OpenCV bicubic": lambda p, size: cv2.resize(p, size, interpolation=cv2.INTER_CUBIC),
    "OpenCV area": lambda p, size: cv2.resize(p, size, interpolation=cv2.INTER_AREA),
    "ours: blur, then bicubic": images.resize,
    "Pillow bicubic": pillow,
}


def psnr(first: Pixels, second: Pixels) -> float:
    error = np.mean((first.astype(float) - second) ** 2)
    return float(10 * np.log10(255**2 / error)) if error else float("inf")


def best_ms(method: Callable[[Pixels, Size], Pixels], pixels: Pixels, size: Size) -> float:
    times = []
    for _ in range(15):
        start = time.process_time()
        method(pixels, size)
        times.append(time.process_time() - start)
    return min(times) * 1000


def main() -> None:
    cv2.setNumThreads(1)
    screens = [images.read_pixels(path) for path in sorted(SCREENS.glob("*desktop*.png"))]
    phone = cv2.resize(images.read_pixels(next(SCREENS.glob("*mobile*.png"))), (1080, 1920))
    head = " | ".join(map(str, SCALES))
    lines = [
        f"PSNR in dB against Pillow bicubic, mean over {len(screens)} desktop screens; CPU time.",
        "",
        f"| method | {head} | ms, 1080x1920 to 560x1008 |",
        "|---" * (len(SCALES) + 2) + "|",
    ]
    for name, method in METHODS.items():
        cells = []
        for scale in SCALES:
            size = round(screens[0].shape[1] * scale), round(screens[0].shape[0] * scale)
            values = [psnr(method(p, size), pillow(p, size)) for p in screens]
            cells.append(f"{np.mean(values):.1f}")
        cells.append(f"{best_ms(method, phone, (560, 1008)):.1f}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    write_result("resize_quality", lines)


if __name__ == "__main__":
    main()
