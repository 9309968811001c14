"""Small screens for the dataset tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from groundkit.records import Element, LocatedScreen, Screen


def make_element(id: str, box: Sequence[float], **fields) -> Element:
    fields.setdefault("type", "button")
    fields.setdefault("text", f"name {id}")
    x1, y1, x2, y2 = box
    return Element(id=id, box=(x1, y1, x2, y2), **fields)


def make_screen(elements: Sequence[Element], size=(280, 196), **fields) -> Screen:
    """A screen whose size is a fixed point of the default target: boxes keep their numbers."""
    fields.setdefault("id", "s")
    return Screen(
        image=f"{fields['id']}.png",
        width=size[0],
        height=size[1],
        elements=tuple(elements),
        **fields,
    )


def locate(folder: Path, screen: Screen, pixels=None) -> LocatedScreen:
    """Writes an image for the screen: its boxes outlined on a grey level of its own."""
    if pixels is None:
        pixels = np.full((screen.height, screen.width, 3), 235, np.uint8)
        for element in screen.elements:
            x1, y1, x2, y2 = map(int, element.box)
            cv2.rectangle(pixels, (x1, y1), (x2 - 1, y2 - 1), (120, 90, 60), 1)
    path = folder / screen.image
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels)
    return LocatedScreen(screen, path, f"{path}:1")


def grid_screen(
    id: str, group: str = "", columns: int = 4, rows: int = 4, shift: int = 0
) -> Screen:
    """Buttons in a grid, `shift` pixels to the right."""
    elements = [
        make_element(f"{row}.{column}", (left, top, left + 50, top + 24), text=f"B{row}{column}")
        for row in range(rows)
        for column in range(columns)
        for left, top in [(8 + shift + column * 66, 10 + row * 46)]
    ]
    return make_screen(elements, id=id, group=group)


def noisy_screen(folder: Path, number: int, group: str = "") -> LocatedScreen:
    """A grid on a background that no other number has."""
    screen = grid_screen(f"screen{number}", group)
    blocks = np.random.default_rng(number).integers(90, 255, (7, 10, 3), np.uint8)
    pixels = cv2.resize(blocks, (screen.width, screen.height), interpolation=cv2.INTER_NEAREST)
    return locate(folder, screen, pixels)
