import math

import numpy as np
import pytest

from groundkit.dataset.marker import (
    MAX_COVER,
    draw_marker,
    is_markable,
    marker_color,
    plan_marker,
)
from groundkit.records import Marker

GREEN, MAGENTA = (0, 200, 0), (200, 0, 200)
NONE = np.empty((0, 4), np.int64)
SHAPES = ("star", "dot", "ring")


def plain(color=(255, 255, 255), size=(120, 90)):
    return np.full((size[1], size[0], 3), color, np.uint8)


def draw(pixels, point, marker):
    draw_marker(pixels, point, marker)
    return pixels


def ink(shape, radius, point=(60, 45)):
    """How far each pixel of a white image moved towards the marker's colour, 0 to 1."""
    marker = Marker(shape=shape, color="green", radius=radius, clipped=False)
    drawn = draw(plain(), point, marker)
    return (255.0 - drawn[:, :, 0]) / 255


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("radius", [3.0, 4.7, 8.0, 12.0])
def test_centre_of_the_ink_is_exactly_the_point(shape, radius):
    weight = ink(shape, radius)
    rows, columns = np.mgrid[: weight.shape[0], : weight.shape[1]]
    assert (columns * weight).sum() / weight.sum() == pytest.approx(60, abs=0.05)
    assert (rows * weight).sum() / weight.sum() == pytest.approx(45, abs=0.05)
    around = weight[:, 60 - 14 : 60 + 15]
    assert np.allclose(around, around[:, ::-1], atol=0.1)  # its left is its right


def test_star_has_five_arms():
    weight = ink("star", 12.0)
    angles = np.linspace(0, 2 * math.pi, 360, endpoint=False)
    ring = [weight[round(45 + 8 * math.sin(a)), round(60 + 8 * math.cos(a))] > 0.5 for a in angles]
    assert sum(ring[i] and not ring[i - 1] for i in range(360)) == 5


def test_area_of_the_star_is_that_of_a_pentagram():
    # 10 triangles of sides 1 and (3 - sqrt 5)/2 at 36 degrees: 1.1226 r²; r = 12: 161.7 px
    assert ink("star", 12.0).sum() == pytest.approx(161.7, rel=0.03)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("sides", [(10, 10), (12, 9), (20, 20), (9, 30), (40, 14), (100, 12)])
def test_mark_covers_at_most_a_quarter_of_its_element(shape, sides):
    box = (20, 20, 20 + sides[0], 20 + sides[1])
    point = ((box[0] + box[2]) // 2, (box[1] + box[3]) // 2)
    marker = plan_marker(plain(), point, box, shape, NONE)
    assert ink(shape, marker.radius, point).sum() <= MAX_COVER * sides[0] * sides[1]


@pytest.mark.parametrize("shape", SHAPES)
def test_mark_covers_at_most_a_quarter_of_a_small_neighbour(shape):
    # An icon of 12x12 px in a row, 3 px from the point: of a mark as large as the row allows,
    # radius 12, a dot would cover most of the icon.
    row, icon, point = (0, 15, 120, 75), (40, 39, 52, 51), (55, 45)
    free = plan_marker(plain(), point, row, shape, NONE)
    marker = plan_marker(plain(), point, row, shape, np.array([icon]))
    covered = ink(shape, marker.radius, point)[icon[1] : icon[3], icon[0] : icon[2]].sum()
    assert covered <= MAX_COVER * 144
    assert 3 <= marker.radius < free.radius == 12


def test_a_neighbour_that_the_mark_does_not_reach_changes_nothing():
    far = np.array([(80, 40, 90, 50)])  # 20 px from the point
    assert plan_marker(plain(), (60, 45), (0, 15, 70, 75), "dot", far).radius == 12


def test_an_element_needs_room_for_a_mark_that_can_be_seen():
    # A dot of radius 2 has 12.6 px²; at most 24 % of the element may be under it: 52.4 px²
    assert is_markable((0, 0, 10, 6), "dot")
    assert not is_markable((0, 0, 10, 5), "dot")
    assert is_markable((0, 0, 10, 5), "star")  # 1.12 r²: 18.7 px² are enough


def test_size_follows_the_element():
    # 5x20 px: 0.35 * 5 = 1.75 is too small to see; 3 px are, and cover 10 of 100 px².
    assert plan_marker(plain(), (60, 45), (50, 40, 70, 45), "star", NONE).radius == 3.0
    radii = [
        plan_marker(plain(), (60, 45), (0, 0, s, s), "star", NONE).radius for s in (10, 20, 30, 90)
    ]
    assert radii == [3.5, 7.0, 10.5, 12.0]  # 0.35 of the side, at most 12


@pytest.mark.parametrize(
    ("background", "expected"),
    [
        ((255, 255, 255), "green"),
        ((0, 0, 0), "green"),
        ((200, 0, 200), "green"),
        ((0, 200, 0), "magenta"),
        ((40, 130, 60), "magenta"),  # a dark green button
        ((230, 250, 235), "green"),  # almost white
    ],
)
def test_colour_stands_out_from_the_background(background, expected):
    assert (
        plan_marker(plain(background), (60, 45), (50, 40, 80, 60), "star", NONE).color == expected
    )


def test_only_the_background_at_the_point_counts():
    pixels = plain()
    pixels[:, :40] = GREEN
    assert plan_marker(pixels, (90, 45), (80, 35, 100, 55), "star", NONE).color == "green"
    assert plan_marker(pixels, (20, 45), (10, 35, 30, 55), "star", NONE).color == "magenta"


def test_mark_at_the_edge_says_that_it_is_cut():
    assert plan_marker(plain(), (2, 45), (0, 35, 40, 75), "star", NONE).clipped
    assert not plan_marker(plain(), (20, 45), (0, 35, 40, 75), "star", NONE).clipped
    cut = draw(plain(), (0, 0), Marker(shape="star", color="green", radius=9, clipped=True))
    assert (cut[0, 0] == GREEN).all()


@pytest.mark.parametrize(("color", "bgr"), [("green", GREEN), ("magenta", MAGENTA)])
def test_core_has_the_named_colour(color, bgr):
    marker = Marker(shape="star", color=color, radius=6, clipped=False)
    drawn = draw(plain(), (60, 45), marker)
    assert tuple(drawn[45, 60]) == bgr == marker_color(marker)
