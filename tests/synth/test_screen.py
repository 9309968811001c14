"""Whole screens: what holds for every one of them, whatever the design, the size and the seed."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

from groundkit.dataset.naming import clean
from groundkit.dataset.types import element_type
from groundkit.errors import OptionError
from groundkit.synth import DESIGNS, KNOWN_DESIGNS, UNSEEN_DESIGNS, make_screen
from groundkit.synth.designs import ALL
from groundkit.synth.fonts import find_fonts
from groundkit.synth.screen import LARGEST, SIZES, SMALLEST
from groundkit.vocabulary import TYPE_WORDS
from tests.synth.builders import ancestors, overlap

SHAPES = {
    "small": None,
    "tiny": (SMALLEST, SMALLEST),
    "flat": (448, 168),
    "phone": (390, 844),
    "dense phone": (1080, 1920),
    "desktop": (1280, 800),
}
HAS_CHINESE = find_fonts().has_cjk
needs_chinese = pytest.mark.skipif(not HAS_CHINESE, reason="no Chinese font is installed")


def screens(design, size, count=4, lang="en", fonts="bundled"):
    return [
        make_screen(design, 5, index, size=size, lang=lang, fonts=fonts) for index in range(count)
    ]


@pytest.mark.parametrize("size", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("design", DESIGNS)
def test_what_holds_for_every_screen(design, size):
    for image, screen in screens(design, size):
        assert image.shape == (screen.height, screen.width, 3)
        assert image.dtype == np.uint8
        check_boxes(screen)
        check_tree(screen)
        check_nothing_covers(screen)
        for element in screen.elements:
            assert element_type(element) == element.type in TYPE_WORDS
            assert clean(element.text) == element.text


def check_boxes(screen):
    for element in screen.elements:
        x1, y1, x2, y2 = element.box
        assert 0 <= x1 < x2 <= screen.width, element
        assert 0 <= y1 < y2 <= screen.height, element


def check_tree(screen):
    boxes = {element.id: element.box for element in screen.elements}
    assert len(boxes) == len(screen.elements)
    for element in screen.elements:
        if element.parent is not None:
            outer = boxes[element.parent]
            assert outer[0] <= element.box[0] <= element.box[2] <= outer[2], element
            assert outer[1] <= element.box[1] <= element.box[3] <= outer[3], element


def check_nothing_covers(screen):
    above = ancestors(screen.elements)
    seen = [element for element in screen.elements if element.visible]
    for first, second in itertools.combinations(seen, 2):
        if first.id not in above[second.id] and second.id not in above[first.id]:
            assert not overlap(first.box, second.box), (first, second)


def test_the_check_for_covers_can_fail():
    screen = screens("flat", None, 1)[0].screen
    twice = (*screen.elements, *(_renamed(element) for element in screen.elements))
    with pytest.raises(AssertionError):
        check_nothing_covers(type(screen)(id="", image="", width=1, height=1, elements=twice))


def _renamed(element):
    return type(element)(id=f"copy {element.id}", box=element.box)


@pytest.mark.parametrize("design", DESIGNS)
def test_the_ink_of_texts_touches_the_edges_of_their_boxes(design):
    """On the finished picture: each edge of the box of a text or an icon holds ink, and around the
    box there is none. Where what is around it is of several colours (a border, a picture) nobody
    can tell."""
    judged = 0
    for image, screen in screens(design, (336, 448), 6):
        for element in screen.elements:
            ring = _ring(image, element.box) if _is_ink(element) else None
            if ring is None or (ring != ring[0]).any():
                continue
            judged += 1
            x1, y1, x2, y2 = element.box
            ink = np.abs(image[y1:y2, x1:x2].astype(int) - ring[0]).max(axis=2) > 0
            for edge in (ink[0], ink[-1], ink[:, 0], ink[:, -1]):
                assert edge.any(), (screen.id, element)
    assert judged > 40


def _is_ink(element):
    return element.visible and element.type in ("text", "icon", "heading", "label", "link")


def _ring(image, box):
    """The pixels around a box; None at the edge of the picture."""
    x1, y1, x2, y2 = (box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1)
    height, width = image.shape[:2]
    if min(x1, y1) < 0 or x2 > width or y2 > height:
        return None
    rows, columns = image[y1:y2, x1:x2], image[y1:y2, x1:x2].swapaxes(0, 1)
    return np.concatenate([rows[0], rows[-1], columns[0], columns[-1]])


@pytest.mark.parametrize("design", [*DESIGNS, "mixed"])
def test_the_same_arguments_make_the_same_screen(design):
    first, second = (make_screen(design, 3, 7, fonts="bundled") for _ in range(2))
    assert (first.image == second.image).all()
    assert first.screen == second.screen


@pytest.mark.parametrize(
    "changes",
    [{"seed": 4}, {"index": 8}, {"size": (280, 308)}, {"design": "market"}],
    ids=str,
)
def test_other_arguments_make_another_screen(changes):
    asked = {"design": "flat", "seed": 3, "index": 7, "size": (308, 280), "fonts": "bundled"}
    first, second = make_screen(**asked), make_screen(**{**asked, **changes})
    assert first.screen.elements != second.screen.elements


def test_mixed_draws_every_known_design_and_no_other():
    drawn = Counter(make_screen("mixed", 1, i, fonts="bundled").screen.source for i in range(120))
    assert set(drawn) == {f"synth-{name}" for name in KNOWN_DESIGNS}
    assert len(UNSEEN_DESIGNS) >= 2
    assert len(KNOWN_DESIGNS) >= 8
    assert set(DESIGNS) == {*KNOWN_DESIGNS, *UNSEEN_DESIGNS}
    assert not {*KNOWN_DESIGNS} & {*UNSEEN_DESIGNS}


def test_a_screen_of_the_mix_is_that_of_its_design():
    mixed = make_screen("mixed", 1, 3, fonts="bundled")
    name = mixed.screen.source.removeprefix("synth-")
    assert make_screen(name, 1, 3, fonts="bundled").screen == mixed.screen


def test_sizes_to_learn_on_pass_the_processor_as_they_are():
    sizes = {make_screen("flat", 1, i, fonts="bundled").image.shape[:2] for i in range(30)}
    assert len(sizes) > 10
    assert all(side % 28 == 0 and 224 <= side <= 448 for size in sizes for side in size)
    assert {size for size in SIZES["small"]} >= sizes


def test_most_types_of_the_vocabulary_occur():
    seen = Counter(
        element.type
        for design in DESIGNS
        for _, screen in screens(design, (420, 448), 25)
        for element in screen.elements
    )
    wanted = (
        "button input search checkbox radio switch select slider progress list_item cell tab"
        " menu_item dialog card label heading link image icon text stepper rating chart date_picker"
        " toolbar"
    )
    assert set(wanted.split()) <= set(seen)


def test_icons_vary():
    names = {
        element.description
        for index in range(60)
        for element in make_screen("mixed", 2, index, fonts="bundled").screen.elements
        if element.type == "icon"
    }
    assert len(names) >= 40


def test_light_and_dark_screens_occur_in_every_design():
    for name in DESIGNS:
        means = [image.mean() for image, _ in screens(name, (224, 224), 30)]
        assert min(means) < 110 < 150 < max(means), name


def test_few_texts_of_a_screen_are_alike():
    alike = total = 0
    for index in range(40):
        elements = make_screen("mixed", 4, index, fonts="bundled").screen.elements
        above = ancestors(elements)
        texts = [e.text for e in elements if e.text and not e.clickable and not above[e.id]]
        total += len(texts)
        alike += len(texts) - len(set(texts))
    assert total > 100
    assert alike / total < 0.05


def test_a_screen_has_enough_to_ask_about():
    counts = [len(screen.elements) for _, screen in screens("mixed", None, 60)]
    assert np.median(counts) > 12


@needs_chinese
@pytest.mark.parametrize("design", DESIGNS)
def test_chinese_screens(design):
    for _, screen in screens(design, None, 3, lang="zh", fonts="system"):
        check_tree(screen)
        check_nothing_covers(screen)
        assert any("\u4e00" <= char <= "\u9fff" for e in screen.elements for char in e.text)


def test_chinese_without_a_font_names_the_package():
    with pytest.raises(OptionError, match=r"no font here has Chinese letters.*apt-get install"):
        make_screen("flat", 0, 0, lang="zh", fonts="bundled")


def test_an_unknown_design_lists_the_others():
    with pytest.raises(OptionError, match=r"no design 'nope'; valid: mixed, flat, .*ledger"):
        make_screen("nope", 0, 0, fonts="bundled")


@pytest.mark.parametrize(
    "size", [(0, 0), (-5, 300), (SMALLEST - 1, 300), (300, LARGEST + 1), (1, 10**9)]
)
def test_an_impossible_size_is_refused(size):
    with pytest.raises(OptionError, match="valid: sides of 140 to 4096"):
        make_screen("flat", 0, 0, size=size, fonts="bundled")


def test_the_largest_screens_can_be_drawn():
    image, screen = make_screen("admin", 0, 0, size=(LARGEST, 200), fonts="bundled")
    assert image.shape == (200, LARGEST, 3)
    assert screen.elements


def test_designs_are_described():
    for name, design in ALL.items():
        assert design.name == name
        assert design.about
