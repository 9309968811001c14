"""Messengers: bubbles, avatars, round fields."""

from __future__ import annotations

from groundkit.synth.colors import PaletteRange
from groundkit.synth.theme import Design

DESIGN = Design(
    name="messenger",
    about="messenger with bubbles and avatars",
    fonts=("sans",),
    dark=0.4,
    palette=PaletteRange(
        hues=(0.58, 0.36, 0.45, 0.75, 0.9),
        tint=(0.02, 0.12),
        page=(0.9, 1.0),
        bar=("surface", "primary", "page"),
    ),
    looks={
        "radius": (10, 14, 18),
        "button": ("filled", "tonal"),
        "button_radius": (99,),
        "field": ("filled", "box"),
        "field_radius": (99, 16),
        "label": ("none", "above"),
        "check": ("round", "square"),
        "switch": ("ios", "material"),
        "tabs": ("pill", "segment", "line"),
        "rows": ("divider", "plain", "plain"),
        "cards": ("fill", "shadow"),
        "stroke": (1.8, 2.2),
        "solid": (False, True),
        "control": (34, 38),
        "gap": (8, 10, 12),
        "margin": (8, 12),
        "avatar_radius": (99, 99, 8),
    },
    frame="phone",
    pages={"chat": 5, "people": 4, "profile": 1, "settings": 1, "feed": 1},
)
