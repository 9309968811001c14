"""Pages of numbers, and pages of anything."""

from __future__ import annotations

from groundkit.synth.bars import tabs
from groundkit.synth.boxes import Flow, columns, inset, split, square_left
from groundkit.synth.buttons import button, button_width
from groundkit.synth.choices import progress
from groundkit.synth.colors import Color
from groundkit.synth.fields import field_height
from groundkit.synth.pages import forms, lists, media
from groundkit.synth.panels import RowKind, card, chip_row, heading, paragraph, rows, state_color
from groundkit.synth.pictures import chart
from groundkit.synth.tables import table
from groundkit.synth.ui import Place, Ui

STAT_ICONS = ("user", "cart", "chart", "eye", "bell", "bolt", "card", "download", "heart", "globe")


def dashboard(ui: Ui, flow: Flow, ground: Color) -> None:
    """Cards with numbers, charts, and a table if there is room."""
    if ui.chance(0.6):
        heading(ui, flow, ui.texts.word("title"), 1.35)
    count = max(2, min(4, flow.width // ui.px(180)))
    height = ui.theme.line(0.9) + ui.theme.line(1.5) + ui.px(24)
    if box := flow.take(height, ui.px(ui.looks.gap)):
        for part in columns(box, count, ui.px(10)):
            stat(ui, Place(part, ground))
    count = 2 if flow.width > ui.px(520) else 1
    while flow.rest > ui.px(110):
        tall = min(ui.px(ui.rng.uniform(130, 220)), flow.rest)
        box = flow.take(tall, ui.px(ui.looks.gap))
        assert box is not None
        for part in columns(box, count, ui.px(12)):
            _chart_card(ui, Place(part, ground))
        if flow.rest > ui.px(170) and ui.chance(0.5):
            table(ui, flow, ground)


def stat(ui: Ui, place: Place) -> None:
    """A card with a number."""
    inner = card(ui, place)
    box = inset(place.box, ui.px(10), ui.px(9))
    top = (*box[:3], box[1] + ui.theme.line(0.9))
    if box[2] - box[0] > ui.px(110) and ui.chance(0.6):
        left, part = split(box, -ui.px(30))
        ui.icon_in(
            part, ui.rng.choice(STAT_ICONS), size=26, color=state_color(ui), parent=inner.parent
        )
        top = (*top[:2], left[2] - ui.px(4), top[3])
        box = (*box[:2], left[2] - ui.px(4), box[3])
    color = ui.theme.palette.muted
    ui.text_in(top, ui.texts.word("metric"), scale=0.9, color=color, parent=inner.parent)
    low = (box[0], top[3], box[2], box[3])
    ui.text_in(low, ui.texts.number(), scale=1.5, bold=True, parent=inner.parent)


def _chart_card(ui: Ui, place: Place) -> None:
    inner = card(ui, place)
    pad = ui.px(12)
    box = place.box
    flow = Flow(box[0] + pad, box[2] - pad, box[1] + pad, box[3] - pad)
    title = ui.texts.word("metric")
    if part := flow.take(ui.theme.line(1.05), ui.px(8)):
        bold = ui.looks.heading_bold
        ui.text_in(part, title, scale=1.05, bold=bold, type="heading", parent=inner.parent)
    if ui.chance(0.3):
        while part := flow.take(ui.theme.line(0.9) + ui.px(10), ui.px(6)):
            words = ui.texts.word("nav")
            label, bar = split(part, (part[2] - part[0]) * 2 // 5)
            ui.text_in((*label[:2], label[2] - 4, label[3]), words, scale=0.9, parent=inner.parent)
            progress(ui, inner.at(bar), words)
        return
    if flow.rest > ui.px(40):
        low = ui.px(2)
        chart(ui, inner.at((flow.left, flow.top, flow.right, flow.bottom - low)), title)


def table_page(ui: Ui, flow: Flow, ground: Color) -> None:
    """A table with filters above and pages below."""
    words = ui.texts.word("action")
    width = button_width(ui, words, "plus")
    if ui.chance(0.6) and width < flow.width // 2 and flow.rest > ui.px(150):
        box = flow.take(ui.px(ui.looks.control), ui.px(ui.looks.gap))
        assert box is not None
        left, right = split(box, -width)
        bold = ui.looks.heading_bold
        title = (*left[:2], left[2] - ui.px(8), left[3])
        ui.text_in(title, ui.texts.word("title"), scale=1.3, bold=bold, type="heading")
        button(ui, Place(right, ground), words, icon="plus")
    if ui.chance(0.6):
        forms.filters(ui, flow, ground)
    if ui.chance(0.3):
        tabs(ui, flow, ground, ui.texts.words("tag", 4))
    foot = ui.px(40)
    inner = Flow(flow.left, flow.right, flow.top, flow.bottom - foot)
    table(ui, inner, ground)
    flow.top = inner.top
    if box := flow.take(ui.px(28)):
        pager(ui, Place(box, ground))


def pager(ui: Ui, place: Place) -> None:
    """Numbers of pages between two arrows, one of them chosen."""
    box, palette = place.box, ui.theme.palette
    side, gap = box[3] - box[1], ui.px(5)
    names = ["left", *map(str, range(1, ui.rng.randrange(4, 8))), "right"]
    active = ui.rng.randrange(1, len(names) - 1)
    x = max(box[0], box[2] - len(names) * (side + gap)) if ui.chance(0.5) else box[0]
    framed = ui.chance(0.6)
    for index, name in enumerate(names):
        part = square_left((x, *box[1:]), side)
        x += side + gap
        if part[2] > box[2]:
            break
        parent = None
        color = palette.text
        if framed or index == active:
            fill = palette.primary if index == active else place.ground
            color = palette.on_primary if index == active else palette.text
            border = fill if index == active else palette.border
            ui.canvas.frame(part, fill, border, ui.px(1), ui.px(min(ui.looks.button_radius, 8)))
            words = name if name.isdigit() else ""
            about = "" if words else ui.icon_word(name)
            parent = ui.canvas.record("button", part, text=words, description=about, clickable=True)
        if name.isdigit():
            ui.text_in(
                part, name, align="center", scale=0.92, color=color, parent=parent,
                type="text" if parent is not None else "button", clickable=parent is None,
            )  # fmt: skip
        else:
            ui.icon_in(part, name, size=14, color=color, parent=parent, clickable=parent is None)


def blocks(ui: Ui, flow: Flow, ground: Color) -> None:
    """Blocks of every kind in any order."""
    for _ in range(40):
        if flow.rest < ui.px(36):
            break
        ui.rng.choice(_BLOCKS)(ui, flow, Place((flow.left, 0, flow.right, 0), ground))


def _head(ui: Ui, flow: Flow, place: Place) -> None:
    heading(ui, flow, ui.texts.word("title"), link_words=ui.texts.word("link"))


def _words(ui: Ui, flow: Flow, place: Place) -> None:
    paragraph(ui, flow, ui.rng.randrange(1, 3))


def _chips(ui: Ui, flow: Flow, place: Place) -> None:
    chip_row(ui, flow, place.ground)


def _tabs(ui: Ui, flow: Flow, place: Place) -> None:
    tabs(ui, flow, place.ground, ui.texts.words("tag", 4))


def _search(ui: Ui, flow: Flow, place: Place) -> None:
    lists.search(ui, flow, place.ground)


def _rows(ui: Ui, flow: Flow, place: Place) -> None:
    lead = ui.rng.choice(("icon", "none", "avatar"))
    trail = ui.rng.choice(("switch", "text", "badge"))
    row = RowKind(lead=lead, trail=trail, icons=lists.SETTING_ICONS)
    rows(ui, flow, place.ground, row, ui.rng.randrange(1, 4))


def _stats(ui: Ui, flow: Flow, place: Place) -> None:
    if box := flow.take(ui.px(66), ui.px(ui.looks.gap)):
        for part in columns(box, 2, ui.px(10)):
            stat(ui, place.at(part))


def _post(ui: Ui, flow: Flow, place: Place) -> None:
    if flow.rest > ui.px(120):
        media.post(ui, flow, place.ground)


def _field(ui: Ui, flow: Flow, place: Place) -> None:
    if box := flow.take(field_height(ui), ui.px(ui.looks.gap)):
        forms.one_field(ui, place.at(box))


_BLOCKS = (
    *(_head, _words, _chips, _tabs, _search, _rows, _rows, _stats, _post, _field, _field),
    *(forms.button_row, forms.button_row, forms.choices),
)
