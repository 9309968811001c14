"""The tables that designs are made of: every name in them stands for something."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields
from random import Random

import pytest

from groundkit.synth import UNSEEN_DESIGNS, bars, buttons, choices, panels, tables
from groundkit.synth import fields as fields_module
from groundkit.synth.boxes import Flow
from groundkit.synth.colors import contrast, draw_palette
from groundkit.synth.designs import ALL
from groundkit.synth.pages import PAGES
from groundkit.synth.theme import Looks
from tests.synth.builders import make_ui

NAMES = {field.name: field for field in fields(Looks)}
# What the code that paints compares each look with, and what is painted otherwise.
WORDS = {
    "button": {"filled", "outline", "tonal", "raised"},
    "field": {"box", "line", "filled", "inset"},
    "label": {"above", "left", "none"},
    "check": {"square", "round", "tick"},
    "switch": {"ios", "material", "box"},
    "tabs": {"line", "pill", "segment", "box"},
    "rows": {"divider", "card", "plain", "inset"},
    "cards": {"border", "shadow", "fill", "hard"},
    "table": {"grid", "zebra", "line"},
    "bar": {"plain", "line", "none"},
    "chip": {"pill", "square", "outline"},
    "icon_disc": {"none", "disc", "square"},
}


@pytest.mark.parametrize("design", ALL.values(), ids=ALL)
def test_looks_are_known(design):
    for name, values in design.looks.items():
        assert values, name
        kind = type(NAMES[name].default)
        wanted = kind if kind in (str, bool) else (int, float)
        assert all(isinstance(value, wanted) for value in values)
        if kind is str:
            assert set(values) <= WORDS[name], name


@pytest.mark.parametrize("design", ALL.values(), ids=ALL)
def test_pages_and_frames_are_known(design):
    assert set(design.pages) <= set(PAGES)
    assert min(design.pages.values()) > 0
    assert design.frame in ("phone", "web", "window")
    assert 0 < design.dark < 1


def test_every_page_is_in_some_design():
    used = {page for design in ALL.values() for page in design.pages}
    assert used == set(PAGES)


def test_every_look_that_is_a_word_is_listed_above():
    assert set(WORDS) == {name for name, field in NAMES.items() if isinstance(field.default, str)}
    source = "".join(
        inspect.getsource(module)
        for module in (bars, buttons, choices, fields_module, panels, tables)
    )
    compared = {node.value for node in ast.walk(ast.parse(source)) if _is_word(node)}
    # Each look but one is compared with; the last is what is painted otherwise.
    for name, words in WORDS.items():
        assert len(words - compared) <= 1, name


def _is_word(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_the_unseen_designs_differ_from_the_others():
    known = [design for design in ALL.values() if not design.unseen]
    for name in UNSEEN_DESIGNS:
        design = ALL[name]
        assert not set(design.fonts) & {"sans"}
        # Sides of a design that no known one has: a look of its own.
        own = [
            look
            for look, values in design.looks.items()
            if not set(values) & {value for other in known for value in other.looks.get(look, ())}
        ]
        assert own, name


@pytest.mark.parametrize("design", ALL.values(), ids=ALL)
@pytest.mark.parametrize("dark", [True, False])
def test_words_can_be_read_on_what_they_stand_on(design, dark):
    for seed in range(40):
        palette = draw_palette(Random(seed), design.palette, dark)
        for ground in (palette.page, palette.surface, palette.field):
            assert contrast(palette.text, ground) > 0.35
        assert contrast(palette.on_bar, palette.bar) > 0.3
        assert contrast(palette.on_primary, palette.primary) > 0.3
        assert contrast(palette.on_tonal, palette.tonal) >= 0.3


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("size", [(150, 150), (300, 400), (900, 700)], ids=str)
def test_a_page_stays_in_its_column(page, size):
    for seed in range(3):
        ui = make_ui(size, seed=seed, design="studio")
        PAGES[page](ui, Flow(10, size[0] - 10, 10, size[1] - 10), ui.theme.palette.page)
        for draft in ui.canvas.drafts:
            if draft.box:
                assert draft.box[0] >= 9, draft
                assert draft.box[2] <= size[0] - 8, draft
                assert draft.box[3] <= size[1] - 8, draft
