"""Each widget alone on a plain ground: its box is what it painted."""

from __future__ import annotations

import itertools

import pytest

from groundkit.dataset.types import element_type
from groundkit.synth import bars, buttons, choices, fields, overlays, panels, pictures
from groundkit.synth.boxes import Flow
from groundkit.synth.ui import Place
from groundkit.vocabulary import TYPE_WORDS
from tests.synth.builders import GROUND, distance, make_ui, painted_box

BOX = (40, 50, 220, 86)
SQUARE = (40, 50, 76, 86)


def place(box=BOX):
    return Place(box, GROUND)


def check(ui, type, slack=1):
    """The first element has the type and the box of all that was painted."""
    first, *others = ui.canvas.elements()
    assert element_type(first) == type
    assert distance(first.box, painted_box(ui)) <= slack
    for other in others:
        assert first.box[0] <= other.box[0] <= other.box[2] <= first.box[2]
        assert first.box[1] <= other.box[1] <= other.box[3] <= first.box[3]
    return first, others


@pytest.mark.parametrize("look", ["filled", "outline", "tonal"])
@pytest.mark.parametrize("radius", [0, 6, 99])
@pytest.mark.parametrize("kind", ["primary", "second", "danger"])
def test_button(look, radius, kind):
    ui = make_ui(button=look, button_radius=radius)
    buttons.button(ui, place(), "Save", kind)
    button, (words,) = check(ui, "button")
    assert button.text == words.text == "Save"
    assert button.clickable
    assert words.parent == button.id


def test_a_button_with_an_icon_holds_both():
    ui = make_ui()
    buttons.button(ui, place(), "Save", icon="download")
    _, (icon, words) = check(ui, "button")
    assert (icon.description, words.text) == ("download", "Save")
    assert icon.box[2] < words.box[0]


def test_a_quiet_button_is_its_words():
    ui = make_ui()
    buttons.button(ui, place(), "Save", "quiet")
    _, others = check(ui, "button", slack=0)
    assert others == []


def test_a_design_may_shout():
    ui = make_ui(upper=True)
    buttons.button(ui, place(), "Save")
    assert {element.text for element in ui.canvas.elements()} == {"SAVE"}


@pytest.mark.parametrize("look", ["box", "line", "filled", "inset"])
@pytest.mark.parametrize(
    ("kind", "type"),
    [
        ("input", "input"),
        ("password", "input"),
        ("search", "search"),
        ("select", "select"),
        ("date", "date_picker"),
    ],
)
def test_field(look, kind, type):
    ui = make_ui(field=look)
    fields.field(ui, place(), "Your name", kind)
    field, others = check(ui, type)
    assert field.description == "Your name"
    assert "Your name" in [other.text for other in others]


def test_an_underlined_field_begins_with_its_words():
    ui = make_ui(field="line")
    fields.field(ui, place(), "Name", value="Anna")
    field, (words,) = ui.canvas.elements()[0], ui.canvas.elements()[1:]
    assert field.box[1] == words.box[1] > BOX[1]
    assert (field.box[0], *field.box[2:]) == (BOX[0], *BOX[2:])
    assert field.text == "Anna"


def test_stepper():
    ui = make_ui()
    fields.stepper(ui, place(), "Guests")
    _, others = check(ui, "stepper")
    assert [other.description for other in others if other.clickable] == ["remove", "add"]


@pytest.mark.parametrize("look", ["square", "round", "tick"])
@pytest.mark.parametrize("on", [True, False])
def test_checkbox(look, on):
    ui = make_ui(check=look)
    choices.checkbox(ui, place(SQUARE), "Agree", on)
    _, others = check(ui, "checkbox")
    assert others == []


@pytest.mark.parametrize("on", [True, False])
def test_radio(on):
    ui = make_ui()
    choices.radio(ui, place(SQUARE), "Small", on)
    check(ui, "radio")


@pytest.mark.parametrize("look", ["ios", "material", "box"])
@pytest.mark.parametrize("on", [True, False])
def test_switch(look, on):
    ui = make_ui(switch=look)
    choices.switch(ui, place(), "Wi-Fi", on)
    check(ui, "switch")


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("paint", "type"),
    [
        (choices.slider, "slider"),
        (choices.progress, "progress"),
        (choices.rating, "rating"),
    ],
)
def test_sliders_and_bars(paint, type, seed):
    ui = make_ui(seed=seed)
    paint(ui, place(), "Volume")
    check(ui, type)


def test_progress_ring():
    ui = make_ui()
    choices.progress_ring(ui, place((40, 40, 120, 120)), "Storage")
    _, (words,) = check(ui, "progress")
    assert words.text.endswith("%")


@pytest.mark.parametrize("look", ["pill", "square", "outline"])
@pytest.mark.parametrize("active", [True, False])
def test_chip(look, active):
    ui = make_ui(chip=look)
    buttons.chip(ui, place(), "Music", active)
    check(ui, "label")


