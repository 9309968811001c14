"""How many screens a minute does one core draw?

    python benchmarks/synth_speed.py

Counted is the processor time of one process, with caches as they are after the first screens.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import cv2
from common import write_result

from groundkit.synth import SynthOptions, make_screen, write_screens

SIZES = {
    "224x224": ((224, 224), 600),
    "small: 224 to 448 a side": (None, 600),
    "390x844": ((390, 844), 300),
    "1080x1920": ((1080, 1920), 100),
    "1280x800": ((1280, 800), 100),
}


def main() -> None:
    cv2.setNumThreads(1)
    rows = []
    for name, (size, count) in SIZES.items():
        for index in range(100):
            make_screen("mixed", 1, index, size=size)
        begun = time.process_time()
        elements = sum(
            len(make_screen("mixed", 2, index, size=size).screen.elements) for index in range(count)
        )
        spent = (time.process_time() - begun) / count
        rows.append(f"| {name} | {elements / count:.0f} | {spent * 1000:.1f} | {60 / spent:,.0f} |")
    with tempfile.TemporaryDirectory() as folder:
        begun = time.process_time()
        write_screens(Path(folder) / "screens", SynthOptions(n=600, langs=("en",)))
        spent = (time.process_time() - begun) / 600
    rows.append(f"| small, as files | | {spent * 1000:.1f} | {60 / spent:,.0f} |")
    write_result(
        "synth_speed",
        ["| size | elements | ms a screen | screens a minute |", "|---|---|---|---|", *rows],
    )


if __name__ == "__main__":
    main()
