"""A picture and the elements on it: what is painted and what is said of it come from one call.

All lengths are pixels of the picture, boxes are whole pixels. The box of an element is what is
painted of it: the outline of a widget, the ink of a text; see docs/design/synth.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from groundkit.geometry import IntBox, Size
from groundkit.records import Element
from groundkit.synth.colors import Color
from groundkit.synth.glyphs import Font, run
from groundkit.synth.icons import IconMask
from groundkit.synth.masks import corner, paste

ALL_CORNERS = (0, 1, 2, 3)
"""Top left, then clockwise."""


@dataclass(slots=True)
class Draft:
    """An element while its screen is painted; `box` is None until something of it is there."""

    type: str
    box: IntBox | None
    text: str = ""
    description: str = ""
    parent: int | None = None
    clickable: bool = False
    visible: bool = True


class Canvas:
    """Paints and records. Colours are opaque; what is painted later lies above."""

    def __init__(self, size: Size, background: Color) -> None:
        self.size = size
        self.image = Image.new("RGB", size, background)
        self.drafts: list[Draft] = []

    # --- recording --------------------------------------------------------------------------

    def record(
        self,
        type: str,
        box: IntBox | None,
        text: str = "",
        description: str = "",
        parent: int | None = None,
        clickable: bool = False,
    ) -> int:
        """Notes an element that was painted in `box`; without a box it is what its children are.
        Returns its number, for its children."""
        self.drafts.append(Draft(type, box, text, description, parent, clickable))
        return len(self.drafts) - 1

    def cover(self, box: IntBox) -> None:
        """Hides every element so far that reaches into `box`: something is painted over it."""
        self.enclose_groups()
        for draft in self.drafts:
            if draft.box and _overlap(draft.box, box):
                draft.visible = False

    def enclose_groups(self) -> None:
        """Gives elements without a box of their own that of their children."""
        for index in range(len(self.drafts) - 1, -1, -1):
            draft = self.drafts[index]
            if draft.box is None:
                boxes = [d.box for d in self.drafts if d.parent == index and d.box]
                draft.box = union(boxes) if boxes else None

    def elements(self) -> tuple[Element, ...]:
        """What is on the picture, in drawing order. Boxes are cut at the edges of the picture; an
        element of which less than half is left counts as not visible."""
        self.enclose_groups()
        found: list[Element] = []
        for index, draft in enumerate(self.drafts):
            box = self._cut(draft.box) if draft.box else None
            if box is None or draft.box is None:
                continue
            shown = draft.visible and 2 * area(box) >= area(draft.box)
            parent = draft.parent
            while parent is not None and self.drafts[parent].box is None:
                parent = self.drafts[parent].parent
            found.append(
                Element(
                    id=str(index),
                    box=box,
                    type=draft.type,
                    text=draft.text,
                    description=draft.description,
                    parent=None if parent is None else str(parent),
                    visible=shown,
                    clickable=draft.clickable,
                )
            )
        return tuple(found)

    def _cut(self, box: IntBox) -> IntBox | None:
        x1, y1 = max(box[0], 0), max(box[1], 0)
        x2, y2 = min(box[2], self.size[0]), min(box[3], self.size[1])
        return (x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None

    # --- painting ---------------------------------------------------------------------------

    def fill(self, box: IntBox, color: Color) -> None:
        """A rectangle."""
        if box[0] < box[2] and box[1] < box[3]:
            self.image.im.paste(color, box)

    def round(
        self, box: IntBox, color: Color, radius: int, corners: tuple[int, ...] = ALL_CORNERS
    ) -> None:
        """A rectangle with some corners rounded."""
        x1, y1, x2, y2 = box
        radius = min(radius, (x2 - x1) // 2, (y2 - y1) // 2)
        if radius < 1:
            self.fill(box, color)
            return
        self.fill((x1, y1 + radius, x2, y2 - radius), color)
        self.fill((x1 + radius, y1, x2 - radius, y1 + radius), color)
        self.fill((x1 + radius, y2 - radius, x2 - radius, y2), color)
        places = (
            (x1, y1),
            (x2 - radius, y1),
            (x2 - radius, y2 - radius),
            (x1, y2 - radius),
        )
        for which, (x, y) in enumerate(places):
            if which in corners:
                paste(self.image, color, x, y, corner(radius, which))
            else:
                self.fill((x, y, x + radius, y + radius), color)

    def frame(
        self,
        box: IntBox,
        fill: Color,
        border: Color,
        width: int,
        radius: int,
        corners: tuple[int, ...] = ALL_CORNERS,
    ) -> None:
        """A filled rectangle with an outline of `width` inside its box."""
        if width:
            self.round(box, border, radius, corners)
        self.round(shrink(box, width), fill, max(radius - width, 0), corners)

    def disc(self, box: IntBox, color: Color) -> None:
        """A disc, or a pill if the box is no square."""
        self.round(box, color, min(box[2] - box[0], box[3] - box[1]) // 2)

    def ink(self, x: int, y: int, font: Font, text: str, color: Color) -> IntBox | None:
        """A line of text from the top left corner of its line box; returns the box of its ink."""
        drawn = run(font, text)
        if drawn.mask is None:
            return None
        left, top = x + drawn.dx, y + drawn.dy
        paste(self.image, color, left, top, drawn.mask)
        return left, top, left + drawn.mask.width, top + drawn.mask.height

    def glyph(self, drawn: IconMask, x: int, y: int, color: Color) -> IntBox:
        """An icon from the top left corner of its square; returns the box of its ink."""
        left, top = x + drawn.dx, y + drawn.dy
        paste(self.image, color, left, top, drawn.mask)
        return left, top, left + drawn.mask.width, top + drawn.mask.height

    def veil(self, color: Color, share: float) -> None:
        """A shade over the whole picture."""
        self.image = Image.blend(self.image, Image.new("RGB", self.size, color), share)


def shrink(box: IntBox, by: int) -> IntBox:
    """The box without a margin of `by` on each side."""
    return box[0] + by, box[1] + by, box[2] - by, box[3] - by


def area(box: IntBox) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def union(boxes: list[IntBox]) -> IntBox:
    """The box around boxes."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _overlap(first: IntBox, second: IntBox) -> bool:
    return (
        first[0] < second[2]
        and first[2] > second[0]
        and first[1] < second[3]
        and first[3] > second[1]
    )
