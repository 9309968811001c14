"""Unseen: saturated pages, serif letters, pills, underlined fields, round ticks."""

from __future__ import annotations

from groundkit.synth.colors import PaletteRange
from groundkit.synth.theme import Design

DESIGN = Design(
    name="poster",
    about="saturated pages, serif letters, pills, underlined fields; never in mixed",
    unseen=True,
    fonts=("serif",),
    dark=0.2,
    palette=PaletteRange(
        hues=(0.02, 0.12, 0.3, 0.5, 0.68, 0.85),
        saturation=(0.7, 1.0),
        tint=(0.25, 0.45),
        page=(0.9, 0.98),
        bar=("page", "ink"),
    ),
    looks={
        "radius": (18, 22),
        "button": ("filled", "outline"),
        "button_radius": (99,),
        "field": ("line",),
        "field_radius": (99,),
        "label": ("above", "none"),
        "check": ("round",),
        "switch": ("material",),
        "tabs": ("pill",),
        "rows": ("card", "divider"),
        "cards": ("fill",),
        "table": ("line",),
        "bar": ("none",),
        "centered": (True, False),
        "stroke": (2.6, 3.0),
        "solid": (True,),
        "line": (1.6, 2),
        "control": (36, 42),
        "gap": (12, 16),
        "margin": (18, 24),
        "indent": (14, 22),
        "heading_bold": (False, True),
        "chip": ("pill",),
        "icon_disc": ("disc",),
    },
    pages={
        "form": 3,
        "settings": 3,
        "people": 1,
        "article": 1,
        "shop": 1,
        "controls": 2,
        "blocks": 2,
        "todo": 1,
        "login": 1,
    },
)
