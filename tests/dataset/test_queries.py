"""Every query of random screens is judged by rules written a second time, in plain Python."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from groundkit.dataset.rules import ElementRules, judge_elements
from groundkit.dataset.screen import DatasetOptions, choose_queries
from tests.dataset.builders import make_element, make_screen
from tests.dataset.test_points import MARGIN, argue, clearly_encloses, holds

SIZE = (280, 196)
WHOLE = {"dialog", "image", "card", "toolbar"}
WRAPPERS = {"dialog", "toolbar", "android.widget.FrameLayout"}
TYPES = ["button", "text", "list_item", "android.widget.FrameLayout", *sorted(WHOLE)]


@st.composite
def screens(draw):
    """Trees and heaps of elements with boxes on a grid of 12 px, some shifted by a pixel."""
    elements = []
    has_tree = draw(st.booleans())
    for index in range(draw(st.integers(1, 9))):
        x1, x2 = sorted(draw(st.lists(st.integers(0, 23), min_size=2, max_size=2, unique=True)))
        y1, y2 = sorted(draw(st.lists(st.integers(0, 16), min_size=2, max_size=2, unique=True)))
        shift = draw(st.sampled_from([0, 0, 0, 1, 2]))
        parent = draw(st.sampled_from([None, *range(index)])) if has_tree else None
        box = (12 * x1 + shift, 12 * y1, 12 * x2 + shift, 12 * y2)
        elements.append(
            make_element(
                str(index),
                box,
                type=draw(st.sampled_from(TYPES)),
                parent=None if parent is None else str(parent),
                clickable=draw(st.booleans()),
                visible=draw(st.sampled_from([True, True, True, False])),
            )
        )
    return make_screen(elements, SIZE, ordered=draw(st.sampled_from([True, True, False])))


def line(element, by_id):
    """The element and its ancestors."""
    found = [element.id]
    while by_id[found[-1]].parent is not None:
        found.append(by_id[found[-1]].parent)
    return found


def within(inner, outer):
    return holds(outer, *inner[:2]) and holds(outer, *inner[2:])


def lies_over(other, mine, rows, screen):
    """Whether the element `other` is drawn over `mine`, or may be."""
    by_id = {element.id: element for element in screen.elements}
    place = list(by_id).index
    boxes = {row.element.id: row.box for row in rows}
    reasons = {row.element.id: row.reason for row in rows}
    if other.id == mine.id or reasons[other.id] in ("invisible", "outside", "zero-area"):
        return False
    is_whole = other.type in WHOLE
    if mine.id in line(other, by_id):  # a popup
        return is_whole and not within(boxes[other.id], boxes[mine.id])
    parents = {element.parent for element in screen.elements}
    is_window = other.parent is None and other.id in parents and other.type in WRAPPERS
    root = line(mine, by_id)[-1]
    if is_window and other.id != root:
        in_it = within(boxes[root], boxes[other.id]) and boxes[root] != boxes[other.id]
        if not in_it:
            return True
    if other.id in line(mine, by_id):
        return False
    if not screen.ordered:
        return is_whole and not within(boxes[mine.id], boxes[other.id])
    if place(other.id) < place(mine.id):
        return False
    return is_whole or (parents != {None} and reasons[other.id] not in ("container", "duplicate"))


def iou(a, b):
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    both = max(w, 0) * max(h, 0)
    return both / (sum((c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)) - both)


@settings(max_examples=500, deadline=None)
@given(screens(), st.sampled_from([0.0, 1.0]), st.integers(0, 1000))
def test_nobody_can_argue_about_a_query(screen, near_share, seed):
    judged = judge_elements(screen, SIZE, ElementRules(max_area=1.0))
    options = DatasetOptions(near_share=near_share, seed=seed, per_screen=9)
    rows, queries = choose_queries(screen, judged, SIZE, options)
    rivals = [i for i, row in enumerate(judged) if row.is_rival]
    for index, (point, placement) in queries.items():
        mine = rows[index]
        boxes = [judged[i].box for i in rivals]
        assert argue(point, rivals.index(index), boxes, placement) == ""
        for row in judged:
            near_it = holds(row.box, *point, MARGIN)
            if near_it and lies_over(row.element, mine.element, judged, screen):
                raise AssertionError(f"{row.element.id} is drawn over {mine.element.id}")
            if near_it and row.reason == "duplicate":
                assert placement == "inside"
                assert iou(row.box, mine.box) >= 0.95 or clearly_encloses(row.box, mine.box)


def test_a_near_point_is_outside_of_second_outlines_too():
    # The outer one is dropped as a second box of the inner one: IoU 477/500 = 0.954.
    outer = make_element("a", (20, 100, 270, 140), type="list_item")
    inner = make_element("b", (20, 100, 259, 140), type="list_item")
    for seed in range(60):
        screen = make_screen([outer, inner])
        judged = judge_elements(screen, SIZE, ElementRules())
        assert [row.reason for row in judged] == ["duplicate", ""]
        options = DatasetOptions(near_share=1.0, seed=seed)
        _, queries = choose_queries(screen, judged, SIZE, options)
        for point, placement in queries.values():
            assert placement == "near"
            assert not holds((20, 100, 270, 140), *point)


def test_a_wrapper_that_nobody_knows_is_not_asked_about_but_what_it_holds():
    for word in ("generic", "none", "presentation", "com.shop.FancyRow", "LinearLayoutCompat"):
        row = make_element("row", (0, 0, 250, 60), type=word, text="")
        inner = make_element("ok", (10, 10, 60, 40), parent="row")
        judged = judge_elements(make_screen([row, inner]), SIZE, ElementRules())
        assert [one.reason for one in judged] == ["container", ""], word


def test_an_element_without_room_for_a_mark_is_too_small_for_one():
    screen = make_screen(
        [make_element("a", (10, 10, 15, 13)), make_element("b", (90, 90, 120, 99))]
    )
    judged = judge_elements(screen, SIZE, ElementRules(min_side=1, min_area=1))
    for marker, expected in (("dot", "too-small"), ("none", "")):
        rows, _ = choose_queries(screen, judged, SIZE, DatasetOptions(marker=marker))
        assert [row.reason for row in rows] == [expected, ""]


def test_what_has_no_point_of_its_own_is_still_seen():
    # Two icons shifted by 2 px: of neither can be asked, but a point on them is not the button's.
    screen = make_screen(
        [
            make_element("button", (100, 60, 220, 100)),
            make_element("a", (150, 72, 162, 84), type="icon"),
            make_element("b", (152, 74, 164, 86), type="icon"),
        ]
    )
    judged = judge_elements(screen, SIZE, ElementRules())
    rows, queries = choose_queries(screen, judged, SIZE, DatasetOptions(near_share=0))
    assert [row.reason for row in rows] == ["", "no-unique-point", "no-unique-point"]
    assert all(row.is_rival for row in rows)
    assert list(queries) == [0]


def test_queries_are_those_of_the_seed():
    screen = make_screen([make_element(str(i), (30 * i, 10, 30 * i + 25, 40)) for i in range(9)])
    judged = judge_elements(screen, SIZE, ElementRules())

    def choose(seed):
        return choose_queries(screen, judged, SIZE, DatasetOptions(seed=seed))[1]

    assert choose(1) == choose(1)
    assert choose(1) != choose(2)
    assert np.all([len(choose(seed)) == 4 for seed in range(5)])
