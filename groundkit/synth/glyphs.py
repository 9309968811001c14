"""Words as masks: each letter is drawn once, each line put together once."""

from __future__ import annotations

import functools
from typing import NamedTuple

from PIL import Image, ImageChops

from groundkit.synth.fonts import Face, Family
from groundkit.synth.masks import paste, visible_ink


class Run(NamedTuple):
    """A drawn letter or line of text.

    Attributes:
        mask: the ink, cropped to it; None if nothing is drawn.
        dx, dy: of the mask's corner from the start of the line and the top of its line box.
        advance: how far the next word would be moved to the right.
    """

    mask: Image.Image | None
    dx: int
    dy: int
    advance: float


class Font:
    """A font at a size in pixels, with the letters drawn so far.

    Args:
        fake_bold: paint every stroke one pixel wider, for want of a bold font.
    """

    def __init__(self, face: Face, size: int, fake_bold: bool = False) -> None:
        self.face, self.size, self.fake_bold = face, size, fake_bold
        self._font = face.open(size)
        self._letters: dict[str, Run] = {}
        self.height = sum(self._font.getmetrics())
        """Of the line box: ascent and descent."""

    def letter(self, char: str) -> Run:
        """One character; its mask is cropped to all of its ink."""
        drawn = self._letters.get(char)
        if drawn is None:
            drawn = self._letters[char] = self._draw(char)
        return drawn

    def _draw(self, char: str) -> Run:
        advance = self._font.getlength(char) + self.fake_bold
        core, (dx, dy) = self._font.getmask2(char, mode="L")
        width, height = core.size
        if not width or not height:
            return Run(None, 0, 0, advance)
        mask = Image.new("L", (width + self.fake_bold, height))
        mask.im.paste(core, (0, 0, width, height))
        if self.fake_bold:
            mask = ImageChops.lighter(mask, ImageChops.offset(mask, 1, 0))
        return Run(mask, dx, dy, advance)


@functools.lru_cache(maxsize=512)
def _font(face: Face, size: int, fake_bold: bool) -> Font:
    return Font(face, size, fake_bold)


def font_of(family: Family, size: float, bold: bool = False) -> Font:
    """The font of a family at a size."""
    pixels = max(7, round(size))
    if bold and family.bold:
        return _font(family.bold, pixels, False)
    return _font(family.regular, pixels, bold)


@functools.lru_cache(maxsize=2048)
def run(font: Font, text: str) -> Run:
    """`text` drawn in one line, letter by letter, without kerning: having FreeType set each line
    takes five times as long, and text on screens is hardly kerned at these sizes."""
    letters = [font.letter(char) for char in text]
    width = sum(letter.advance for letter in letters)
    margin = font.size  # for what hangs out of its own advance
    mask = Image.new("L", (round(width) + 2 * margin, font.height + 2 * margin))
    x = float(margin)
    for letter in letters:
        if letter.mask:
            paste(mask, 255, round(x) + letter.dx, margin + letter.dy, letter.mask)
        x += letter.advance
    box = visible_ink(mask)
    if box is None:
        return Run(None, 0, 0, width)
    return Run(mask.crop(box), box[0] - margin, box[1] - margin, width)


def width_of(font: Font, text: str) -> int:
    """How far a line moves on, in whole pixels."""
    return round(sum(font.letter(char).advance for char in text))


def fit(font: Font, text: str, width: int) -> str:
    """`text`, cut with three dots if it is wider than `width`; empty if not even they fit."""
    if width_of(font, text) <= width:
        return text
    rest = width - 3 * font.letter(".").advance
    kept = 0
    for char in text:
        rest -= font.letter(char).advance
        if rest < 0:
            break
        kept += 1
    return text[:kept].rstrip() + "..." if kept else ""
