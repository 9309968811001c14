"""Unseen: typewriter letters on paper, thick black outlines, hard shadows."""

from __future__ import annotations

from groundkit.synth.colors import PaletteRange
from groundkit.synth.theme import Design

DESIGN = Design(
    name="ledger",
    about="typewriter letters on paper, thick outlines, hard shadows; never in mixed",
    unseen=True,
    fonts=("mono",),
    dark=0.15,
    palette=PaletteRange(
        hues=(0.08, 0.12, 0.02, 0.47, 0.62),
        saturation=(0.6, 0.9),
        tint=(0.1, 0.2),
        page=(0.93, 1.0),
        bar=("page", "primary"),
    ),
    looks={
        "radius": (0,),
        "button": ("outline", "filled"),
        "button_radius": (0,),
        "upper": (True, False),
        "field": ("box", "inset"),
        "field_radius": (0,),
        "label": ("above", "left"),
        "check": ("tick",),
        "switch": ("box",),
        "tabs": ("box",),
        "rows": ("card", "divider"),
        "cards": ("hard",),
        "table": ("grid",),
        "bar": ("line",),
        "stroke": (1.4, 1.6),
        "line": (1.8, 2.2),
        "control": (32, 36),
        "gap": (12, 14),
        "margin": (12, 16),
        "indent": (0, 10),
        "chip": ("square",),
        "icon_disc": ("square", "none"),
        "avatar_radius": (0,),
    },
    pages={
        "form": 3,
        "table": 2,
        "settings": 2,
        "todo": 2,
        "basket": 1,
        "files": 1,
        "dashboard": 1,
        "blocks": 2,
        "people": 1,
    },
)
