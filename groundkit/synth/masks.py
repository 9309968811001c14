"""Masks: how they are painted through, and round corners, drawn once for each radius."""

from __future__ import annotations

import functools

import numpy as np
from PIL import Image

from groundkit.geometry import IntBox

_SAMPLES = 4
_SEEN = [255 if ink >= 25 else 0 for ink in range(256)]


def paste(
    image: Image.Image, color: int | tuple[int, int, int], x: int, y: int, mask: Image.Image
) -> None:
    """A colour through a mask whose corner is at (x, y), cut at the edges of the image.

    What Image.paste does at its end; all that it does before takes several times as long as
    painting something of the size of a letter.
    """
    width, height = mask.size
    image.im.paste(color, (x, y, x + width, y + height), mask.im)


def visible_ink(mask: Image.Image) -> IntBox | None:
    """The box around what can be seen of a mask: less than a tenth of ink in a pixel cannot."""
    box: IntBox | None = mask.im.point(_SEEN, "L").getbbox()
    return box


@functools.lru_cache(maxsize=1024)
def corner(radius: int, which: int) -> Image.Image:
    """The coverage of a quarter disc in a square of `radius` pixels.

    Args:
        which: the corner it rounds: 0 top left, then clockwise.
    """
    steps = (np.arange(radius * _SAMPLES) + 0.5) / _SAMPLES
    inside = (steps[:, None] - radius) ** 2 + (steps[None, :] - radius) ** 2 <= radius**2
    shares = inside.reshape(radius, _SAMPLES, radius, _SAMPLES).mean(axis=(1, 3))
    mask = np.rot90((shares * 255).round().astype(np.uint8), -which)
    return Image.fromarray(np.ascontiguousarray(mask))


@functools.lru_cache(maxsize=1024)
def ring_section(size: int, width: int, share: float) -> Image.Image:
    """A ring in a square of `size` pixels, clockwise from the top as far as `share` of it."""
    steps = (np.arange(size * _SAMPLES) + 0.5) / _SAMPLES - size / 2
    distance = np.hypot(steps[:, None], steps[None, :])
    inside = (distance <= size / 2) & (distance >= size / 2 - width)
    turn = (np.arctan2(steps[None, :], -steps[:, None]) / (2 * np.pi)) % 1.0
    inside &= turn <= share
    shares = inside.reshape(size, _SAMPLES, size, _SAMPLES).mean(axis=(1, 3))
    return Image.fromarray((shares * 255).round().astype(np.uint8))
