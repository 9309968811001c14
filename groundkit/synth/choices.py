"""Things to tick, switch, slide and rate."""

from __future__ import annotations

from groundkit.geometry import IntBox
from groundkit.synth.boxes import inset, middle, square_left
from groundkit.synth.canvas import union
from groundkit.synth.colors import BLACK, WHITE, Color, mix
from groundkit.synth.glyphs import width_of
from groundkit.synth.masks import paste, ring_section
from groundkit.synth.ui import Place, Ui


def _outline(ui: Ui, ground: Color) -> Color:
    """A line strong enough to be seen without a fill."""
    return mix(ground, ui.theme.palette.text, 0.5)


def checkbox(ui: Ui, place: Place, name: str, on: bool) -> int:
    """A box to tick in the middle of its place."""
    palette, look = ui.theme.palette, ui.looks.check
    side = min(ui.px(17), place.box[2] - place.box[0], place.box[3] - place.box[1])
    box = middle(place.box, side, side)
    radius = side // 2 if look == "round" else ui.px(min(ui.looks.radius / 2, 4))
    width = ui.px(max(ui.looks.line, 1.3))
    if on and look != "tick":
        ui.canvas.round(box, palette.primary, radius)
        ink = palette.on_primary
    else:
        ui.canvas.frame(box, place.ground, _outline(ui, place.ground), width, radius)
        ink = palette.text
    if on:
        ui.icon_in(inset(box, width, width), "check", size=13, color=ink, record=False)
    return ui.canvas.record("checkbox", box, description=name, parent=place.parent, clickable=True)


