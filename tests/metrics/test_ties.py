"""Scores of whole numbers in relative frames, against exact arithmetic with fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundkit.metrics import boxes as bx
from groundkit.metrics.judge import judge
from tests.metrics.builders import figure, make_batch, make_gold

EXTENTS = {"norm999": 999, "norm1000": 1000, "norm1024": 1024}
THRESHOLDS = ((0.5, Fraction(1, 2)), (0.75, Fraction(3, 4)), (0.9, Fraction(9, 10)))


def exact_box(written, frame, size, original):
    extents = original if frame == "pixel" else (EXTENTS[frame],) * 2
    return [Fraction(n * size[k % 2], extents[k % 2]) for k, n in enumerate(written)]


def exact_iou(a, b):
    width = max(min(a[2], b[2]) - max(a[0], b[0]), 0)
    height = max(min(a[3], b[3]) - max(a[1], b[1]), 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return Fraction(width * height) / (sum(areas) - width * height)


def exact_hit(box, gold, edges):
    inside = []
    for k in (0, 1):
        middle = (box[k] + box[k + 2]) / 2
        after = middle > gold[k] if edges == "open" else middle >= gold[k]
        end = gold[k + 2] - (edges == "last-pixel")
        before = middle <= end if edges in ("closed", "last-pixel") else middle < end
        inside.append(after and before)
    return all(inside)


def check(gold_box, written, frame, size, original):
    gold = make_gold(box=gold_box, width=size[0], height=size[1], original=original)
    batch = make_batch([gold], [f"<box>[[{', '.join(map(str, written))}]]</box>"], frame)
    box = exact_box(written, frame, size, original)
    expected = exact_iou(box, gold_box)
    for edges in bx.EDGES:
        scores = judge(batch, edges).scores
        assert scores.hit[0] == exact_hit(box, gold_box, edges)
    for threshold, exact in THRESHOLDS:
        assert bx.reaches(scores.iou, threshold)[0] == (expected >= exact)
    assert scores.iou[0] == pytest.approx(float(expected), abs=1e-8)


def test_an_iou_of_exactly_one_half_in_pixels_of_the_screenshot():
    # a third of each number: the box is 46.67, 10, 66.67, 30 and covers 13.33 of 26.67 px in x
    gold = make_gold(box=(40, 10, 60, 30), width=400, height=300, original=(1200, 900))
    batch = make_batch([gold], ["<box>[[140, 30, 200, 90]]</box>"], "pixel")
    assert figure(batch, "iou@0.5") == 1
    check((40, 10, 60, 30), (140, 30, 200, 90), "pixel", (400, 300), (1200, 900))


def ties(frame, size, original):
    """Whole-number boxes whose IoU with a gold box is exactly 1/2, 3/4 or 9/10."""
    extents = original if frame == "pixel" else (EXTENTS[frame],) * 2
    for gold in ((40, 10, 60, 30), (0, 0, 100, 50), (7, 9, 80, 33)):
        exact = [Fraction(n * extents[k % 2], size[k % 2]) for k, n in enumerate(gold)]
        for top in range(int(exact[1]), int(exact[3])):
            for left in range(max(int(exact[0]) - 60, 0), int(exact[0]) + 60):
                box = (left, top, left + round(exact[2] - exact[0]), round(exact[3]))
                if box[3] <= top:
                    continue
                iou = exact_iou(exact_box(box, frame, size, original), gold)
                if any(iou == exact for _, exact in THRESHOLDS):
                    yield gold, box


@pytest.mark.parametrize(
    ("frame", "size", "original", "least"),
    [
        ("pixel", (400, 300), (1200, 900), 2),
        ("pixel", (300, 210), (900, 630), 2),
        ("norm1000", (500, 250), (1, 1), 2),
        ("norm999", (333, 111), (1, 1), 2),
        ("norm1024", (512, 256), (1, 1), 2),
    ],
)
def test_every_tie_of_a_grid_is_reached(frame, size, original, least):
    found = list(ties(frame, size, original))
    assert len(found) >= least
    for gold, box in found:
        check(gold, box, frame, size, original)


sides = st.integers(1, 40)


@st.composite
def cases(draw):
    frame = draw(st.sampled_from(["pixel", *EXTENTS]))
    size = draw(st.tuples(st.integers(60, 3000), st.integers(60, 3000)))
    original = draw(st.tuples(st.integers(60, 4000), st.integers(60, 4000)))
    extents = original if frame == "pixel" else (EXTENTS[frame],) * 2
    x1, y1 = (draw(st.integers(0, side - 41)) for side in size)
    gold = (x1, y1, x1 + draw(sides), y1 + draw(sides))
    near = [round(n * extents[k % 2] / size[k % 2]) for k, n in enumerate(gold)]
    left, top = near[0] + draw(st.integers(-20, 20)), near[1] + draw(st.integers(-20, 20))
    box = (left, top, left + draw(sides), top + draw(sides))
    return gold, box, frame, size, original


@given(cases())
def test_whole_numbers_score_as_fractions_do(case):
    check(*case)


def test_centres_on_an_edge_are_on_it_in_every_frame():
    """The middle of a box that is written around an edge of the gold box."""
    checked = 0
    rng = np.random.default_rng(0)
    for _ in range(3000):
        size = tuple(rng.integers(60, 2000, 2).tolist())
        frame = ("pixel", *EXTENTS)[rng.integers(4)]
        factor = int(rng.integers(2, 5))
        original = (size[0] * factor, size[1] * factor)
        if frame != "pixel":
            size = (EXTENTS[frame] // factor, EXTENTS[frame] // factor)
            if EXTENTS[frame] % factor:
                continue
        gold = (10, 12, 40, 30)
        half = rng.integers(1, 9, 2).tolist()
        x, y = gold[rng.choice([0, 2])] * factor, 20 * factor
        check(gold, (x - half[0], y - half[1], x + half[0], y + half[1]), frame, size, original)
        checked += 1
    assert checked > 1000
