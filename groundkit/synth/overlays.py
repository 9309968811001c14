"""What lies over a page: dialogs, menus, sheets, messages."""

from __future__ import annotations

from groundkit.geometry import IntBox
from groundkit.synth.boxes import Flow, columns, inset, middle, square_left
from groundkit.synth.buttons import button
from groundkit.synth.canvas import shrink
from groundkit.synth.colors import BLACK, mix, readable_on
from groundkit.synth.fields import field
from groundkit.synth.glyphs import width_of
from groundkit.synth.panels import divider
from groundkit.synth.ui import Place, Ui

_MENU_ICONS = (
    "pencil",
    "copy",
    "share",
    "trash",
    "download",
    "pin",
    "star",
    "link",
    "refresh",
    "info",
)


def overlay(ui: Ui) -> None:
    """One of the overlays over the page painted so far."""
    ui.rng.choice((_dialog, _dialog, _menu, _sheet, _toast))(ui)


def _dialog(ui: Ui) -> None:
    width, height = ui.canvas.size
    ui.canvas.veil(BLACK, ui.rng.uniform(0.35, 0.6))
    side = ui.px(18)
    wide = min(width - ui.px(36), ui.px(ui.rng.uniform(280, 420)))
    with_field, lines = ui.chance(0.35), ui.rng.randrange(1, 3)
    stacked = ui.chance(0.25)
    control = ui.px(ui.looks.control)
    tall = side * 2 + ui.theme.line(1.2) + lines * (ui.theme.line() + 2) + control + ui.px(22)
    tall += (control + ui.px(10)) * (with_field + stacked)
    box = middle((0, 0, width, height), wide, min(tall, height - 8))
    place = _panel(ui, box, "dialog")
    flow = Flow(box[0] + side, box[2] - side, box[1] + side, box[3] - side)
    head = flow.take(ui.theme.line(1.2), ui.px(8))
    if head:
        align = "center" if ui.looks.centered else "left"
        title = ui.texts.word("title")
        bold = ui.looks.heading_bold
        ui.text_in(
            head, title, align=align, scale=1.2, bold=bold, type="heading", parent=place.parent
        )
    for _ in range(lines):
        if part := flow.take(ui.theme.line(), 2):
            words = ui.texts.word("sentence")
            ui.text_in(part, words, color=ui.theme.palette.muted, parent=place.parent)
    flow.top += ui.px(6)
    if with_field and (part := flow.take(control, ui.px(12))):
        field(ui, place.at(part), ui.texts.word("hint"))
    _dialog_buttons(ui, place, flow, stacked)


def _dialog_buttons(ui: Ui, place: Place, flow: Flow, stacked: bool) -> None:
    control = ui.px(ui.looks.control)
    strong = ui.rng.choice(("primary", "primary", "danger"))
    first, second = ui.texts.words("action", 2) if ui.chance(0.9) else ("OK", "Cancel")
    if stacked:
        for words, kind in ((first, strong), (second, "second")):
            if part := flow.take(control, ui.px(8)):
                button(ui, place.at(part), words, kind)
        return
    if part := flow.take(control):
        left, right = columns(part, 2, ui.px(10))
        button(ui, place.at(left), second, ui.rng.choice(("second", "quiet")))
        button(ui, place.at(right), first, strong)


def _panel(ui: Ui, box: IntBox, type: str, shadow: bool = False) -> Place:
    """An empty panel; what it covers is hidden. Without a shade around it, it has a shadow."""
    ui.canvas.cover(box)
    palette = ui.theme.palette
    radius = ui.px(min(ui.looks.radius, 16))
    if shadow:
        for step, share in ((2, 0.1), (1, 0.18)):
            ring = (box[0] - step, box[1] - step + 1, box[2] + step, box[3] + step + 1)
            ui.canvas.round(ring, mix(palette.page, BLACK, share), radius + step)
    # A dark panel over a dark shade needs a line.
    lined = shadow or ui.theme.dark or ui.looks.cards in ("border", "hard")
    border = palette.text if ui.looks.cards == "hard" else palette.border
    ui.canvas.frame(box, palette.surface, border, ui.px(ui.looks.line) if lined else 0, radius)
    number = ui.canvas.record(type, box)
    return Place(box, palette.surface, number)


