"""Every chosen point is checked against a rule written a second time, in plain Python."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundkit.dataset.points import MARGIN, NEAR_LEAD, NEAR_LIMIT, NEAR_RATIO, choose_point

SIZE = (280, 196)


def holds(box, x, y, slack=0):
    return box[0] - slack <= x <= box[2] + slack and box[1] - slack <= y <= box[3] + slack


def area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def clearly_encloses(box, mine):
    """Holds it loosely and is a quarter larger, or holds it fully with room on some side."""
    loosely = holds(box, *mine[:2], MARGIN) and holds(box, *mine[2:], MARGIN)
    fully = holds(box, *mine[:2]) and holds(box, *mine[2:])
    room = max(mine[0] - box[0], mine[1] - box[1], box[2] - mine[2], box[3] - mine[3]) > MARGIN
    return (loosely and area(mine) <= 0.8 * area(box)) or (fully and room)


def distance(box, x, y):
    return math.hypot(max(box[0] - x, x - box[2], 0), max(box[1] - y, y - box[3], 0))


def argue(point, target, boxes, placement):
    """Why somebody could give another answer than `boxes[target]`; empty if nobody could."""
    x, y = point
    mine = boxes[target]
    others = [box for index, box in enumerate(boxes) if index != target]
    if placement == "inside":
        if not (mine[0] <= x < mine[2] and mine[1] <= y < mine[3]):
            return "the point is not in the target"
        for box in others:
            if holds(box, x, y) and area(box) <= area(mine):
                return f"{box} is smaller and holds the point"
            if holds(box, x, y, MARGIN) and not clearly_encloses(box, mine):
                return f"{box} is at the point and does not clearly enclose the target"
        return ""
    own = distance(mine, x, y)
    second = min((distance(box, x, y) for box in others), default=math.inf)
    if not 0 < own <= NEAR_LIMIT:
        return f"{own} px is not near"
    if second < NEAR_RATIO * own or second < own + NEAR_LEAD:
        return f"another box is {second} px away, the target {own} px"
    return ""


def boxes_of(*rows):
    return np.array(rows, dtype=np.int64)


@st.composite
def layouts(draw):
    """Boxes that nest, touch and overlap: all corners on a coarse grid or freely placed."""
    step = draw(st.sampled_from([1, 7, 20]))
    rows = []
    for _ in range(draw(st.integers(1, 12))):
        x = sorted(
            draw(st.lists(st.integers(0, SIZE[0] // step), min_size=2, max_size=2, unique=True))
        )
        y = sorted(
            draw(st.lists(st.integers(0, SIZE[1] // step), min_size=2, max_size=2, unique=True))
        )
        rows.append((x[0] * step, y[0] * step, x[1] * step, y[1] * step))
    return rows


@settings(max_examples=400, deadline=None)
@given(layouts(), st.integers(0, 2**32), st.sampled_from(["inside", "near"]), st.data())
def test_nobody_can_argue_about_a_chosen_point(rows, seed, placement, data):
    target = data.draw(st.integers(0, len(rows) - 1))
    rng = np.random.default_rng(seed)
    point = choose_point(rng, target, boxes_of(*rows), SIZE, placement)
    if point is not None:
        assert argue(point, target, rows, placement) == ""
        assert 0 <= point[0] < SIZE[0]
        assert 0 <= point[1] < SIZE[1]


def many(target, rows, placement="inside", n=200):
    rng = np.random.default_rng(0)
    return [choose_point(rng, target, boxes_of(*rows), SIZE, placement) for _ in range(n)]


def test_points_fill_the_target_but_for_its_rim():
    xs = {point[0] for point in many(0, [(10, 10, 30, 30)], n=600)}
    assert xs == set(range(12, 29))  # 2 px in from each side


def test_points_of_a_row_avoid_the_button_in_it():
    for x, y in many(0, [(10, 10, 110, 40), (60, 15, 100, 35)]):
        assert not (58 <= x <= 102 and 13 <= y <= 37)


def test_points_of_the_button_ignore_the_row_around_it():
    assert None not in many(1, [(10, 10, 110, 40), (60, 15, 100, 35)])


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([(10, 10, 40, 30), (9, 9, 41, 31)], "the outer box is one pixel wider"),
        ([(10, 10, 40, 30), (10, 10, 40, 30)], "the same box twice"),
        ([(154, 81, 309, 119), (153, 81, 308, 117)], "shifted by a pixel and two pixels higher"),
        ([(11, 11, 115, 61), (10, 10, 110, 60)], "wider, but not around it: 5000 of 5200 px²"),
        ([(8, 8, 112, 62), (10, 10, 110, 60)], "2 px wider all around: 5000 of 5616 px², 0.89"),
    ],
)
def test_no_point_where_two_boxes_cannot_be_told_apart(rows, why):
    assert set(many(1, rows)) == {None}, why


def test_no_near_point_between_two_neighbours():
    rows = [(10, 10, 60, 30), (70, 10, 120, 30)]
    assert all(x < 60 or y < 10 or y > 30 for x, y in filter(None, many(0, rows, "near")))


def test_thin_targets_are_asked_about_at_their_core():
    assert {y for _, y in many(0, [(10, 10, 110, 15)], n=400)} == {11, 12, 13, 14}


def test_targets_at_the_edge_of_the_image_get_points_on_it():
    assert all(x < 280 and y < 196 for x, y in many(0, [(270, 186, 280, 196)]))


def test_points_avoid_what_is_drawn_over_the_target():
    rng = np.random.default_rng(0)
    boxes, sheet = boxes_of((10, 10, 110, 40)), boxes_of((60, 0, 280, 196))
    for _ in range(100):
        x, _ = choose_point(rng, 0, boxes, SIZE, "inside", sheet)
        assert x < 58
    assert choose_point(rng, 0, boxes, SIZE, "inside", boxes_of((0, 0, 280, 196))) is None


@pytest.mark.parametrize(
    ("outer", "why"),
    [
        ((10, 10, 113, 60), "around it and 3 px wider at one side"),
        ((10, 10, 110, 73), "around it, 5000 of 6300 px²: 0.79"),
        ((12, 10, 140, 60), "2 px short of it at the left, 5000 of 6400 px²: 0.78"),
    ],
)
def test_a_clearly_larger_box_around_the_target_is_no_rival(outer, why):
    assert None not in many(0, [(10, 10, 110, 60), outer]), why


def test_an_inside_point_is_a_pixel_of_its_box():
    # 1x2 px: x 10, y 10 and 11; pixel 11, 12 begins where the box ends
    assert set(many(0, [(10, 10, 11, 12)])) == {(10, 10), (10, 11)}


def test_near_points_avoid_what_is_drawn_over_them():
    rng = np.random.default_rng(0)
    rows, sheet = boxes_of((100, 20, 140, 60)), boxes_of((150, 0, 280, 196))
    points = [choose_point(rng, 0, rows, SIZE, "near", sheet) for _ in range(200)]
    assert 140 < max(x for x, _ in points) < 148


def test_no_near_point_of_a_target_that_is_covered():
    # The sheet reaches 10 px beyond the target: free points are near it, but it does not show.
    rng = np.random.default_rng(0)
    rows, sheet = boxes_of((100, 20, 140, 60)), boxes_of((90, 10, 150, 70))
    assert choose_point(rng, 0, rows, SIZE, "near", sheet) is None


@settings(max_examples=100, deadline=None)
@given(layouts(), st.integers(0, 2**32), st.sampled_from(["inside", "near"]))
def test_boxes_far_away_change_nothing(rows, seed, placement):
    # The layout ends at x = 71; no point of it or near it lies right of 95, nor looks beyond 131.
    close = [(x1 // 4, y1, x2 // 4 + 1, y2) for x1, y1, x2, y2 in rows]
    far = [(160 + i, 10 * i, 190 + i, 10 * i + 8) for i in range(15)]
    alone, among = (
        choose_point(np.random.default_rng(seed), len(extra), boxes_of(*extra, *close), SIZE, where)
        for extra, where in (([], placement), (far, placement))
    )
    assert alone == among
