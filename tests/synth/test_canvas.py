"""What is painted and what is recorded are the same."""

from __future__ import annotations

import numpy as np
import pytest

from groundkit.synth.canvas import Canvas, area, shrink, union
from groundkit.synth.glyphs import font_of
from groundkit.synth.icons import icon_mask
from tests.synth.builders import BUNDLED, GROUND, make_ui, painted_box

BLUE = (20, 60, 200)


@pytest.fixture
def canvas():
    return Canvas((100, 80), GROUND)


def painted(canvas, color=BLUE):
    rows, columns = np.nonzero((np.asarray(canvas.image) == color).all(axis=2))
    return (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


@pytest.mark.parametrize("radius", [0, 1, 5, 12, 99])
def test_a_round_rectangle_reaches_its_edges_and_no_further(canvas, radius):
    canvas.round((10, 20, 60, 50), BLUE, radius)
    assert painted(canvas) == (10, 20, 60, 50)


def test_corners_are_round_where_they_are_asked_to_be(canvas):
    canvas.round((10, 20, 60, 50), BLUE, 10, (0, 2))
    image = np.asarray(canvas.image)
    corners = {"tl": (20, 10), "tr": (20, 59), "br": (49, 59), "bl": (49, 10)}
    filled = {name for name, place in corners.items() if tuple(image[place]) == BLUE}
    assert filled == {"tr", "bl"}


def test_a_frame_has_its_border_inside(canvas):
    canvas.frame((10, 20, 60, 50), (255, 255, 255), BLUE, 2, 0)
    image = np.asarray(canvas.image)
    assert painted(canvas) == (10, 20, 60, 50)
    assert tuple(image[21, 30]) == BLUE
    assert tuple(image[22, 30]) == (255, 255, 255)


@pytest.mark.parametrize(
    "box",
    [(-10, -10, 20, 20), (90, 70, 140, 140), (-5, 30, 200, 40), (200, 200, 210, 210), (5, 5, 5, 9)],
    ids=["top left", "bottom right", "across", "outside", "empty"],
)
def test_painting_beyond_the_edge_is_cut(canvas, box):
    canvas.fill(box, BLUE)
    canvas.round(box, BLUE, 4)
    canvas.ink(box[0], box[1], font_of(BUNDLED.families[0], 14), "word", BLUE)
    canvas.glyph(icon_mask("star", 20, 2.0), box[0], box[1], BLUE)
    assert canvas.image.size == (100, 80)


@pytest.mark.parametrize("words", ["Address", "gjpqy", "...", "i", "W", "A.j", "12:45"])
@pytest.mark.parametrize("size", [8, 11, 14, 30])
def test_the_box_of_a_text_is_its_ink(words, size):
    ui = make_ui((400, 80))
    box = ui.canvas.ink(20, 20, font_of(BUNDLED.families[0], size), words, (0, 0, 0))
    assert box == painted_box(ui)


def test_fake_bold_is_wider_by_its_stroke():
    family = BUNDLED.families[0]
    assert family.bold is None
    canvas = Canvas((200, 60), GROUND)
    plain = canvas.ink(10, 10, font_of(family, 20), "l", BLUE)
    bold = canvas.ink(60, 10, font_of(family, 20, bold=True), "l", BLUE)
    assert bold[2] - bold[0] == plain[2] - plain[0] + 1


def test_a_space_paints_nothing():
    ui = make_ui()
    assert ui.text(10, 10, " ") is None
    assert ui.canvas.elements() == ()


def test_a_text_is_cut_with_dots_and_recorded_as_it_is_shown():
    ui = make_ui()
    box = ui.text(10, 10, "Recommended for you", width=80)
    (element,) = ui.canvas.elements()
    assert element.text.startswith("Recom")
    assert element.text.endswith("...")
    assert box[2] <= 90
    assert element.box == box == painted_box(ui)


def test_a_text_without_any_room_is_left_out():
    ui = make_ui()
    assert ui.text(10, 10, "Recommended", width=3) is None
    assert ui.canvas.elements() == ()


def test_a_group_is_what_its_children_are(canvas):
    group = canvas.record("tab", None, clickable=True)
    inner = canvas.record("container", None, parent=group)
    canvas.record("icon", (10, 10, 20, 20), parent=inner)
    canvas.record("text", (30, 12, 50, 18), parent=group)
    tab, container, *_ = canvas.elements()
    assert tab.box == (10, 10, 50, 20)
    assert container.box == (10, 10, 20, 20)
    assert container.parent == tab.id


def test_a_group_without_anything_in_it_is_left_out(canvas):
    group = canvas.record("tab", None)
    canvas.record("icon", (10, 10, 20, 20))
    assert [element.type for element in canvas.elements()] == ["icon"]
    assert canvas.drafts[group].box is None


def test_what_is_covered_is_not_visible(canvas):
    group = canvas.record("tab", None)
    for box in [(0, 0, 10, 10), (12, 0, 20, 10), (40, 40, 60, 60)]:
        canvas.record("icon", box, parent=group if box[1] == 0 else None)
    canvas.cover((15, 0, 30, 30))
    canvas.record("dialog", (15, 0, 30, 30))
    seen = {element.box: element.visible for element in canvas.elements()}
    assert seen == {
        (0, 0, 20, 10): False,
        (0, 0, 10, 10): True,
        (12, 0, 20, 10): False,
        (40, 40, 60, 60): True,
        (15, 0, 30, 30): True,
    }


@pytest.mark.parametrize(
    ("box", "cut", "visible"),
    [
        ((90, 10, 110, 20), (90, 10, 100, 20), True),
        ((91, 10, 111, 20), (91, 10, 100, 20), False),
        ((10, 70, 20, 90), (10, 70, 20, 80), True),
        ((-30, 10, 10, 20), (0, 10, 10, 20), False),
    ],
    ids=["half", "less than half", "below", "left"],
)
def test_boxes_are_cut_at_the_edge_and_hidden_if_less_than_half_is_left(canvas, box, cut, visible):
    canvas.record("text", box, text="a")
    (element,) = canvas.elements()
    assert (element.box, element.visible) == (cut, visible)


def test_what_lies_outside_is_left_out(canvas):
    canvas.record("text", (10, 80, 20, 90), text="a")
    assert canvas.elements() == ()


def test_boxes():
    assert union([(1, 5, 3, 6), (0, 7, 2, 9)]) == (0, 5, 3, 9)
    assert shrink((0, 0, 10, 8), 2) == (2, 2, 8, 6)
    assert area((2, 3, 5, 7)) == 12
