"""Pages of stories, pictures and music."""

from __future__ import annotations

from groundkit.synth.boxes import Flow, columns, middle, square_left
from groundkit.synth.buttons import button, icon_button, link, round_button
from groundkit.synth.choices import slider
from groundkit.synth.colors import Color
from groundkit.synth.panels import about, card, chip_row, divider, heading, paragraph, row_texts
from groundkit.synth.pictures import avatar, picture
from groundkit.synth.ui import Place, Ui


def feed(ui: Ui, flow: Flow, ground: Color) -> None:
    """Posts: who, a picture, words, and icons to react."""
    if ui.chance(0.25):
        chip_row(ui, flow, ground)
    count = 2 if flow.width > ui.px(640) else 1
    parts = columns((flow.left, flow.top, flow.right, flow.bottom), count, ui.px(16))
    for part in parts:
        column = Flow(part[0], part[2], part[1], part[3])
        while column.rest > ui.px(90):
            top = column.top
            post(ui, column, ground)
            if column.top == top:
                break
    flow.top = flow.bottom


def post(ui: Ui, flow: Flow, ground: Color) -> None:
    """A card with somebody's words and picture, if there is room for it."""
    pad = ui.px(10)
    head, foot, line = ui.px(38), ui.px(26), ui.theme.line()
    image = round(flow.width * ui.rng.uniform(0.3, 0.6)) if ui.chance(0.7) else 0
    if head + foot + line + image + 3 * pad > flow.rest:
        image = 0
    height = (
        pad + head + ui.px(6) + line + (image + ui.px(6) if image else 0) + foot + pad + ui.px(8)
    )
    box = flow.take(height, ui.px(ui.looks.gap * 1.2))
    if box is None:
        return
    place = card(ui, Place(box, ground))
    inner = Flow(box[0] + pad, box[2] - pad, box[1] + pad, box[3] - ui.px(4))
    top = inner.take(head, ui.px(6))
    assert top is not None
    person = ui.texts.word("person")
    avatar(ui, place.at(square_left(top, ui.px(34))), person)
    words = (top[0] + ui.px(44), top[1], top[2] - ui.px(26), top[3])
    row_texts(ui, place.at(words), person, ui.texts.date())
    dots = (top[2] - ui.px(20), *top[1:])
    ui.icon_in(dots, "more", size=16, parent=place.parent, clickable=True)
    if part := inner.take(line, ui.px(6)):
        ui.text_in(part, ui.texts.word("sentence"), parent=place.parent)
    if image and (part := inner.take(image, ui.px(6))):
        title = about(ui, ui.texts.word("story"))
        picture(ui, place.at(part), title, ui.px(ui.looks.radius / 2))
    if part := inner.take(foot):
        _reactions(ui, place.at(part))


def _reactions(ui: Ui, place: Place) -> None:
    x, box = place.box[0], place.box
    for name in ui.rng.sample(("heart", "chat", "share", "bookmark", "star"), 3):
        if x + ui.px(64) > box[2]:
            break
        icon = (x, box[1], x + ui.px(20), box[3])
        icon_button(ui, icon, name, ui.theme.palette.muted, place.parent)
        x += ui.px(28)
        if ui.chance(0.6):
            words = str(ui.rng.randrange(1, 999))
            part = (x, box[1], x + ui.px(40), box[3])
            color = ui.theme.palette.muted
            ink = ui.text_in(part, words, scale=0.86, color=color, parent=place.parent)
            x = (ink[2] if ink else x) + ui.px(14)


