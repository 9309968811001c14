"""Colours, columns, bars, tables and frames."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundkit.synth import bars, frames, tables
from groundkit.synth.boxes import (
    Flow,
    columns,
    inset,
    middle,
    split,
    square_left,
    square_right,
)
from groundkit.synth.colors import BLACK, WHITE, contrast, hsl, mix, readable_on, visible_on
from groundkit.synth.pages import data, forms, talk
from groundkit.synth.panels import chip_row, heading, paragraph
from groundkit.synth.ui import Place
from tests.synth.builders import GROUND, ancestors, make_ui, overlap

colors = st.tuples(*[st.integers(0, 255)] * 3)
boxes = st.tuples(
    st.integers(-50, 50), st.integers(-50, 50), st.integers(60, 400), st.integers(60, 400)
)


@given(colors, colors, st.floats(0, 1))
def test_a_mix_lies_between(first, second, share):
    for a, b, mixed in zip(first, second, mix(first, second, share), strict=True):
        assert min(a, b) <= mixed <= max(a, b)


@given(colors, colors)
def test_what_must_be_seen_is_seen(color, ground):
    assert contrast(visible_on(color, ground), ground) >= min(
        0.3, contrast(readable_on(ground), ground)
    )


def test_a_colour_that_can_be_seen_stays_as_it_is():
    assert visible_on((0, 0, 200), WHITE) == (0, 0, 200)
    assert visible_on((250, 250, 120), WHITE) != (250, 250, 120)


def test_hues():
    assert hsl(0, 1, 0.5) == hsl(1, 1, 0.5) == (255, 0, 0)
    assert hsl(1 / 3, 1, 0.5) == (0, 255, 0)
    assert (hsl(0.2, 0.5, 0), hsl(0.2, 0.5, 1)) == (BLACK, WHITE)


@given(boxes, st.integers(1, 6), st.integers(0, 8))
def test_columns_fill_a_box_without_touching(box, count, gap):
    parts = columns(box, count, gap)
    assert (parts[0][0], parts[0][1], parts[0][3]) == (box[0], box[1], box[3])
    assert box[2] - 1 - count <= parts[-1][2] <= box[2] + 1
    assert all(right[0] - left[2] >= gap for left, right in itertools.pairwise(parts))


@given(boxes, st.integers(1, 9))
def test_parts_of_a_box_lie_in_it(box, side):
    left, right = split(box, side)
    assert (left[2], right[2]) == (right[0], box[2])
    assert split(box, side - (box[2] - box[0])) == (left, right)
    for part in (square_left(box, side), square_right(box, side), middle(box, side, side)):
        assert part[2] - part[0] == part[3] - part[1] == side
        assert box[0] <= part[0] <= part[2] <= box[2]
    assert square_left(box, side)[0] == inset(box, 0)[0]


@given(st.lists(st.tuples(st.integers(-3, 60), st.integers(0, 9)), max_size=12))
def test_a_column_gives_nothing_twice(wishes):
    flow = Flow(0, 100, 10, 200)
    end = 10
    for height, gap in wishes:
        box = flow.take(height, gap)
        if box is None:
            assert height < 1 or height > 200 - flow.top
            continue
        assert box[1] >= end
        assert box[3] - box[1] == height
        assert box[3] <= 200
        end = box[3]


@pytest.mark.parametrize("search", [True, False])
@pytest.mark.parametrize("width", [160, 320, 900])
def test_a_bar_leaves_what_is_below_it(search, width):
    ui = make_ui((width, 300))
    rest = bars.top_bar(ui, (0, 0, width, 300), "Title", search)
    assert rest[0] == 0 < rest[1]
    assert rest[2:] == (width, 300)
    elements = ui.canvas.elements()
    assert all(element.box[3] <= rest[1] for element in elements)
    assert ("search" in {element.type for element in elements}) == search


def test_a_bar_that_nobody_sees_is_no_element():
    for seed in range(40):
        ui = make_ui(seed=seed, bar="none")
        bars.top_bar(ui, (0, 0, 300, 200), "Title")
        palette = ui.theme.palette
        seen = any(element.type == "toolbar" for element in ui.canvas.elements())
        assert seen == (palette.bar != palette.page)


@pytest.mark.parametrize("seed", range(8))
def test_entries_of_the_bottom_bar_are_tabs(seed):
    ui = make_ui((320, 400), seed=seed)
    rest = bars.bottom_bar(ui, (0, 0, 320, 400))
    bar, *others = ui.canvas.elements()
    tabs = [element for element in others if element.type == "tab"]
    assert 3 <= len(tabs) <= 5
    assert bar.box == (0, rest[3], 320, 400)
    assert all(tab.parent == bar.id and tab.clickable for tab in tabs)
    for tab in tabs:
        # With words a tab is what its children are, without it has a name of its own.
        inside = [e for e in others if e.parent == tab.id]
        assert bool(inside) != bool(tab.description)


@pytest.mark.parametrize("seed", range(6))
def test_one_entry_of_a_side_bar_is_marked(seed):
    ui = make_ui((800, 600), seed=seed)
    rest = bars.side_bar(ui, (0, 0, 800, 600), 200)
    assert rest == (200, 0, 800, 600)
    items = [e for e in ui.canvas.elements() if e.type == "menu_item"]
    assert len(items) >= 6
    # The marked one is as wide as the bar without its margins, others are icon and words.
    assert len([item for item in items if item.box[2] - item.box[0] == 176]) == 1


@pytest.mark.parametrize("look", ["grid", "zebra", "line"])
@pytest.mark.parametrize("width", [180, 300, 1000])
def test_cells_of_a_table_do_not_overlap(look, width):
    ui = make_ui((width + 20, 400), table=look)
    tables.table(ui, Flow(10, 10 + width, 10, 390), GROUND)
    elements = ui.canvas.elements()
    above = ancestors(elements)
    cells = [element for element in elements if element.type == "cell"]
    assert bool(cells) == (look == "grid")
    assert bool([e for e in elements if e.type == "list_item"]) == (look != "grid")
    for first, second in itertools.combinations(elements, 2):
        if first.id not in above[second.id] and second.id not in above[first.id]:
            assert not overlap(first.box, second.box)


def test_lines_of_a_grid_are_as_thick_as_the_design_says():
    ui = make_ui((320, 300), table="grid")
    tables.table(ui, Flow(10, 310, 10, 290), GROUND)
    cells = [e.box for e in ui.canvas.elements() if e.type == "cell"]
    first = [box for box in cells if box[1] == cells[0][1]]
    assert {right[0] - left[2] for left, right in itertools.pairwise(first)} == {1}
    column = [box for box in cells if box[0] == cells[0][0]]
    assert {lower[1] - upper[3] for upper, lower in itertools.pairwise(column)} == {1}


def test_a_table_without_room_for_three_rows_is_left_out():
    ui = make_ui((320, 60))
    flow = Flow(10, 310, 10, 50)
    tables.table(ui, flow, GROUND)
    assert ui.canvas.elements() == ()
    assert flow.top == 10


@pytest.mark.parametrize("kind", ["phone", "web", "window"])
def test_frames_leave_the_rest_of_the_screen(kind):
    heights = set()
    for seed in range(30):
        ui = make_ui((320, 400), seed=seed)
        rest = frames.frame(ui, kind, (0, 0, 320, 400))
        assert (rest[0], *rest[2:]) == (0, 320, 400)
        assert all(element.box[3] <= rest[1] for element in ui.canvas.elements())
        heights.add(rest[1])
    assert 0 in heights
    assert (len(heights) > 1) == (kind != "web")


@pytest.mark.parametrize("width", [100, 160, 320, 700])
def test_a_way_to_a_page_is_links_and_a_last_word(width):
    for seed in range(6):
        ui = make_ui((width, 100), seed=seed)
        frames.breadcrumb(ui, (0, 0, width, 100))
        elements = ui.canvas.elements()
        assert elements[0].type == "link"
        for first, second in itertools.pairwise(elements):
            assert first.box[2] < second.box[0]


@pytest.mark.parametrize("seed", range(10))
def test_pages_have_numbers_and_one_of_them_is_chosen(seed):
    ui = make_ui((320, 80), seed=seed)
    data.pager(ui, Place((10, 20, 310, 48), GROUND))
    elements = ui.canvas.elements()
    numbers = [e.text for e in elements if e.type == "button" and e.text]
    assert numbers == [str(number + 1) for number in range(len(numbers))]
    assert len(numbers) >= 3


@pytest.mark.parametrize("seed", range(10))
def test_a_form_ends_with_a_button_and_its_card_holds_all(seed):
    ui = make_ui((340, 500), seed=seed)
    forms.form(ui, Flow(10, 330, 10, 490), GROUND)
    elements = ui.canvas.elements()
    assert "button" in [element.type for element in elements]
    cards = [element for element in elements if element.type == "card"]
    for card in cards:
        held = [e for e in elements if e.parent == card.id]
        assert held
        assert all(e.box[3] <= card.box[3] - 8 for e in held)


@pytest.mark.parametrize("seed", range(6))
def test_bubbles_of_a_chat_do_not_reach_the_answer(seed):
    ui = make_ui((320, 480), seed=seed, field="filled", field_radius=99)
    talk.chat(ui, Flow(10, 310, 10, 470), GROUND)
    elements = ui.canvas.elements()
    (answer,) = [element for element in elements if element.type == "input"]
    bubbles = [element for element in elements if element.type == "container"]
    assert bubbles
    assert max(bubble.box[3] for bubble in bubbles) < answer.box[1]


@pytest.mark.parametrize("centered", [True, False])
def test_headings_and_running_text(centered):
    ui = make_ui((320, 200), centered=centered)
    flow = Flow(10, 310, 10, 190)
    heading(ui, flow, "Title")
    paragraph(ui, flow, 3)
    head, *lines = ui.canvas.elements()
    assert (head.type, head.text) == ("heading", "Title")
    assert (head.box[0] > 100) == centered
    assert len(lines) == 3
    assert all(first.box[3] <= second.box[1] for first, second in itertools.pairwise(lines))


def test_a_link_beside_a_heading_is_right_of_it():
    ui = make_ui((320, 200))
    heading(ui, Flow(10, 310, 10, 190), "A rather long title of a page", link_words="See all")
    head, link = sorted(ui.canvas.elements(), key=lambda element: element.box[0])
    assert (head.type, link.type) == ("heading", "link")
    assert head.box[2] < link.box[0]
    assert link.box[2] >= 305


def test_chips_stop_at_the_end_of_the_column():
    ui = make_ui((320, 100))
    chip_row(ui, Flow(10, 310, 10, 90), GROUND)
    chips = [element for element in ui.canvas.elements() if element.type == "label"]
    assert len(chips) >= 3
    assert max(chip.box[2] for chip in chips) <= 310
