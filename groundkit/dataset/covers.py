"""What is drawn over what, as far as order and parents tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from groundkit.dataset.rules import JudgedElement
from groundkit.dataset.types import CONTAINER_TYPES, raw_type

# What is painted as a whole: the boxes of other types may be see-through, or hold what they hold.
_WHOLE_TYPES = frozenset(
    {"dialog", "image", "card", "video", "map", "web_view", "advertisement", "toolbar"}
)

Boxes = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Covers:
    """What lies over each element of a screen.

    In drawing order a later box that is neither above nor below an element in the tree lies over
    it: a dialog, a sheet, a floating button. On a screen without parents a later button may as well
    be part of the element, so that only types that are painted as a whole count. So does a popup
    below an element in the tree that reaches beyond it.

    Windows (containers without a parent that hold others: the app, its dialog, the keyboard) come
    in any order. One that lies in another is over it; of two that overlap otherwise, or have the
    same box, either may be.

    A person or a detector lists elements in any order too. They only list what can be seen, so that
    nothing covers what it encloses.

    Args:
        judged: all elements of the screen.
        ordered: whether they are in drawing order; see `records.Screen`.
    """

    def __init__(self, judged: Sequence[JudgedElement], ordered: bool = True) -> None:
        place = {row.element.id: index for index, row in enumerate(judged)}
        self._ordered = ordered
        self._parents = [place.get(row.element.parent or "") for row in judged]
        self._children: dict[int, list[int]] = defaultdict(list)
        for index, parent in enumerate(self._parents):
            if parent is not None:
                self._children[parent].append(index)
        self._boxes = np.array([row.box for row in judged], dtype=np.int64).reshape(-1, 4)
        shown = np.array([row.is_shown for row in judged], dtype=np.bool_)
        types = [raw_type(row.element) for row in judged]
        rivals = [row.is_rival and bool(self._children) for row in judged]
        windows = [
            self._parents[index] is None and index in self._children and type in CONTAINER_TYPES
            for index, type in enumerate(types)
        ]
        self._whole = shown & np.array([type in _WHOLE_TYPES for type in types], dtype=np.bool_)
        self._paints = self._whole | np.array(rivals, dtype=np.bool_)
        self._windows = shown & np.array(windows, dtype=np.bool_)

    def over(self, index: int) -> Boxes:
        """The boxes that lie over an element, wherever they are on the screen. Shape (N, 4)."""
        ancestors, descendants = self._ancestors(index), self._descendants(index)
        if self._ordered:
            above = self._paints.copy()
            above[:index] = False
        else:
            above = self._whole & ~_enclose(self._boxes, self._boxes[index])
        above[[index, *ancestors, *descendants]] = False
        above[descendants] = self._whole[descendants] & ~self._is_inside(descendants, index)
        above |= self._windows_over([index, *ancestors][-1])
        return self._boxes[above]

    def _windows_over(self, root: int) -> Bools:
        """Which boxes are other windows than `root` that may lie over it."""
        larger = _enclose(self._boxes, self._boxes[root])
        larger &= np.any(self._boxes != self._boxes[root], axis=1)
        over = self._windows & ~larger
        over[root] = False
        return over

    def _is_inside(self, inner: list[int], outer: int) -> Bools:
        x1, y1, x2, y2 = self._boxes[outer]
        boxes = self._boxes[inner]
        result: Bools = np.all((boxes[:, :2] >= (x1, y1)) & (boxes[:, 2:] <= (x2, y2)), axis=1)
        return result

    def _ancestors(self, index: int) -> list[int]:
        """From the parent to the root; a circle of parents ends before the element comes again."""
        found: list[int] = []
        seen = {index}
        ancestor = self._parents[index]
        while ancestor is not None and ancestor not in seen:
            seen.add(ancestor)
            found.append(ancestor)
            ancestor = self._parents[ancestor]
        return found

    def _descendants(self, index: int) -> list[int]:
        seen = {index}
        stack = [index]
        while stack:
            children = [child for child in self._children.get(stack.pop(), []) if child not in seen]
            seen.update(children)
            stack += children
        return sorted(seen - {index})


def _enclose(boxes: Boxes, box: Boxes) -> Bools:
    """For each box, shape (N, 4), whether all of `box` lies in it."""
    result: Bools = np.all((boxes[:, :2] <= box[:2]) & (boxes[:, 2:] >= box[2:]), axis=1)
    return result
