"""Points in polygons, against the box rules on rectangles and a plain ray caster."""

import numpy as np
import pytest

from groundkit.metrics.boxes import EDGES, contains, iou
from groundkit.metrics.polygons import contains_points, polygon_iou

SQUARE = (0, 0, 10, 0, 10, 10, 0, 10)
# An arrow that points to the right: the notch at its left ends in (4, 5).
ARROW = (0, 0, 10, 5, 0, 10, 4, 5)


@pytest.mark.parametrize("edges", ["closed", "half-open", "open"])
def test_a_rectangle_is_a_box(edges):
    points = np.array([(x, y) for x in range(-1, 12) for y in range(-1, 12)], float)
    boxes = np.tile([0.0, 0, 10, 10], (len(points), 1))
    found = contains_points(points, [SQUARE] * len(points), edges)
    np.testing.assert_array_equal(found, contains(points, boxes, edges))


@pytest.mark.parametrize(
    ("point", "closed", "is_open"),
    [
        ((5, 5), 1, 1),
        ((2, 5), 0, 0),
        ((1, 1), 1, 1),
        ((4, 5), 1, 0),
        ((10, 5), 1, 0),
        ((9, 9), 0, 0),
    ],
)
def test_an_arrow(point, closed, is_open):
    points = np.array([point], float)
    assert contains_points(points, [ARROW], "closed").tolist() == [closed]
    assert contains_points(points, [ARROW], "open").tolist() == [is_open]


def test_inside_and_outside_all_rules_agree():
    points = np.random.default_rng(0).uniform(0, 10, (500, 2))
    closed, *others = (contains_points(points, [ARROW] * 500, rule) for rule in EDGES)
    for other in others:
        np.testing.assert_array_equal(closed, other)


def test_an_outline_that_crosses_itself():
    """A bow tie: two triangles that meet in (5, 5)."""
    points = np.array([(1, 5), (9, 5), (5, 1), (5, 9)], float)
    tie = [(0, 0, 10, 10, 10, 0, 0, 10)] * 4
    for rule in EDGES:
        assert contains_points(points, tie, rule).tolist() == [True, True, False, False]


def test_the_iou_with_a_rectangle_is_that_of_boxes():
    boxes = np.random.default_rng(1).uniform(0, 10, (50, 2, 2)).cumsum(axis=1).reshape(-1, 4)
    expected = iou(boxes, np.tile([0.0, 0, 10, 10], (50, 1)))
    found = [polygon_iou(box, SQUARE) for box in boxes]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    # The triangle is half of the box around it.
    assert polygon_iou(np.array([0.0, 0, 10, 10]), (0, 0, 10, 0, 0, 10)) == pytest.approx(0.5)
