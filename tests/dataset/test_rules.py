import time

import numpy as np
import pytest

from groundkit.dataset.rules import REASONS, ElementRules, _overlapping_pairs, judge_elements
from tests.dataset.builders import make_element, make_screen

SAVED = (280, 196)


def reasons(*elements, rules=None, size=SAVED):
    screen = make_screen(elements, size)
    return [row.reason for row in judge_elements(screen, SAVED, rules or ElementRules())]


@pytest.mark.parametrize(
    ("box", "fields", "expected"),
    [
        ((10, 10, 60, 30), {}, ""),
        ((60, 10, 10, 30), {}, "inverted"),
        ((10, 10, 10, 30), {}, "zero-area"),
        ((300, 10, 350, 30), {}, "outside"),
        ((280, 10, 350, 30), {}, "outside"),  # touches the edge, shows nothing
        ((-500, -500, -100, -100), {}, "outside"),
        ((10, 10, 60, 30), {"visible": False}, "invisible"),
        ((260, 10, 310, 30), {}, "partly-outside"),  # 20 of 50 px visible
        ((250, 10, 310, 30), {}, ""),  # 30 of 60 px: exactly half
        ((10, 10, 60, 30), {"type": "android.view.ViewGroup"}, "container"),
        ((0, 0, 280, 150), {}, "too-large"),  # 42,000 of 54,880 px
        ((10, 10, 60, 14), {}, "too-small"),  # 4 px high
        ((10, 10, 19, 21), {}, "too-small"),  # 99 px²
        ((10, 10, 20, 20), {}, ""),  # 100 px²
        ((10, 10, 60, 30), {"text": ""}, "unnamed"),
        ((1e300, 10, 1.1e300, 30), {}, "outside"),
    ],
)
def test_every_reason(box, fields, expected):
    assert reasons(make_element("a", box, **fields)) == [expected]


def test_every_reason_is_explained():
    assert set(REASONS) == {
        "inverted", "zero-area", "outside", "invisible", "partly-outside", "container",
        "too-large", "duplicate", "too-small", "unnamed", "no-unique-point",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param({"text": ""}, {}, ["duplicate", ""], id="the named one stays"),
        pytest.param({}, {"type": "text"}, ["", "duplicate"], id="the control stays, not its text"),
        pytest.param(
            {"type": "text"}, {"type": "text"}, ["duplicate", ""], id="the inner one stays"
        ),
    ],
)
def test_of_two_elements_with_one_box_the_better_stays(first, second, expected):
    box = (10, 10, 60, 30)
    assert reasons(make_element("a", box, **first), make_element("b", box, **second)) == expected


def test_duplicates_start_at_the_given_iou():
    # 50x20 = 1000 px² inside 50x21 = 1050 px²: IoU 0.952; inside 50x22 = 1100 px²: 0.909
    inner = make_element("b", (10, 10, 60, 30))
    assert "duplicate" in reasons(make_element("a", (10, 10, 60, 31)), inner)
    assert "duplicate" not in reasons(make_element("a", (10, 10, 60, 32)), inner)
    assert "duplicate" in reasons(
        make_element("a", (10, 10, 60, 32)), inner, rules=ElementRules(duplicate_iou=0.9)
    )


def test_overlapping_pairs_agree_with_a_plain_loop():
    rng = np.random.default_rng(3)
    corners = rng.integers(0, 40, (300, 2))
    boxes = np.concatenate([corners, corners + rng.integers(1, 9, (300, 2))], axis=1)

    def iou(a, b):
        w = min(a[2], b[2]) - max(a[0], b[0])
        h = min(a[3], b[3]) - max(a[1], b[1])
        both = max(w, 0) * max(h, 0)
        areas = sum((c[2] - c[0]) * (c[3] - c[1]) for c in (a, b))
        return both / (areas - both)

    rows = boxes.tolist()
    plain = [(i, j) for i in range(300) for j in range(i + 1, 300) if iou(rows[i], rows[j]) >= 0.5]
    assert sorted(_overlapping_pairs(boxes, 0.5)) == plain


def test_boxes_are_scaled_in_x_and_y_separately():
    # 560x98 shown as 280x196: x halves, y doubles
    screen = make_screen([make_element("a", (20, 10, 121, 30))], (560, 98))
    assert judge_elements(screen, SAVED, ElementRules())[0].box == (10, 20, 60, 60)


def test_a_screen_of_many_elements_is_judged_in_reasonable_time():
    elements = [
        make_element(str(i), (i % 200, i % 150, i % 200 + 30, i % 150 + 20)) for i in range(3000)
    ]
    start = time.process_time()
    reasons(*elements)
    assert (
        time.process_time() - start < 10
    )  # a tenth of it here; a quadratic Python loop takes minutes


def test_no_elements():
    assert reasons() == []
