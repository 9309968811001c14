"""Shops: product cards, prices, ratings, warm colours."""

from __future__ import annotations

from groundkit.synth.colors import PaletteRange
from groundkit.synth.theme import Design

DESIGN = Design(
    name="market",
    about="shop with product cards",
    fonts=("sans",),
    dark=0.15,
    palette=PaletteRange(
        hues=(0.0, 0.03, 0.06, 0.09, 0.93, 0.35),
        saturation=(0.65, 1.0),
        page=(0.94, 0.99),
        bar=("surface", "primary"),
    ),
    looks={
        "radius": (4, 8, 12),
        "button": ("filled", "filled", "outline"),
        "button_radius": (4, 8, 99),
        "field": ("box", "filled"),
        "field_radius": (4, 8, 99),
        "label": ("above", "none"),
        "check": ("round", "square"),
        "switch": ("ios",),
        "tabs": ("line", "pill"),
        "rows": ("card", "divider", "inset"),
        "cards": ("shadow", "fill", "border"),
        "stroke": (1.8, 2.0),
        "control": (32, 36, 40),
        "gap": (8, 10),
        "margin": (8, 12),
        "chip": ("pill", "square", "outline"),
    },
    frame="phone",
    pages={"shop": 5, "product": 3, "basket": 2, "form": 1, "gallery": 1, "people": 1},
)
