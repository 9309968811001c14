"""What each page and each overlay is known by."""

from __future__ import annotations

from collections import Counter

import pytest

from groundkit.synth import overlays
from groundkit.synth.boxes import Flow
from groundkit.synth.pages import PAGES
from tests.synth.builders import GROUND, make_ui

# What is on a page in every drawing, and what is on it in some of many.
ALWAYS = {
    "form": {"button"},
    "login": {"heading", "input", "button", "text"},
    "controls": {"heading", "label"},
    "settings": {"text"},
    "people": {"text"},
    "files": {"text"},
    "todo": {"heading", "link", "text"},
    "feed": {"card", "image", "text", "icon"},
    "article": {"heading", "image", "text"},
    "gallery": {"image"},
    "player": {"image", "heading", "slider", "icon", "button", "text"},
    "profile": {"image", "text", "button"},
    "shop": {"card", "image", "text"},
    "product": {"heading", "text", "button", "image"},
    "basket": {"heading", "list_item", "image", "button", "text"},
    "chat": {"container", "input", "text"},
    "dashboard": {"card", "text", "heading"},
    "table": {"text"},
    "blocks": {"text"},
}
SOMETIMES = {
    "form": {"input", "select", "date_picker", "stepper", "checkbox", "radio", "card", "label"},
    "login": {"checkbox", "link", "icon"},
    "controls": {"slider", "switch", "progress", "rating", "checkbox", "radio"},
    "settings": {"list_item", "switch", "icon", "heading", "search", "label"},
    "people": {"list_item", "image", "checkbox", "label", "search", "icon", "button"},
    "files": {"list_item", "image", "icon", "checkbox", "heading"},
    "todo": {"checkbox", "radio", "list_item", "label", "icon"},
    "feed": {"label"},
    "article": {"link", "label"},
    "gallery": {"heading", "text", "label", "link"},
    "profile": {"heading", "link"},
    "shop": {"search", "rating", "button", "icon", "label", "heading"},
    "product": {"rating", "label", "stepper", "icon"},
    "basket": {"checkbox", "stepper", "icon"},
    "chat": {"image", "icon", "button"},
    "dashboard": {"chart", "progress", "icon"},
    "table": {"button", "cell", "checkbox", "label", "tab", "icon", "select", "heading"},
    "blocks": {
        "heading",
        "tab",
        "label",
        "button",
        "input",
        "search",
        "card",
        "list_item",
        "switch",
    },
}
DRAWINGS = 40


def types_of(page, seed, size=(340, 520), **looks):
    ui = make_ui(size, seed=seed, **looks)
    flow = Flow(12, size[0] - 12, 12, size[1] - 12)
    PAGES[page](ui, flow, GROUND)
    return Counter(element.type for element in ui.canvas.elements())


@pytest.mark.parametrize("page", PAGES)
def test_what_is_on_a_page(page):
    drawn = [types_of(page, seed, table="grid") for seed in range(DRAWINGS)]
    for types in drawn:
        assert ALWAYS[page] <= set(types), types
    seen = {name for types in drawn for name in types}
    assert SOMETIMES.get(page, set()) <= seen


@pytest.mark.parametrize("page", PAGES)
def test_a_wide_page_has_more_on_it(page):
    narrow = sum(sum(types_of(page, seed).values()) for seed in range(6))
    wide = sum(sum(types_of(page, seed, (1200, 800)).values()) for seed in range(6))
    # Of these a screen shows one, however large it is.
    assert wide > (0 if page in ("login", "player", "product") else narrow)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_room_is_no_error(page):
    for size in ((60, 60), (400, 40), (40, 400)):
        ui = make_ui(size)
        PAGES[page](ui, Flow(5, size[0] - 5, 5, size[1] - 5), GROUND)


@pytest.mark.parametrize("page", PAGES)
def test_the_unit_scales_a_page(page):
    """On a screen twice as dense the same things are twice as large."""

    def tallest(unit):
        size = (round(340 * unit), round(520 * unit))
        ui = make_ui(size, seed=3, unit=unit)
        PAGES[page](ui, Flow(12, size[0] - 12, 12, size[1] - 12), GROUND)
        heights = [e.box[3] - e.box[1] for e in ui.canvas.elements() if e.type == "icon"]
        return max(heights, default=0)

    assert tallest(2) == pytest.approx(2 * tallest(1), abs=6) or not tallest(1)


# --- overlays -------------------------------------------------------------------------------


def over(paint, seed, size=(360, 480), **looks):
    """The elements of an overlay over words."""
    ui = make_ui(size, seed=seed, **looks)
    for top in range(5, size[1] - 20, 22):
        ui.text(5, top, "Something that lies below the overlay")
    before = len(ui.canvas.drafts)
    paint(ui)
    return ui, ui.canvas.elements()[before:]


@pytest.mark.parametrize("seed", range(12))
def test_a_dialog_asks_and_offers_answers(seed):
    ui, (dialog, *parts) = over(overlays._dialog, seed)
    types = Counter(part.type for part in parts)
    assert dialog.type == "dialog"
    assert types["heading"] == 1
    assert types["button"] == 2
    assert all(part.parent is not None for part in parts)
    for part in parts:
        assert dialog.box[0] < part.box[0] < part.box[2] < dialog.box[2]
        assert dialog.box[1] < part.box[1] < part.box[3] <= dialog.box[3]
    x, y = (dialog.box[0] + dialog.box[2]) / 2, (dialog.box[1] + dialog.box[3]) / 2
    assert (x, y) == pytest.approx((ui.canvas.size[0] / 2, ui.canvas.size[1] / 2), abs=1)


@pytest.mark.parametrize("seed", range(12))
def test_a_menu_has_its_entries_below_each_other(seed):
    _, (menu, *parts) = over(overlays._menu, seed)
    items = [part for part in parts if part.type == "menu_item"]
    assert menu.type == "container"
    assert 3 <= len(items) <= 6
    assert len({item.text for item in items}) == len(items)
    tops = [item.box[1] for item in items]
    assert tops == sorted(tops)
    for item in items:
        words = [part.text for part in parts if part.parent == item.id and part.type == "text"]
        assert words == [item.text]


@pytest.mark.parametrize("seed", range(8))
def test_a_sheet_lies_at_the_lower_edge(seed):
    ui, (sheet, *parts) = over(overlays._sheet, seed)
    assert sheet.box[3] == ui.canvas.size[1]
    assert sheet.box[2] - sheet.box[0] == ui.canvas.size[0]
    assert [part.type for part in parts if part.clickable] == ["menu_item"] * (len(parts) // 2)


@pytest.mark.parametrize("seed", range(8))
def test_a_message_is_short(seed):
    _, (toast, *parts) = over(overlays._toast, seed, (600, 480))
    assert toast.box[3] - toast.box[1] < 60
    assert [part.type for part in parts] in (["text"], ["text", "button"])


@pytest.mark.parametrize("paint", [overlays._menu, overlays._sheet, overlays._toast])
def test_what_finds_no_room_is_not_drawn(paint):
    for seed in range(8):
        ui, parts = over(paint, seed, (60, 40))
        assert parts == ()
        assert all(draft.visible for draft in ui.canvas.drafts)


def test_an_overlay_darkens_what_is_below_it():
    ui = make_ui((360, 480))
    overlays._dialog(ui)
    assert ui.canvas.image.getpixel((2, 2)) < tuple(value - 60 for value in GROUND)
