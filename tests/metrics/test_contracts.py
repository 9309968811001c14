"""Rows under a contract, scored under it or refused by name.

The gold image has 1000x500 px, of a screenshot of 2000x2000. Cells of 28 px, at most 504x252 =
127,008 px: 1000 x 500 / 127,008 = 3.94, its root 1.984; 1000 / 1.984 / 28 = 18.0004 and 500 / 1.984
/ 28 = 9.0002 cells, so the model sees 504x252.
"""

import pytest

from groundkit.errors import DataError
from groundkit.families import find_family
from groundkit.records import Terms
from tests.metrics.builders import evaluate, make_gold, make_sample, predict, write_rows

LIMITS = {"factor": 28, "min_pixels": 56 * 56, "max_pixels": 504 * 252}
SMALL = Terms(frame="resized", **LIMITS)
THOUSAND = Terms(frame="norm1000")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "p.jsonl"


def scored(file, dataset=None, gold=None, box="[[0, 0, 9, 9]]", options=None, **row):
    gold = gold or make_gold()
    write_rows(file, [predict(make_gold("z"), "?"), predict(gold, f"<box>{box}</box>", **row)])
    return evaluate(file, dataset, **(options or {})).overall


def test_rows_under_a_contract_are_scored_by_what_the_model_saw(file):
    gold = make_gold(box=(250, 125, 500, 250))
    # A quarter to a half of 504x252.
    row = {"contract": SMALL, "seen": (504, 252)}
    assert scored(file, gold=gold, box="[[126, 63, 252, 126]]", **row).iou == 0.5  # of two rows
    row = {"contract": THOUSAND, "frame": "norm1000"}
    assert scored(file, gold=gold, box="[[250, 250, 500, 500]]", **row).iou == 0.5


def refusal(*args, **row):
    with pytest.raises(DataError) as caught:
        scored(*args, **row)
    return str(caught.value)


def test_another_frame_is_refused_by_name(file):
    said = refusal(file, contract=SMALL, seen=(504, 252), options={"frame": "norm1000"})
    assert said.startswith(
        f"{file}:2: frame: the model writes resized by its contract, --frame or --model-family "
        "says norm1000; leave --frame and --model-family out"
    )
    said = refusal(file, contract=THOUSAND)
    assert "frame: the model writes norm1000 by its contract, the row says resized" in said


def test_other_size_limits_are_refused_by_name(file):
    said = refusal(file, contract=SMALL)
    assert (
        "size limits: the model sees 3,136 to 127,008 pixels in cells of 28 by its contract; of the"
        " dataset's image, 1000x500, it sees 504x252, but the row does not say so; predict anew"
    ) in said
    options = {"family": find_family("qwen2.5-vl")}
    said = refusal(file, contract=SMALL, seen=(504, 252), options=options)
    assert (
        "127,008 pixels in cells of 28 by its contract, --model-family says 3,136 to 12,8" in said
    )
    same = {"family": find_family("qwen2.5-vl", max_pixels=504 * 252)}
    assert scored(file, contract=SMALL, seen=(504, 252), options=same).n == 2


def test_an_image_of_another_size_is_refused_by_name(tmp_path, file):
    samples = [make_sample("z"), make_sample("a", width=500, height=500)]
    dataset = write_rows(tmp_path / "samples.jsonl", samples)
    said = refusal(file, dataset, contract=SMALL, seen=(504, 252))
    # 500 x 500 / 127,008: root 1.403; 500 / 1.403 / 28 = 12.7 cells.
    assert (
        "image size: the model saw 504x252; of the dataset's image, 500x500, it sees 336x336; "
        "predict anew, or leave --dataset out"
    ) in said
    narrow = write_rows(tmp_path / "thin.jsonl", [make_sample("z"), make_sample("a", width=100500)])
    said = refusal(file, narrow, contract=SMALL, seen=(504, 252))
    assert "the model cannot see the dataset's image: aspect ratio 201 of 100500x500" in said


def test_a_screenshot_of_another_size_is_refused_by_name(tmp_path, file):
    dataset = write_rows(
        tmp_path / "samples.jsonl", [make_sample("z"), make_sample("a", original=(999, 999))]
    )
    row = {"contract": Terms(frame="pixel"), "frame": "pixel"}
    assert (
        "image size: the answer is in pixels of a screenshot of 2000x2000, the dataset's is 999x999"
    ) in refusal(file, dataset, **row)
    assert scored(file, **row).n == 2


@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        (Terms(frame="resized"), "contract: frame: pixels of the resized image need factor"),
        (Terms(frame="resized", factor=28), "contract: factor, min_pixels and max_pixels come"),
        (Terms(frame="norm1", factor=0, min_pixels=1, max_pixels=2), "no processor has the factor"),
    ],
    ids=["none", "some", "zero"],
)
def test_an_impossible_contract_is_an_error(file, terms, problem):
    assert problem in refusal(file, contract=terms, frame=terms.frame)
