"""Which elements can be asked about, and why the others cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundkit.dataset.naming import Name, clean, name_elements
from groundkit.dataset.points import Boxes, ious
from groundkit.dataset.types import CONTAINER_TYPES, FALLBACK_TYPE, element_type
from groundkit.geometry import Frame, IntBox, Size, convert, round_box
from groundkit.records import Element, Screen

MAX_ELEMENTS = 5_000
"""A screen with more is not a screen; comparing all pairs of them would take long."""

REASONS: dict[str, str] = {
    "inverted": "right of its right edge or below its bottom edge",
    "zero-area": "no width or no height",
    "outside": "wholly outside the screenshot",
    "invisible": "its source says that it is not shown",
    "partly-outside": "less visible than --min-visible",
    "container": "holds others and cannot be clicked",
    "too-large": "more of the screen than --max-area",
    "duplicate": "the box of a better element, by --duplicate-iou",
    "too-small": "under --min-side or --min-area, or with no room for a mark",
    "unnamed": "no text, description, named child or telling id",
    "no-unique-point": "every point tried is arguable",
}
"""Why an element is dropped, in the order in which the rules are asked."""

# Boxes that are compared with all others at once: of thousands, all at once would fill the memory.
_BLOCK = 256

# Of boxes that nobody sees.
_UNSEEN_REASONS = frozenset({"inverted", "zero-area", "outside", "invisible"})
# Dropped elements that a person still sees. A point on one of them could be argued about.
_RIVAL_REASONS = frozenset(
    {"", "partly-outside", "too-large", "too-small", "unnamed", "no-unique-point"}
)

# Of two elements with one box, the control tells more than the text or picture that fills it.
_PASSIVE_TYPES = frozenset({"text", "label", "image", "icon", "element", "heading"})


class ElementRules(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds. Lengths are pixels of the saved image, the one that a model sees.

    Attributes:
        min_side, min_area: smaller boxes cannot be pointed at (SeeAct: 4 px; WebUI: 100 px²).
        max_area: largest share of the image (CLAY's cap for most types).
        min_visible: smallest share of the box that lies on the screenshot.
        duplicate_iou: from here on two boxes are one (CLAY).
        max_name: longest name in characters (SeeClick); longer ones are cut with an ellipsis.
    """

    min_side: int = 5
    min_area: int = 100
    max_area: float = 0.5
    min_visible: float = 0.5
    duplicate_iou: float = 0.95
    max_name: int = 60


class JudgedElement(NamedTuple):
    """An element with everything that the rules found out.

    Attributes:
        box: whole pixels of the saved image, clipped to it.
        reason: key of REASONS, empty if the element can be asked about.
    """

    element: Element
    type: str
    name: Name | None
    box: IntBox
    reason: str

    @property
    def is_rival(self) -> bool:
        """Whether a person sees it, so that a point on it belongs to it."""
        return self.reason in _RIVAL_REASONS

    @property
    def is_shown(self) -> bool:
        """Whether its box is on the screen, if only as that of a container or a duplicate."""
        return self.reason not in _UNSEEN_REASONS

    @property
    def is_outline(self) -> bool:
        """Whether it is a second box of another element: a point on it, or beside it, is arguable
        unless it is on that element."""
        return self.reason == "duplicate"


def judge_elements(screen: Screen, saved: Size, rules: ElementRules) -> list[JudgedElement]:
    """Every element of a screen in order, with its box in the saved image and its verdict."""
    if not screen.elements:
        return []
    original = Frame("pixel", (screen.width, screen.height))
    raw = np.array([element.box for element in screen.elements], dtype=np.float64)
    scaled = convert(raw, original, Frame("resized", saved))
    boxes = [round_box(box, saved) for box in scaled.tolist()]
    types = [element_type(element) for element in screen.elements]
    reasons = _shape_reasons(screen.elements, raw, (screen.width, screen.height), rules)
    names = name_elements(screen.elements, rules.max_name, [_is_shown(r) for r in reasons])
    _retype_containers(types, screen.elements, boxes, reasons)
    _add_kind_reasons(reasons, types, boxes, saved, rules)
    _add_duplicates(reasons, types, names, boxes, rules)
    for index, (x1, y1, x2, y2) in enumerate(boxes):
        if reasons[index]:
            continue
        width, height = x2 - x1, y2 - y1
        if min(width, height) < rules.min_side or width * height < rules.min_area:
            reasons[index] = "too-small"
        elif names[index] is None:
            reasons[index] = "unnamed"
    return [
        JudgedElement(*row)
        for row in zip(screen.elements, types, names, boxes, reasons, strict=True)
    ]


