"""Tables."""

from __future__ import annotations

from groundkit.geometry import IntBox
from groundkit.synth.boxes import Flow, inset, middle
from groundkit.synth.buttons import badge, badge_width
from groundkit.synth.choices import checkbox
from groundkit.synth.colors import Color, mix
from groundkit.synth.panels import divider, state_color
from groundkit.synth.ui import Place, Ui

_CELLS = ("name", "value", "value", "status", "date", "code", "email", "city", "price")


def table(ui: Ui, flow: Flow, ground: Color, most_rows: int = 30) -> None:
    """A table that fills the rest of a column, as far as it has rows."""
    height = ui.theme.line(0.95) + ui.px(ui.looks.gap * 1.2)
    line = ui.px(1)
    rows = min((flow.rest - line) // (height + line), most_rows)
    if rows < 3:
        return
    lefts, kinds = _columns(ui, flow)
    top = flow.top
    look = ui.looks.table
    bottom = top + rows * (height + line)
    palette = ui.theme.palette
    if look == "grid":
        ui.canvas.fill((flow.left, top, flow.right + line, bottom + line), palette.border)
    checks = ui.chance(0.3)
    for index in range(rows):
        y = top + index * (height + line) + (line if look == "grid" else 0)
        fill = _row_fill(ui, ground, index)
        row = (flow.left, y, flow.right, y + height)
        if look != "grid":
            ui.canvas.fill(row, fill)
            divider(ui, row[0], row[2], row[3], ground)
        parent = None
        if look != "grid" and index:
            parent = ui.canvas.record("list_item", row)
        for number, kind in enumerate(kinds):
            right = lefts[number + 1]
            cell = (lefts[number] + (line if look == "grid" else 0), y, right, y + height)
            place = Place(cell, fill, parent)
            if look == "grid":
                ui.canvas.fill(cell, fill)
                place = Place(cell, fill, ui.canvas.record("cell", cell))
            if checks and number == 0:
                checkbox(
                    ui,
                    place.at((cell[0], y, cell[0] + ui.px(26), y + height)),
                    ui.texts.code(),
                    ui.chance(0.3),
                )
                place = place.at((cell[0] + ui.px(22), *cell[1:]))
            _cell(ui, place, kind, index == 0)
    flow.top = bottom + ui.px(ui.looks.gap)


def _columns(ui: Ui, flow: Flow) -> tuple[list[int], list[str]]:
    """Left edges of the columns and the right edge of the last, and what stands in them."""
    count = max(2, min(8, flow.width // ui.px(ui.rng.uniform(85, 130))))
    shares = [ui.rng.uniform(1.2, 1.8), *(ui.rng.uniform(0.8, 1.2) for _ in range(count - 1))]
    total, at = sum(shares), 0.0
    lefts = [flow.left]
    for share in shares:
        at += share
        lefts.append(flow.left + round(flow.width * at / total))
    return lefts, ["name", *(ui.rng.choice(_CELLS) for _ in range(count - 1))]


def _row_fill(ui: Ui, ground: Color, index: int) -> Color:
    if index == 0:
        return mix(ground, ui.theme.palette.text, 0.08)
    if ui.looks.table == "zebra" and index % 2:
        return mix(ground, ui.theme.palette.text, 0.035)
    return ground


def _cell(ui: Ui, place: Place, kind: str, head: bool) -> None:
    box: IntBox = inset(place.box, ui.px(6))
    if head:
        words = ui.texts.word("column")
        ui.text_in(box, words, scale=0.92, bold=True, parent=place.parent)
        return
    if kind == "status":
        words = ui.texts.word("status")
        width = min(badge_width(ui, words), box[2] - box[0])
        patch = middle(box, width, min(ui.theme.line(0.78) + ui.px(4), box[3] - box[1]))
        patch = (box[0], patch[1], box[0] + width, patch[3])
        badge(ui, place.at(patch), words, state_color(ui))
        return
    texts = ui.texts
    draw = {
        "value": texts.value,
        "date": texts.date,
        "code": texts.code,
        "email": texts.email,
        "price": texts.price,
    }
    topics = {"name": ui.rng.choice(("person", "product", "file")), "city": "city"}
    words = draw[kind]() if kind in draw else texts.word(topics[kind])
    ui.text_in(box, words, scale=0.95, parent=place.parent)
