import numpy as np
import pytest

from groundkit.geometry import FRAME_NAMES, RESIZE_RULES, Frame, convert
from groundkit.metrics.frames import to_saved
from groundkit.metrics.gold import Golds, to_arrays
from tests.metrics.builders import make_gold

SIZE, ORIGINAL = (1288, 728), (1920, 1079)


def gold_of(sizes, originals, rule=None):
    golds = [
        make_gold(f"{row}", (0, 0, 1, 1), width=size[0], height=size[1], original=original)
        for row, (size, original) in enumerate(zip(sizes, originals, strict=True))
    ]
    return to_arrays(Golds(golds), str, rule=rule)


@pytest.mark.parametrize("name", FRAME_NAMES)
def test_one_frame_gives_the_numbers_of_geometry_convert(name):
    raw = np.random.default_rng(0).uniform(0, 1000, (500, 4))
    size = ORIGINAL if name == "pixel" else SIZE
    expected = convert(raw, Frame(name, size), Frame("resized", SIZE))
    gold = gold_of([SIZE] * 500, [ORIGINAL] * 500)
    found = to_saved(raw, [name] * 500, gold)
    # pixels of the saved image as they are, all others to a millionth of a pixel
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 if name == "resized" else 5.1e-7)


def test_rows_of_different_frames_and_sizes():
    raw = np.array([[0.5, 0.5, 1, 1], [500, 500, 1000, 1000], [10, 10, 20, 20], [8, 8, 16, 16]])
    sizes = [(100, 50), (200, 80), (100, 100), (40, 20)]
    originals = [(1, 1), (1, 1), (400, 200), (1, 1)]
    found = to_saved(raw, ["norm1", "norm1000", "pixel", "resized"], gold_of(sizes, originals))
    assert found.tolist() == [
        [50, 25, 100, 50],
        [100, 40, 200, 80],
        [2.5, 5, 5, 10],  # x 100/400, y 100/200
        [8, 8, 16, 16],
    ]


@pytest.mark.parametrize("name", FRAME_NAMES)
def test_whole_pixels_come_back_whole(name):
    rng = np.random.default_rng(1)
    sizes = rng.integers(100, 3000, (5000, 2))
    originals = rng.integers(100, 3000, (5000, 2))
    boxes = np.floor(rng.uniform(0, 1, (5000, 4)) * np.tile(sizes, 2))
    extents = {"pixel": originals, "resized": sizes}.get(name, Frame(name, (1, 1)).extent)
    written = boxes * np.tile(extents, 2) / np.tile(sizes, 2)
    np.testing.assert_array_equal(
        to_saved(written, [name] * 5000, gold_of(sizes.tolist(), originals.tolist())), boxes
    )


def test_a_model_sees_the_image_as_its_processor_makes_it():
    """smart_resize of 1920 x 1080 with Qwen2.5-VL's limits, factor 28: 1932 x 1092 (data.md)."""
    rule = RESIZE_RULES["qwen2.5-vl"]
    gold = gold_of([(1920, 1080)], [(1920, 1080)], rule)
    found = to_saved(np.array([[966.0, 546, 1932, 1092]]), ["resized"], gold)
    assert found.tolist() == [[960, 540, 1920, 1080]]


def test_pixels_need_no_size():
    raw = np.array([[1.5, 2, 3, 4], [10, 10, 20, 20]])
    gold = gold_of([(0, 0), (100, 100)], [None, (200, 200)])
    assert to_saved(raw, ["pixel", "pixel"], gold).tolist() == [[1.5, 2, 3, 4], [5, 5, 10, 10]]
