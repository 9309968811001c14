"""Fields to type or choose in."""

from __future__ import annotations

from groundkit.geometry import IntBox
from groundkit.synth.boxes import inset, split, square_left, square_right
from groundkit.synth.canvas import union
from groundkit.synth.colors import Color, mix, visible_on
from groundkit.synth.ui import Place, Ui

_TRAILS = {"select": "down", "date": "calendar", "password": "eye"}
_TYPES = {"select": "select", "search": "search", "date": "date_picker"}


def field(ui: Ui, place: Place, words: str, kind: str = "input", value: str = "") -> int:
    """A field that fills its place, with a value or with a hint in a weaker colour.

    Args:
        kind: input, password, search, select or date.
    """
    box, palette = place.box, ui.theme.palette
    # On a coloured bar only a field with a fill of its own can be seen.
    plain = place.ground in (palette.page, palette.surface)
    look = ui.looks.field
    if not plain or (kind == "search" and look == "line"):
        look = "box"
    fill = _paint_field(ui, place, look)
    type = _TYPES.get(kind, "input")
    number = ui.canvas.record(
        type, box, description=words, text=value, parent=place.parent, clickable=True
    )
    side = ui.px(16)
    content = inset(box, ui.px(2 if look == "line" else 10))
    shown: list[IntBox] = []
    color = visible_on(palette.muted, fill)
    if kind == "search":
        part, content = split(content, side)
        shown.append(ui.icon_in(part, "search", size=16, color=color, parent=number))
        content = (content[0] + ui.px(6), *content[1:])
    if kind in _TRAILS:
        content, part = split(content, -side)
        clickable = kind == "password"
        shown.append(
            ui.icon_in(
                part, _TRAILS[kind], size=15, color=color, parent=number, clickable=clickable
            )
        )
    ink = visible_on(palette.text if value else palette.muted, fill)
    text = ui.text_in(content, value or words, scale=0.95, color=ink, parent=number)
    if look == "line":
        # Nothing shows where an underlined field begins but what is written in it.
        line = (box[0], box[3] - ui.px(1.5), box[2], box[3])
        ui.canvas.drafts[number].box = union([line, *shown, *([text] if text else [])])
    return number


def _paint_field(ui: Ui, place: Place, look: str) -> Color:
    """Paints the empty field, returns its inside's colour."""
    box, palette = place.box, ui.theme.palette
    radius = min(ui.px(ui.looks.field_radius), (box[3] - box[1]) // 2)
    focused = ui.chance(0.08)
    border = palette.primary if focused else palette.border
    if look == "line":
        thick = ui.px(1.5)
        ui.canvas.fill((box[0], box[3] - thick, box[2], box[3]), border)
        return place.ground
    if look == "filled":
        fill = mix(place.ground, palette.text, 0.08)
        ui.canvas.round(box, fill, radius)
        return fill
    if look == "inset":
        fill = mix(place.ground, palette.text, 0.05)
        ui.canvas.frame(box, fill, mix(place.ground, palette.text, 0.35), ui.px(1), radius)
        return fill
    width = ui.px(ui.looks.line) + (1 if focused else 0)
    fill = palette.field
    ui.canvas.frame(box, fill, border, width, radius)
    return fill


def text_area(ui: Ui, place: Place, words: str) -> int:
    """A field for several lines, its hint at the top."""
    fill = _paint_field(ui, place, "box" if ui.looks.field == "line" else ui.looks.field)
    box = place.box
    number = ui.canvas.record("input", box, description=words, parent=place.parent, clickable=True)
    ui.text(
        box[0] + ui.px(10),
        box[1] + ui.px(8),
        words,
        scale=0.95,
        color=visible_on(ui.theme.palette.muted, fill),
        width=box[2] - box[0] - ui.px(20),
        parent=number,
    )
    return number


def stepper(ui: Ui, place: Place, words: str) -> int:
    """A number between two buttons."""
    box, palette = place.box, ui.theme.palette
    radius = min(ui.px(ui.looks.field_radius), (box[3] - box[1]) // 2)
    ui.canvas.frame(box, palette.field, palette.border, ui.px(ui.looks.line), radius)
    number = ui.canvas.record("stepper", box, description=words, parent=place.parent)
    side = box[3] - box[1]
    for part, icon in ((square_left(box, side), "minus"), (square_right(box, side), "plus")):
        ui.icon_in(part, icon, size=14, parent=number, clickable=True)
    value = str(ui.rng.randrange(1, 20))
    ui.text_in(inset(box, side), value, align="center", parent=number)
    return number


def labelled_field(ui: Ui, place: Place, label: str, words: str, kind: str, value: str) -> None:
    """A field with its label above it, left of it or nowhere."""
    box = place.box
    if ui.looks.label == "above":
        height = ui.theme.line(0.9)
        ui.text_in(
            (box[0], box[1], box[2], box[1] + height),
            label,
            scale=0.9,
            color=ui.theme.palette.muted if ui.theme.dark else None,
            type="label",
            parent=place.parent,
        )
        box = (box[0], box[1] + height + ui.px(3), box[2], box[3])
    elif ui.looks.label == "left":
        part, box = split(box, (box[2] - box[0]) * 3 // 10)
        ui.text_in(inset(part, ui.px(2)), label, scale=0.95, type="label", parent=place.parent)
    if kind == "stepper":
        width = min(ui.px(120), box[2] - box[0])
        stepper(ui, place.at((box[0], box[1], box[0] + width, box[3])), label)
    else:
        field(ui, place.at(box), words, kind, value)


def field_height(ui: Ui) -> int:
    """Height of a field with its label."""
    height = ui.px(ui.looks.control)
    return height + ui.theme.line(0.9) + ui.px(3) if ui.looks.label == "above" else height
