"""Apple-like phones: grouped lists, centred titles, hairlines, round switches."""

from __future__ import annotations

from groundkit.synth.colors import PaletteRange
from groundkit.synth.theme import Design

DESIGN = Design(
    name="cupertino",
    about="phone app with grouped lists and centred titles",
    fonts=("sans",),
    dark=0.4,
    palette=PaletteRange(
        hues=(0.58, 0.6, 0.36, 0.08, 0.97, 0.75),
        saturation=(0.75, 1.0),
        tint=(0.0, 0.02),
        page=(0.93, 0.97),
        bar=("page", "surface"),
    ),
    looks={
        "radius": (8, 10, 12, 14),
        "button": ("filled", "tonal"),
        "button_radius": (8, 12, 99),
        "field": ("filled", "inset", "box"),
        "field_radius": (8, 10, 12),
        "label": ("left", "above", "none"),
        "check": ("round",),
        "switch": ("ios",),
        "tabs": ("segment", "segment", "line"),
        "rows": ("inset", "inset", "divider"),
        "cards": ("fill", "fill", "shadow"),
        "table": ("line",),
        "bar": ("line", "none"),
        "centered": (True, True, False),
        "stroke": (1.6, 1.8),
        "control": (34, 38, 44),
        "gap": (10, 12),
        "margin": (14, 16, 20),
        "icon_disc": ("square", "square", "none"),
    },
    frame="phone",
    pages={
        "settings": 4,
        "people": 1,
        "form": 1,
        "profile": 1,
        "player": 1,
        "controls": 1,
        "todo": 1,
        "blocks": 2,
    },
)