def test_badge():
    ui = make_ui()
    buttons.badge(ui, place((40, 50, 90, 66)), "Paid", (0, 120, 60))
    check(ui, "label")


@pytest.mark.parametrize("line", [1, 2])
def test_a_link_is_its_words_and_the_line_below_them(line):
    ui = make_ui(line=line)
    buttons.link(ui, place(), "Read more")
    _, others = check(ui, "link", slack=0)
    assert others == []


@pytest.mark.parametrize("seed", range(8))
def test_charts(seed):
    ui = make_ui((400, 300), seed=seed)
    pictures.chart(ui, place((40, 40, 240, 160)), "Sales")
    check(ui, "chart")


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("radius", [0, 8])
def test_pictures_fill_their_place(seed, radius):
    ui = make_ui(seed=seed)
    pictures.picture(ui, place(), "cover", radius)
    (image,) = ui.canvas.elements()
    assert image.box == BOX
    box = painted_box(ui)
    assert box[0] >= BOX[0]
    assert box[3] <= BOX[3]


@pytest.mark.parametrize("look", ["border", "fill"])
def test_card(look):
    ui = make_ui(cards=look)
    inner = panels.card(ui, place())
    check(ui, "card")
    assert inner.parent == 0


@pytest.mark.parametrize("look", ["shadow", "hard"])
def test_the_shadow_of_a_card_is_not_part_of_it(look):
    ui = make_ui(cards=look)
    panels.card(ui, place())
    assert ui.canvas.elements()[0].box == BOX
    assert painted_box(ui, least=3)[3] > BOX[3]


@pytest.mark.parametrize("rows", ["divider", "card", "inset", "plain"])
@pytest.mark.parametrize("lead", ["none", "icon", "avatar", "image", "checkbox", "radio"])
def test_rows_lie_below_each_other(rows, lead):
    ui = make_ui((360, 400), rows=rows)
    kind = panels.RowKind(lead=lead, lines=2, trail="switch")
    panels.rows(ui, Flow(10, 350, 20, 390), GROUND, kind, 4)
    items = [e for e in ui.canvas.elements() if e.type == "list_item"]
    assert len(items) == (0 if rows == "plain" else 4)
    for upper, lower in itertools.pairwise(items):
        assert upper.box[3] < lower.box[1]
    switches = [e for e in ui.canvas.elements() if e.type == "switch"]
    assert len(switches) == 4


def test_rows_stop_where_the_room_ends():
    ui = make_ui((360, 200))
    flow = Flow(10, 350, 20, 190)
    panels.rows(ui, flow, GROUND, panels.RowKind(), 40)
    items = [e for e in ui.canvas.elements() if e.type == "list_item"]
    assert 2 <= len(items) < 8
    assert items[-1].box[3] <= 190


@pytest.mark.parametrize("look", ["line", "pill", "segment", "box"])
def test_tabs(look):
    ui = make_ui(tabs=look)
    bars.tabs(ui, Flow(10, 290, 20, 190), GROUND, ["One", "Two", "Three"])
    tabs = [e for e in ui.canvas.elements() if e.type == "tab"]
    assert [tab.text for tab in tabs] == ["One", "Two", "Three"]
    held = [e for e in ui.canvas.elements() if e.type == "text"]
    assert len(held) == 1  # only the chosen one has an outline or a line around its words


def test_tabs_that_find_no_room_are_left_out():
    ui = make_ui()
    bars.tabs(ui, Flow(10, 120, 20, 190), GROUND, ["Science", "History", "Nature", "Kids"])
    tabs = [e for e in ui.canvas.elements() if e.type == "tab"]
    assert 1 <= len(tabs) < 4


@pytest.mark.parametrize("seed", range(20))
def test_what_an_overlay_covers_is_hidden(seed):
    ui = make_ui((320, 400), seed=seed)
    for top in range(10, 390, 20):
        ui.text(10, top, "Words to be covered")
    before = len(ui.canvas.drafts)
    overlays.overlay(ui)
    elements = ui.canvas.elements()
    if len(ui.canvas.drafts) == before:
        return  # there was no room for it
    over = elements[before]
    for element in elements[:before]:
        apart = element.box[3] <= over.box[1] or element.box[1] >= over.box[3]
        apart |= element.box[2] <= over.box[0] or element.box[0] >= over.box[2]
        assert element.visible == apart
    assert all(element.visible for element in elements[before:])


def test_every_type_is_a_word_of_ours():
    ui = make_ui((320, 400))
    for paint in (choices.checkbox, choices.radio, choices.switch):
        paint(ui, place(SQUARE), "a", True)
    assert {element.type for element in ui.canvas.elements()} <= set(TYPE_WORDS)