def _menu(ui: Ui) -> None:
    """A list of actions at some point of the page."""
    width, height = ui.canvas.size
    words = ui.texts.words("action", ui.rng.randrange(3, 7))
    icons = ui.rng.sample(_MENU_ICONS, len(words)) if ui.chance(0.5) else []
    font = ui.theme.font()
    wide = max(width_of(font, word) for word in words) + ui.px(40 + (28 if icons else 0))
    row = ui.theme.line() + ui.px(14)
    line = ui.px(1)
    pad = ui.px(max(4, min(ui.looks.radius, 16) * 0.75))
    tall = len(words) * (row + line) - line + 2 * pad
    if wide > width - 16 or tall > height - 16:
        return
    x = ui.rng.randrange(8, width - wide - 7)
    y = ui.rng.randrange(8, height - tall - 7)
    box = (x, y, x + wide, y + tall)
    place = _panel(ui, box, "container", shadow=True)
    flow = Flow(x + ui.px(2), box[2] - ui.px(2), y + pad, box[3])
    chosen = ui.rng.randrange(-2, len(words))
    for index, word in enumerate(words):
        part = flow.take(row, line)
        assert part is not None
        fill = mix(place.ground, ui.theme.palette.primary, 0.2) if index == chosen else place.ground
        ui.canvas.fill(part, fill)
        item = ui.canvas.record("menu_item", part, text=word, parent=place.parent, clickable=True)
        content = inset(part, ui.px(12))
        if icons:
            ui.icon_in(square_left(content, ui.px(18)), icons[index], size=16, parent=item)
            content = (content[0] + ui.px(28), *content[1:])
        ui.text_in(content, word, parent=item)
        if index < len(words) - 1:
            divider(ui, part[0], part[2], part[3], place.ground)


def _sheet(ui: Ui) -> None:
    """Choices that slide in from below."""
    width, height = ui.canvas.size
    words = ui.texts.words("action", ui.rng.randrange(2, 5))
    row = ui.theme.line() + ui.px(18)
    tall = row * len(words) + ui.px(30)
    if tall > height * 2 // 3:
        return
    ui.canvas.veil(BLACK, ui.rng.uniform(0.3, 0.5))
    wide = min(width, ui.px(460))
    x = (width - wide) // 2
    place = _panel(ui, (x, height - tall, x + wide, height), "dialog")
    flow = Flow(x + 2, x + wide - 2, height - tall + ui.px(22), height)
    handle = middle((x, height - tall, x + wide, height - tall + ui.px(18)), ui.px(36), ui.px(4))
    ui.canvas.disc(handle, mix(place.ground, ui.theme.palette.text, 0.3))
    for word in words:
        part = flow.take(row)
        assert part is not None
        divider(ui, part[0], part[2], part[1], place.ground)
        item = ui.canvas.record(
            "menu_item",
            (part[0], part[1] + ui.px(1), *part[2:]),
            text=word,
            parent=place.parent,
            clickable=True,
        )
        align = "center" if ui.looks.centered else "left"
        ui.text_in(inset(part, ui.px(14)), word, align=align, parent=item)


def _toast(ui: Ui) -> None:
    """A short message near the lower edge, sometimes with something to undo."""
    width, height = ui.canvas.size
    words = ui.texts.word("sentence")
    action = ui.texts.word("action") if ui.chance(0.5) else ""
    wide = width_of(ui.theme.font(0.95), words) + ui.px(36)
    if action:
        wide += width_of(ui.theme.font(1.0, True), action) + ui.px(20)
    if wide > width - 12:
        return
    tall = ui.theme.line(0.95) + ui.px(20)
    x, y = (width - wide) // 2, height - tall - ui.px(ui.rng.uniform(16, 70))
    box = (x, y, x + wide, y + tall)
    ui.canvas.cover(box)
    palette = ui.theme.palette
    fill = mix(palette.text, palette.page, 0.08)
    ui.canvas.round(box, fill, ui.px(min(ui.looks.button_radius, 20)))
    number = ui.canvas.record("dialog", box)
    content = shrink(box, 0)
    content = inset(content, ui.px(16))
    ink = readable_on(fill)
    ui.text_in(content, words, scale=0.95, color=ink, parent=number)
    if action:
        color = mix(palette.primary, ink, 0.35)
        ui.text_in(
            content, action, align="right", bold=True, color=color, type="button",
            parent=number, clickable=True,
        )  # fmt: skip
