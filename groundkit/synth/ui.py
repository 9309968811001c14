"""Everything that a widget needs to paint itself, and the words and icons painted most often."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from groundkit.geometry import IntBox
from groundkit.synth.canvas import Canvas
from groundkit.synth.colors import Color
from groundkit.synth.glyphs import fit, width_of
from groundkit.synth.icons import ICON_NAMES, icon_mask
from groundkit.synth.texts import Texts
from groundkit.synth.theme import Looks, Theme
from groundkit.vocabulary import LANGS

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Place(NamedTuple):
    """Where a widget goes: its box, the colour painted there so far, the element it belongs to."""

    box: IntBox
    ground: Color
    parent: int | None = None

    def at(self, box: IntBox) -> Place:
        return Place(box, self.ground, self.parent)


class Style(TypedDict, total=False):
    """How a line of text is painted, and what is said of it.

    Attributes:
        scale: of the letters, relative to the normal text.
        align: left, center or right.
        type, parent, clickable: of the element.
    """

    scale: float
    bold: bool
    color: Color | None
    align: str
    type: str
    parent: int | None
    clickable: bool


class IconStyle(TypedDict, total=False):
    """How an icon is painted, and what is said of it: nothing, if not `record`."""

    color: Color | None
    solid: bool
    record: bool
    parent: int | None
    clickable: bool


@dataclass(frozen=True)
class Ui:
    """One screen in the making."""

    canvas: Canvas
    theme: Theme
    texts: Texts
    rng: Random

    @property
    def looks(self) -> Looks:
        return self.theme.looks

    def px(self, units: float) -> int:
        return self.theme.px(units)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def text(
        self, x: int, y: int, words: str, width: int = 10_000, **style: Unpack[Style]
    ) -> IntBox | None:
        """A line of text from the top left of its line box, cut with dots to fit `width`; returns
        the box of its ink, which is that of the element too. None if nothing fits."""
        return self._line((x, y, x + width, y), y, words, style)

    def text_in(self, box: IntBox, words: str, **style: Unpack[Style]) -> IntBox | None:
        """As `text`, in the vertical middle of a box."""
        font = self.theme.font(style.get("scale", 1.0), style.get("bold", False))
        return self._line(box, (box[1] + box[3] - font.height) // 2, words, style)

    def _line(self, box: IntBox, y: int, words: str, style: Style) -> IntBox | None:
        font = self.theme.font(style.get("scale", 1.0), style.get("bold", False))
        shown = fit(font, words, box[2] - box[0])
        spare = box[2] - box[0] - width_of(font, shown)
        x = box[0] + {"left": 0, "center": spare // 2, "right": spare}[style.get("align", "left")]
        color = style.get("color") or self.theme.palette.text
        ink = self.canvas.ink(x, y, font, shown, color)
        if ink:
            self.canvas.record(
                style.get("type", "text"),
                ink,
                text=shown,
                parent=style.get("parent"),
                clickable=style.get("clickable", False),
            )
        return ink

    def icon_in(
        self, box: IntBox, name: str, size: float = 18, **style: Unpack[IconStyle]
    ) -> IntBox:
        """An icon in the middle of a box, at most as large as the box; returns its ink."""
        pixels = max(min(max(self.px(size), 7), box[2] - box[0], box[3] - box[1]), 4)
        x = (box[0] + box[2] - pixels) // 2
        y = (box[1] + box[3] - pixels) // 2
        # Below two thirds of a pixel a stroke would be a shadow.
        stroke = max(self.looks.stroke, 16 / pixels)
        drawn = icon_mask(name, pixels, round(stroke, 1), style.get("solid", self.looks.solid))
        ink = self.canvas.glyph(drawn, x, y, style.get("color") or self.theme.palette.text)
        if style.get("record", True):
            self.canvas.record(
                "icon",
                ink,
                description=self.icon_word(name),
                parent=style.get("parent"),
                clickable=style.get("clickable", False),
            )
        return ink

    def icon_word(self, name: str) -> str:
        return ICON_NAMES[name][LANGS.index(self.texts.lang)]
