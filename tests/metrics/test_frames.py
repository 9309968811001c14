import numpy as np
import pytest

from groundkit.geometry import FRAME_NAMES, Frame, convert
from groundkit.metrics.frames import to_saved

SIZE, ORIGINAL = (1288, 728), (1920, 1079)


@pytest.mark.parametrize("name", FRAME_NAMES)
def test_one_frame_gives_the_numbers_of_geometry_convert(name):
    raw = np.random.default_rng(0).uniform(0, 1000, (500, 4))
    size = ORIGINAL if name == "pixel" else SIZE
    expected = convert(raw, Frame(name, size), Frame("resized", SIZE))
    sizes, originals = (np.tile(np.array(side, float), (500, 1)) for side in (SIZE, ORIGINAL))
    found = to_saved(raw, [name] * 500, sizes, originals)
    # pixels of the saved image as they are, all others to a millionth of a pixel
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 if name == "resized" else 5.1e-7)


def test_rows_of_different_frames_and_sizes():
    raw = np.array([[0.5, 0.5, 1, 1], [500, 500, 1000, 1000], [10, 10, 20, 20], [8, 8, 16, 16]])
    sizes = np.array([[100, 50], [200, 80], [100, 100], [40, 20]], float)
    originals = np.array([[1, 1], [1, 1], [400, 200], [1, 1]], float)
    found = to_saved(raw, ["norm1", "norm1000", "pixel", "resized"], sizes, originals)
    assert found.tolist() == [
        [50, 25, 100, 50],
        [100, 40, 200, 80],
        [2.5, 5, 5, 10],  # x 100/400, y 100/200
        [8, 8, 16, 16],
    ]


@pytest.mark.parametrize("name", FRAME_NAMES)
def test_whole_pixels_come_back_whole(name):
    rng = np.random.default_rng(1)
    sizes = rng.integers(100, 3000, (5000, 2)).astype(float)
    originals = rng.integers(100, 3000, (5000, 2)).astype(float)
    boxes = np.floor(rng.uniform(0, 1, (5000, 4)) * np.tile(sizes, 2))
    extents = {"pixel": originals, "resized": sizes}.get(name, Frame(name, (1, 1)).extent)
    written = boxes * np.tile(extents, 2) / np.tile(sizes, 2)
    np.testing.assert_array_equal(to_saved(written, [name] * 5000, sizes, originals), boxes)
