import numpy as np
import pytest

from groundkit.geometry import FRAME_NAMES, Frame, convert
from groundkit.metrics.diagnose import Readings, Sameness, count_runaway
from groundkit.metrics.judge import judge
from groundkit.predict.reference import box_around, random_box
from tests.metrics.builders import make_batch, spread

SIZE, ORIGINAL = (1288, 728), (1920, 1080)
GOLDS = spread(400, SIZE, ORIGINAL)


def diagnose(boxes, frame="resized", overruled=None, golds=GOLDS):
    texts = [f"<box>[[{', '.join(map(str, box))}]]</box>" for box in boxes]
    batch = make_batch(golds[: len(boxes)], texts, frame)
    judged = judge(batch)
    readings = Readings()
    readings.add(judged.raw, batch.arrays, judged.scores.scored, judged.scores.hit)
    return readings.far_better(overruled)


def oracle(frame):
    target = Frame(frame, ORIGINAL if frame == "pixel" else SIZE)
    digits = 0 if target.is_integer else 4
    return [
        [round(float(edge), digits) for edge in convert(gold.box, Frame("resized", SIZE), target)]
        for gold in GOLDS
    ]


@pytest.mark.parametrize("written", [name for name in FRAME_NAMES if name != "resized"])
def test_an_undeclared_frame_is_named(written):
    found = diagnose(oracle(written))
    # a thousandth apart; nothing tells them apart, and norm1000 is the likelier one
    assert found.frame == ("norm1000" if written == "norm999" else written)
    assert not found.swapped
    assert found.hit > 0.99 > 0.5 > found.declared_hit
    assert found.n == len(GOLDS)


@pytest.mark.parametrize("frame", ["resized", "norm1000"])
def test_swapped_axes_are_named(frame):
    swapped = [(y1, x1, y2, x2) for x1, y1, x2, y2 in oracle(frame)]
    found = diagnose(swapped, frame)
    assert (found.frame, found.swapped) == (frame, True)


@pytest.mark.parametrize("declared", FRAME_NAMES)
def test_right_answers_in_the_declared_frame_are_no_mistake(declared):
    assert diagnose(oracle(declared), declared) is None


@pytest.mark.parametrize(
    "boxes",
    [
        [box_around((SIZE[0] // 2, SIZE[1] // 2), (64, 32), SIZE) for _ in GOLDS],
        [random_box(gold.id, 0, SIZE) for gold in GOLDS],
        [box_around(gold.point, (64, 32), SIZE) for gold in GOLDS],
        [(0, 0, 0, 0)] * len(GOLDS),
    ],
    ids=["centre", "random", "point-box", "origin"],
)
@pytest.mark.parametrize("n", [1, 3, 5, 10, 20, 40, 400])
def test_baselines_are_no_frame_mistake(boxes, n):
    assert diagnose(boxes[:n]) is None


@pytest.mark.parametrize("n", [3, 5, 10, 20, 40])
def test_random_boxes_are_no_frame_mistake(n):
    for seed in range(60):
        golds = [GOLDS[(seed * 7 + row) % 400] for row in range(n)]
        boxes = [random_box(gold.id, seed, SIZE) for gold in golds]
        assert diagnose(boxes, golds=golds) is None


def test_a_few_answers_are_enough_for_a_clear_case():
    assert diagnose(oracle("norm1000")[:19]) is None
    assert diagnose(oracle("norm1000")[:20]).frame == "norm1000"


@pytest.mark.parametrize("noise", [3, 8, 15])
def test_the_likeliest_of_close_frames_is_named(noise):
    rng = np.random.default_rng(noise)
    golds = [gold for gold in GOLDS if gold.box[2] - gold.box[0] > 90][:60]
    scale = np.array([1000 / 1288, 1000 / 728] * 2)
    boxes = np.array([gold.box for gold in golds]) * scale
    shifts = np.tile(rng.normal(0, noise / 4, (len(golds), 2)), 2)
    assert diagnose((boxes + shifts).round().tolist(), golds=golds).frame == "norm1000"


def test_the_frame_that_the_rows_declare_is_preferred():
    found = diagnose(oracle("norm999"), "resized", "norm999")
    assert (found.frame, found.overruled) == ("norm999", True)
    found = diagnose(oracle("norm1000"), "resized", "pixel")
    assert (found.frame, found.overruled) == ("norm1000", False)


def test_no_boxes_at_all():
    assert Readings().far_better() is None


def test_a_large_file_is_sampled_and_still_diagnosed():
    texts = [f"<box>[[{', '.join(map(str, box))}]]</box>" for box in oracle("norm1000")]
    batch = make_batch(GOLDS, texts)
    judged = judge(batch)
    readings = Readings()
    for _ in range(100):  # 40,000 rows
        readings.add(judged.raw, batch.arrays, judged.scores.status == 0, judged.scores.hit)
    # the first 50 batches hold 20,000 rows; then batches 60, 70, 80, 90, 100
    assert readings.rows == (50 + 5) * 400
    assert readings.far_better().frame == "norm1000"


@pytest.mark.parametrize(
    ("predicted", "gold", "expected"),
    [
        ([[1, 2, 3, 4]] * 2, [[0, 0, 9, 9], [1, 1, 9, 9]], True),
        ([[1, 2, 3, 4]] * 2, [[0, 0, 9, 9]] * 2, False),
        ([[1, 2, 3, 4], [1, 2, 3, 5]], [[0, 0, 9, 9], [1, 1, 9, 9]], False),
    ],
    ids=["same boxes", "same gold too", "different boxes"],
)
def test_sameness_whatever_the_batches(predicted, gold, expected):
    together, apart = Sameness(), Sameness()
    together.add(np.array(predicted, float), np.array(gold, float))
    for one, two in zip(predicted, gold, strict=True):
        apart.add(np.array([one], float), np.array([two], float))
    assert together.only_predicted is apart.only_predicted is expected
    assert not Sameness().only_predicted


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([4000] + [0] * 200, 1),  # one of 201 rows, 4,000 of 2,010 characters
        ([300, 300, 300, *[1] * 300], 3),  # of 303 rows; two hold 600 of 1,200, no more than half
        ([4000] + [0] * 99, 0),  # one of 100 rows is 1 %
        ([3] + [0] * 200, 0),  # 3 of 2,010 characters: the rate is small whoever owns it
        ([10] * 300, 0),
        ([0] * 300, 0),
        ([5], 0),
    ],
)
def test_rows_that_own_the_error_rate(edits, expected):
    found = count_runaway(np.array(edits), np.full(len(edits), 10))
    assert found == expected
