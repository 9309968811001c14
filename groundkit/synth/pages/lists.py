"""Pages that are lists."""

from __future__ import annotations

from groundkit.synth.boxes import Flow
from groundkit.synth.colors import Color
from groundkit.synth.fields import field
from groundkit.synth.panels import RowKind, chip_row, heading, rows
from groundkit.synth.ui import Place, Ui

SETTING_ICONS = (
    *("wifi", "bell", "moon", "sun", "lock", "globe", "user", "shield", "cloud", "phone", "eye"),
    *("card", "clock", "help", "info", "bolt", "pin", "camera", "mic", "mail", "gear", "download"),
)


def settings(ui: Ui, flow: Flow, ground: Color) -> None:
    """Groups of rows with switches and arrows, each below a heading."""
    if ui.chance(0.3):
        search(ui, flow, ground)
    lead = ui.rng.choice(("none", "icon", "icon"))
    lines = ui.rng.choice((1, 1, 2))
    while flow.rest > ui.px(90):
        if ui.chance(0.75):
            heading(ui, flow, ui.texts.word("title"), ui.rng.choice((0.85, 1.0, 1.15)))
        kind = RowKind(
            lead=lead,
            lines=lines,
            trail=ui.rng.choice(("switch", "switch", "chevron", "text", "badge")),
            titles="setting",
            icons=SETTING_ICONS,
        )
        before = flow.top
        indented = Flow(flow.left + ui.px(ui.looks.indent), flow.right, flow.top, flow.bottom)
        rows(ui, indented, ground, kind, ui.rng.randrange(2, 6))
        flow.top = indented.top
        if flow.top == before:
            break


def search(ui: Ui, flow: Flow, ground: Color) -> None:
    """A search box across the column."""
    if box := flow.take(ui.px(ui.looks.control), ui.px(ui.looks.gap)):
        field(ui, Place(box, ground), ui.texts.word("hint"), "search")


def people(ui: Ui, flow: Flow, ground: Color) -> None:
    """Contacts or mails."""
    if ui.chance(0.5):
        search(ui, flow, ground)
    if ui.chance(0.3):
        chip_row(ui, flow, ground)
    kind = RowKind(
        lead=ui.rng.choice(("avatar", "avatar", "checkbox", "none")),
        lines=2,
        trail=ui.rng.choice(("time", "badge", "icon", "button", "none")),
        titles="person",
        subs=ui.rng.choice(("message", "sentence")),
    )
    rows(ui, flow, ground, kind, 40)


def files(ui: Ui, flow: Flow, ground: Color) -> None:
    """Files and folders."""
    if ui.chance(0.5):
        heading(ui, flow, ui.texts.word("title"))
    kind = RowKind(
        lead=ui.rng.choice(("icon", "icon", "image", "checkbox")),
        lines=ui.rng.choice((1, 2)),
        trail=ui.rng.choice(("text", "icon", "chevron", "none")),
        titles="file",
        icons=("file", "folder", "picture", "music", "play", "chart", "link", "lock"),
    )
    rows(ui, flow, ground, kind, 40)


def todo(ui: Ui, flow: Flow, ground: Color) -> None:
    """Things to tick off, or one of several to choose."""
    heading(ui, flow, ui.texts.word("title"), link_words=ui.texts.word("link"))
    kind = RowKind(
        lead=ui.rng.choice(("checkbox", "checkbox", "radio")),
        lines=ui.rng.choice((1, 1, 2)),
        trail=ui.rng.choice(("badge", "text", "icon", "none")),
        titles=ui.rng.choice(("message", "product", "story")),
    )
    rows(ui, flow, ground, kind, 40)
