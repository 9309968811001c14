"""Makes the pictures of the README from the embedded screens.

    python docs/make_pictures.py

docs/images/sample.png is a saved image of a dataset, the part around the point, with the target box
drawn on it; docs/images/report.svg is what `groundkit eval` prints about a constant-size box.
"""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

from rich.console import Console

from groundkit import images
from groundkit.annotators import read_source
from groundkit.dataset.build import make_dataset
from groundkit.dataset.preview import draw_tile
from groundkit.dataset.screen import DatasetOptions
from groundkit.metrics.evaluate import evaluate
from groundkit.predict.reference import predict_reference
from groundkit.records import Sample
from groundkit.report.console import print_report
from groundkit.store import read_jsonl

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "images"
SCREEN, NAME = "eleui_zh_desktop", "选择日期"


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch) / "data"
        screens = read_source(ROOT / "fixtures" / "screens")
        make_dataset(screens, data, DatasetOptions(per_screen=200))
        draw_sample(data)
        draw_report(data)


def draw_sample(data: Path) -> None:
    """A field of a Chinese screen, at full size."""
    samples = read_jsonl(data / "samples.jsonl", Sample)
    sample = next(s for s in samples if s.screen == SCREEN and s.name == NAME)
    pixels = images.read_pixels(data / sample.image)
    tile = draw_tile(pixels, sample, [], size=(640, 300))
    (PICTURES / "sample.png").write_bytes(images.encode(tile, ".png"))
    print(sample.prompt, sample.answer, sep="\n")


def draw_report(data: Path) -> None:
    console = Console(record=True, width=108, file=io.StringIO(), force_terminal=True)
    os.chdir(data.parent)  # for short paths in the picture
    predictions = Path("predictions.jsonl")
    predict_reference(Path("data"), predictions, "point-box")
    print_report(evaluate(predictions, worst=2), console)
    svg = console.export_svg(title="groundkit eval predictions.jsonl", unique_id="report")
    (PICTURES / "report.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
