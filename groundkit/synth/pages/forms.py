"""Pages to fill in."""

from __future__ import annotations

from groundkit.synth.boxes import Flow, columns, middle, split
from groundkit.synth.buttons import button, button_width, link
from groundkit.synth.choices import (
    choice,
    choice_width,
    progress,
    progress_ring,
    rating,
    slider,
    switch,
)
from groundkit.synth.colors import Color
from groundkit.synth.fields import field, field_height, labelled_field, text_area
from groundkit.synth.panels import card, heading, paragraph
from groundkit.synth.ui import Place, Ui

KINDS = ("input", "input", "input", "select", "date", "password", "stepper")


CHOICES = 24
"""Height of a row of checkboxes or radios."""


def form(ui: Ui, flow: Flow, ground: Color) -> None:
    """Fields with labels, choices and buttons at the end, sometimes on a card."""
    if ui.chance(0.6):
        heading(ui, flow, ui.texts.word("title"))
    flow.left += ui.px(ui.looks.indent)
    place = Place((flow.left, flow.top, flow.right, flow.bottom), ground)
    gap, pad = ui.px(ui.looks.gap), ui.px(14)
    framed = ui.chance(0.4)
    heights = _plan(ui, flow.rest - (2 * pad if framed else 0))
    inner = flow
    if framed and len(heights) > 1:
        box = flow.take(sum(heights.values()) + gap * (len(heights) - 1) + 2 * pad, gap)
        if box is None:
            return
        place = card(ui, place.at(box))
        inner = Flow(box[0] + pad, box[2] - pad, box[1] + pad, box[3])
    two = inner.width > ui.px(460) and ui.chance(0.6)
    for number, kind in enumerate(heights):
        if kind.startswith("choices"):
            choices(ui, inner, place)
        elif kind == "buttons":
            button_row(ui, inner, place)
        elif box := inner.take(heights[kind], gap if number < len(heights) - 1 else 0):
            if kind == "area":
                text_area(ui, place.at(box), ui.texts.word("hint"))
                continue
            for part in columns(box, 2, ui.px(16)) if two else [box]:
                one_field(ui, place.at(part))


def _plan(ui: Ui, room: int) -> dict[str, int]:
    """What a form consists of, with the height of each part."""
    parts: dict[str, int] = {}
    for number in range(ui.rng.randrange(2, 9)):
        parts[f"field {number}"] = field_height(ui)
        if ui.chance(0.25):
            parts[f"choices {number}"] = ui.px(CHOICES)
    if ui.chance(0.25):
        parts["area"] = ui.px(64)
    gap, buttons = ui.px(ui.looks.gap), ui.px(ui.looks.control)
    while parts and sum(parts.values()) + gap * len(parts) + buttons > room:
        parts.popitem()
    parts["buttons"] = buttons
    return parts


def one_field(ui: Ui, place: Place) -> None:
    """A field of some kind with its label."""
    kind = ui.rng.choice(KINDS)
    value = ""
    if kind == "password":
        value = "*" * ui.rng.randrange(6, 12) if ui.chance(0.5) else ""
    elif kind == "date":
        value = ui.texts.date() if ui.chance(0.6) else ""
    elif kind == "select":
        value = ui.texts.word("option") if ui.chance(0.7) else ""
    elif ui.chance(0.4):
        value = ui.rng.choice((ui.texts.email(), ui.texts.word("person"), ui.texts.code()))
    labelled_field(ui, place, ui.texts.word("field"), ui.texts.word("hint"), kind, value)


def choices(ui: Ui, flow: Flow, place: Place) -> None:
    """Checkboxes or radios side by side."""
    kind = ui.rng.choice(("checkbox", "checkbox", "radio"))
    topic = "check" if kind == "checkbox" else "option"
    box = flow.take(ui.px(CHOICES), ui.px(ui.looks.gap))
    if box is None:
        return
    x, chosen = box[0], ui.rng.randrange(3)
    for index in range(ui.rng.randrange(1, 5)):
        words = ui.texts.word(topic)
        if x + choice_width(ui, words) > box[2]:
            break
        on = index == chosen if kind == "radio" else ui.chance(0.5)
        part = (x, box[1], x + choice_width(ui, words), box[3])
        x = choice(ui, place.at(part), words, kind, on) + ui.px(18)


def button_row(ui: Ui, flow: Flow, place: Place) -> None:
    """One to three buttons, across the column or at one of its sides."""
    box = flow.take(ui.px(ui.looks.control), ui.px(ui.looks.gap))
    if box is None:
        return
    if ui.chance(0.4):
        count = ui.rng.randrange(1, 3)
        kinds = ("second", "primary") if count == 2 else ("primary",)
        for part, kind in zip(columns(box, count, ui.px(10)), kinds, strict=True):
            button(ui, place.at(part), ui.texts.word("action"), kind)
        return
    x = box[0]
    icons = ("plus", "check", "download", "search", "refresh", "send", "trash", "upload")
    row = ("primary", "second", ui.rng.choice(("second", "danger", "quiet")))
    for kind in row[: ui.rng.randrange(1, 4)]:
        words = ui.texts.word("action")
        icon = ui.rng.choice(icons) if ui.chance(0.25) and kind != "quiet" else ""
        width = button_width(ui, words, icon)
        if x + width > box[2]:
            break
        button(ui, place.at((x, box[1], x + width, box[3])), words, kind, icon)
        x += width + ui.px(10)


