import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask

from groundkit.metrics import boxes as bx

N = 100_000


def random_pairs(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of boxes: a quarter each of independent, touching, nested and shifted ones; floats
    and whole numbers, and one in twenty without area."""
    rng = np.random.default_rng(seed)
    low = rng.uniform(-50, 1000, (N, 2))
    a = np.concatenate([low, low + rng.uniform(0, 400, (N, 2))], axis=1)
    low = rng.uniform(-50, 1000, (N, 2))
    b = np.concatenate([low, low + rng.uniform(0, 400, (N, 2))], axis=1)
    kind = np.arange(N) % 4
    touching, nested, shifted = kind == 1, kind == 2, kind == 3
    b[touching] = a[touching] + (a[touching, 2] - a[touching, 0])[:, None] * [1, 0, 1, 0]
    inner = np.sort(rng.uniform(0, 1, (nested.sum(), 2, 2)), axis=1).reshape(-1, 4)
    sides = np.tile(a[nested, 2:] - a[nested, :2], 2)
    b[nested] = np.tile(a[nested, :2], 2) + inner * sides
    b[shifted] = a[shifted] + np.tile(rng.uniform(-30, 30, (shifted.sum(), 2)), 2)
    whole = rng.random(N) < 0.3
    a[whole], b[whole] = np.round(a[whole]), np.round(b[whole])
    flat = rng.random(N) < 0.05
    b[flat, 2] = b[flat, 0]
    return a, b


def test_iou_agrees_with_shapely():
    a, b = random_pairs()
    one, two = shapely.box(*a.T), shapely.box(*b.T)
    union = shapely.area(shapely.union(one, two))
    overlap = shapely.area(shapely.intersection(one, two))
    expected = np.divide(overlap, union, out=np.zeros(N), where=union > 0)
    np.testing.assert_allclose(bx.iou(a, b), expected, atol=1e-9, rtol=0)
    # The pairs are worth comparing: all kinds of overlap occur.
    assert {0.0} < set(np.round(expected, 1)) == set(np.round(np.linspace(0, 1, 11), 1))


def test_iou_agrees_with_pycocotools():
    a, b = random_pairs(1)
    expected = np.empty(N)
    # pycocotools compares all with all, so a hundred at a time and only the diagonal.
    for start in range(0, N, 100):
        xywh = []
        for boxes in (a, b):
            some = boxes[start : start + 100].copy()
            some[:, 2:] -= some[:, :2]
            xywh.append(some)
        matrix = mask.iou(xywh[1], xywh[0], [0] * 100)
        expected[start : start + 100] = np.diagonal(matrix)
    solid = bx.areas(a) + bx.areas(b) > 0
    np.testing.assert_allclose(bx.iou(a, b)[solid], expected[solid], atol=1e-9, rtol=0)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((0, 0, 10, 10), (0, 0, 10, 10), 1.0),
        # 5 x 10 = 50 of 100 + 100 - 50 = 150
        ((0, 0, 10, 10), (5, 0, 15, 10), 50 / 150),
        ((0, 0, 10, 10), (10, 0, 20, 10), 0.0),
        ((0, 0, 10, 10), (2, 2, 4, 4), 0.04),
        ((3, 3, 3, 3), (3, 3, 3, 3), 0.0),
        ((3, 3, 3, 3), (0, 0, 10, 10), 0.0),
    ],
    ids=["equal", "shifted", "touching", "nested", "two equal points", "a point in a box"],
)
def test_iou_by_hand(a, b, expected):
    assert bx.iou(np.array([a], float), np.array([b], float))[0] == pytest.approx(expected)


EDGE_CASES = [
    # point, and by bx.EDGES: closed, half-open, open, last-pixel; the box is 10 <= x <= 20,
    # 30 <= y <= 40, and its last pixels are 19 and 39
    ((15, 35), [True, True, True, True]),
    ((10, 35), [True, True, False, True]),
    ((15, 30), [True, True, False, True]),
    ((19, 39), [True, True, True, True]),
    ((19.5, 35), [True, True, True, False]),
    ((20, 35), [True, False, False, False]),
    ((15, 40), [True, False, False, False]),
    ((9.999, 35), [False, False, False, False]),
    ((15, 40.001), [False, False, False, False]),
]


@pytest.mark.parametrize(("point", "expected"), EDGE_CASES)
def test_contains_follows_the_edge_rule(point, expected):
    points, boxes = np.array([point], float), np.array([[10, 30, 20, 40]], float)
    found = [bool(bx.contains(points, boxes, edges)[0]) for edges in bx.EDGES]
    assert found == expected


def test_centres_and_distances():
    boxes = np.array([[0, 0, 10, 20], [3, 4, 3, 4]], float)
    assert bx.centres(boxes).tolist() == [[5, 10], [3, 4]]
    # 3-4-5 triangle
    assert bx.distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]])).tolist() == [5.0]


def test_out_of_image_allows_the_edges():
    boxes = np.array([[0, 0, 100, 50], [-1, 0, 5, 5], [0, 0, 100.5, 5], [0, 0, 5, 51]], float)
    sizes = np.tile([100.0, 50.0], (4, 1))
    assert bx.out_of_image(boxes, sizes).tolist() == [False, True, True, True]


@pytest.mark.parametrize(
    ("width", "height", "bucket"),
    [
        (15, 17, "tiny"),  # 255 < 16²
        (16, 16, "small"),
        (8, 32, "small"),
        (31, 33, "small"),  # 1023 < 32²
        (32, 32, "medium"),
        (95, 97, "medium"),  # 9215 < 96²
        (96, 96, "large"),
    ],
)
def test_size_buckets(width, height, bucket):
    index = bx.size_buckets(np.array([[7, 9, 7 + width, 9 + height]], float))[0]
    assert bx.SIZE_BUCKETS[index] == bucket


coordinate = st.floats(-1e6, 1e6)


@given(st.lists(st.tuples(*[coordinate] * 8), min_size=1, max_size=20))
def test_iou_is_symmetric_and_within_0_and_1(rows):
    pairs = np.array(rows)
    a, b = pairs[:, :4], pairs[:, 4:]
    a, b = (
        np.concatenate([np.minimum(x[:, :2], x[:, 2:]), np.maximum(x[:, :2], x[:, 2:])], 1)
        for x in (a, b)
    )
    found = bx.iou(a, b)
    assert (found == bx.iou(b, a)).all()
    assert ((found >= 0) & (found <= 1 + 1e-12)).all()


def test_a_rounding_step_does_not_decide_a_tie():
    step = np.spacing(0.5)
    ious = np.array([0.5 - step, 0.5, 0.5 + step, 0.4999999, 1 - step])
    assert bx.reaches(ious, 0.5).tolist() == [True, True, True, False, True]
    assert bx.reaches(ious, 1).tolist() == [False] * 4 + [True]
