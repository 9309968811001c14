"""Frames, rounding, and smart_resize against the library whose rule it repeats."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import (
    smart_resize as transformers_smart_resize,
)

from groundkit.geometry import (
    FRAME_NAMES,
    MAX_ASPECT_RATIO,
    RESIZE_RULES,
    Frame,
    ResizeRule,
    convert,
    round_box,
    smart_resize,
)

RULES = {
    "hub Qwen2.5-VL": ResizeRule(28, 3136, 12_845_056),
    "hub Qwen3-VL": ResizeRule(32, 65_536, 16_777_216),
    "class default of Qwen2-VL": ResizeRule(28, 3136, 1_003_520),
    "LLaMA-Factory default": ResizeRule(28, 3136, 589_824),
    "official trainer default": ResizeRule(28, 3136, 451_584),
    "Qwen3-VL in LLaMA-Factory": ResizeRule(32, 65_536, 589_824),
    "qwen_vl_utils, factor 32": ResizeRule(32, 4096, 16_777_216),
}
SIZES_PER_RULE = 30_000  # times seven rules: 210,000


def outcome(function, *args):
    """What a function returns, or `refused` for any of the two errors that mean it."""
    try:
        return function(*args)
    except (ValueError, ZeroDivisionError):
        return "refused"


def random_sizes(seed, count, factor):
    """(height, width): screens, anything, sides under one factor, strips around ratio 200."""
    rng = random.Random(seed)
    for index in range(count):
        kind = index % 4
        if kind == 0:
            yield rng.randint(300, 4000), rng.randint(300, 4000)
        elif kind == 1:
            yield int(10 ** rng.uniform(0, 4)), int(10 ** rng.uniform(0, 4))
        elif kind == 2:
            pair = [rng.randint(0, factor), rng.randint(0, 3000)]
            rng.shuffle(pair)
            yield pair[0], pair[1]
        else:
            short = rng.randint(1, 100)
            pair = [short, int(short * rng.uniform(198, 202))]
            rng.shuffle(pair)
            yield pair[0], pair[1]


@pytest.mark.parametrize("name", RULES)
def test_smart_resize_equals_transformers_on_random_sizes(name):
    rule = RULES[name]
    bounds = (rule.factor, rule.min_pixels, rule.max_pixels)
    refused = 0
    for height, width in random_sizes(name, SIZES_PER_RULE, rule.factor):
        expected = outcome(transformers_smart_resize, height, width, *bounds)
        assert outcome(smart_resize, height, width, *bounds) == expected, (height, width)
        refused += expected == "refused"
    assert 0 < refused < SIZES_PER_RULE / 2


def test_random_sizes_are_as_many_as_promised():
    assert SIZES_PER_RULE * len(RULES) >= 200_000


# (original, Qwen2.5-VL hub, official trainer, 1003520 px, Qwen3-VL hub), as width x height.
# Computed with transformers 5.23.0 and qwen_vl_utils 0.0.14, which agree on these.
SCREENS = [
    ((1920, 1080), (1932, 1092), (896, 504), (1316, 728), (1920, 1088)),
    ((1366, 768), (1372, 756), (896, 476), (1316, 728), (1376, 768)),
    ((2560, 1440), (2548, 1428), (896, 504), (1316, 728), (2560, 1440)),
    ((3840, 2160), (3836, 2156), (896, 504), (1316, 728), (3840, 2176)),
    ((1080, 1920), (1092, 1932), (504, 896), (728, 1316), (1088, 1920)),
    ((1080, 2400), (1092, 2408), (448, 980), (672, 1484), (1088, 2400)),
    ((1170, 2532), (1176, 2520), (448, 980), (672, 1456), (1184, 2528)),
    ((640, 428), (644, 420), (644, 420), (644, 420), (640, 416)),
]


@pytest.mark.parametrize(("size", "hub", "official", "notebook", "qwen3"), SCREENS)
def test_smart_resize_of_common_screens(size, hub, official, notebook, qwen3):
    assert RESIZE_RULES["qwen2.5-vl"].apply(size) == hub
    assert RESIZE_RULES["qwen2-vl"].apply(size) == hub
    assert RULES["official trainer default"].apply(size) == official
    assert RULES["class default of Qwen2-VL"].apply(size) == notebook
    assert RESIZE_RULES["qwen3-vl"].apply(size) == qwen3


def test_smart_resize_rounds_half_to_even():
    # JavaScript's Math.round gives 1036 x 1512 (bytedance/UI-TARS-desktop issue 1730).
    assert smart_resize(1022, 1522, 28, 3136, 12_845_056) == (1008, 1512)


def test_smart_resize_of_a_side_under_one_factor():
    # transformers; qwen_vl_utils gives 364 x 28, the only case where the two differ.
    assert smart_resize(366, 13, 28, 3136, 12_845_056) == (308, 28)


@pytest.mark.parametrize(
    ("height", "width", "message"),
    [
        pytest.param(0, 100, "no pixels", id="no height"),
        pytest.param(100, 0, "no pixels", id="no width"),
        pytest.param(-5, 100, "no pixels", id="negative height"),
        pytest.param(10, 2001, "aspect ratio 200 of 2001x10", id="just too wide"),
        pytest.param(4020, 20, "aspect ratio 201 of 20x4020", id="too high"),
    ],
)
def test_smart_resize_refuses(height, width, message):
    with pytest.raises(ValueError, match=message):
        smart_resize(height, width, 28, 3136, 12_845_056)


def test_smart_resize_takes_the_largest_ratio():
    assert smart_resize(10, 2000, 28, 3136, 12_845_056) == (28, 812)


@given(
    name=st.sampled_from(sorted(RULES)),
    width=st.integers(1, 12_000),
    height=st.integers(1, 12_000),
)
def test_resized_size_is_a_fixed_point(name, width, height):
    rule = RULES[name]
    assume(max(width, height) <= MAX_ASPECT_RATIO * min(width, height))
    resized = rule.apply((width, height))
    assert resized[0] % rule.factor == resized[1] % rule.factor == 0
    assert rule.min_pixels <= resized[0] * resized[1] <= rule.max_pixels
    assume(max(resized) <= MAX_ASPECT_RATIO * min(resized))
    assert rule.apply(resized) == resized


def test_a_strip_can_become_too_long_for_its_own_rule():
    rule = RESIZE_RULES["qwen2.5-vl"]
    assert rule.apply((5623, 41)) == (5628, 28)
    with pytest.raises(ValueError, match="aspect ratio"):
        rule.apply((5628, 28))


# --- frames ---------------------------------------------------------------------------------

SIZES = st.tuples(st.integers(1, 10_000), st.integers(1, 10_000))
FRAMES = st.builds(Frame, st.sampled_from(FRAME_NAMES), SIZES)


@st.composite
def points_in(draw, frame):
    """A few boxes or points inside a frame, as an array of shape (n, 4) or (n, 2)."""
    columns = draw(st.sampled_from([2, 4]))
    rows = draw(st.integers(1, 4))
    unit = st.floats(0, 1, allow_subnormal=False)
    shares = draw(st.lists(unit, min_size=columns * rows, max_size=columns * rows))
    return np.reshape(shares, (rows, columns)) * np.tile(frame.extent, columns // 2)


def per_column(extent, columns):
    return np.tile(extent, columns // 2)


@given(data=st.data(), source=FRAMES, target=FRAMES)
def test_conversion_there_and_back_changes_nothing(data, source, target):
    xy = data.draw(points_in(source))
    back = convert(convert(xy, source, target), target, source)
    assert back.shape == xy.shape
    np.testing.assert_allclose(back, xy, rtol=1e-12, atol=1e-9)


@given(data=st.data(), source=FRAMES, target=FRAMES)
def test_round_trip_stays_within_the_rounding_of_the_target(data, source, target):
    xy = data.draw(points_in(source))
    written = convert(xy, source, target)
    if target.is_integer:
        written = np.round(written)
    back = convert(written, target, source)
    half_step = 0.5 if target.is_integer else 0.0
    allowed = half_step * np.divide(source.extent, target.extent)
    assert (np.abs(back - xy) <= per_column(allowed, xy.shape[-1]) * (1 + 1e-9) + 1e-9).all()


@given(source=FRAMES, target=FRAMES)
def test_corners_meet_corners(source, target):
    corners = np.array([(0, 0), source.extent])
    np.testing.assert_array_equal(convert(corners, source, target), [(0, 0), target.extent])


@given(size=SIZES, name=st.sampled_from(FRAME_NAMES))
def test_x_and_y_have_their_own_scale(size, name):
    width, height = size
    target = Frame(name, size)
    x, y = convert([width / 2, height / 4], Frame("pixel", size), target)
    assert (x, y) == pytest.approx((target.extent[0] / 2, target.extent[1] / 4))


EXTENTS = [
    ("pixel", (640, 428), True),
    ("resized", (640, 428), True),
    ("norm1", (1, 1), False),
    ("percent", (100, 100), False),
    ("norm999", (999, 999), True),
    ("norm1000", (1000, 1000), True),
    ("norm1024", (1024, 1024), True),
]


@pytest.mark.parametrize(("name", "extent", "is_integer"), EXTENTS)
def test_extent_of_each_frame(name, extent, is_integer):
    frame = Frame(name, (640, 428))
    assert frame.extent == extent
    assert frame.is_integer is is_integer


def test_every_frame_has_a_tested_extent():
    assert [name for name, _, _ in EXTENTS] == list(FRAME_NAMES)


# Expected values from QwenLM/Qwen3-VL, qwen-vl-finetune/tools/process_bbox.ipynb.
GOLDEN_BOX, GOLDEN_SIZE = [146, 137, 615, 415], (640, 428)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        pytest.param(Frame("norm1000", GOLDEN_SIZE), [228, 320, 961, 970], id="0-1000"),
        pytest.param(Frame("resized", (644, 420)), [147, 134, 619, 407], id="pixels of 644x420"),
    ],
)
def test_golden_box_of_the_qwen_tools(target, expected):
    converted = convert(GOLDEN_BOX, Frame("pixel", GOLDEN_SIZE), target)
    assert np.round(converted).tolist() == expected


def test_whole_numbers_stay_whole():
    source, target = Frame("pixel", (640, 428)), Frame("resized", (644, 420))
    assert convert([640, 428], source, target).tolist() == [644.0, 420.0]
    assert convert([320, 107], source, target).tolist() == [322.0, 105.0]


def test_convert_keeps_leading_shape():
    frame = Frame("pixel", (10, 10))
    assert convert(np.zeros((3, 5, 4)), frame, Frame("norm1", (10, 10))).shape == (3, 5, 4)
    assert convert(np.zeros((0, 4)), frame, Frame("norm1", (10, 10))).shape == (0, 4)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        pytest.param((1.2, 2.6, 3.4, 4.5), (1, 3, 3, 4), id="half to even"),
        pytest.param((-0.4, -9, 5.5, 3.5), (0, 0, 6, 4), id="left and top"),
        pytest.param((0, 0, 100, 50), (0, 0, 100, 50), id="the whole picture"),
        pytest.param((20, 10, 100.6, 51.2), (20, 10, 100, 50), id="right and bottom"),
        pytest.param((200, 90, 300, 95), (100, 50, 100, 50), id="outside"),
    ],
)
def test_round_box_clamps(box, expected):
    rounded = round_box(box, (100, 50))
    assert rounded == expected
    assert all(type(value) is int for value in rounded)
