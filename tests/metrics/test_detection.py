"""COCO's figures, against pycocotools run on the same boxes."""

from __future__ import annotations

import contextlib
import io
import json

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from groundkit.errors import DataError
from groundkit.metrics.parity import PARITIES
from tests.metrics.builders import answer, evaluate, make_gold, predict, spread, write_rows


def some_boxes(rng, count, size=(640, 480)):
    corners = rng.uniform(0, 1, (count, 2)) * size
    sides = rng.uniform(4, 200, (count, 2))
    return np.round(np.concatenate([corners, sides], axis=1), 2).tolist()


def instances(rng, images=30, categories=4):
    """Truth with crowds and areas of its own, and shifted, doubled and invented detections."""
    truth, found = [], []
    for image in range(1, images + 1):
        for category in range(1, categories + 1):
            for box in some_boxes(rng, rng.integers(0, 4)):
                area = round(box[2] * box[3] * rng.uniform(0.4, 1), 2)
                truth.append(
                    {
                        "id": len(truth) + 1,
                        "image_id": image,
                        "category_id": category,
                        "bbox": box,
                        "area": area,
                        "iscrowd": int(rng.random() < 0.1),
                    }
                )
                for _ in range(rng.integers(0, 3)):
                    moved = [round(edge + rng.normal(0, 5), 2) for edge in box]
                    moved[2:] = [max(1.0, side) for side in moved[2:]]
                    # coarse, so that confidences tie
                    score = round(rng.random(), 1)
                    place = {"image_id": image, "category_id": category}
                    found.append({**place, "bbox": moved, "score": score})
            for box in some_boxes(rng, rng.integers(0, 2)):
                place = {"image_id": image, "category_id": category}
                found.append({**place, "bbox": box, "score": round(rng.random() / 2, 1)})
    return {
        "images": [
            {"id": i, "width": 640, "height": 480, "file_name": f"{i}.jpg"}
            for i in range(1, images + 1)
        ],
        "categories": [{"id": c, "name": f"c{c}"} for c in range(1, categories + 1)],
        "annotations": truth,
    }, [found[i] for i in rng.permutation(len(found))]


def pycocotools_stats(gold, results):
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = gold
        truth.createIndex()
        run = COCOeval(truth, truth.loadRes(results), "bbox")
        run.evaluate()
        run.accumulate()
        run.summarize()
    return run.stats


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("confident", [True, False])
def test_the_twelve_figures_are_those_of_pycocotools(tmp_path, seed, confident):
    gold, results = instances(np.random.default_rng(seed))
    if not confident:
        results = [{**row, "score": 1.0} for row in results]
    expected = pycocotools_stats(json.loads(json.dumps(gold)), results)
    (tmp_path / "gold.json").write_text(json.dumps(gold))
    rows = results if confident else [{k: v for k, v in r.items() if k != "score"} for r in results]
    (tmp_path / "results.json").write_text(json.dumps(rows))
    found = evaluate(
        tmp_path / "results.json", tmp_path / "gold.json", benchmark="coco", parity="coco"
    )
    values = [found.overall[name] for name in PARITIES["coco"].metrics]
    assert values == pytest.approx(list(expected), abs=1e-9)


def test_a_point_dataset_is_one_category(tmp_path):
    """One box asked for and one written, each right or far off: AP is the area under the curve."""
    golds = spread(4)
    texts = [answer(golds[0], golds[0].box), answer(golds[1], (0, 0, 5, 5)), None, "hm"]
    rows = [
        predict(gold, text, score=score)
        for gold, text, score in zip(golds, texts, (0.9, 0.8, 0.7, 0.6), strict=True)
    ]
    found = evaluate(write_rows(tmp_path / "p.jsonl", rows), metrics=["ap,ap@0.5,ar@1"])
    # Rank 1 is right, rank 2 wrong, rank 3 right: precision 1 up to recall 1/4, then 2/3 up to a
    # half; 26 and 25 of the 101 points of the curve.
    assert found.overall["ap@0.5"] == pytest.approx((26 + 25 * 2 / 3) / 101, abs=1e-9)
    assert found.overall["ar@1"] == pytest.approx(2 / 4)


def test_without_any_box_the_figure_is_zero(tmp_path):
    file = write_rows(tmp_path / "p.jsonl", [predict(make_gold(), "hm")])
    assert evaluate(file, metrics=["ap"]).overall["ap"] == 0
    none = make_gold("x", box=None, absent=True)
    file = write_rows(tmp_path / "q.jsonl", [predict(none, "[]")])
    assert evaluate(file, metrics=["ap"]).overall["ap"] is None


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3]}],
            r"p.json\[0\]: bbox: expected four",
        ),
        ([{"image_id": "1", "category_id": 1, "bbox": [1, 2, 3, 4]}], "image_id: expected a whole"),
        (
            [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": "x"}],
            "score: expected",
        ),
    ],
)
def test_bad_results_are_named(tmp_path, rows, message):
    (tmp_path / "p.json").write_text(json.dumps(rows))
    (tmp_path / "g.json").write_text(json.dumps(instances(np.random.default_rng(0))[0]))
    with pytest.raises(DataError, match=message):
        evaluate(tmp_path / "p.json", tmp_path / "g.json", benchmark="coco")


def test_an_annotation_of_an_unknown_image_is_named(tmp_path):
    gold, results = instances(np.random.default_rng(0))
    gold["annotations"][3]["image_id"] = 999
    (tmp_path / "g.json").write_text(json.dumps(gold))
    (tmp_path / "p.json").write_text(json.dumps(results))
    with pytest.raises(DataError, match=r"g.json: annotations\[3\]: .*unknown image"):
        evaluate(tmp_path / "p.json", tmp_path / "g.json", benchmark="coco")
