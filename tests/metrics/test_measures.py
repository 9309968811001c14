"""Each metric on rows whose figures are worked out by hand."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from groundkit.metrics import boxes as bx
from groundkit.metrics.matching import count_matches
from tests.metrics.builders import figure, make_batch, make_gold

GOLD = make_gold(box=(100, 100, 200, 140), name=None)  # 100 x 40 px in 1000 x 500


def one(name, text, gold=GOLD):
    return figure(make_batch([gold], [text]), name)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        # the corner of a box, and a point, on the right edge
        ("[200, 100, 300, 140]", "hit", 0),
        ("[200, 100, 300, 140]", "hit(point=first)", 1),
        ("[200, 100, 300, 140]", "hit(edges=open,point=first)", 0),
        ("(200, 120)", "hit", 1),
        ("(200, 120)", "hit(edges=half-open)", 0),
        ("(199.5, 120)", "hit(edges=last-pixel)", 0),
        ("(199, 139)", "hit(edges=last-pixel)", 1),
        # overlap 50 x 40 of 100 x 40 and 50 x 40: exactly a half
        ("[100, 100, 150, 140]", "iou@0.5", 1),
        ("[100, 100, 150, 140]", "iou@0.5(bound=above)", 0),
        # 51 x 41 of 101 x 41
        ("[100, 100, 150, 140]", "iou(pixels=inclusive)", 51 / 101),
        ("[100, 100, 150, 140]", "iou(pixels=refer)", 0.5),
        # overlap of one pixel: 1 x 40 of 100 x 40 + 100 x 40
        ("[199, 100, 299, 140]", "iou", 40 / 7960),
        ("[199, 100, 299, 140]", "iou(pixels=refer)", 0),
        # apart: the box around both is 300 x 40, of which 200 x 40 are covered
        ("[300, 100, 400, 140]", "giou", -1 / 3),
        ("[100, 100, 200, 140]", "giou", 1),
        ("no", "giou", -1),
        # from (150, 120) to (450, 520): 300 and 400 px, 0.3 and 0.8 of the image
        ("(450, 520)", "dist", 500),
        ("(450, 520)", "dist@500", 1),
        ("(450, 520)", "dist@499", 0),
        ("(450, 520)", "dist(unit=image)", (0.09 + 0.64) ** 0.5),
        ("(450, 520)", "dist@0.9(unit=image)", 1),
        ("no", "dist@9999", 0),
        ("no", "dist", None),
        ("no", "parse", 0),
        ("[]", "parse", 1),
        ("[[1, 1], [150, 120], [2, 2]]", "hit", 0),
        ("[[1, 1], [150, 120], [2, 2]]", "hit@1", 0),
        ("[[1, 1], [150, 120], [2, 2]]", "hit@2", 1),
        ("[[1, 1], [2, 2], [150, 120]]", "hit@2", 0),
        ("<box>[[0, 0, 9, 9], [140, 110, 160, 130]]</box>", "hit@3", 1),
        # of a box the first two numbers, also of the third one
        ("[200, 100, 300, 140]", "hit@3", 0),
        ("[200, 100, 300, 140]", "hit@3(point=first)", 1),
        ("<box>[[0, 0, 9, 9], [1, 1, 9, 9], [150, 120, 900, 400]]</box>", "hit@3", 0),
        ("<box>[[0, 0, 9, 9], [1, 1, 9, 9], [150, 120, 900, 400]]</box>", "hit@3(point=first)", 1),
        ("<box>[[0, 0, 9, 9], [1, 1, 9, 9], [150, 120, 900, 400]]</box>", "hit@2(point=first)", 0),
    ],
)
def test_one_answer(text, name, expected):
    assert one(name, text) == (None if expected is None else pytest.approx(expected))


ABSENT = make_gold("none", box=None, absent=True)


def test_refusals():
    """Two of three refusals are right, and two of four absent elements were refused."""
    golds = [ABSENT] * 4 + [GOLD] * 2
    batch = make_batch(golds, ["[]", "[-1, -1]", "hm", "[1, 2, 3, 4]", "[]", "(150, 120)"])
    assert figure(batch, "refusal-precision") == pytest.approx(2 / 3)
    assert figure(batch, "refusal-recall") == 1 / 2
    assert figure(batch, "refusal-f1") == pytest.approx(2 * (2 / 3) * (1 / 2) / (2 / 3 + 1 / 2))
    assert figure(batch, "hit") == 3 / 6
    assert figure(batch, "hit(absent=skip)") == 1 / 2
    assert figure(batch, "hit@3") == 3 / 6


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("[-1, -1]", 1),
        ("[-5, -3]", 1),
        ("[-10, -10, 4, 6]", 1),  # its centre is (-3, -2)
        ("[-10, -10, 20, 6]", 0),  # (5, -2)
        ("[-5, 3]", 0),
        ("[0, 0]", 0),
        ("no", 0),
    ],
)
def test_a_refusal_of_osworld_g_is_a_centre_with_negative_coordinates(text, right):
    """The rule of OSWorld-G's scorer, by hand: both coordinates of the centre are below 0."""
    name = "hit(polygon=half-open,refusal=negative)"
    assert one(name, text, ABSENT) == right
    assert one(name, text, GOLD) == 0
    assert one(f"hit@2({name[4:]}", text, ABSENT) == right


