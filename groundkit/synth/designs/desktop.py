"""Classic desktop programs: grey, square, small, outlined."""

from __future__ import annotations

from groundkit.synth.colors import PaletteRange
from groundkit.synth.theme import Design

DESIGN = Design(
    name="desktop",
    about="desktop program with outlined widgets",
    fonts=("sans",),
    dark=0.25,
    palette=PaletteRange(
        hues=(0.58, 0.6, 0.1, 0.4),
        saturation=(0.4, 0.8),
        tint=(0.0, 0.04),
        page=(0.88, 0.96),
        bar=("page", "surface"),
    ),
    looks={
        "radius": (0, 2, 4),
        "button": ("outline", "filled", "outline"),
        "button_radius": (0, 2, 4),
        "field": ("box", "box", "inset"),
        "field_radius": (0, 2, 4),
        "label": ("left", "above"),
        "check": ("square", "tick"),
        "switch": ("box", "ios"),
        "tabs": ("box", "segment"),
        "rows": ("divider", "plain"),
        "cards": ("border",),
        "table": ("grid", "zebra"),
        "bar": ("line",),
        "stroke": (1.5, 2.0),
        "line": (1, 1, 1.4),
        "control": (24, 26, 30),
        "gap": (6, 8, 10),
        "margin": (8, 12),
        "chip": ("square",),
        "avatar_radius": (3, 99),
    },
    frame="window",
    pages={"form": 3, "files": 2, "table": 2, "controls": 2, "blocks": 2, "settings": 1, "todo": 1},
)
