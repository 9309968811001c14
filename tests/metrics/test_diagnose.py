import numpy as np
import pytest

from groundkit.geometry import FRAME_NAMES, Frame, convert
from groundkit.metrics.boxes import EDGES
from groundkit.metrics.diagnose import Readings, Runaway, Sameness
from groundkit.metrics.judge import judge
from groundkit.predict.reference import box_around, random_box
from tests.metrics.builders import make_batch, make_gold, spread

SIZE, ORIGINAL = (1288, 728), (1920, 1080)
GOLDS = spread(400, SIZE, ORIGINAL)


def diagnose(boxes, frame="resized", overruled=None, golds=GOLDS):
    texts = [f"<box>[[{', '.join(map(str, box))}]]</box>" for box in boxes]
    batch = make_batch(golds[: len(boxes)], texts, frame)
    judged = judge(batch)
    readings = Readings()
    readings.add(0, judged, batch.arrays)
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
    assert (found.frame, found.swapped) == (written, False)
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


@pytest.mark.parametrize("edges", EDGES)
def test_another_edge_rule_is_no_frame_mistake(edges):
    # Every centre lies on the right edge of its gold box: a hit with closed edges alone.
    boxes = [(x2 - 9, y1, x2 + 9, y2) for _, y1, x2, y2 in (gold.box for gold in GOLDS)]
    batch = make_batch(GOLDS, [f"<box>[[{', '.join(map(str, box))}]]</box>" for box in boxes])
    judged = judge(batch, edges)
    readings = Readings()
    readings.add(0, judged, batch.arrays)
    assert judged.scores.hit.any() == (edges == "closed")
    assert readings.far_better() is None


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
    assert diagnose(oracle("norm1000")[:9]) is None
    assert diagnose(oracle("norm1000")[:10]).frame == "norm1000"


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


def screens(size, original, count=200):
    """Gold records as they lie on real pages: some at the edges, most of them small."""
    return spread(count, size, original)


def in_original_pixels(golds):
    """Perfect answers in pixels of the screenshot before it was resized."""
    boxes = []
    for gold in golds:
        sx, sy = gold.original[0] / gold.width, gold.original[1] / gold.height
        x1, y1, x2, y2 = gold.box
        boxes.append([round(x1 * sx), round(y1 * sy), round(x2 * sx), round(y2 * sy)])
    return boxes


# What Qwen2.5-VL's processor makes of these screenshots: both sides become multiples of 28.
NEARLY_EQUAL = [((390, 844), (392, 840)), ((800, 600), (784, 588)), ((1280, 800), (1288, 812))]


@pytest.mark.parametrize(("original", "size"), NEARLY_EQUAL, ids=str)
def test_original_pixels_are_noticed_where_both_sizes_are_close(original, size):
    # Buttons and fields 30 px high all over the page.
    golds = [
        make_gold(
            f"g{row}",
            (x, y, x + 60 + row % 90, y + 30),
            width=size[0],
            height=size[1],
            original=original,
        )
        for row in range(120)
        for x, y in [(row * 37 % (size[0] - 160), row * 61 % (size[1] - 30))]
    ]
    found = diagnose(in_original_pixels(golds), golds=golds)
    assert (found.frame, found.swapped) == ("pixel", False)
    assert found.iou > 0.9 > found.iou - 0.1 > found.declared_iou
    assert not found.multiplies_hits
    assert diagnose(in_original_pixels(golds), "pixel", golds=golds) is None


def bad_models(golds, rng):
    """Boxes that are wrong in ways that no frame explains."""
    boxes = np.array([gold.box for gold in golds], float)
    size = np.tile([golds[0].width, golds[0].height], 2)
    sides = boxes[:, 2:] - boxes[:, :2]
    centres = np.tile((boxes[:, :2] + boxes[:, 2:]) / 2, 2)
    yield "constant", np.tile(boxes[0], (len(golds), 1))
    # Not 5 px: that is what 2 % make of an edge in the middle of a page, so it looks the same.
    for shift in (2, 20, 60):
        yield f"shifted by {shift}", boxes + shift
        yield f"noise of {shift}", boxes + rng.normal(0, shift, boxes.shape)
    for scale in (0.5, 0.8, 1.5, 3):
        grown = np.concatenate([-sides, sides], 1) * scale / 2
        yield f"grown {scale} times", centres + grown
    yield "another element", np.roll(boxes, 1, axis=0)
    yield "half another element", np.where(rng.random((len(golds), 1)) < 0.5, boxes, boxes[::-1])
    yield "anywhere", np.sort(rng.random((len(golds), 2, 2)), axis=1).reshape(-1, 4) * size


