"""The flat web of component libraries: thin grey outlines, one blue or green."""

from __future__ import annotations

from groundkit.synth.colors import PaletteRange
from groundkit.synth.theme import Design

DESIGN = Design(
    name="flat",
    about="web app of a component library",
    fonts=("sans",),
    dark=0.25,
    palette=PaletteRange(
        hues=(0.58, 0.6, 0.55, 0.45, 0.35, 0.0, 0.75), bar=("surface", "page", "ink")
    ),
    looks={
        "radius": (2, 3, 4, 6),
        "button": ("filled", "filled", "outline"),
        "button_radius": (2, 3, 4, 6),
        "field_radius": (2, 3, 4, 6),
        "label": ("above", "left", "left"),
        "switch": ("ios",),
        "tabs": ("line", "box"),
        "rows": ("divider", "card", "plain"),
        "cards": ("border", "shadow"),
        "table": ("grid", "line", "zebra"),
        "bar": ("line", "line", "plain"),
        "stroke": (1.6, 2.0),
        "control": (30, 34, 38),
        "gap": (8, 10, 12),
        "chip": ("square", "outline"),
    },
    pages={
        "form": 3,
        "table": 2,
        "dashboard": 1,
        "blocks": 3,
        "login": 1,
        "article": 1,
        "files": 1,
    },
)
