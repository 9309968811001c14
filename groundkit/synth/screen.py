"""One screen from a design, a seed and an index."""

from __future__ import annotations

import hashlib
import math
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundkit.errors import OptionError
from groundkit.geometry import IntBox, Size
from groundkit.records import Screen
from groundkit.synth import bars
from groundkit.synth.boxes import Flow
from groundkit.synth.buttons import round_button
from groundkit.synth.canvas import Canvas
from groundkit.synth.designs import ALL, KNOWN_DESIGNS
from groundkit.synth.fonts import CJK_HINT, FontChoice, FontSet, find_fonts
from groundkit.synth.frames import breadcrumb, frame
from groundkit.synth.overlays import overlay
from groundkit.synth.pages import PAGES
from groundkit.synth.texts import Texts
from groundkit.synth.theme import Design, draw_theme
from groundkit.synth.ui import Place, Ui
from groundkit.vocabulary import Lang

MIXED = "mixed"
SMALLEST, LARGEST = 140, 4096
"""Sides of a screen in pixels."""

# Multiples of 28 pass the Qwen2-VL processors as they are (patch times merge).
_SMALL = range(224, 449, 28)

SIZES: dict[str, tuple[Size, ...]] = {
    "small": tuple((width, height) for width in _SMALL for height in _SMALL),
    "phone": ((360, 800), (390, 844), (412, 915), (1080, 1920), (1080, 2400)),
    "desktop": ((1280, 800), (1366, 768), (1440, 900), (1920, 1080)),
}
"""Sizes by what they are for: to learn on, and to test on."""

_WHOLE_PAGES = frozenset({"chat", "player", "login"})
_LISTS = frozenset({"people", "feed", "todo", "files"})


class SynthScreen(NamedTuple):
    """A picture, uint8 RGB of shape (height, width, 3), and what is on it."""

    image: NDArray[np.uint8]
    screen: Screen


def make_screen(
    design: str,
    seed: int,
    index: int,
    *,
    size: Size | None = None,
    lang: Lang = "en",
    fonts: FontChoice | FontSet = "system",
) -> SynthScreen:
    """A screen that depends on nothing but the arguments and the fonts.

    Args:
        design: one of `DESIGNS`, or `mixed` for one of `KNOWN_DESIGNS`.
        size: (width, height); None: 224 to 448 pixels a side, multiples of 28.
        fonts: those of the machine, the one of Pillow alone, or a set of your own.

    Raises:
        OptionError: an unknown design, an impossible size, no font for the language.
    """
    chosen = resolve_design(design, seed, index)
    found = fonts if isinstance(fonts, FontSet) else find_fonts(fonts)
    if lang == "zh" and not found.has_cjk:
        raise OptionError("no font here has Chinese letters", "lang zh", hint=CJK_HINT)
    width, height = size or seeded("size", seed, index).choice(SIZES["small"])
    check_size((width, height))
    rng = seeded(chosen.name, seed, index, width, height, lang)
    theme = draw_theme(rng, chosen, found, lang, _unit(rng, (width, height)))
    canvas = Canvas((width, height), theme.palette.page)
    _compose(Ui(canvas, theme, Texts(rng, lang), rng), chosen)
    screen = Screen(
        id=screen_id(chosen.name, seed, index),
        image=image_name(chosen.name, seed, index),
        width=width,
        height=height,
        elements=canvas.elements(),
        source=f"synth-{chosen.name}",
    )
    return SynthScreen(np.array(canvas.image, np.uint8), screen)


def screen_id(design: str, seed: int, index: int) -> str:
    return f"{design}-{seed}-{index:06d}"


def image_name(design: str, seed: int, index: int) -> str:
    """Where a folder of screens holds the picture of one."""
    return f"images/{screen_id(design, seed, index)}.png"


def resolve_design(name: str, seed: int, index: int) -> Design:
    """The design of a screen; `mixed` draws one by seed and index.

    Raises:
        OptionError: no design has that name.
    """
    if name == MIXED:
        name = seeded(MIXED, seed, index).choice(KNOWN_DESIGNS)
    if name not in ALL:
        raise OptionError(f"no design {name!r}", choices=(MIXED, *ALL))
    return ALL[name]


def check_size(size: Size) -> None:
    """Raises an OptionError if no screen can be drawn at a size."""
    if not (min(size) >= SMALLEST and max(size) <= LARGEST):
        raise OptionError(
            f"a screen of {size[0]}x{size[1]}",
            choices=(f"sides of {SMALLEST} to {LARGEST} pixels",),
        )


def seeded(*words: str | int) -> Random:
    """Random numbers that are the same in every process and on every machine."""
    text = ":".join(map(str, words))
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    return Random(int.from_bytes(digest, "big"))


def _unit(rng: Random, size: Size) -> float:
    """Pixels to a unit of length: phones differ in density, monitors hardly."""
    width, height = size
    if max(size) <= 480:
        return rng.uniform(0.68, 0.95)
    if height > width:
        return max(width / rng.uniform(360, 430), 0.7)
    return max(rng.uniform(0.85, 1.15) * math.sqrt(max(height / 900, 1)), 0.7)


def _compose(ui: Ui, design: Design) -> None:
    """Bars around a page, and sometimes something over it."""
    width, height = ui.canvas.size
    page = ui.rng.choices(tuple(design.pages), tuple(design.pages.values()))[0]
    wide = width > ui.px(600)
    area = frame(ui, design.frame, (0, 0, width, height))
    if wide and ui.chance(0.7):
        area = bars.side_bar(ui, area, ui.px(ui.rng.uniform(170, 250)))
    if ui.chance(0.75):
        area = bars.top_bar(ui, area, ui.texts.word("title"), search=ui.chance(0.2))
    if design.frame == "web" and ui.chance(0.15):
        area = breadcrumb(ui, area)
    bottom = not wide and page != "chat" and height > ui.px(240) and ui.chance(0.35)
    if bottom:
        area = bars.bottom_bar(ui, area)
    _fill_page(ui, page, area, wide, scrolls=not bottom)
    if ui.chance(design.overlays):
        overlay(ui)


def _fill_page(ui: Ui, page: str, area: IntBox, wide: bool, scrolls: bool) -> None:
    """A page in what the bars have left; one that scrolls may go on below the screen."""
    ground = ui.theme.palette.page
    margin = ui.px(ui.looks.margin) * (2 if wide else 1)
    flow = Flow(area[0] + margin, area[2] - margin, area[1] + ui.px(10), area[3] - ui.px(8))
    if page not in _WHOLE_PAGES and ui.chance(0.18):
        bars.tabs(ui, flow, ground, ui.texts.words("tag", 4))
    side = ui.px(46)
    if not wide and page in _LISTS and flow.rest > 4 * side and ui.chance(0.3):
        flow.bottom -= side + ui.px(10)
        x, y = area[2] - margin - side, area[3] - side - ui.px(8)
        place = Place((x, y, x + side, y + side), ground)
        round_button(ui, place, ui.rng.choice(("plus", "pencil", "chat")))
    elif scrolls and page not in _WHOLE_PAGES and ui.chance(0.45):
        flow.bottom += ui.px(ui.rng.uniform(10, 90))
    PAGES[page](ui, flow, ground)
    if page not in _WHOLE_PAGES and flow.rest > ui.px(150) and ui.chance(0.8):
        flow.left = area[0] + margin  # a page may have indented what comes below its head
        PAGES["blocks"](ui, flow, ground)