def _shape_reasons(
    elements: Sequence[Element], raw: NDArray[np.float64], size: Size, rules: ElementRules
) -> list[str]:
    """Reasons that the box gives by itself, in pixels of the original screenshot."""
    sides = raw[:, 2:] - raw[:, :2]
    clipped = np.clip(raw, 0, [*size, *size])
    visible_sides = clipped[:, 2:] - clipped[:, :2]
    with np.errstate(over="ignore", invalid="ignore"):  # areas of absurd boxes are infinite
        visible = visible_sides.prod(axis=1) >= rules.min_visible * sides.prod(axis=1)
    rows = zip(
        elements,
        sides.min(axis=1).tolist(),
        visible_sides.min(axis=1).tolist(),
        visible.tolist(),
        strict=True,
    )
    return [_shape_reason(element, *row) for element, *row in rows]


def _shape_reason(element: Element, side: float, visible_side: float, visible: bool) -> str:
    if side < 0:
        return "inverted"
    if side == 0:
        return "zero-area"
    if visible_side <= 0:
        return "outside"
    if not element.visible:
        return "invisible"
    return "" if visible else "partly-outside"


def _retype_containers(
    types: list[str],
    elements: Sequence[Element],
    boxes: Sequence[IntBox],
    reasons: Sequence[str],
) -> None:
    """A container with words of its own and nothing in it is a text: `<div>Total: 5</div>`. What
    nobody knows, holds others and cannot be clicked is a container."""
    parents = {element.parent for element in elements}
    shown = [box for box, reason in zip(boxes, reasons, strict=True) if _is_shown(reason)]
    others = np.array(shown, dtype=np.int64).reshape(-1, 4)
    areas = _areas(others)
    for index, element in enumerate(elements):
        if element.id in parents:
            if types[index] == FALLBACK_TYPE and not element.clickable:
                types[index] = "container"
            continue
        if types[index] != "container":
            continue
        if not (clean(element.text) or clean(element.description)):
            continue
        box = np.array(boxes[index], dtype=np.int64)
        held = np.all((others[:, :2] >= box[:2]) & (others[:, 2:] <= box[2:]), axis=1)
        if not np.any(held & (areas < _areas(box))):
            types[index] = "text"


def _is_shown(reason: str) -> bool:
    return reason in ("", "partly-outside")


def _areas(boxes: NDArray[np.int64]) -> NDArray[np.int64]:
    areas: NDArray[np.int64] = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
    return areas


def _add_kind_reasons(
    reasons: list[str],
    types: Sequence[str],
    boxes: Sequence[IntBox],
    saved: Size,
    rules: ElementRules,
) -> None:
    limit = rules.max_area * saved[0] * saved[1]
    for index, (x1, y1, x2, y2) in enumerate(boxes):
        if reasons[index]:
            continue
        if types[index] in CONTAINER_TYPES:
            reasons[index] = "container"
        elif (x2 - x1) * (y2 - y1) > limit:
            reasons[index] = "too-large"


def _add_duplicates(
    reasons: list[str],
    types: Sequence[str],
    names: Sequence[Name | None],
    boxes: Sequence[IntBox],
    rules: ElementRules,
) -> None:
    """Of elements with one box keeps the named one, then the control, then the innermost."""

    def preference(index: int) -> tuple[bool, bool, int]:
        return (names[index] is not None, types[index] not in _PASSIVE_TYPES, index)

    present = [index for index, reason in enumerate(reasons) if not reason]
    present.sort(key=preference, reverse=True)
    # Exact copies first: a broken file may hold thousands of one box.
    distinct: dict[IntBox, int] = {}
    for index in present:
        if distinct.setdefault(boxes[index], index) != index:
            reasons[index] = "duplicate"
    rows = list(distinct.values())
    for first, twins in _twins(np.array(list(distinct), dtype=np.int64), rules.duplicate_iou):
        if not reasons[rows[first]]:
            for twin in twins:
                reasons[rows[twin]] = "duplicate"


def _twins(boxes: Boxes, iou: float) -> Iterator[tuple[int, list[int]]]:
    """Each box, by its place, that has the given IoU with later ones, and these."""
    for start in range(0, len(boxes), _BLOCK):
        same = ious(boxes[start : start + _BLOCK], boxes) >= iou
        same &= np.arange(len(boxes)) > np.arange(start, start + len(same))[:, None]
        for row in np.flatnonzero(same.any(axis=1)).tolist():
            yield start + row, np.flatnonzero(same[row]).tolist()
