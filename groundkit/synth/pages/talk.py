"""Conversations."""

from __future__ import annotations

from groundkit.synth.boxes import Flow, inset, middle, square_left, square_right
from groundkit.synth.buttons import icon_button, round_button
from groundkit.synth.colors import Color, mix, readable_on
from groundkit.synth.fields import field
from groundkit.synth.glyphs import width_of
from groundkit.synth.panels import about, divider
from groundkit.synth.pictures import avatar, picture
from groundkit.synth.ui import Place, Ui


def chat(ui: Ui, flow: Flow, ground: Color) -> None:
    """Bubbles of two people, and a field to answer below them."""
    height = ui.px(ui.looks.control)
    low = flow.bottom - height - ui.px(8)
    _answer(ui, Place((flow.left, low, flow.right, low + height), ground))
    flow = Flow(flow.left, flow.right, flow.top, low - ui.px(12))
    other, mine = ui.texts.word("person"), ui.texts.word("person")
    faces, own_face = ui.chance(0.7), ui.chance(0.3)
    right = False
    while True:
        if ui.chance(0.15) and (box := flow.take(ui.theme.line(0.8), ui.px(8))):
            color = ui.theme.palette.muted
            ui.text_in(box, ui.texts.date(), align="center", scale=0.8, color=color)
        right = ui.chance(0.3) if right else ui.chance(0.6)
        face = (mine if right else other) if (own_face if right else faces) else ""
        if not _bubble(ui, flow, ground, right, face):
            break


def _answer(ui: Ui, place: Place) -> None:
    """A field between icons, above which a line is drawn."""
    box = place.box
    divider(ui, box[0], box[2], box[1] - ui.px(8), place.ground)
    side = box[3] - box[1]
    if ui.chance(0.6):
        name = ui.rng.choice(("plus", "smile", "camera", "mic", "picture"))
        icon_button(ui, square_left(box, side), name, ui.theme.palette.text)
        box = (box[0] + side + ui.px(6), *box[1:])
    part = square_right(box, side)
    if ui.chance(0.5):
        round_button(ui, place.at(part), "send")
    else:
        icon_button(ui, part, ui.rng.choice(("send", "smile", "mic")), ui.theme.palette.primary)
    box = (box[0], box[1], part[0] - ui.px(6), box[3])
    field(ui, place.at(box), ui.texts.word("hint"))


def _bubble(ui: Ui, flow: Flow, ground: Color, right: bool, face: str) -> bool:
    """One message; whether there was room for it."""
    palette = ui.theme.palette
    font = ui.theme.font()
    words = [ui.texts.word("message") for _ in range(ui.rng.choice((1, 1, 1, 2)))]
    side = ui.px(32) if face else 0
    widest = round(flow.width * 0.78) - side
    pad = ui.px(10)
    image = ui.chance(0.08)
    width = min(max(width_of(font, word) for word in words) + 2 * pad + 1, widest)
    height = len(words) * ui.theme.line() + ui.px(14)
    if image:
        width, height = widest * 3 // 5, widest * 2 // 5
    box = flow.take(max(height, side), ui.px(ui.looks.gap * 0.8))
    if box is None:
        return False
    indent = side + ui.px(8) if face else 0
    if face:
        part = (box[2] - side if right else box[0], box[1])
        avatar(ui, Place((*part, part[0] + side, part[1] + side), ground), face)
    x = box[2] - indent - width if right else box[0] + indent
    bubble = (x, box[1], x + width, box[1] + height)
    if image:
        picture(ui, Place(bubble, ground), about(ui, ui.texts.word("city")), ui.px(ui.looks.radius))
        return True
    fill = palette.primary if right else mix(palette.surface, palette.text, 0.06)
    radius = ui.px(max(ui.looks.radius, 4))
    corners = (0, 1, 3) if right else (0, 1, 2)
    ui.canvas.round(bubble, fill, radius, corners if ui.looks.radius > 6 else (0, 1, 2, 3))
    number = ui.canvas.record("container", bubble)
    line = ui.theme.line()
    content = inset(middle(bubble, width, len(words) * line), pad)
    for index, word in enumerate(words):
        part_box = (
            content[0],
            content[1] + index * line,
            content[2],
            content[1] + (index + 1) * line,
        )
        ui.text_in(part_box, word, color=readable_on(fill) if right else None, parent=number)
    return True