def article(ui: Ui, flow: Flow, ground: Color) -> None:
    """A story to read."""
    place = Place((flow.left, flow.top, flow.right, flow.bottom), ground)
    title = ui.texts.word("story")
    if ui.chance(0.6) and (box := flow.take(min(flow.width * 2 // 5, flow.rest // 3), ui.px(10))):
        picture(ui, place.at(box), about(ui, title), ui.px(ui.looks.radius))
    heading(ui, flow, title, 1.5)
    if box := flow.take(ui.px(30), ui.px(8)):
        person = ui.texts.word("person")
        avatar(ui, place.at(square_left(box, ui.px(28))), person)
        words = (box[0] + ui.px(38), *box[1:])
        ui.text_in(words, f"{person}, {ui.texts.date()}", scale=0.9, color=ui.theme.palette.muted)
    flow.left += ui.px(ui.looks.indent)
    while flow.rest > ui.px(60):
        paragraph(ui, flow, ui.rng.randrange(2, 5))
        kind = ui.rng.randrange(5)
        if kind == 0:
            heading(ui, flow, ui.texts.word("title"), 1.2)
        elif kind == 1 and (box := flow.take(ui.theme.line() + 4, ui.px(6))):
            link(ui, place.at(box), ui.texts.word("link"))
        elif kind == 2 and (box := flow.take(ui.px(ui.rng.uniform(60, 140)), ui.px(8))):
            picture(ui, place.at(box), about(ui, ui.texts.word("story")), ui.px(ui.looks.radius))
        elif kind == 3:
            chip_row(ui, flow, ground)


def gallery(ui: Ui, flow: Flow, ground: Color) -> None:
    """Pictures in a grid, with or without words below them."""
    if ui.chance(0.5):
        heading(ui, flow, ui.texts.word("title"), link_words=ui.texts.word("link"))
    if ui.chance(0.4):
        chip_row(ui, flow, ground)
    gap = ui.px(ui.rng.choice((3, 8, 12)))
    count = max(2, min(6, flow.width // ui.px(ui.rng.uniform(80, 150))))
    words = ui.chance(0.5)
    line = ui.theme.line(0.9) + ui.px(3) if words else 0
    side = (flow.width - gap * (count - 1)) // count
    height = round(side * ui.rng.choice((0.7, 1, 1, 1.3)))
    radius = ui.px(ui.looks.radius) if gap > ui.px(3) else 0
    topic = ui.rng.choice(("song", "city", "story", "product"))
    while box := flow.take(height + line, gap):
        for part in columns(box, count, gap):
            title = ui.texts.word(topic)
            image = (*part[:3], part[1] + height)
            picture(ui, Place(image, ground), about(ui, title), radius)
            if words:
                below = (part[0], part[1] + height + ui.px(3), part[2], part[3])
                ui.text_in(below, title, scale=0.9)


def player(ui: Ui, flow: Flow, ground: Color) -> None:
    """A cover, a title, a slider and buttons."""
    flow = flow.inner(max(0, (flow.width - ui.px(420)) // 2))
    place = Place((flow.left, flow.top, flow.right, flow.bottom), ground)
    low = ui.px(150)
    side = min(flow.rest - low, flow.width)
    title = ui.texts.word("song")
    if side > ui.px(60) and (box := flow.take(side, ui.px(12))):
        picture(
            ui, place.at(middle(box, side, side)), about(ui, title), ui.px(ui.looks.radius * 1.5)
        )
    heading(ui, flow, title, 1.35)
    if box := flow.take(ui.theme.line(0.95), ui.px(6)):
        align = "center" if ui.looks.centered else "left"
        color = ui.theme.palette.muted
        ui.text_in(box, ui.texts.word("person"), align=align, scale=0.95, color=color)
    if box := flow.take(ui.px(22), ui.px(2)):
        slider(ui, place.at(box), title)
    if box := flow.take(ui.theme.line(0.8), ui.px(2)):
        for align in ("left", "right"):
            words = ui.texts.clock()
            ui.text_in(box, words, align=align, scale=0.8, color=ui.theme.palette.muted)
    if flow.rest > ui.px(28) and (box := flow.take(min(ui.px(52), flow.rest))):
        names = ("heart", "previous", "pause" if ui.chance(0.5) else "play", "next", "list")
        for name, part in zip(names, columns(box, 5, 0), strict=True):
            if name in ("pause", "play"):
                size = min(ui.px(46), part[2] - part[0], part[3] - part[1])
                round_button(ui, place.at(middle(part, size, size)), name)
            else:
                icon_button(ui, part, name, ui.theme.palette.text)


def profile(ui: Ui, flow: Flow, ground: Color) -> None:
    """A person with numbers, a button and pictures."""
    place = Place((flow.left, flow.top, flow.right, flow.bottom), ground)
    person = ui.texts.word("person")
    if box := flow.take(ui.px(66), ui.px(8)):
        centered = ui.looks.centered
        side = ui.px(64)
        avatar(
            ui, place.at(middle(box, side, side) if centered else square_left(box, side)), person
        )
        if not centered:
            row_texts(ui, place.at((box[0] + side + ui.px(14), *box[1:])), person, ui.texts.email())
    if ui.looks.centered:
        heading(ui, flow, person)
    height = ui.theme.line(1.15) + ui.theme.line(0.82)
    if box := flow.take(height, ui.px(10)):
        for part in columns(box, 3, ui.px(6)):
            upper = (*part[:3], part[1] + ui.theme.line(1.15))
            ui.text_in(upper, ui.texts.number(), align="center", scale=1.15, bold=True)
            lower = (part[0], upper[3], *part[2:])
            color = ui.theme.palette.muted
            ui.text_in(lower, ui.texts.word("metric"), align="center", scale=0.82, color=color)
    if box := flow.take(ui.px(ui.looks.control), ui.px(12)):
        kinds = ("primary", "second")
        for part, kind in zip(columns(box, 2, ui.px(10)), kinds, strict=True):
            button(ui, place.at(part), ui.texts.word("action"), kind)
    divider(ui, flow.left, flow.right, flow.top - ui.px(6), ground)
    gallery(ui, flow, ground)
