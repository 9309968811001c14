"""A canvas to paint on and the pixels that were painted."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np

from groundkit.synth.canvas import Canvas
from groundkit.synth.designs import ALL
from groundkit.synth.fonts import find_fonts
from groundkit.synth.texts import Texts
from groundkit.synth.theme import Looks, Theme, draw_theme
from groundkit.synth.ui import Ui

BUNDLED = find_fonts("bundled")
GROUND = (240, 240, 236)


def make_ui(size=(300, 200), design="flat", seed=0, lang="en", unit=1.0, **looks):
    """An empty light screen with the given looks, else with their defaults."""
    rng = Random(seed)
    theme = draw_theme(rng, ALL[design], BUNDLED, lang, unit, dark=False)
    theme = Theme(
        design=theme.design,
        palette=replace(theme.palette, page=GROUND, surface=(255, 255, 255)),
        looks=Looks(**looks),
        family=theme.family,
        dark=False,
        unit=unit,
        body=14.0,
    )
    return Ui(Canvas(size, GROUND), theme, Texts(rng, lang), rng)


def pixels(ui):
    return np.asarray(ui.canvas.image, np.int16)


def painted_box(ui, ground=GROUND, least=12):
    """The box around all pixels that differ from the ground."""
    rows, columns = np.nonzero(np.abs(pixels(ui) - ground).max(axis=2) >= least)
    return (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


def distance(first, second):
    """How far apart two boxes are at the side where they differ most."""
    return max(abs(a - b) for a, b in zip(first, second, strict=True))


def ancestors(elements):
    """For each id the ids of everything that holds it."""
    parents = {element.id: element.parent for element in elements}
    found = {}
    for name in parents:
        chain, at = set(), parents[name]
        while at is not None:
            chain.add(at)
            at = parents[at]
        found[name] = chain
    return found


def overlap(first, second):
    return (
        first[0] < second[2]
        and first[2] > second[0]
        and first[1] < second[3]
        and first[3] > second[1]
    )
