import pytest

from groundkit.geometry import FRAME_NAMES, Frame, convert
from groundkit.metrics.diagnose import Readings
from groundkit.metrics.judge import judge
from groundkit.predict.reference import box_around, random_box
from tests.metrics.builders import make_batch, spread

SIZE, ORIGINAL = (1288, 728), (1920, 1080)
GOLDS = spread(400, SIZE, ORIGINAL)


def diagnose(boxes, frame="resized"):
    texts = [f"<box>[[{', '.join(map(str, box))}]]</box>" for box in boxes]
    batch = make_batch(GOLDS, texts, frame)
    judged = judge(batch)
    readings = Readings()
    readings.add(judged.raw, batch.arrays, judged.scores.status == 0, judged.scores.hit)
    return readings.far_better()


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
    close = {"norm999", "norm1000"}  # a thousandth apart: rounding decides between them
    assert found.frame == written or {found.frame, written} == close
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
@pytest.mark.parametrize("declared", ["resized"])
def test_baselines_are_no_frame_mistake(boxes, declared):
    assert diagnose(boxes, declared) is None


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
