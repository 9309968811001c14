"""What frames a page: bars, tabs, side navigation."""

from __future__ import annotations

from collections.abc import Sequence

from groundkit.geometry import IntBox
from groundkit.synth.boxes import Flow, columns, inset, split, square_left, square_right
from groundkit.synth.buttons import icon_button
from groundkit.synth.canvas import union
from groundkit.synth.colors import Color, mix, readable_on, visible_on
from groundkit.synth.fields import field
from groundkit.synth.glyphs import width_of
from groundkit.synth.panels import divider
from groundkit.synth.pictures import avatar
from groundkit.synth.ui import Place, Ui

BAR_ICONS = (
    *("search", "more_vertical", "plus", "share", "bell", "cart", "heart", "pencil", "filter"),
    *("gear", "refresh", "download", "help", "trash", "more"),
)
_LEFT_ICONS = ("arrow_left", "left", "menu", "close")
NAV_ICONS = (
    *("home", "search", "user", "heart", "bell", "cart", "chat", "grid", "list", "star", "gear"),
    *("calendar", "folder", "chart", "mail", "globe", "bookmark", "play", "camera", "pin", "music"),
)


def top_bar(ui: Ui, area: IntBox, title: str, search: bool = False) -> IntBox:
    """A bar with a title and icons, or a search box; returns what is left of the area."""
    palette = ui.theme.palette
    height = ui.px(ui.rng.choice((42, 48, 54)))
    box, rest = (*area[:3], area[1] + height), (area[0], area[1] + height, *area[2:])
    ui.canvas.fill(box, palette.bar)
    lined = ui.looks.bar == "line" and palette.bar != palette.primary
    number = None  # of the colour of the page and without a line nobody sees a bar
    if lined or palette.bar != palette.page:
        number = ui.canvas.record("toolbar", box)
    content = inset(box, ui.px(10))
    side = ui.px(24)
    if ui.chance(0.6):
        name = ui.rng.choice(_LEFT_ICONS)
        icon_button(ui, square_left(content, side), name, palette.on_bar, number)
        content = (content[0] + side + ui.px(8), *content[1:])
    for name in ui.rng.sample(
        BAR_ICONS, ui.rng.randrange(0, 4 if area[2] - area[0] > ui.px(300) else 3)
    ):
        icon_button(ui, square_right(content, side), name, palette.on_bar, number)
        content = (*content[:2], content[2] - side - ui.px(8), content[3])
    place = Place(content, palette.bar, number)
    if search:
        half = inset(content, 0, (height - ui.px(30)) // 2)
        field(ui, place.at(half), ui.texts.word("hint"), "search")
    else:
        align = "center" if ui.looks.centered else "left"
        ui.text_in(
            content,
            title,
            align=align,
            scale=1.2,
            bold=ui.looks.heading_bold,
            color=palette.on_bar,
            type="heading",
            parent=number,
        )
    if lined:
        divider(ui, box[0], box[2], box[3] - 1, palette.bar)
    return rest


def bottom_bar(ui: Ui, area: IntBox) -> IntBox:
    """Icons with words below them along the bottom; returns what is left of the area."""
    palette = ui.theme.palette
    height = ui.px(50)
    rest, box = (*area[:3], area[3] - height), (area[0], area[3] - height, *area[2:])
    color = palette.surface
    ui.canvas.fill(box, color)
    divider(ui, box[0], box[2], box[1], color)
    number = ui.canvas.record("toolbar", box)
    count = ui.rng.randrange(3, 6)
    words = ui.texts.words("nav", count)
    icons = ui.rng.sample(NAV_ICONS, len(words))
    active = ui.rng.randrange(len(words))
    with_words = ui.chance(0.8)
    for index, part in enumerate(columns(box, len(words), 0)):
        ink = visible_on(palette.primary if index == active else palette.muted, color)
        if not with_words:
            sign = ui.icon_in(part, icons[index], size=24, color=ink, record=False)
            about = ui.icon_word(icons[index])
            ui.canvas.record("tab", sign, description=about, parent=number, clickable=True)
            continue
        tab = ui.canvas.record("tab", None, parent=number, clickable=True)
        line = ui.theme.line(0.76)
        top = (*part[:3], part[3] - line - ui.px(4))
        ui.icon_in(inset(top, 0, 3), icons[index], size=21, color=ink, parent=tab)
        low = (part[0] + 1, part[3] - line - ui.px(4), part[2] - 1, part[3] - ui.px(4))
        ui.text_in(low, words[index], align="center", scale=0.76, color=ink, parent=tab)
    return rest


def tabs(ui: Ui, flow: Flow, ground: Color, names: Sequence[str]) -> None:
    """A row of tabs in the way of the design."""
    box = flow.take(ui.theme.line() + ui.px(14), ui.px(ui.looks.gap))
    if box is None:
        return
    look = ui.looks.tabs
    widths = [width_of(ui.theme.font(), name) + ui.px(22) for name in names]
    while len(names) > 1 and sum(widths) > box[2] - box[0]:
        names, widths = names[:-1], widths[:-1]
    if look == "segment" or (ui.theme.looks.centered and look != "pill"):
        parts = columns(box, len(names), 0)
    else:
        parts, x = [], box[0]
        for width in widths:
            parts.append((x, box[1], min(x + width, box[2]), box[3]))
            x += width
    place = Place(box, ground)
    active = ui.rng.randrange(len(names))
    if look == "segment":
        place = _segment_track(ui, place)
    elif look in ("line", "box"):
        divider(ui, box[0], box[2], box[3] - 1, ground)
    for index, (name, part) in enumerate(zip(names, parts, strict=False)):
        _tab(ui, place.at(part), name, index == active)


def _segment_track(ui: Ui, place: Place) -> Place:
    color = mix(place.ground, ui.theme.palette.text, 0.1)
    ui.canvas.round(place.box, color, ui.px(ui.looks.field_radius))
    number = ui.canvas.record("container", place.box, parent=place.parent)
    return Place(place.box, color, number)


def _tab(ui: Ui, place: Place, name: str, active: bool) -> None:
    palette, look, box = ui.theme.palette, ui.looks.tabs, place.box
    if look == "line" or not active:
        color = palette.primary if active else palette.muted
        if look == "box" and not active:
            color = palette.text
        color = visible_on(color, place.ground)
        ink = ui.text_in(
            inset(box, ui.px(4)),
            name,
            align="center",
            bold=active,
            color=color,
            type="tab",
            parent=place.parent,
            clickable=True,
        )
        if active and ink:
            number = len(ui.canvas.drafts) - 1
            line = (ink[0] - ui.px(4), box[3] - ui.px(2.5), ink[2] + ui.px(4), box[3])
            ui.canvas.fill(line, palette.primary)
            ui.canvas.drafts[number].box = union([ink, line])
            ui.canvas.record("text", ink, text=ui.canvas.drafts[number].text, parent=number)
        return
    if look == "segment":
        box = inset(box, ui.px(2), ui.px(2))
        fill, ink_color, radius = palette.surface, palette.text, ui.px(ui.looks.field_radius) - 1
        if fill == place.ground:
            fill, ink_color = palette.primary, palette.on_primary
    elif look == "pill":
        fill, ink_color, radius = palette.primary, palette.on_primary, (box[3] - box[1]) // 2
    else:
        fill, ink_color, radius = palette.surface, palette.text, ui.px(ui.looks.radius / 2)
    if look == "box":
        ui.canvas.frame(box, fill, palette.border, ui.px(1), radius, (0, 1))
    else:
        ui.canvas.round(box, fill, radius)
    number = ui.canvas.record("tab", box, text=name, parent=place.parent, clickable=True)
    ui.text_in(inset(box, ui.px(3)), name, align="center", color=ink_color, parent=number)


def side_bar(ui: Ui, area: IntBox, width: int) -> IntBox:
    """Navigation along the left edge; returns what is left of the area."""
    palette = ui.theme.palette
    box, rest = split(area, width)
    strong = ui.chance(0.35)
    ground = (
        mix(palette.text, palette.page, 0.12) if strong and not ui.theme.dark else palette.surface
    )
    if ui.theme.dark and strong:
        ground = mix(palette.page, (0, 0, 0), 0.3)
    ink = readable_on(ground) if ground != palette.surface else palette.text
    ui.canvas.fill(box, ground)
    if ground == palette.surface:
        ui.canvas.fill((box[2] - 1, box[1], box[2], box[3]), palette.border)
    number = ui.canvas.record("container", box)
    flow = Flow(box[0] + ui.px(12), box[2] - ui.px(12), box[1] + ui.px(14), box[3] - ui.px(10))
    _brand(ui, flow, ground, ink, number)
    height = ui.theme.line() + ui.px(14)
    active = ui.rng.randrange(6)
    count = ui.rng.randrange(6, 13)
    for index in range(count):
        part = flow.take(height, ui.px(3))
        if part is None:
            break
        _nav_item(ui, Place(part, ground, number), ink, index == active)
    if flow.rest > ui.px(60) and ui.chance(0.5):
        part = (flow.left, flow.bottom - ui.px(34), flow.right, flow.bottom)
        person = ui.texts.word("person")
        avatar(ui, Place(square_left(part, ui.px(32)), ground, number), person)
        name = (part[0] + ui.px(42), *part[1:])
        ui.text_in(name, person, color=ink, parent=number)
    return rest


def _brand(ui: Ui, flow: Flow, ground: Color, ink: Color, parent: int) -> None:
    part = flow.take(ui.theme.line(1.4), ui.px(16))
    if part is None:
        return
    name = ui.rng.choice(("Nimbus", "Orbit", "Vela", "Kite", "Tally", "Lumen", "Fjord", "Pebble"))
    ui.icon_in(
        square_left(part, ui.px(24)),
        ui.rng.choice(("bolt", "cloud", "shield", "grid", "star")),
        size=24,
        color=ui.theme.palette.primary,
        parent=parent,
    )
    text = (part[0] + ui.px(32), *part[1:])
    ui.text_in(text, name, scale=1.3, bold=True, color=ink, type="heading", parent=parent)


def _nav_item(ui: Ui, place: Place, ink: Color, active: bool) -> None:
    palette = ui.theme.palette
    words, icon = ui.texts.word("nav"), ui.rng.choice(NAV_ICONS)
    if active:
        fill = (
            palette.primary
            if ui.looks.button == "filled"
            else mix(place.ground, palette.primary, 0.25)
        )
        ui.canvas.round(place.box, fill, ui.px(min(ui.looks.button_radius, 20)))
        ink = readable_on(fill)
        item = ui.canvas.record("menu_item", place.box, parent=place.parent, clickable=True)
    else:
        item = ui.canvas.record("menu_item", None, parent=place.parent, clickable=True)
    content = inset(place.box, ui.px(8))
    ui.icon_in(square_left(content, ui.px(18)), icon, size=17, color=ink, parent=item)
    ui.text_in((content[0] + ui.px(28), *content[1:]), words, color=ink, parent=item)
