"""What numbers may mean: frames by ranges, and what every reading would score."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from groundkit.geometry import FRAME_NAMES
from groundkit.metrics.diagnosis import Diagnoser
from groundkit.metrics.evaluate import evaluate as evaluate_file
from groundkit.report.diagnosis import print_diagnosis
from tests.metrics.builders import make_gold, predict, spread, write_rows

SIZE, ORIGINAL = (1288, 728), (1920, 1080)
EXTENTS = {
    "pixel": ORIGINAL,
    "resized": SIZE,
    "norm1": (1, 1),
    "percent": (100, 100),
    "norm999": (999, 999),
    "norm1000": (1000, 1000),
    "norm1024": (1024, 1024),
}


def diagnose(tmp_path, texts, golds):
    rows = [predict(gold, text) for gold, text in zip(golds, texts, strict=True)]
    diagnoser = Diagnoser()
    evaluate_file(write_rows(tmp_path / "p.jsonl", rows), observers=[diagnoser])
    return diagnoser.diagnosis()


def written(gold, frame, order="xyxy"):
    width, height = (extent / side for extent, side in zip(EXTENTS[frame], SIZE, strict=True))
    x1, y1, x2, y2 = gold.box
    x1, x2, y1, y2 = x1 * width, x2 * width, y1 * height, y2 * height
    numbers = {
        "xyxy": (x1, y1, x2, y2),
        "yxyx": (y1, x1, y2, x2),
        "xywh": (x1, y1, x2 - x1, y2 - y1),
    }
    return f"<box>[[{', '.join(f'{number:.9f}' for number in numbers[order])}]]</box>"


@pytest.mark.parametrize("frame", FRAME_NAMES)
@pytest.mark.parametrize("order", ["xyxy", "yxyx", "xywh"])
def test_the_right_reading_comes_first(tmp_path, frame, order):
    golds = spread(60)
    found = diagnose(tmp_path, [written(gold, frame, order) for gold in golds], golds)
    assert found.n == 60
    best = found.readings[0]
    assert (best.frame, best.order, best.hit) == (frame, order, 1.0)
    assert best.iou == pytest.approx(1.0, abs=1e-5)
    assert len(found.readings) == 3 * len(FRAME_NAMES)


@pytest.mark.parametrize("frame", FRAME_NAMES)
def test_ranges_alone_tell_the_frame(tmp_path, frame):
    """Boxes of 400 questions reach nearly to the edges of the image; the answers are all wrong."""
    golds = spread(400)
    other = [*golds[7:], *golds[:7]]
    found = diagnose(tmp_path, [written(gold, frame) for gold in other], golds)
    assert found.likely[0] == frame or (frame.startswith("norm") and frame in found.likely)
    close = {"norm999", "norm1000", "norm1024"}
    assert set(found.likely) <= (close if frame in close else {frame})


def test_fits_by_hand(tmp_path):
    """Images of 1000 x 500 px, once 2000 x 2000: a box that ends at (900, 450) fills 90 % of the
    saved image, and in pixels of the screenshot 45 % of its width."""
    golds = [make_gold(f"s{row}") for row in range(10)]
    texts = ["<box>[[100, 100, 900, 450]]</box>"] * 9 + ["<box>[[100, 100, 1100, 450]]</box>"]
    found = diagnose(tmp_path, texts, golds)
    fits = {one.frame: one for one in found.frames}
    assert (fits["resized"].inside, fits["pixel"].inside) == (0.9, 1.0)
    assert fits["norm1"].inside == 0.0
    # The 99th percentile of nine 0.45 and one 0.55, between the last two: 0.45 + 0.91 * 0.1.
    assert fits["pixel"].filled == pytest.approx(0.541, abs=1e-6)


def test_points_have_no_widths(tmp_path):
    golds = spread(20)
    found = diagnose(tmp_path, [f"({gold.point[0]}, {gold.point[1]})" for gold in golds], golds)
    assert {one.order for one in found.readings} == {"xyxy", "yxyx"}
    assert (found.readings[0].frame, found.readings[0].hit) == ("resized", 1.0)


def shown(found):
    stream = io.StringIO()
    print_diagnosis(found, Console(file=stream, width=80))
    return stream.getvalue()


def test_it_is_called_no_score(tmp_path):
    golds = spread(60)
    text = shown(diagnose(tmp_path, [written(gold, "norm1000") for gold in golds], golds))
    assert "None of this is a score" in text
    assert "norm1000" in text.split("rows:")[1].splitlines()[0]
    assert max(map(len, text.splitlines())) <= 80


def test_nothing_to_look_at(tmp_path):
    golds = spread(2)
    assert diagnose(tmp_path, ["no idea", "no idea"], golds) is None
    assert "no numbers" in shown(None)
    assert "too few to tell" in shown(diagnose(tmp_path, ["(1, 2)", "(3, 4)"], golds))
