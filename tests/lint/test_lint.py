"""Dirty gold records: each kind of thing that is wrong is found, and nothing else."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from groundkit.cli.main import app
from groundkit.errors import DataError, OptionError
from groundkit.lint.findings import CHECKS
from groundkit.lint.lint import lint
from tests.metrics.builders import make_sample, predict, spread, write_rows

GOOD = {
    "image": "a.png",
    "width": 1000,
    "height": 500,
    "type": "text",
    "name": "Address",
    "split": "train",
    "lang": "en",
}


def row(number, box=(600, 300, 700, 350), **changes):
    """A right row; `box=None` leaves the box out."""
    found = {"id": f"s{number}", **GOOD, "point": [number, 300], "box": box, **changes}
    return {key: value for key, value in found.items() if value is not None}


def draw(path, size=(1000, 500), shade=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((size[1], size[0], 3), shade, np.uint8))


def write(tmp_path, rows, name="samples.jsonl"):
    path = tmp_path / name
    lines = [one if isinstance(one, str) else json.dumps(one) for one in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def found(tmp_path, *rows, **options):
    draw(tmp_path / "a.png")
    return {one.check: one.n for one in lint(write(tmp_path, rows), **options).findings}


def test_right_rows(tmp_path):
    rows = [row(number) for number in range(20)]
    rows += [row(20, None, boxes=[[1, 2, 3, 4], [5, 6, 7, 8]]), row(21, None, absent=True)]
    rows += [row(22, None, polygon=[0, 0, 10, 0, 10, 10]), row(23, type="", name=None)]
    assert found(tmp_path, *rows) == {}


@pytest.mark.parametrize(
    ("dirty", "check"),
    [
        ("{", "unreadable"),
        ("[1, 2]", "unreadable"),
        ('"text"', "unreadable"),
        ("[" * 5000, "unreadable"),
        (row(9, None), "no-answer"),
        (row(9, absent=True), "no-answer"),
        (row(9, [1, 2, 3]), "not-a-box"),
        (row(9, "[1, 2, 3, 4]"), "not-a-box"),
        (row(9, [1, 2, "3", 4]), "not-a-box"),
        (row(9, [1, 2, 1e999, 4]), "not-a-box"),
        (row(9, [True, 2, 3, 4]), "not-a-box"),
        (row(9, [1, 2, 10**400, 4]), "not-a-box"),
        ('{"image": "a.png", "width": 1000, "height": 500, "box": [1, 2, NaN, 4]}', "not-a-box"),
        (row(9, None, boxes=[[1, 2, 3, 4], None]), "not-a-box"),
        (row(9, [700, 300, 600, 350]), "empty-box"),
        (row(9, [600, 300, 600, 350]), "empty-box"),
        (row(9, [900, 300, 1001, 350]), "out-of-image"),
        (row(9, [-1, 300, 1000, 350]), "out-of-image"),
        (row(9, [0.1, 0.2, 0.3, 0.4]), "mixed-frames"),
        (row(9, None, polygon=[0, 0, 10, 0]), "bad-polygon"),
        (row(9, None, polygon=[0, 0, 10, 0, 5]), "bad-polygon"),
        (row(9, None, polygon=[0, 0, 10, 0, 20, 0]), "bad-polygon"),
        (row(9, None, polygon=[0, 0, 10, 10, 10, 0, 0, 10]), "crossed-polygon"),
        (row(9, type="gizmo"), "unknown-type"),
        (row(9, type=3), "unknown-type"),
        (row(1, point=[9, 9]), "duplicate-id"),
        (row(9, point=[1, 300]), "duplicate"),
        (row(9, [1, 2, 3, 4], point=[1, 300]), "contradiction"),
        (row(9, split="val"), "leak"),
        (row(9, name="  "), "empty-name"),
        (row(9, width=None), "unknown-size"),
        (row(9, width=-1), "unknown-size"),
        (row(9, image="none.png"), "missing-image"),
        (row(9, image="../a.png"), "missing-image"),
        (row(9, image="a\0.png"), "missing-image"),
        (row(9, width=1001), "image-size"),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, str) else None,
)
def test_one_dirty_row_among_right_ones(tmp_path, dirty, check):
    rows = [row(number) for number in range(5)]
    assert found(tmp_path, *rows, dirty) == {check: 1}


def test_the_same_group_in_both_splits(tmp_path):
    draw(tmp_path / "b.png", shade=9)
    assert found(
        tmp_path,
        row(1, group="app"),
        row(2, group="app", split="val", image="b.png"),
        row(3, group="app", split="val", image="b.png"),
    ) == {"leak": 1}


def test_the_same_picture_under_another_name(tmp_path):
    draw(tmp_path / "b.png")
    draw(tmp_path / "c.png", shade=9)
    rows = [row(1), row(2, image="b.png"), row(3, image="c.png", split="val")]
    assert found(tmp_path, *rows) == {}
    rows.append(row(4, image="b.png", split="val"))
    assert found(tmp_path, *rows) == {"leak": 1}  # by name
    draw(tmp_path / "d.png", shade=9)
    draw(tmp_path / "e.png", shade=9)
    rows = [row(1), row(2, image="d.png"), row(3, image="e.png", split="val")]
    assert found(tmp_path, *rows) == {"leak": 1}
    (leak,) = lint(tmp_path / "samples.jsonl").findings
    assert "'e.png' has the bytes of 'd.png' in train" in leak.examples[0]


def test_two_files_are_two_splits(tmp_path):
    for folder, shade in (("one", 0), ("two", 9)):
        draw(tmp_path / folder / "a.png", shade=shade)
    rows = [row(number, split=None) for number in range(3)]
    first, second = (write(tmp_path / folder, rows) for folder in ("one", "two"))
    # Ids and names of images are those of each file, as long as these are there.
    assert lint(first, second).findings == []
    assert lint(first, second).rows == 6
    draw(tmp_path / "two" / "a.png")
    assert {one.check: one.n for one in lint(first, second).findings} == {"leak": 1}
    other = write(tmp_path / "one", [row(9, split=None)], "other.jsonl")
    assert {one.check: one.n for one in lint(first, other).findings} == {"leak": 1}
    alike = [write(tmp_path / "one", [row(n, split="train")], f"{n}.jsonl") for n in (1, 2)]
    assert lint(*alike).findings == []  # rows say that they are of one split
    with pytest.raises(OptionError, match="same file twice"):
        lint(first, tmp_path / "one")


def test_boxes_of_one_file_say_nothing_about_another(tmp_path):
    draw(tmp_path / "a.png")
    fractions = write(tmp_path, [row(1, [0.1, 0.2, 0.3, 0.4], frame="norm1")], "f.jsonl")
    pixels = write(tmp_path, [row(2, frame="pixel", split="train")], "p.jsonl")
    assert lint(fractions, pixels).findings == []
    assert run(fractions, pixels).exit_code == 0
    assert "f.jsonl" in run(fractions, pixels).stdout.replace("\n", "")


def test_right_answers_in_results_of_other_tools(tmp_path):
    asked = {"img_path": "./a.png", "prompt_to_evaluate": "open", "image_size": [1000, 500]}
    rows = [
        {**asked, "pred": [1, 2], "bbox": [1, 2, 3, 4], "correctness": "wrong"},
        {**asked, "pred": [1, 2], "bbox": [1, 2, 1003, 4], "correctness": "wrong"},
        {**asked, "pred": None, "bbox": None, "gt_type": "negative", "correctness": "correct"},
    ]
    assert found(tmp_path, *rows) == {"out-of-image": 1, "contradiction": 2}
    rows = [{"prompt": "?", "predict": "", "label": f"[1, 2, {n}, 4]"} for n in (9, 8)]
    rows.append({"prompt": "?", "predict": "", "label": "[1, 2]"})
    assert found(tmp_path, *rows) == {"unknown-size": 2, "no-answer": 1}


def test_boxes_that_are_widths_and_heights(tmp_path):
    rows = [row(number, [600, 300, 100 + number, 50]) for number in range(10)]
    assert found(tmp_path, *rows)["box-order"] == 10


def test_boxes_that_may_be_either(tmp_path):
    rows = [row(number, [10, 10, 100 + number, 50]) for number in range(10)]
    assert found(tmp_path, *rows) == {"ambiguous-order": 10}
    assert found(tmp_path, *rows, row(10)) == {}


def test_boxes_that_may_be_either_in_images_of_unknown_size(tmp_path):
    unsized = {"width": None, "height": None}
    rows = [row(number, [10, 10, 100 + number, 50], **unsized) for number in range(10)]
    assert found(tmp_path, *rows) == {"ambiguous-order": 10, "unknown-size": 10}
    assert found(tmp_path, *rows, row(10)) == {"unknown-size": 10}
    rows = [row(number, [600, 300, 100 + number, 50], **unsized) for number in range(10)]
    assert found(tmp_path, *rows)["box-order"] == 10
    rows = [row(number, [0.1, 0.2, 0.3, 0.4], **unsized) for number in range(10)]
    assert found(tmp_path, *rows)["ambiguous-order"] == 10
    rows.append(row(10, [0.6, 0.2, 0.7, 0.4], **unsized))
    assert found(tmp_path, *rows) == {"unknown-size": 11}


def test_a_benchmark_has_settled_its_order(tmp_path):
    asked = {"img_filename": "a.png", "data_type": "icon"}
    rows = [{**asked, "bbox": [10, 20, 300 + n, 4], "instruction": str(n)} for n in range(12)]
    path = tmp_path / "g.json"
    path.write_text(json.dumps(rows))
    draw(tmp_path / "a.png")
    checks = {one.check for one in lint(path, benchmark="screenspot").findings}
    assert checks == {"unknown-size"}


def test_boxes_that_look_normalised(tmp_path):
    draw(tmp_path / "wide.png", (1600, 500))
    wide = {"image": "wide.png", "width": 1600}
    rows = [row(number, (900, 300, 1000, 350), **wide) for number in range(10)]
    assert found(tmp_path, *rows) == {"looks-normalised": 10}
    rows.append(row(10, (900, 300, 1001, 350), **wide))
    assert found(tmp_path, *rows) == {}


def test_rows_that_name_another_frame(tmp_path):
    rows = [row(1, frame="pixel"), row(2, frame="pixel"), row(3, frame="norm1000")]
    assert found(tmp_path, *rows) == {"mixed-words": 1}


def test_no_image_at_all_is_a_warning_unless_the_folder_was_named(tmp_path):
    rows = [row(number, image=f"{number}.png") for number in range(3)]
    assert found(tmp_path, *rows) == {"no-image": 3}
    assert found(tmp_path, *rows, images=tmp_path / "screens") == {"missing-image": 3}


def test_images_of_another_folder(tmp_path):
    draw(tmp_path / "screens" / "1.png")
    assert found(tmp_path, row(1, image="1.png"), images=tmp_path / "screens") == {}


def test_a_dataset_folder_and_the_gold_records_of_predictions(tmp_path):
    samples = [make_sample(f"s{number}", point=(150, 110 + number)) for number in range(3)]
    write_rows(tmp_path / "samples.jsonl", samples)
    draw(tmp_path / "images" / "a.png")
    assert lint(tmp_path).findings == []
    path = write_rows(tmp_path / "p.jsonl", [predict(gold) for gold in spread(4)])
    assert {one.check for one in lint(path).findings} == {"image-size"}


def test_a_benchmark(tmp_path):
    asked = {"img_filename": "a.png", "bbox": [10, 20, 30, 40], "data_type": "icon"}
    rows = [{**asked, "instruction": text} for text in ("one", "two", "two")]
    rows.append({**rows[0], "bbox": [980, 20, 30, 40], "instruction": "three"})
    path = tmp_path / "screenspot_desktop_v2.json"
    path.write_text(json.dumps(rows))
    draw(tmp_path / "a.png")
    report = lint(path, benchmark="screenspot-v2", boxes="xywh", images=tmp_path)
    assert {one.check: one.n for one in report.findings} == {"out-of-image": 1, "duplicate": 1}
    assert report.rows == 4
    with pytest.raises(OptionError, match="unknown value"):
        lint(path, benchmark="none")


def test_a_file_without_gold_records_is_none(tmp_path):
    path = write(tmp_path, [{"id": "a", "text": "(1, 2)"}, {"id": "b", "text": "(1, 2)"}])
    with pytest.raises(DataError, match=r"no row holds a right answer.*--benchmark"):
        lint(path)


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file(tmp_path, text):
    path = tmp_path / "samples.jsonl"
    path.write_text(text)
    with pytest.raises(DataError, match="no rows"):
        lint(path)


def run(*words):
    return CliRunner().invoke(app, ["lint", *map(str, words)])


def test_exit_codes(tmp_path):
    draw(tmp_path / "a.png")
    clean = write(tmp_path, [row(1)])
    assert run(clean).exit_code == 0
    assert "nothing wrong in 1 row" in " ".join(run(clean).stdout.split())
    named = write(tmp_path, [row(1, name="")], "named.jsonl")
    assert (run(named).exit_code, run(named, "--strict").exit_code) == (0, 1)
    wrong = write(tmp_path, [row(1, [9, 9, 1, 1])], "wrong.jsonl")
    result = run(wrong, "--json", tmp_path / "out.json")
    assert result.exit_code == 1
    assert "empty-box" in result.stdout and "wrong.jsonl:1" in result.stdout.replace("\n", "")
    (finding,) = json.loads((tmp_path / "out.json").read_bytes())["findings"]
    assert (finding["check"], finding["level"], finding["n"]) == ("empty-box", "error", 1)
    result = run(wrong, "--json", wrong)
    assert isinstance(result.exception, OptionError)


def test_ids_cannot_write_markup_or_move_the_cursor(tmp_path):
    path = write(tmp_path, [row(1, type="[red]\x1b[2J")])
    shown = run(path).stdout
    assert "\x1b[2J" not in shown and "[red]" in shown


def test_every_check_has_a_level_and_words():
    assert all(level in ("error", "warning") and words for level, words in CHECKS.values())