@pytest.mark.parametrize(("original", "size"), [*NEARLY_EQUAL, (ORIGINAL, SIZE)], ids=str)
@pytest.mark.parametrize("n", [10, 15, 30, 200])
def test_bad_models_are_no_frame_mistake(original, size, n):
    rng = np.random.default_rng(n)
    for start in range(0, 200, max(n, 20)):
        golds = screens(size, original, 400)[start : start + n]
        for name, boxes in bad_models(golds, rng):
            low, high = np.minimum(boxes[:, :2], boxes[:, 2:]), boxes[:, 2:]
            whole = np.concatenate([low, np.maximum(low, high)], 1).round().tolist()
            assert diagnose(whole, golds=golds) is None, name


def test_all_of_a_few_answers_in_another_frame():
    # 15 rows from no hit to 15
    golds = [gold for gold in GOLDS if gold.box[0] > 400 and gold.box[1] > 300][:15]
    scale = np.array([1000 / 1288, 1000 / 728] * 2) / 10
    boxes = (np.array([gold.box for gold in golds]) * scale).round(2).tolist()
    found = diagnose(boxes, golds=golds)
    assert (found.frame, found.hit, found.declared_hit, found.n) == ("percent", 1, 0, 15)
    assert found.multiplies_hits


def test_no_boxes_at_all():
    assert Readings().far_better() is None


def test_a_large_file_is_sampled_and_still_diagnosed():
    texts = [f"<box>[[{', '.join(map(str, box))}]]</box>" for box in oracle("norm1000")]
    batch = make_batch(GOLDS, texts)
    judged = judge(batch)
    readings = Readings()
    for number in range(100):  # 40,000 rows
        readings.add(number, judged, batch.arrays)
    # the first 24 batches; then batches 30, 40, 50, 60, 70, 80, 90
    assert readings.rows == (24 + 7) * 400
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


def runaway(batch):
    found = Runaway()
    found.add(judge(batch).scores)
    return found.culprits


def count_edits(gold_lengths, written_lengths):
    """How many rows own the error rate: each gold name is all `x`, each written one all `y`."""
    golds = [make_gold(str(row), name="x" * n) for row, n in enumerate(gold_lengths)]
    texts = [f"<ref>文本-{'y' * n}</ref><box>[[1, 2, 3, 4]]</box>" for n in written_lengths]
    return runaway(make_batch(golds, texts))


@pytest.mark.parametrize(
    ("gold", "written", "expected"),
    [
        # the edits of a row are the longer one of its two lengths
        ([10] * 5, [4000, 10, 10, 10, 10], 1),  # one of five rows, 4,000 of 4,040 edits
        ([10] * 4, [4000, 10, 10, 10], 0),  # more than a fifth of the rows
        ([10] * 100, [300] * 20 + [10] * 80, 20),  # 6,000 of 6,800 edits
        ([10] * 100, [300] * 21 + [10] * 79, 0),
        ([10] * 100, [100] + [10] * 99, 0),  # 100 characters are not too many
        ([1] * 100, [101] + [1] * 99, 1),  # 101 of 200 edits
        ([1] * 102, [101] + [1] * 101, 0),  # 101 of 202 edits are no more than half
        ([50] * 10, [200] + [50] * 9, 0),  # four times the gold name is not too long
        ([50] * 10, [201] + [1] * 9, 0),  # 201 of 651 edits
        ([10], [10], 0),
    ],
)
def test_rows_that_own_the_error_rate(gold, written, expected):
    assert count_edits(gold, written) == expected


def test_an_endless_name_hardly_matters_among_many_right_ones():
    golds = [make_gold(str(row), name="x" * 10) for row in range(300)]
    texts = [f"<ref>文本-{'x' * 10}</ref><box>[[1, 2, 3, 4]]</box>"] * 299
    # 150 edits of 3,000 characters are a rate of 0.05; 149 are less
    for length, expected in ((160, 1), (159, 0)):
        endless = f"<ref>文本-{'x' * length}</ref><box>[[1, 2, 3, 4]]</box>"
        assert runaway(make_batch(golds, [endless, *texts])) == expected