def login(ui: Ui, flow: Flow, ground: Color) -> None:
    """A sign, a heading, two fields, a button and links."""
    width = min(flow.width, ui.px(ui.rng.uniform(260, 360)))
    left = flow.left + (flow.width - width) // 2
    flow = Flow(left, left + width, flow.top, flow.bottom)
    flow.top += max(0, (flow.rest - ui.px(380)) // ui.rng.randrange(2, 5))
    place = Place((flow.left, flow.top, flow.right, flow.bottom), ground)
    _welcome(ui, flow)
    for kind in ("input", "password"):
        if box := flow.take(field_height(ui), ui.px(ui.looks.gap)):
            value = ui.texts.email() if kind == "input" and ui.chance(0.4) else ""
            labelled_field(
                ui, place.at(box), ui.texts.word("field"), ui.texts.word("hint"), kind, value
            )
    if box := flow.take(ui.px(24), ui.px(8)):
        left_box, right_box = split(box, (box[2] - box[0]) * 6 // 11)
        words = ui.texts.word("check")
        if choice_width(ui, words) < left_box[2] - left_box[0]:
            choice(ui, place.at(left_box), words, "checkbox", ui.chance(0.5))
        link(ui, place.at(right_box), ui.texts.word("link"), "right")
    for kind in ("primary", "second")[: ui.rng.randrange(1, 3)]:
        if box := flow.take(ui.px(ui.looks.control), ui.px(10)):
            button(ui, place.at(box), ui.texts.word("action"), kind)
    if box := flow.take(ui.theme.line(0.92) + 4):
        link(ui, place.at(box), ui.texts.word("link"), "center")


def _welcome(ui: Ui, flow: Flow) -> None:
    if flow.rest > ui.px(320) and (box := flow.take(ui.px(56), ui.px(12))):
        name = ui.rng.choice(("bolt", "cloud", "shield", "home", "music", "globe", "lock"))
        ui.icon_in(middle(box, ui.px(52), ui.px(52)), name, 48, color=ui.theme.palette.primary)
    if box := flow.take(ui.theme.line(1.5), ui.px(10)):
        align = "center" if ui.chance(0.6) else "left"
        bold = ui.looks.heading_bold
        ui.text_in(box, ui.texts.word("title"), align=align, scale=1.5, bold=bold, type="heading")
    if ui.chance(0.4):
        paragraph(ui, flow, 1)


def controls(ui: Ui, flow: Flow, ground: Color) -> None:
    """Things to switch and slide, one below the other."""
    heading(ui, flow, ui.texts.word("title"))
    flow.left += ui.px(ui.looks.indent)
    place = Place((flow.left, flow.top, flow.right, flow.bottom), ground)
    height = ui.px(30)
    while box := flow.take(height, ui.px(ui.looks.gap)):
        words = ui.texts.word("setting")
        kind = ui.rng.choice(
            ("slider", "slider", "switch", "choices", "progress", "rating", "ring")
        )
        label, part = split(box, (box[2] - box[0]) * 2 // 5)
        if kind == "choices":
            flow.top = box[1]
            choices(ui, flow, place)
            continue
        if kind == "ring":
            if flow.rest < ui.px(60):
                continue
            flow.top = box[1] + ui.px(64) + ui.px(ui.looks.gap)
            part = (part[0], part[1], part[2], part[1] + ui.px(64))
            progress_ring(ui, place.at(part), words)
            label = (label[0], label[1], label[2], label[1] + ui.px(64))
        elif kind == "slider":
            slider(ui, place.at(part), words)
        elif kind == "switch":
            switch(ui, place.at(part), words, ui.chance(0.5))
        elif kind == "progress":
            progress(ui, place.at(part), words)
        else:
            rating(ui, place.at(part), words)
        ui.text_in((label[0], label[1], label[2] - ui.px(6), label[3]), words, type="label")


def filters(ui: Ui, flow: Flow, ground: Color) -> None:
    """A row of a few fields and a button, as above a table."""
    box = flow.take(ui.px(ui.looks.control), ui.px(ui.looks.gap))
    if box is None:
        return
    count = max(1, min(4, (box[2] - box[0]) // ui.px(150)))
    words = ui.texts.word("action")
    width = button_width(ui, words)
    rest, part = split(box, -width)
    button(ui, Place(part, ground), words)
    rest = (rest[0], rest[1], rest[2] - ui.px(10), rest[3])
    for column in columns(rest, count, ui.px(10)):
        kind = ui.rng.choice(("search", "select", "input", "date"))
        field(ui, Place(column, ground), ui.texts.word("hint"), kind)
