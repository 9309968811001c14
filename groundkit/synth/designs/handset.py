"""Settings and tools of a telephone: large rows, tinted pages, discs."""

from __future__ import annotations

from groundkit.synth.colors import PaletteRange
from groundkit.synth.theme import Design

DESIGN = Design(
    name="handset",
    about="settings and tools of a telephone",
    fonts=("sans",),
    dark=0.4,
    palette=PaletteRange(tint=(0.04, 0.14), page=(0.92, 0.98), bar=("page", "surface")),
    looks={
        "radius": (16, 20, 24),
        "button": ("tonal", "filled"),
        "button_radius": (99, 16),
        "field": ("filled", "box"),
        "field_radius": (99, 16),
        "label": ("none", "above"),
        "check": ("square", "round"),
        "switch": ("material", "ios"),
        "tabs": ("pill", "line"),
        "rows": ("plain", "card", "inset"),
        "cards": ("fill", "fill", "border"),
        "bar": ("none",),
        "stroke": (1.8, 2.2),
        "solid": (True, False),
        "control": (36, 42),
        "gap": (10, 14),
        "margin": (14, 18, 22),
        "heading_bold": (True, False),
        "icon_disc": ("disc", "disc", "none"),
    },
    frame="phone",
    pages={"settings": 4, "controls": 3, "todo": 1, "gallery": 1, "login": 1, "blocks": 1},
)
