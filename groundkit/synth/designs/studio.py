"""Music, films and news: dark pages, large pictures."""

from __future__ import annotations

from groundkit.synth.colors import PaletteRange
from groundkit.synth.theme import Design

DESIGN = Design(
    name="studio",
    about="music, films and news on mostly dark pages",
    fonts=("sans", "sans", "serif"),
    dark=0.75,
    palette=PaletteRange(saturation=(0.6, 1.0), tint=(0.0, 0.1), bar=("page", "surface")),
    looks={
        "radius": (0, 4, 8, 12),
        "button": ("filled", "outline", "tonal"),
        "button_radius": (0, 4, 99),
        "field": ("filled", "box"),
        "field_radius": (4, 99),
        "label": ("none", "above"),
        "switch": ("ios", "material"),
        "tabs": ("line", "pill"),
        "rows": ("plain", "divider"),
        "cards": ("fill", "border"),
        "bar": ("none", "line"),
        "centered": (False, True),
        "stroke": (1.8, 2.2),
        "solid": (True, False),
        "control": (32, 36),
        "gap": (8, 12),
        "margin": (10, 16),
        "avatar_radius": (99, 4),
    },
    frame="phone",
    pages={
        "gallery": 3,
        "player": 3,
        "article": 3,
        "feed": 2,
        "profile": 1,
        "people": 1,
        "blocks": 1,
    },
)
