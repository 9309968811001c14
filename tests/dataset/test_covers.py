import pytest

from groundkit.dataset.covers import Covers
from groundkit.dataset.rules import ElementRules, judge_elements
from tests.dataset.builders import make_element, make_screen

SAVED = (280, 196)
LAYOUT = {"type": "android.widget.FrameLayout", "text": ""}


def covers(*elements, ordered=True):
    """For each element the ids of what lies over it."""
    judged = judge_elements(make_screen(elements), SAVED, ElementRules())
    box_ids = {row.box: row.element.id for row in judged}
    found = Covers(judged, ordered)
    return [{box_ids[tuple(box)] for box in found.over(i).tolist()} for i in range(len(judged))]


def test_a_later_dialog_covers_what_came_before_and_not_what_it_holds():
    assert covers(
        make_element("page", (10, 10, 60, 30)),
        make_element("dialog", (5, 5, 200, 150), type="dialog"),
        make_element("ok", (20, 60, 80, 90), parent="dialog"),
    ) == [{"dialog", "ok"}, set(), set()]


def test_with_parents_any_later_box_covers_but_not_a_relative_nor_a_bare_container():
    assert covers(
        make_element("row", (10, 10, 260, 40)),
        make_element("label", (20, 15, 60, 35), parent="row", type="text"),
        make_element("overlay", (5, 5, 270, 45)),
        make_element("frame", (0, 0, 275, 190), type="android.widget.FrameLayout", text=""),
        make_element("gone", (0, 50, 275, 180), type="dialog", visible=False),
    ) == [{"overlay"}, {"overlay"}, set(), set(), set()]


def test_without_parents_only_what_is_painted_as_a_whole_covers():
    assert covers(
        make_element("row", (10, 10, 160, 40)),
        make_element("label", (20, 15, 60, 35), type="text"),
        make_element("sheet", (0, 20, 250, 120), type="image"),
    ) == [{"sheet"}, {"sheet"}, set()]


def test_the_picture_over_a_button_hides_it_though_its_box_is_dropped():
    # The button keeps the box: it is a control. The picture of the same box is drawn last.
    assert covers(
        make_element("page", (0, 0, 280, 196), **LAYOUT),
        make_element("button", (10, 10, 60, 30), parent="page"),
        make_element("words", (15, 12, 50, 28), parent="button", type="text"),
        make_element("photo", (10, 10, 60, 30), parent="page", type="image"),
    )[2] == {"photo"}


def test_a_dialog_that_can_be_clicked_covers_as_any_other():
    assert covers(
        make_element("under", (100, 100, 200, 130)),
        make_element("dialog", (50, 50, 270, 190), type="dialog", clickable=True),
    ) == [{"dialog"}, set()]


def test_a_popup_covers_what_it_belongs_to_but_not_a_part_of_it():
    popup = make_element("popup", (20, 20, 120, 120), parent="select", type="dialog")
    inner = make_element("inner", (12, 12, 50, 28), parent="select", type="dialog")
    select = make_element("select", (10, 10, 60, 30), type="select")
    assert covers(select, popup)[0] == {"popup"}
    assert covers(select, inner)[0] == set()


@pytest.mark.parametrize("first", ["app", "keyboard"])
def test_of_two_windows_the_one_in_the_other_is_above_in_any_order(first):
    windows = {
        "app": [
            make_element("app", (0, 0, 280, 196), **LAYOUT),
            make_element("item", (10, 120, 110, 140), parent="app"),
        ],
        "keyboard": [
            make_element("keyboard", (0, 100, 280, 196), **LAYOUT),
            make_element("key", (20, 125, 40, 145), parent="keyboard"),
        ],
    }
    second = "keyboard" if first == "app" else "app"
    elements = windows[first] + windows[second]
    found = dict(zip((e.id for e in elements), covers(*elements), strict=True))
    assert "keyboard" in found["item"]
    assert "app" not in found["key"]


def test_of_two_windows_that_overlap_either_may_be_the_upper_one():
    found = covers(
        make_element("left", (0, 0, 160, 100), **LAYOUT),
        make_element("a", (100, 10, 150, 40), parent="left"),
        make_element("right", (120, 0, 280, 100), **LAYOUT),
        make_element("b", (130, 50, 180, 80), parent="right"),
    )
    assert "right" in found[1]
    assert "left" in found[3]


def test_of_two_windows_with_one_box_either_may_be_the_upper_one():
    found = covers(
        make_element("dialog", (0, 0, 280, 196), **LAYOUT),
        make_element("ok", (10, 10, 60, 40), parent="dialog"),
        make_element("app", (0, 0, 280, 196), **LAYOUT),
        make_element("item", (100, 10, 160, 40), parent="app"),
    )
    assert found[1]
    assert found[3]


def test_where_order_says_nothing_an_element_that_was_listed_is_seen():
    card = make_element("card", (0, 0, 200, 100), type="card")
    button = make_element("button", (10, 10, 60, 30))
    assert covers(button, card, ordered=False) == covers(card, button, ordered=False)
    assert covers(button, card, ordered=False)[0] == set()
    assert covers(button, card)[0] == {"card"}


def test_where_order_says_nothing_each_of_two_that_overlap_may_be_the_upper_one():
    card = make_element("card", (0, 0, 200, 100), type="card")
    button = make_element("button", (180, 80, 240, 120))
    assert covers(card, button, ordered=False) == [set(), {"card"}]
    assert covers(button, card, ordered=False) == [{"card"}, set()]
