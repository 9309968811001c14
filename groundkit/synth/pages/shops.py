"""Pages that sell things."""

from __future__ import annotations

from groundkit.synth.boxes import Flow, columns, inset, split, square_left
from groundkit.synth.buttons import badge, badge_width, button, icon_button
from groundkit.synth.choices import checkbox, rating
from groundkit.synth.colors import Color
from groundkit.synth.fields import field, stepper
from groundkit.synth.glyphs import width_of
from groundkit.synth.panels import about, card, chip_row, divider, heading, paragraph, state_color
from groundkit.synth.pictures import picture
from groundkit.synth.ui import Place, Ui


def shop(ui: Ui, flow: Flow, ground: Color) -> None:
    """Products in a grid of cards."""
    if ui.chance(0.4) and (box := flow.take(ui.px(ui.looks.control), ui.px(ui.looks.gap))):
        field(ui, Place(box, ground), ui.texts.word("hint"), "search")
    if ui.chance(0.5):
        chip_row(ui, flow, ground)
    if ui.chance(0.3):
        heading(ui, flow, ui.texts.word("title"), link_words=ui.texts.word("link"))
    count = max(2, min(6, flow.width // ui.px(ui.rng.uniform(140, 200))))
    gap = ui.px(10)
    side = (flow.width - gap * (count - 1)) // count
    image = round(side * ui.rng.uniform(0.55, 0.9))
    extras = ui.rng.choice(("rating", "button", "heart", "none"))
    pad = ui.px(8)
    low = ui.theme.line() + ui.theme.line(1.1) + ui.px(6) + pad
    if extras == "rating":
        low += ui.px(18)
    elif extras == "button":
        low += ui.px(32)
    image = min(image, max(flow.rest - low, ui.px(40)))
    while box := flow.take(image + low, gap):
        for part in columns(box, count, gap):
            _product_card(ui, Place(part, ground), image, extras)


def _product_card(ui: Ui, place: Place, image: int, extras: str) -> None:
    inner = card(ui, place, clickable=True)
    box, pad = place.box, ui.px(8)
    title = ui.texts.word("product")
    edge = ui.px(max(ui.looks.line, 1)) + 1
    photo = (box[0] + edge, box[1] + edge, box[2] - edge, box[1] + image)
    picture(ui, inner.at(photo), about(ui, title), ui.px(ui.looks.radius) - edge)
    flow = Flow(box[0] + pad, box[2] - pad, box[1] + image + ui.px(3), box[3])
    if part := flow.take(ui.theme.line(), ui.px(1)):
        ui.text_in(part, title, parent=inner.parent)
    if extras == "rating" and (part := flow.take(ui.px(16), ui.px(2))):
        rating(ui, inner.at(part), title)
    if part := flow.take(ui.theme.line(1.1), ui.px(2)):
        if extras == "heart":
            rest, icon = split(part, -ui.px(20))
            icon_button(ui, icon, "heart", ui.theme.palette.muted, inner.parent)
            part = rest
        color = ui.theme.palette.danger if ui.texts.lang == "zh" else None
        ui.text_in(part, ui.texts.price(), scale=1.1, bold=True, color=color, parent=inner.parent)
    if extras == "button" and (part := flow.take(ui.px(26))):
        button(ui, inner.at(part), ui.texts.word("action"))


def product(ui: Ui, flow: Flow, ground: Color) -> None:
    """One product with all about it."""
    place = Place((flow.left, flow.top, flow.right, flow.bottom), ground)
    title = ui.texts.word("product")
    if flow.width > ui.px(560):
        left, right = columns(place.box, 2, ui.px(24))
        height = min(left[2] - left[0], flow.rest)
        photo = (*left[:3], left[1] + height)
        picture(ui, place.at(photo), about(ui, title), ui.px(ui.looks.radius))
        flow.top = flow.bottom  # what stands below the picture is in the other column
        flow = Flow(right[0], right[2], right[1], right[3])
    elif flow.rest > ui.px(230) and (box := flow.take(flow.rest * 2 // 5, ui.px(10))):
        picture(ui, place.at(box), about(ui, title), ui.px(ui.looks.radius))
    heading(ui, flow, title, 1.35)
    if box := flow.take(ui.theme.line(1.3), ui.px(6)):
        price = ui.texts.price()
        bold = ui.theme.font(1.3, True)
        ui.text_in(box, price, scale=1.3, bold=True, color=ui.theme.palette.danger)
        words = ui.texts.word("status")
        x = box[0] + width_of(bold, price) + ui.px(12)
        width = badge_width(ui, words)
        if x + width < box[2]:
            height = ui.theme.line(0.78) + ui.px(4)
            y = (box[1] + box[3] - height) // 2
            badge(ui, place.at((x, y, x + width, y + height)), words, state_color(ui))
    if ui.chance(0.6) and (box := flow.take(ui.px(18), ui.px(6))):
        rating(ui, place.at(box), title)
    if ui.chance(0.6):
        chip_row(ui, flow, ground, "option")
    if ui.chance(0.6) and flow.rest > ui.px(90) and (box := flow.take(ui.px(30), ui.px(10))):
        part = (box[0], box[1], box[0] + min(ui.px(110), box[2] - box[0]), box[3])
        stepper(ui, place.at(part), title)
    if box := flow.take(ui.px(ui.looks.control + 4), ui.px(10)):
        kinds = ("second", "primary")[ui.rng.randrange(2) :]
        for part, kind in zip(columns(box, len(kinds), ui.px(10)), kinds, strict=True):
            button(
                ui,
                place.at(part),
                ui.texts.word("action"),
                kind,
                "cart" if kind == "primary" else "",
            )
    paragraph(ui, flow, 3)


def basket(ui: Ui, flow: Flow, ground: Color) -> None:
    """What is to be bought, a sum and a button."""
    heading(ui, flow, ui.texts.word("title"))
    foot = ui.px(ui.looks.control + 20)
    height = ui.px(66)
    place = Place((flow.left, flow.top, flow.right, flow.bottom), ground)
    checks = ui.chance(0.5)
    while flow.rest - foot > height and (box := flow.take(height, ui.px(ui.looks.gap * 0.7))):
        _basket_row(ui, place.at(box), checks)
        if ui.chance(0.12):
            break
    if box := flow.take(ui.px(ui.looks.control), 0):
        divider(ui, flow.left, flow.right, box[1] - ui.px(5), ground)
        left, right = columns(box, 2, ui.px(8))
        ui.text_in(left, ui.texts.price(), scale=1.25, bold=True)
        button(ui, place.at(right), ui.texts.word("action"))


def _basket_row(ui: Ui, place: Place, checks: bool) -> None:
    inner = card(ui, place, "list_item")
    box = inset(place.box, ui.px(8), ui.px(5))
    title = ui.texts.word("product")
    if checks:
        checkbox(ui, inner.at(square_left(box, ui.px(18))), title, ui.chance(0.7))
        box = (box[0] + ui.px(24), *box[1:])
    side = min(box[3] - box[1], ui.px(54))
    photo = square_left(box, side)
    picture(ui, inner.at(photo), about(ui, title), ui.px(ui.looks.radius / 2))
    box = (photo[2] + ui.px(10), *box[1:])
    first = (*box[:3], box[1] + ui.theme.line())
    icon = (box[2] - ui.px(18), first[1], box[2], first[3])
    ui.icon_in(
        icon,
        ui.rng.choice(("trash", "close", "heart")),
        size=15,
        parent=inner.parent,
        clickable=True,
    )
    ui.text_in((*first[:2], icon[0] - ui.px(4), first[3]), title, parent=inner.parent)
    low = (box[0], box[3] - ui.px(24), *box[2:])
    width = min(ui.px(80), (low[2] - low[0]) // 2)
    part = (low[2] - width, *low[1:])
    if width >= ui.px(66):
        stepper(ui, inner.at(part), title)
    ui.text_in(
        (*low[:2], part[0] - ui.px(4), low[3]), ui.texts.price(), bold=True, parent=inner.parent
    )
