"""Which elements can be asked about, and for each of the others the reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundkit.dataset.naming import Name, name_elements
from groundkit.dataset.types import CONTAINER_TYPES, element_type
from groundkit.geometry import Frame, IntBox, Size, convert, round_box
from groundkit.records import Element, Screen

MAX_ELEMENTS = 20_000
"""A screen with more is not a screen; comparing all pairs of them would take minutes."""

REASONS: dict[str, str] = {
    "inverted": "right of its right edge or below its bottom edge",
    "zero-area": "no width or no height",
    "outside": "wholly outside the screenshot",
    "invisible": "its source says that it is not shown",
    "partly-outside": "less visible than --min-visible",
    "container": "holds others and cannot be clicked",
    "too-large": "more of the screen than --max-area",
    "duplicate": "the box of a better element, by --duplicate-iou",
    "too-small": "under --min-side or --min-area",
    "unnamed": "no text, description, named child or telling id",
    "no-unique-point": "every point tried is arguable",
}
"""Why an element is dropped, in the order in which the rules are asked."""

# Dropped elements that a person still sees. A point on one of them could be argued about.
_RIVAL_REASONS = frozenset({"", "partly-outside", "too-large", "too-small", "unnamed"})

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


def judge_elements(screen: Screen, saved: Size, rules: ElementRules) -> list[JudgedElement]:
    """Every element of a screen in order, with its box in the saved image and its verdict."""
    if not screen.elements:
        return []
    original = Frame("pixel", (screen.width, screen.height))
    raw = np.array([element.box for element in screen.elements], dtype=np.float64)
    scaled = convert(raw, original, Frame("resized", saved))
    boxes = [round_box(box, saved) for box in scaled.tolist()]
    types = [element_type(element) for element in screen.elements]
    names = name_elements(screen.elements, rules.max_name)
    reasons = _shape_reasons(screen.elements, raw, (screen.width, screen.height), rules)
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
    present = [index for index, reason in enumerate(reasons) if not reason]
    pairs = _overlapping_pairs(np.array([boxes[i] for i in present]), rules.duplicate_iou)
    twins: dict[int, list[int]] = {}
    for first, second in pairs:
        twins.setdefault(present[first], []).append(present[second])
        twins.setdefault(present[second], []).append(present[first])

    def preference(index: int) -> tuple[bool, bool, int]:
        return (names[index] is not None, types[index] not in _PASSIVE_TYPES, index)

    for index in sorted(twins, key=preference, reverse=True):
        if not reasons[index]:
            for twin in twins[index]:
                reasons[twin] = reasons[twin] or "duplicate"


def _overlapping_pairs(boxes: NDArray[np.int64], threshold: float) -> list[tuple[int, int]]:
    """Index pairs (i < j) of boxes, shape (N, 4), whose IoU is at least `threshold`."""
    pairs: list[tuple[int, int]] = []
    if len(boxes) == 0:
        return pairs
    sides = boxes[:, 2:] - boxes[:, :2]
    area = sides[:, 0] * sides[:, 1]
    block = 128  # rows at a time keep the (rows, N, 2) arrays small
    for start in range(0, len(boxes), block):
        rows = boxes[start : start + block, None]
        overlap = np.minimum(rows[..., 2:], boxes[None, :, 2:])
        overlap -= np.maximum(rows[..., :2], boxes[None, :, :2])
        intersection = np.prod(np.maximum(overlap, 0), axis=2)
        union = area[start : start + block, None] + area[None] - intersection
        first, second = np.nonzero(intersection >= threshold * np.maximum(union, 1))
        first += start
        pairs += zip(*(side[first < second].tolist() for side in (first, second)), strict=True)
    return pairs
