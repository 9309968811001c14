"""Back offices: dense tables, filters, side navigation."""

from __future__ import annotations

from groundkit.synth.colors import PaletteRange
from groundkit.synth.theme import Design

DESIGN = Design(
    name="admin",
    about="dense back office with tables and side navigation",
    fonts=("sans",),
    dark=0.25,
    palette=PaletteRange(tint=(0.0, 0.05), page=(0.93, 0.98), bar=("surface", "ink", "primary")),
    looks={
        "radius": (2, 4, 6),
        "button": ("filled", "tonal"),
        "button_radius": (2, 4, 6),
        "field_radius": (2, 4, 6),
        "label": ("left", "above"),
        "switch": ("ios", "box"),
        "tabs": ("line", "pill", "box"),
        "rows": ("divider",),
        "cards": ("border", "shadow"),
        "table": ("line", "zebra", "grid"),
        "bar": ("line",),
        "stroke": (1.6, 2.0),
        "control": (26, 28, 32),
        "gap": (6, 8),
        "margin": (8, 12, 16),
        "chip": ("square", "pill"),
        "avatar_radius": (4, 99),
    },
    pages={"table": 4, "dashboard": 4, "form": 1, "blocks": 1, "people": 1, "files": 1},
)
