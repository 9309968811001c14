"""What a system or a browser puts around the pages of an app."""

from __future__ import annotations

from groundkit.geometry import IntBox
from groundkit.synth.boxes import inset, square_right
from groundkit.synth.buttons import link
from groundkit.synth.colors import mix, readable_on
from groundkit.synth.glyphs import width_of
from groundkit.synth.panels import divider
from groundkit.synth.ui import Place, Ui


def status_bar(ui: Ui, area: IntBox) -> IntBox:
    """The time and a few signs along the top of a telephone."""
    height = ui.px(22)
    box = (*area[:3], area[1] + height)
    color = ui.theme.palette.text
    content = inset(box, ui.px(12))
    ui.text_in(content, ui.texts.clock(), scale=0.85, bold=ui.chance(0.5), color=color)
    side = ui.px(17)
    for name in ("battery", "wifi", "signal")[: ui.rng.randrange(1, 4)]:
        ui.icon_in(square_right(content, side), name, 15, color=color)
        content = (*content[:2], content[2] - side - ui.px(3), content[3])
    return area[0], area[1] + height, area[2], area[3]


def title_bar(ui: Ui, area: IntBox) -> IntBox:
    """The top of a window: its title, and buttons to put it away."""
    palette = ui.theme.palette
    height = ui.px(28)
    box = (*area[:3], area[1] + height)
    fill = palette.primary if ui.chance(0.2) else mix(palette.page, palette.text, 0.12)
    ui.canvas.fill(box, fill)
    bar = ui.canvas.record("toolbar", box)
    ink = readable_on(fill)
    content = inset(box, ui.px(8))
    for name in ("close", "copy", "minus"):
        part = square_right(content, ui.px(16))
        ui.icon_in(part, name, 13, color=ink, parent=bar, clickable=True)
        content = (*content[:2], part[0] - ui.px(10), content[3])
    align = "center" if ui.chance(0.4) else "left"
    ui.text_in(content, ui.texts.word("title"), align=align, color=ink, type="heading", parent=bar)
    return area[0], box[3], area[2], area[3]


def menu_bar(ui: Ui, area: IntBox) -> IntBox:
    """Words side by side that open menus."""
    height = ui.theme.line() + ui.px(8)
    box = (*area[:3], area[1] + height)
    x = box[0] + ui.px(8)
    for words in ui.texts.words("menu", ui.rng.randrange(3, 8)):
        width = width_of(ui.theme.font(), words) + 1
        if x + width > box[2] - ui.px(6):
            break
        ui.text_in((x, box[1], x + width, box[3]), words, type="menu_item", clickable=True)
        x += width + ui.px(14)
    divider(ui, box[0], box[2], box[3] - ui.px(1), ui.theme.palette.page)
    return area[0], box[3], area[2], area[3]


def breadcrumb(ui: Ui, area: IntBox) -> IntBox:
    """The way to a page: links with arrows between them."""
    height = ui.theme.line() + ui.px(8)
    margin = ui.px(ui.looks.margin)
    x, box = area[0] + margin, (*area[:3], area[1] + height)
    place = Place(box, ui.theme.palette.page)
    for words in ui.texts.words("nav", ui.rng.randrange(1, 3)):
        ink = link(ui, place.at((x, box[1], box[2] - margin, box[3])), words)
        if ink is None or ink[2] + ui.px(80) > box[2]:
            return area[0], box[3], area[2], area[3]
        arrow = (ink[2] + ui.px(4), box[1], ink[2] + ui.px(16), box[3])
        ui.icon_in(arrow, "right", 10, color=ui.theme.palette.muted)
        x = arrow[2] + ui.px(4)
    last = (x, box[1], box[2] - margin, box[3])
    ui.text_in(last, ui.texts.word("title"), scale=0.92, color=ui.theme.palette.muted)
    return area[0], box[3], area[2], area[3]


def frame(ui: Ui, kind: str, area: IntBox) -> IntBox:
    """Sometimes something around the page; returns what is left of the area."""
    if kind == "phone":
        return status_bar(ui, area) if ui.chance(0.3) else area
    if kind == "window":
        if ui.chance(0.5):
            area = title_bar(ui, area)
        return menu_bar(ui, area) if ui.chance(0.4) else area
    return area
