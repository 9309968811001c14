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


OFFICIAL = {"data_type": "text", "data_source": "shop"}


@pytest.mark.parametrize("keys", [OFFICIAL, {"img_size": [960, 540]}, {"ui_type": "icon"}])
def test_a_layout_is_no_proof_where_copies_of_both_orders_exist(tmp_path, keys):
    """All of these boxes read both ways."""
    asked = {"img_filename": "web_a.png", "instruction": "open", **keys}
    rows = [{**asked, "bbox": [10, 20, 30 + n, 40]} for n in range(20)]
    file = write(tmp_path / "g.json", rows)
    with pytest.raises(DataError, match=r"all 20 boxes could be xywh or xyxy; .*--boxes xywh"):
        read_benchmark("screenspot", file)
    assert read_benchmark("screenspot", file, boxes="xyxy").golds[0].box == (10, 20, 30, 40)
    rows.append({**asked, "bbox": [42, 1102, 197, 70]})
    del rows[-1]["instruction"]
    rows[-1]["instruction"] = "close"
    if "img_size" not in keys:  # a box that is impossible one way settles it
        assert read_benchmark("screenspot", write(file, rows)).golds[0].box == (10, 20, 40, 60)


def test_a_layout_counts_where_there_is_one_order_only(tmp_path):
    rows = [{**v2("a", [10, 10, 20, 20]), "application": "x", "id": "x_1"}]
    benchmark = read_benchmark("screenspot-pro", write(tmp_path / "g.json", rows))
    assert benchmark.golds[0].box == (10, 10, 20, 20)
    assert "both are possible, and the published copy" in benchmark.notes[0]


@pytest.mark.parametrize("name", ["conversations", "screenspot-pro", "ui-vision"])
def test_conversations_are_known_by_their_keys(tmp_path, name):
    said = [
        {"from": "human", "value": "<image>Refresh"},
        {"from": "gpt", "value": [473, 183, 503, 219]},
    ]
    row = {"image": "v/a.png", "conversations": said, "width": 2560, "height": 1664}
    (gold,) = read_benchmark(name, write(tmp_path / "g.json", [row])).golds
    assert (gold.box, gold.instruction, gold.source) == ((473, 183, 503, 219), "Refresh", name)


def test_silence_about_what_is_not_there_is_right_in_results_of_coco(tmp_path):
    """Two images, three categories: one found, one missed, one found where there is nothing."""
    gold = {
        "images": [{"id": n, "width": 100, "height": 100, "file_name": f"{n}.png"} for n in (1, 2)],
        "categories": [{"id": n, "name": f"c{n}"} for n in (1, 2, 3)],
        "annotations": [
            {"image_id": 1, "category_id": n, "bbox": [10, 10, 20, 20], "area": 400} for n in (1, 2)
        ],
    }
    found = [
        {"image_id": image, "category_id": 1, "bbox": [10, 10, 20, 20], "score": 1}
        for image in (1, 2)
    ]
    file = write(tmp_path / "results.json", found)
    report = evaluate(file, write(tmp_path / "g.json", gold), benchmark="coco", metrics=["ap"])
    overall = report.overall
    assert (overall.n, overall.absent) == (6, 4)
    counted = {status: n for status, n in overall.status.items() if n}
    assert counted == {"scored": 2, "missing": 1, "refused": 3}
    assert overall["hit"] == pytest.approx(4 / 6)
    assert overall["refusal-recall"] == 0.75
    assert "refused" not in {flag.kind for flag in report.flags}
    assert "counts as not there" in report.read_as
    assert report.groups["size"]["none"].n == 4


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
