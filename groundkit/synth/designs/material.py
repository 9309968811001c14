"""Material-like phones: coloured bars, shouting buttons, filled fields."""

from __future__ import annotations

from groundkit.synth.colors import PaletteRange
from groundkit.synth.theme import Design

DESIGN = Design(
    name="material",
    about="phone app with coloured bars and raised buttons",
    fonts=("sans",),
    dark=0.35,
    palette=PaletteRange(tint=(0.02, 0.1), bar=("primary", "primary", "surface")),
    looks={
        "radius": (4, 8, 12, 16),
        "button": ("raised", "filled", "tonal"),
        "button_radius": (4, 8, 99),
        "upper": (True, False),
        "field": ("filled", "box", "line"),
        "field_radius": (4, 8),
        "label": ("above", "none"),
        "switch": ("material",),
        "tabs": ("line", "pill"),
        "rows": ("divider", "plain", "card"),
        "cards": ("shadow", "fill"),
        "stroke": (2.0, 2.4),
        "solid": (True, False),
        "control": (36, 40, 44),
        "gap": (10, 12, 14),
        "margin": (14, 16, 18),
        "icon_disc": ("none", "none", "disc"),
        "chip": ("pill", "outline"),
    },
    frame="phone",
    pages={
        "settings": 2,
        "people": 2,
        "form": 2,
        "feed": 2,
        "blocks": 2,
        "todo": 1,
        "player": 1,
        "profile": 1,
    },
)
