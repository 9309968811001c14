"""What a design is, and the theme that it gives to one screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from groundkit.synth.colors import Palette, PaletteRange, draw_palette
from groundkit.synth.fonts import Family, FontSet
from groundkit.synth.glyphs import Font, font_of
from groundkit.vocabulary import Lang


@dataclass(frozen=True, kw_only=True)
class Looks:
    """How the widgets of one screen look. Lengths are in units of the theme.

    Attributes:
        radius: of corners of cards and fields.
        button: filled, outline, tonal or raised.
        button_radius: of the corners of buttons; 99 is a pill.
        upper: whether buttons shout.
        field: box, line, filled or inset.
        field_radius: of the corners of fields; 99 is a pill.
        label: of a field: above, left or none.
        check: square, round or tick.
        switch: ios, material or box.
        tabs: line, pill, segment or box.
        rows: divider, card, plain or inset.
        cards: border, shadow, fill or hard.
        table: grid, zebra or line.
        bar: how the top bar is: plain, line or none.
        centered: whether titles stand in the middle of bars and heads.
        stroke: of icons on their field of 24.
        solid: whether icons are filled.
        line: width of outlines.
        control: height of buttons and fields.
        gap: between things.
        margin: between the edge and the content.
        indent: of content below its head.
        heading_bold: whether headings are bold.
        chip: pill, square or outline.
        icon_disc: whether icons of rows stand in a coloured disc or square: none, disc, square.
        avatar_radius: 99 is a disc.
    """

    radius: float = 6
    button: str = "filled"
    button_radius: float = 6
    upper: bool = False
    field: str = "box"
    field_radius: float = 6
    label: str = "above"
    check: str = "square"
    switch: str = "ios"
    tabs: str = "line"
    rows: str = "divider"
    cards: str = "border"
    table: str = "line"
    bar: str = "plain"
    centered: bool = False
    stroke: float = 2.0
    solid: bool = False
    line: float = 1
    control: float = 34
    gap: float = 10
    margin: float = 14
    indent: float = 0
    heading_bold: bool = True
    chip: str = "pill"
    icon_disc: str = "none"
    avatar_radius: float = 99


@dataclass(frozen=True, kw_only=True)
class Design:
    """The habits of one kind of app.

    Attributes:
        name: as in `--design`.
        about: in a few words, for people.
        unseen: whether `mixed` leaves it out.
        fonts: kinds of fonts for Latin text.
        dark: share of dark screens.
        palette: its colours.
        looks: for fields of `Looks` the values to choose from; others keep their default.
        pages: names of `pages.PAGES` with their weights.
        overlays: share of screens with a dialog or a menu.
        frame: what is around its pages: phone, web or window.
    """

    name: str
    about: str
    unseen: bool = False
    fonts: tuple[str, ...] = ("sans",)
    dark: float = 0.3
    palette: PaletteRange = field(default_factory=PaletteRange)
    looks: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    pages: dict[str, float] = field(default_factory=dict)
    overlays: float = 0.1
    frame: str = "web"


@dataclass(frozen=True)
class Theme:
    """A design with everything decided for one screen.

    Attributes:
        unit: pixels of the picture to one unit of length.
        body: size of the normal text in pixels.
    """

    design: Design
    palette: Palette
    looks: Looks
    family: Family
    dark: bool
    unit: float
    body: float

    def px(self, units: float) -> int:
        """A length in whole pixels, at least one unless it is zero."""
        return max(round(units * self.unit), 1) if units > 0 else 0

    def font(self, scale: float = 1.0, bold: bool = False) -> Font:
        """The font at a size relative to the normal text."""
        return font_of(self.family, self.body * scale, bold)

    def line(self, scale: float = 1.0) -> int:
        """Height of a line of text at a size relative to the normal text."""
        return self.font(scale).height


def draw_theme(
    rng: Random, design: Design, fonts: FontSet, lang: Lang, unit: float, dark: bool | None = None
) -> Theme:
    """A theme within the habits of a design."""
    chosen = {name: rng.choice(values) for name, values in design.looks.items()}
    is_dark = rng.random() < design.dark
    palette_dark = is_dark if dark is None else dark
    kinds = ("cjk",) if lang == "zh" else design.fonts
    return Theme(
        design=design,
        palette=draw_palette(rng, design.palette, palette_dark),
        looks=Looks(**chosen),
        family=rng.choice(fonts.of_kind(*kinds)),
        dark=palette_dark,
        unit=unit,
        body=unit * rng.uniform(12.5, 15.0),
    )