def test_negative_coordinates_are_no_refusal_elsewhere():
    assert one("hit", "[-5, -3]", ABSENT) == 0


def test_a_polygon_has_a_rule_of_its_own():
    """Its right edge belongs to it with closed edges and not by the even-odd rule."""
    outline = make_gold(box=None, polygon=(100, 100, 200, 100, 200, 140, 100, 140))
    assert one("hit", "(200, 120)", outline) == 1
    assert one("hit(polygon=half-open)", "(200, 120)", outline) == 0
    assert one("hit(polygon=half-open)", "(200, 120)") == 1


SEVERAL = make_gold(box=None, boxes=((0, 0, 10, 10), (20, 0, 30, 10), (40, 0, 50, 10)), name=None)


@pytest.mark.parametrize(
    ("text", "precision", "recall", "f1"),
    [
        ("[[0, 0, 10, 10], [40, 0, 50, 10]]", 1, 2 / 3, 4 / 5),
        ("[[0, 0, 10, 10], [60, 0, 70, 10]]", 1 / 2, 1 / 3, 2 / 5),
        # the second box is another answer to what was found already
        ("[[0, 0, 10, 10], [0, 0, 10, 9]]", 1 / 2, 1 / 3, 2 / 5),
        ("[0, 0, 10, 10]", 1, 1 / 3, 1 / 2),
        ("nothing", None, 0, 0),
        ("(5, 5)", None, 0, 0),
    ],
)
def test_several_boxes(text, precision, recall, f1):
    wrapped = f"<box>{text}</box>" if "[" in text else text
    found = [one(name, wrapped, SEVERAL) for name in ("precision", "recall", "f1")]
    assert found == [
        value if value is None else pytest.approx(value) for value in (precision, recall, f1)
    ]
    # the best overlap with any of them
    assert one("iou", wrapped, SEVERAL) == (1 if "[" in text else 0)


def test_several_boxes_in_relative_numbers():
    batch = make_batch([SEVERAL], ["[[0, 0, 0.01, 0.02], [0.04, 0, 0.05, 0.02]]"], "norm1")
    assert figure(batch, "recall") == pytest.approx(2 / 3)


def test_greedy_takes_what_hungarian_leaves():
    """The first box fits both gold boxes, the second only one of them, which greedy gave away."""
    gold = np.array([[0, 0, 10, 10], [2, 0, 12, 10]], float)
    predicted = np.array([[0.9, 0, 10.9, 10], [-2, 0, 8, 10]], float)
    # IoUs 9.1 / 10.9 = 0.83 and 8.9 / 11.1 = 0.80; 8 / 12 = 0.67 and 6 / 14 = 0.43
    assert count_matches(predicted, gold, 0.5, "greedy") == 1
    assert count_matches(predicted, gold, 0.5, "hungarian") == 2


def test_hungarian_has_the_largest_sum_of_what_reaches_the_threshold():
    rng = np.random.default_rng(0)
    for _ in range(200):
        predicted, gold = (
            np.sort(rng.uniform(0, 20, (n, 2, 2)), axis=1).reshape(-1, 4)
            for n in rng.integers(1, 7, 2)
        )
        ious = bx.pairwise_iou(predicted, gold)
        useful = np.where(ious >= 0.3, ious, 0)
        rows, columns = linear_sum_assignment(-useful)
        expected = int((ious[rows, columns] >= 0.3).sum())
        assert count_matches(predicted, gold, 0.3, "hungarian") == expected
        assert count_matches(predicted, gold, 0.3, "greedy") <= min(len(predicted), len(gold))
