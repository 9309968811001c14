"""Cards and rows: what holds other things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundkit.geometry import IntBox
from groundkit.synth.boxes import Flow, inset, split, square_left, square_right
from groundkit.synth.buttons import badge, badge_width, button, button_width, chip, chip_width
from groundkit.synth.choices import checkbox, radio, switch
from groundkit.synth.colors import BLACK, Color, mix
from groundkit.synth.glyphs import width_of
from groundkit.synth.pictures import avatar, picture
from groundkit.synth.ui import Place, Ui


def card(ui: Ui, place: Place, type: str = "card", clickable: bool = False) -> Place:
    """An empty card that fills its place; returns the place inside of it, without padding."""
    box, palette, look = place.box, ui.theme.palette, ui.looks.cards
    radius = ui.px(ui.looks.radius)
    fill = palette.surface
    near = sum(abs(a - b) for a, b in zip(fill, place.ground, strict=True)) < 24
    border, width = fill, 0
    if look == "hard":
        border, width = palette.text, ui.px(max(ui.looks.line, 1.5))
        drop = ui.px(3)
        shade = mix(palette.text, place.ground, 0.2)
        ui.canvas.round((box[0] + drop, box[1] + drop, box[2] + drop, box[3] + drop), shade, radius)
    elif look == "shadow":
        for step, share in ((3, 0.03), (2, 0.06), (1, 0.1)):
            ring = (box[0] - step, box[1] - step + 1, box[2] + step, box[3] + step + 1)
            ui.canvas.round(ring, mix(place.ground, BLACK, share), radius + step)
    elif look == "border" or near:
        border, width = palette.border, ui.px(ui.looks.line)
    ui.canvas.frame(box, fill, border, width, radius)
    number = ui.canvas.record(type, box, parent=place.parent, clickable=clickable)
    return Place(box, fill, number)


def divider(ui: Ui, left: int, right: int, y: int, ground: Color) -> None:
    """A hairline below `y`."""
    strong = 0.3 if ui.looks.line > 1.5 else 0.14
    line = ui.px(1)
    ui.canvas.fill((left, y, right, y + line), mix(ground, ui.theme.palette.text, strong))


@dataclass(frozen=True)
class RowKind:
    """What the rows of one list have in common.

    Attributes:
        lead: none, icon, avatar, image, checkbox or radio.
        lines: of text.
        trail: none, chevron, text, switch, badge, icon, button, time or checkbox.
        titles: topic of the first line.
        subs: topic of the second line.
        icons: to choose from.
    """

    lead: str = "none"
    lines: int = 1
    trail: str = "none"
    titles: str = "setting"
    subs: str = "sentence"
    icons: Sequence[str] = ()


def row_height(ui: Ui, kind: RowKind) -> int:
    """Height of a row by what stands in it."""
    lines = ui.theme.line() + (ui.theme.line(0.86) + ui.px(2) if kind.lines > 1 else 0)
    lead = {"avatar": 40, "image": 52}.get(kind.lead, 24)
    return max(lines, ui.px(lead)) + ui.px(ui.looks.gap + 4)


def rows(ui: Ui, flow: Flow, ground: Color, kind: RowKind, count: int) -> None:
    """A list in the way of its design, as far as there is room."""
    height, look = row_height(ui, kind), ui.looks.rows
    gap = ui.px(ui.looks.gap) * 3 // 4 if look == "card" else ui.px(1)
    count = min(count, (flow.rest + gap) // (height + gap))
    if count < 1:
        return
    place = Place((flow.left, flow.top, flow.right, flow.top + 1), ground)
    pad = ui.px(2)
    if look == "inset":
        whole = (flow.left, flow.top, flow.right, flow.top + count * (height + gap) - gap)
        place = card(ui, place.at(whole))
        pad = ui.px(12)
    elif look == "card":
        pad = ui.px(10)
    elif look == "divider":
        divider(ui, flow.left, flow.right, flow.top - ui.px(1), ground)
    title_at = ui.rng.randrange(10**6)
    for index in range(count):
        box = flow.take(height, gap)
        assert box is not None
        _row(ui, place.at(box), kind, pad, title_at + index)
        if look == "divider" or (look == "inset" and index < count - 1):
            divider(ui, box[0] + (pad if look == "inset" else 0), box[2], box[3], place.ground)
    flow.top += ui.px(ui.looks.gap) - (0 if look == "divider" else gap)


def _row(ui: Ui, place: Place, kind: RowKind, pad: int, seed: int) -> None:
    if ui.looks.rows == "card":
        inner = card(ui, place, type="list_item", clickable=True)
    elif ui.looks.rows == "plain":
        inner = place
    else:
        number = ui.canvas.record("list_item", place.box, parent=place.parent, clickable=True)
        inner = Place(place.box, place.ground, number)
    box = inset(place.box, pad, ui.px(2))
    title = ui.texts.word(kind.titles)
    box = _lead(ui, inner.at(box), kind, title)
    box = _trail(ui, inner.at(box), kind, title)
    row_texts(ui, inner.at(box), title, ui.texts.word(kind.subs) if kind.lines > 1 else "")


def row_texts(ui: Ui, place: Place, title: str, sub: str) -> None:
    """One or two lines in the vertical middle of a place."""
    box = place.box
    if not sub:
        ui.text_in(box, title, parent=place.parent)
        return
    first, second = ui.theme.line(), ui.theme.line(0.86)
    y = (box[1] + box[3] - first - second - ui.px(2)) // 2
    bold = ui.looks.heading_bold
    width = box[2] - box[0]
    ui.text(box[0], y, title, bold=bold, width=width, parent=place.parent)
    ui.text(
        box[0],
        y + first + ui.px(2),
        sub,
        scale=0.86,
        color=ui.theme.palette.muted,
        width=width,
        parent=place.parent,
    )


def _lead(ui: Ui, place: Place, kind: RowKind, title: str) -> IntBox:
    """Paints what begins a row, returns what is left of it."""
    box = place.box
    if kind.lead == "none":
        return box
    height = box[3] - box[1]
    units = {"avatar": 38, "image": 50, "icon": 26}.get(kind.lead, 20)
    side = min(ui.px(units), height)
    part = square_left(box, side)
    if kind.lead == "avatar":
        avatar(ui, place.at(part), title)
    elif kind.lead == "image":
        picture(ui, place.at(part), about(ui, title), ui.px(min(ui.looks.radius, 8)))
    elif kind.lead == "checkbox":
        checkbox(ui, place.at(part), title, ui.chance(0.4))
    elif kind.lead == "radio":
        radio(ui, place.at(part), title, ui.chance(0.3))
    else:
        _row_icon(ui, place.at(part), ui.rng.choice(kind.icons or ("file",)))
    return (part[2] + ui.px(10), *box[1:])


def _row_icon(ui: Ui, place: Place, name: str) -> None:
    look = ui.looks.icon_disc
    if look == "none":
        ui.icon_in(place.box, name, size=20, parent=place.parent)
        return
    side = place.box[2] - place.box[0]
    palette = ui.theme.palette
    color = ui.rng.choice((palette.primary, palette.success, palette.warning, palette.danger))
    ui.canvas.round(place.box, color, side // 2 if look == "disc" else max(side // 4, 2))
    ink = inset(place.box, side // 6, side // 6)
    ui.icon_in(ink, name, size=16, color=(255, 255, 255), record=False)
    word = ui.icon_word(name)
    ui.canvas.record("icon", place.box, description=word, parent=place.parent)


def about(ui: Ui, title: str) -> str:
    """What a picture of something is called."""
    word = ui.texts.word("about")
    return f"{title} {word}" if ui.texts.lang == "en" else f"{title}{word}"


_STATES = ("primary", "success", "warning", "danger")


def state_color(ui: Ui) -> Color:
    color: Color = getattr(ui.theme.palette, ui.rng.choice(_STATES))
    return color


def _trail(ui: Ui, place: Place, kind: RowKind, title: str) -> IntBox:
    """Paints what ends a row, returns what is left of it."""
    box, palette = place.box, ui.theme.palette
    if kind.trail == "none" or box[2] - box[0] < ui.px(120):
        return box
    end = box[2]
    if kind.trail == "switch":
        end = switch(ui, place, title, ui.chance(0.5))[0]
    elif kind.trail in ("chevron", "icon", "checkbox"):
        part = square_right(box, ui.px(20))
        if kind.trail == "checkbox":
            checkbox(ui, place.at(part), title, ui.chance(0.4))
        elif kind.trail == "chevron":
            ui.icon_in(part, "right", size=13, color=palette.muted, parent=place.parent)
        else:
            name = ui.rng.choice(("more_vertical", "heart", "star", "trash", "download", "plus"))
            ui.icon_in(part, name, size=18, parent=place.parent, clickable=True)
        end = part[0]
    elif kind.trail == "badge":
        end = _trail_badge(ui, place)
    elif kind.trail == "button":
        words = ui.texts.word("action")
        height = min(ui.px(26), box[3] - box[1])
        width = min(button_width(ui, words), (box[2] - box[0]) // 2)
        part = square_right(box, height)
        part = (part[2] - width, *part[1:])
        button(ui, place.at(part), words, ui.rng.choice(("primary", "second")))
        end = part[0]
    else:
        words = ui.texts.clock() if kind.trail == "time" else ui.texts.value()
        ink = ui.text_in(
            split(box, (box[2] - box[0]) // 2)[1],
            words,
            align="right",
            scale=0.86,
            color=palette.muted,
            parent=place.parent,
        )
        end = ink[0] if ink else end
    return (box[0], box[1], end - ui.px(8), box[3])


def _trail_badge(ui: Ui, place: Place) -> int:
    words = ui.texts.word("status") if ui.chance(0.6) else str(ui.rng.randrange(1, 99))
    height = min(ui.theme.line(0.78) + ui.px(5), place.box[3] - place.box[1])
    part = square_right(place.box, height)
    part = (part[2] - max(badge_width(ui, words), height), *part[1:])
    badge(ui, place.at(part), words, state_color(ui))
    return part[0]


def chip_row(ui: Ui, flow: Flow, ground: Color, topic: str = "tag") -> None:
    """A row of chips, the first one active."""
    height = ui.theme.line(0.88) + ui.px(10)
    box = flow.take(height, ui.px(ui.looks.gap))
    if box is None:
        return
    x = box[0]
    active = ui.rng.randrange(-1, 3)
    for index in range(12):
        words = ui.texts.word(topic)
        width = chip_width(ui, words)
        if x + width > box[2]:
            break
        chip(ui, Place((x, box[1], x + width, box[3]), ground), words, index == active)
        x += width + ui.px(8)


def heading(ui: Ui, flow: Flow, words: str, scale: float = 1.25, link_words: str = "") -> None:
    """A heading, sometimes with a link at its right."""
    from groundkit.synth.buttons import link

    box = flow.take(ui.theme.line(scale), ui.px(ui.looks.gap * 0.7))
    if box is None:
        return
    bold = ui.looks.heading_bold
    align = "center" if ui.looks.centered and not link_words else "left"
    if link_words:
        width = width_of(ui.theme.font(0.92), link_words)
        if width < (box[2] - box[0]) // 2:
            rest, part = split(box, -width - 1)
            link(ui, Place(part, ui.theme.palette.page), link_words, "right")
            box = (rest[0], rest[1], rest[2] - ui.px(8), rest[3])
    ui.text_in(box, words, align=align, scale=scale, bold=bold, type="heading")


def paragraph(ui: Ui, flow: Flow, lines: int, parent: int | None = None) -> None:
    """Lines of running text in a weaker colour."""
    for _ in range(lines):
        box = flow.take(ui.theme.line(0.92), ui.px(2))
        if box is None:
            break
        ui.text_in(
            box, ui.texts.word("sentence"), scale=0.92, color=ui.theme.palette.muted, parent=parent
        )
    flow.top += ui.px(ui.looks.gap * 0.6)
