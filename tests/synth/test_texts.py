"""Words, icons and masks."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from PIL import Image, ImageDraw

from groundkit.dataset.naming import clean
from groundkit.synth.glyphs import fit, font_of, run, width_of
from groundkit.synth.icons import _SHAPES, ICON_NAMES, icon_mask
from groundkit.synth.masks import corner, ring_section
from groundkit.synth.texts import Texts
from groundkit.synth.words import TOPICS
from tests.synth.builders import BUNDLED

FONT = font_of(BUNDLED.families[0], 14)


def test_both_languages_have_the_same_topics():
    assert set(TOPICS["en"]) == set(TOPICS["zh"])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_words_are_names_as_they_are(lang):
    for topic, words in TOPICS[lang].items():
        assert all(words), topic
        if topic != "currency":
            assert all(clean(word) == word for word in words), topic


def test_chinese_sentences_have_chinese_punctuation():
    for topic in ("message", "sentence", "hint", "link"):
        assert not [word for word in TOPICS["zh"][topic] if set(word) & set(",?!")], topic


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_word_comes_twice_while_there_are_others(lang):
    texts = Texts(Random(1), lang)
    words = [texts.word("action") for _ in range(20)]
    assert len(set(words)) == 20


def test_a_topic_that_is_used_up_is_used_again():
    texts = Texts(Random(1), "en")
    assert len({texts.word("weekday") for _ in range(60)}) == 10
    assert texts.words("weekday", 3)


@pytest.mark.parametrize("make", ["number", "price", "clock", "date", "code", "email", "value"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_made_up_values_vary(make, lang):
    texts = Texts(Random(1), lang)
    made = [getattr(texts, make)() for _ in range(200)]
    assert len(set(made)) > 50
    assert all(clean(value) == value for value in made)


@pytest.mark.parametrize("width", range(0, 130, 7))
def test_what_fits_fits(width):
    shown = fit(FONT, "Continue watching", width)
    assert width_of(FONT, shown) <= width
    assert shown == "Continue watching" or shown.endswith("...") or not shown


def test_the_advance_is_that_of_freetype():
    """Without kerning, which a line of one letter repeated has none of."""
    expected = FONT.face.open(14).getlength("nnnnnnnn")
    assert run(FONT, "nnnnnnnn").advance == pytest.approx(expected, abs=1)


def test_letters_look_as_freetype_draws_them():
    """Apart from what is too weak to be seen at their edges."""
    image = Image.new("L", (40, 40))
    ImageDraw.Draw(image).text((10, 10), "n", 255, FONT.face.open(14))
    drawn = run(FONT, "n")
    x, y = 10 + drawn.dx, 10 + drawn.dy
    part = image.crop((x, y, x + drawn.mask.width, y + drawn.mask.height))
    assert part.tobytes() == drawn.mask.tobytes()
    image.paste(0, (x, y), drawn.mask.point(lambda ink: 255))
    assert image.getextrema()[1] < 25


def test_every_icon_has_a_shape_and_two_names():
    assert set(_SHAPES) == set(ICON_NAMES)
    assert len(ICON_NAMES) >= 50
    assert all(chinese and english for chinese, english in ICON_NAMES.values())


@pytest.mark.parametrize("size", [10, 16, 24, 48])
def test_icons_can_be_told_apart(size):
    seen = {}
    for name in ICON_NAMES:
        drawn = icon_mask(name, size, 2.0)
        assert 2 <= max(drawn.mask.size) <= size
        seen[drawn.mask.size, drawn.mask.tobytes()] = name
    assert len(seen) == len(ICON_NAMES)


def test_solid_icons_have_more_ink():
    ink = [np.asarray(icon_mask("heart", 24, 2.0, solid).mask).sum() for solid in (False, True)]
    assert ink[1] > 1.5 * ink[0]


@pytest.mark.parametrize("radius", [1, 2, 5, 20])
def test_a_corner_covers_the_area_of_a_quarter_disc(radius):
    share = np.asarray(corner(radius, 0)).mean() / 255
    assert share == pytest.approx(np.pi / 4, abs=0.12 if radius < 3 else 0.01)


def test_corners_are_turned():
    corners = [np.asarray(corner(9, which)) for which in range(4)]
    for mask, (row, column) in zip(corners, ((0, 0), (0, 8), (8, 8), (8, 0)), strict=True):
        assert mask[row, column] == 0
        assert mask[8 - row, 8 - column] == 255


def test_a_ring_section_begins_at_the_top_and_goes_clockwise():
    mask = np.asarray(ring_section(40, 6, 0.25))
    assert mask[3, 25] > 200
    assert mask[15, 36] > 200
    assert mask[36, 25] == mask[20, 3] == mask[20, 20] == 0
