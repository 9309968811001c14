"""Published copies of benchmarks, in small files of the same shape, through the whole of eval."""

from __future__ import annotations

import json

import pytest

from groundkit.benchmarks.read import read_benchmark
from groundkit.errors import DataError, OptionError
from groundkit.families import find_family
from tests.metrics.builders import evaluate


def v2(name: str, box: list[int]) -> dict:
    return {
        "img_filename": f"{name}.png",
        "bbox": box,
        "instruction": f"open {name}",
        "img_size": [1000, 500],
        "platform": "windows",
        "ui_type": "icon",
        "group": "desktop",
    }


def write(path, rows):
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def answers(path, texts, frame="pixel"):
    rows = [
        {"id": f"{name}.png#open {name}", "text": text, "frame": frame}
        for name, text in texts.items()
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


CORNERS = [v2("a", [900, 100, 950, 140]), v2("b", [10, 10, 30, 30])]
# The same boxes as x, y, width, height.
SIDES = [v2("a", [900, 100, 50, 40]), v2("b", [10, 10, 20, 20])]


@pytest.mark.parametrize("rows", [CORNERS, SIDES])
def test_corners_and_sides_are_told_by_the_file(tmp_path, rows):
    """[10, 10, 20, 20] reads both ways; its neighbour does not."""
    golds = read_benchmark("screenspot-v2", write(tmp_path / "g.json", rows)).golds
    assert [gold.box for gold in golds] == [(900, 100, 950, 140), (10, 10, 30, 30)]
    assert golds[0].labels["platform"] == "desktop"
    assert (golds[0].type, golds[0].width, golds[0].instruction) == ("icon", 1000, "open a")


def test_where_both_are_possible_it_is_asked(tmp_path):
    rows = [{**v2("b", [10, 10, 20, 20])}]
    for row in rows:
        del row["group"], row["ui_type"], row["img_size"]
    file = write(tmp_path / "g.json", rows)
    with pytest.raises(DataError, match="--boxes"):
        read_benchmark("screenspot-v2", file)
    (gold,) = read_benchmark("screenspot-v2", file, boxes="xywh").golds
    assert gold.box == (10, 10, 30, 30)


def test_the_benchmark_is_the_denominator(tmp_path):
    gold = write(tmp_path / "g.json", CORNERS)
    file = answers(tmp_path / "p.jsonl", {"a": "(925, 120)"})
    found = evaluate(file, gold, benchmark="screenspot-v2")
    assert (found.overall.hit, found.overall.n) == (0.5, 2)
    assert found.overall.status["missing"] == 1


def test_resized_pixels_need_the_model(tmp_path):
    gold = write(tmp_path / "g.json", CORNERS)
    file = answers(tmp_path / "p.jsonl", {"a": "(925, 120)"}, "resized")
    with pytest.raises(OptionError, match="--model-family"):
        evaluate(file, gold, benchmark="screenspot-v2")
    family = find_family("qwen2.5-vl")
    assert evaluate(file, gold, benchmark="screenspot-v2", family=family).overall.hit == 0.5


def test_osworld_g_has_boxes_polygons_and_refusals(tmp_path):
    def row(number, kind, numbers):
        return {
            "id": f"q{number}",
            "image_path": "a.png",
            "image_size": [1920, 1080],
            "instruction": "open it",
            "box_type": kind,
            "box_coordinates": numbers,
            "GUI_types": ["Icon"],
        }

    rows = [
        row(0, "bbox", [1422.9, 326.4, 26.68, 28.4]),
        row(1, "polygon", [0, 0, 100, 0, 0, 100]),
        row(2, "refusal", [-1, -1, -1, -1]),
    ]
    gold = write(tmp_path / "OSWorld-G.json", rows)
    texts = ["(1430, 340)", "(90, 90)", "Target not existent"]
    lines = [{"id": f"q{n}", "text": text, "frame": "pixel"} for n, text in enumerate(texts)]
    file = tmp_path / "p.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    found = evaluate(file, gold, benchmark="osworld-g", boxes="xywh")
    assert (found.overall.hit, found.overall.absent) == (pytest.approx(2 / 3), 1)


def test_what_cannot_be_asked_for_is_told(tmp_path):
    gold = write(tmp_path / "g.json", CORNERS)
    with pytest.raises(OptionError, match=r"valid: .*screenspot-pro"):
        read_benchmark("screenspot-v9", gold)
    with pytest.raises(OptionError, match="--gold FILE"):
        evaluate(answers(tmp_path / "p.jsonl", {}), benchmark="screenspot-v2")
    with pytest.raises(DataError):
        read_benchmark("screenspot-v2", write(tmp_path / "no.json", [{"a": 1}]))
