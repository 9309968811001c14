"""Buttons, chips, badges and links."""

from __future__ import annotations

from groundkit.geometry import IntBox
from groundkit.synth.boxes import inset, middle
from groundkit.synth.colors import BLACK, Color, mix, readable_on, visible_on
from groundkit.synth.glyphs import width_of
from groundkit.synth.ui import Place, Ui


def shout(ui: Ui, words: str) -> str:
    """The words of a button as its design writes them."""
    return words.upper() if ui.looks.upper else words


def button_width(ui: Ui, words: str, icon: str = "") -> int:
    """How wide a button is by itself."""
    font = ui.theme.font(1.0, ui.looks.upper)
    return width_of(font, shout(ui, words)) + ui.px(30) + (ui.px(22) if icon else 0)


def button(ui: Ui, place: Place, words: str, kind: str = "primary", icon: str = "") -> int:
    """A button that fills its place.

    Args:
        kind: primary, second, danger or quiet; a quiet one is only its words.
    """
    words = shout(ui, words)
    if kind == "quiet":
        return _quiet(ui, place, words)
    fill, border, ink = _button_colors(ui, place.ground, kind)
    radius = ui.px(min(ui.looks.button_radius, 40))
    box = place.box
    if ui.looks.button == "raised" and fill != place.ground:
        shade = mix(place.ground, BLACK, 0.18)
        ui.canvas.round((box[0], box[1] + 2, box[2], box[3] + 2), shade, radius)
    ui.canvas.frame(box, fill, border, ui.px(ui.looks.line) if border != fill else 0, radius)
    number = ui.canvas.record("button", box, text=words, parent=place.parent, clickable=True)
    content = inset(box, ui.px(6))
    bold = ui.looks.upper
    if icon:
        side = min(ui.px(16), box[3] - box[1] - 4)
        width = side + ui.px(6) + width_of(ui.theme.font(1.0, bold), words)
        if width <= content[2] - content[0]:
            content = middle(box, width, box[3] - box[1])
            left = (content[0], box[1], content[0] + side, box[3])
            ui.icon_in(left, icon, size=16, color=ink, parent=number)
            content = (content[0] + side + ui.px(6), *content[1:])
    ui.text_in(content, words, align="center", bold=bold, color=ink, parent=number)
    return number


def _quiet(ui: Ui, place: Place, words: str) -> int:
    ui.text_in(
        place.box,
        words,
        align="center",
        bold=True,
        color=visible_on(ui.theme.palette.primary, place.ground),
        type="button",
        parent=place.parent,
        clickable=True,
    )
    return len(ui.canvas.drafts) - 1


def _button_colors(ui: Ui, ground: Color, kind: str) -> tuple[Color, Color, Color]:
    """(fill, border, ink) of a button."""
    palette, look = ui.theme.palette, ui.looks.button
    main = palette.danger if kind == "danger" else palette.primary
    if kind == "second":
        if look in ("tonal", "raised"):
            return palette.tonal, palette.tonal, visible_on(palette.on_tonal, palette.tonal)
        return ground, palette.border, visible_on(palette.text, ground)
    if look == "outline":
        strong = visible_on(main, ground)
        return ground, strong, strong
    if look == "tonal":
        fill = mix(palette.surface, main, 0.25)
        return fill, fill, visible_on(palette.text, fill)
    border = mix(main, BLACK, 0.25) if ui.looks.line > 1.5 else main
    return main, border, readable_on(main)


def icon_button(ui: Ui, box: IntBox, name: str, color: Color, parent: int | None = None) -> IntBox:
    """An icon that can be clicked, without an outline."""
    return ui.icon_in(box, name, size=20, color=color, parent=parent, clickable=True)


def round_button(ui: Ui, place: Place, icon: str, fill: Color | None = None) -> int:
    """A disc or rounded square with an icon, as it floats over lists."""
    color = fill or ui.theme.palette.primary
    box = place.box
    radius = (box[2] - box[0]) // 2 if ui.looks.button_radius > 4 else ui.px(3)
    ui.canvas.round(box, color, radius)
    number = ui.canvas.record(
        "button", box, description=ui.icon_word(icon), parent=place.parent, clickable=True
    )
    half = inset(box, (box[2] - box[0]) // 4, (box[3] - box[1]) // 4)
    ui.icon_in(half, icon, size=22, color=readable_on(color), parent=number)
    return number


def chip_width(ui: Ui, words: str) -> int:
    return width_of(ui.theme.font(0.88), words) + ui.px(20)


def chip(ui: Ui, place: Place, words: str, active: bool = False) -> int:
    """A small choice or topic in an outline."""
    palette = ui.theme.palette
    if active:
        fill, border, ink = palette.primary, palette.primary, palette.on_primary
    elif ui.looks.chip == "outline":
        fill, border, ink = place.ground, palette.border, palette.text
    else:
        fill = border = palette.tonal
        ink = palette.on_tonal
    box = place.box
    radius = ui.px(3) if ui.looks.chip == "square" else (box[3] - box[1]) // 2
    ui.canvas.frame(box, fill, border, ui.px(1) if border != fill else 0, radius)
    number = ui.canvas.record("label", box, text=words, parent=place.parent, clickable=True)
    ui.text_in(
        inset(box, ui.px(3)),
        words,
        align="center",
        scale=0.88,
        color=visible_on(ink, fill),
        parent=number,
    )
    return number


def badge_width(ui: Ui, words: str) -> int:
    return width_of(ui.theme.font(0.78), words) + ui.px(12)


def badge(ui: Ui, place: Place, words: str, color: Color) -> int:
    """A state or a count on a patch of colour."""
    box = place.box
    strong = ui.looks.stroke >= 2
    fill = color if strong else mix(place.ground, color, 0.22)
    radius = ui.px(2) if ui.looks.chip == "square" else (box[3] - box[1]) // 2
    ui.canvas.round(box, fill, radius)
    number = ui.canvas.record("label", box, text=words, parent=place.parent)
    ui.text_in(
        inset(box, ui.px(2)),
        words,
        align="center",
        scale=0.78,
        color=readable_on(fill) if strong else visible_on(color, fill),
        parent=number,
    )
    return number


def link(
    ui: Ui, place: Place, words: str, align: str = "left", scale: float = 0.92
) -> IntBox | None:
    """Words in the colour of links, sometimes with a line below them."""
    color = visible_on(ui.theme.palette.primary, place.ground)
    box = ui.text_in(
        place.box,
        words,
        align=align,
        scale=scale,
        color=color,
        type="link",
        parent=place.parent,
        clickable=True,
    )
    if box and ui.looks.line > 1.2:
        line = (box[0], box[3] + 1, box[2], box[3] + 1 + ui.px(1))
        ui.canvas.fill(line, color)
        ui.canvas.drafts[-1].box = (box[0], box[1], box[2], line[3])
    return box
