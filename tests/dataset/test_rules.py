import time

import numpy as np
import pytest

from groundkit.dataset.rules import REASONS, ElementRules, judge_elements
from groundkit.dataset.screen import DatasetOptions, choose_queries
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
        ((10, 10, 60, 30), {"type": "android.view.ViewGroup", "text": ""}, "container"),
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


def iou(a, b):
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    both = max(w, 0) * max(h, 0)
    areas = sum((c[2] - c[0]) * (c[3] - c[1]) for c in (a, b))
    return both / (areas - both)


def test_duplicates_are_those_that_a_plain_loop_finds():
    rng = np.random.default_rng(3)
    corners = rng.integers(0, 40, (300, 2))
    boxes = np.concatenate([corners, corners + rng.integers(10, 19, (300, 2))], axis=1).tolist()
    elements = [make_element(str(index), box) for index, box in enumerate(boxes)]
    found = reasons(*elements, rules=ElementRules(duplicate_iou=0.7))
    kept = []
    for index in reversed(range(300)):  # of equals the later is the inner one
        if all(iou(boxes[index], boxes[other]) < 0.7 for other in kept):
            kept.append(index)
    assert [i for i, reason in enumerate(found) if reason != "duplicate"] == sorted(kept)


def test_thousands_of_copies_of_one_box_are_one_element():
    elements = [make_element(str(index), (10, 10, 60, 30)) for index in range(5000)]
    assert reasons(*elements) == ["duplicate"] * 4999 + [""]


@pytest.mark.parametrize(
    ("fields", "others", "expected"),
    [
        pytest.param({"text": "Total: 5"}, [], "text", id="a leaf with words"),
        pytest.param({"text": ""}, [], "container", id="a leaf without"),
        pytest.param({"text": "x"}, [{"parent": "a"}], "container", id="it has a child"),
        pytest.param({"text": "x"}, [{}], "container", id="it holds another"),
    ],
)
def test_a_view_that_only_holds_words_is_a_text(fields, others, expected):
    view = make_element("a", (10, 10, 110, 60), type="android.view.View", **fields)
    inner = [make_element("b", (20, 20, 50, 40), **other) for other in others]
    judged = judge_elements(make_screen([view, *inner]), SAVED, ElementRules())
    assert judged[0].type == expected


@pytest.mark.parametrize("near_share", [0.0, 1.0])
def test_nothing_under_a_later_dialog_is_asked_about(near_share):
    screen = make_screen(
        [
            make_element("free", (10, 10, 60, 30)),
            make_element("under", (100, 100, 150, 120)),
            make_element("dialog", (80, 60, 260, 180), type="dialog"),
            make_element("ok", (200, 150, 240, 170), parent="dialog"),
        ]
    )
    judged = judge_elements(screen, SAVED, ElementRules())
    judged, queries = choose_queries(screen, judged, SAVED, DatasetOptions(near_share=near_share))
    assert [row.reason for row in judged] == ["", "no-unique-point", "container", ""]
    assert sorted(queries) == [0, 3]


def test_a_heap_of_overlapping_boxes_ends_soon():
    rng = np.random.default_rng(0)
    corners = rng.integers(0, 100, (3000, 2)).tolist()
    heap = [make_element(str(i), (x, y, x + 99, y + 90)) for i, (x, y) in enumerate(corners)]
    screen = make_screen(heap)
    start = time.process_time()
    judged = judge_elements(screen, SAVED, ElementRules(duplicate_iou=1.0))
    judged, queries = choose_queries(screen, judged, SAVED, DatasetOptions(per_screen=2))
    assert time.process_time() - start < 10  # a twentieth of it here
    assert not queries
    assert sum(row.reason == "no-unique-point" for row in judged) == 60  # 20 * 2 + 20 tries


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