def radio(ui: Ui, place: Place, name: str, on: bool) -> int:
    """A disc to choose in the middle of its place."""
    palette = ui.theme.palette
    side = min(ui.px(17), place.box[2] - place.box[0], place.box[3] - place.box[1])
    box = middle(place.box, side, side)
    width = ui.px(max(ui.looks.line, 1.3))
    color = palette.primary if on else _outline(ui, place.ground)
    ui.canvas.frame(box, place.ground, color, width, side // 2)
    if on:
        ui.canvas.disc(inset(box, side // 4 + 1, side // 4 + 1), palette.primary)
    return ui.canvas.record("radio", box, description=name, parent=place.parent, clickable=True)


def choice(ui: Ui, place: Place, words: str, kind: str, on: bool) -> int:
    """A checkbox, radio or switch with its words; returns how far it reaches to the right."""
    side = ui.px(20)
    paint = checkbox if kind == "checkbox" else radio
    paint(ui, place.at(square_left(place.box, side)), words, on)
    box = (place.box[0] + side + ui.px(6), *place.box[1:])
    ink = ui.text_in(box, words, scale=0.95, parent=place.parent)
    return ink[2] if ink else box[0]


def choice_width(ui: Ui, words: str) -> int:
    return ui.px(26) + width_of(ui.theme.font(0.95), words) + 1


def switch(ui: Ui, place: Place, name: str, on: bool) -> IntBox:
    """A switch at the right edge of its place."""
    palette, look = ui.theme.palette, ui.looks.switch
    height = min(ui.px(20), place.box[3] - place.box[1])
    width = round(height * 1.8)
    y = (place.box[1] + place.box[3] - height) // 2
    box = (place.box[2] - width, y, place.box[2], y + height)
    off = mix(place.ground, palette.text, 0.28)
    track = palette.primary if on else off
    pad = max(height // 9, 1)
    if look == "material":
        thin = max(height // 5, 1)
        groove = (box[0] + 1, box[1] + thin, box[2] - 1, box[3] - thin)
        ui.canvas.disc(groove, mix(place.ground, track, 0.55))
        x = box[2] - height if on else box[0]
        ui.canvas.disc((x, box[1], x + height, box[3]), track if on else _outline(ui, place.ground))
        # The end without the knob is inset by a pixel.
        box = (box[0] + 1, *box[1:]) if on else (box[0], box[1], box[2] - 1, box[3])
    else:
        radius = height // 2 if look == "ios" else ui.px(3)
        ui.canvas.round(box, track, radius)
        knob = height - 2 * pad
        x = box[2] - pad - knob if on else box[0] + pad
        inner = (x, box[1] + pad, x + knob, box[1] + pad + knob)
        ui.canvas.round(inner, WHITE if on or not ui.theme.dark else palette.text, radius - pad)
    ui.canvas.record("switch", box, description=name, parent=place.parent, clickable=True)
    return box


def slider(ui: Ui, place: Place, name: str) -> int:
    """A track with a knob, as wide as its place."""
    palette, box = ui.theme.palette, place.box
    knob = min(ui.px(ui.rng.choice((12, 16, 20))), box[3] - box[1])
    thick = max(ui.px(ui.rng.choice((2, 4, 6))), 2)
    y = (box[1] + box[3] - thick) // 2
    share = ui.rng.uniform(0.1, 0.9)
    x = box[0] + round((box[2] - box[0] - knob) * share)
    top = (box[1] + box[3] - knob) // 2
    ui.canvas.disc((box[0], y, box[2], y + thick), mix(place.ground, palette.text, 0.22))
    ui.canvas.disc((box[0], y, x + knob // 2, y + thick), palette.primary)
    handle = (x, top, x + knob, top + knob)
    color = WHITE if ui.looks.switch == "ios" else palette.primary
    ui.canvas.frame(handle, color, mix(palette.border, BLACK, 0.2), int(color == WHITE), knob // 2)
    outline = (box[0], min(top, y), box[2], max(top + knob, y + thick))
    return ui.canvas.record(
        "slider", outline, description=name, parent=place.parent, clickable=True
    )


def progress(ui: Ui, place: Place, name: str) -> int:
    """A bar in the vertical middle of its place."""
    palette, box = ui.theme.palette, place.box
    thick = min(max(ui.px(ui.rng.choice((4, 6, 10))), 3), box[3] - box[1])
    y = (box[1] + box[3] - thick) // 2
    bar = (box[0], y, box[2], y + thick)
    radius = thick // 2 if ui.looks.radius > 2 else 0
    ui.canvas.round(bar, mix(place.ground, palette.text, 0.18), radius)
    end = box[0] + max(round((box[2] - box[0]) * ui.rng.uniform(0.1, 0.95)), thick)
    color = ui.rng.choice((palette.primary, palette.primary, palette.success, palette.warning))
    ui.canvas.round((bar[0], bar[1], end, bar[3]), color, radius)
    return ui.canvas.record("progress", bar, description=name, parent=place.parent)


def progress_ring(ui: Ui, place: Place, name: str) -> int:
    """A ring around a share in per cent."""
    palette = ui.theme.palette
    side = min(place.box[2] - place.box[0], place.box[3] - place.box[1])
    box = middle(place.box, side, side)
    width = max(side // 9, 2)
    share = ui.rng.randrange(5, 100)
    track = mix(place.ground, palette.text, 0.18)
    ui.canvas.frame(box, place.ground, track, width, side // 2)
    done = ring_section(side, width, share / 100)
    paste(ui.canvas.image, palette.primary, box[0], box[1], done)
    number = ui.canvas.record("progress", box, description=name, parent=place.parent)
    words = f"{share}%"
    if width_of(ui.theme.font(0.85), words) < side - 3 * width:
        ui.text_in(box, words, align="center", scale=0.85, bold=True, parent=number)
    return number


def rating(ui: Ui, place: Place, name: str) -> IntBox:
    """Five stars from the left edge of its place."""
    palette = ui.theme.palette
    side = min(ui.px(14), place.box[3] - place.box[1])
    stars = ui.rng.randrange(2, 6)
    inks = []
    for index in range(5):
        x = place.box[0] + index * (side + 1)
        part = (x, place.box[1], x + side, place.box[3])
        color = palette.warning if index < stars else mix(place.ground, palette.text, 0.25)
        inks.append(ui.icon_in(part, "star", size=14, color=color, record=False, solid=True))
    box = union(inks)
    ui.canvas.record("rating", box, description=name, parent=place.parent)
    return box
