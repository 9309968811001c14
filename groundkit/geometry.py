"""Boxes, coordinate frames and the resize rule of the Qwen-VL image processors.

A box is `(x1, y1, x2, y2)`: top-left origin, continuous edges, so that a box covering a whole
W x H picture is `(0, 0, W, H)` and its width is `x2 - x1`. It never travels without its frame.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

Box = tuple[float, float, float, float]
IntBox = tuple[int, int, int, int]
Point = tuple[int, int]
Size = tuple[int, int]
"""(width, height) in pixels."""

FrameName = Literal["pixel", "resized", "norm1", "percent", "norm999", "norm1000", "norm1024"]
FRAME_NAMES: tuple[FrameName, ...] = get_args(FrameName)

# What the right and the bottom edge of the picture are called in the relative frames.
_RELATIVE_EXTENT: dict[str, float] = {
    "norm1": 1.0,
    "percent": 100.0,
    "norm999": 999.0,
    "norm1000": 1000.0,
    "norm1024": 1024.0,
}
# Frames that people write as whole numbers; the others keep their decimals.
_INTEGER_FRAMES = frozenset({"pixel", "resized", "norm999", "norm1000", "norm1024"})


@dataclass(frozen=True)
class Frame:
    """A coordinate frame tied to the picture it measures.

    Attributes:
        name: `pixel` is the original screenshot, `resized` the saved image that a model sees;
            `norm1` is 0-1, `percent` 0-100, `norm999` 0-999 (DeepSeek-VL2), `norm1000` 0-1000
            (Qwen2-VL, Qwen3-VL, InternVL), `norm1024` 0-1024 (PaliGemma).
        size: width and height of that picture in pixels. Relative frames carry it too, because
            x and y keep their own scale: a square in 0-1000 is not a square on the screen.
    """

    name: FrameName
    size: Size

    @property
    def extent(self) -> tuple[float, float]:
        """Coordinates of the bottom-right corner of the picture in this frame."""
        relative = _RELATIVE_EXTENT.get(self.name)
        return (relative, relative) if relative else (float(self.size[0]), float(self.size[1]))

    @property
    def is_integer(self) -> bool:
        """Whether coordinates in this frame are written as whole numbers."""
        return self.name in _INTEGER_FRAMES


def convert(xy: ArrayLike, source: Frame, target: Frame) -> NDArray[np.float64]:
    """Coordinates of `source` expressed in `target`, without rounding.

    Args:
        xy: points or boxes, shape (..., 2) or (..., 4), x and y alternating.

    Returns:
        Floats of the same shape.
    """
    values = np.asarray(xy, dtype=np.float64)
    repeat = values.shape[-1] // 2
    # Multiplied first: 640 px of 644 scale to a whole number, 640 x (1 / 644) does not.
    result: NDArray[np.float64] = (
        values * np.tile(target.extent, repeat) / np.tile(source.extent, repeat)
    )
    return result


def round_box(xyxy: Sequence[float], size: Size) -> IntBox:
    """The box in whole pixels, clamped to a picture of `size`.

    Rounds half to even, as the Qwen tools do (QwenLM/Qwen3-VL process_bbox.ipynb); unlike them the
    right and bottom limits are W and H, not W-1 and H-1, because our edges are continuous.
    """
    x1, y1, x2, y2 = (round(v) for v in xyxy)
    width, height = size
    return (
        min(max(x1, 0), width),
        min(max(y1, 0), height),
        min(max(x2, 0), width),
        min(max(y2, 0), height),
    )


@dataclass(frozen=True)
class ResizeRule:
    """Parameters of `smart_resize` for one model family.

    Attributes:
        factor: patch size times merge size; both sides of the resized image are multiples of it.
        min_pixels, max_pixels: bounds on width x height of the resized image.
    """

    factor: int
    min_pixels: int
    max_pixels: int

    def apply(self, size: Size) -> Size:
        """The (width, height) that a picture of `size` is resized to."""
        height, width = smart_resize(
            size[1], size[0], self.factor, self.min_pixels, self.max_pixels
        )
        return width, height


# Limits of the checkpoints on the hub (preprocessor_config.json of the instruct models).
RESIZE_RULES: dict[str, ResizeRule] = {
    "qwen2-vl": ResizeRule(28, 56 * 56, 16384 * 28 * 28),
    "qwen2.5-vl": ResizeRule(28, 56 * 56, 16384 * 28 * 28),
    "qwen3-vl": ResizeRule(32, 256 * 256, 16384 * 32 * 32),
}

MAX_ASPECT_RATIO = 200


def smart_resize(
    height: int, width: int, factor: int, min_pixels: int, max_pixels: int
) -> tuple[int, int]:
    """Size that the Qwen-VL image processors resize a picture to.

    The rule of `smart_resize` in transformers 5.23 (models/qwen2_vl/image_processing_qwen2_vl.py):
    both sides become multiples of `factor`, the area comes into [min_pixels, max_pixels], the
    aspect ratio is kept as well as that allows. The result is a fixed point of the same rule,
    unless it is longer than the rule allows: 41x5623 becomes 28x5628, which is refused.

    Returns:
        (height, width) in pixels.

    Raises:
        ValueError: a side is not positive, or one side is more than 200 times the other.
    """
    if min(height, width) <= 0:
        raise ValueError(f"an image of {width}x{height} has no pixels")
    ratio = max(height, width) / min(height, width)
    if ratio > MAX_ASPECT_RATIO:
        raise ValueError(f"aspect ratio {ratio:.0f} of {width}x{height} exceeds {MAX_ASPECT_RATIO}")
    new_height = round(height / factor) * factor
    new_width = round(width / factor) * factor
    if new_height * new_width > max_pixels:
        shrink = math.sqrt(height * width / max_pixels)
        new_height = max(factor, math.floor(height / shrink / factor) * factor)
        new_width = max(factor, math.floor(width / shrink / factor) * factor)
    elif new_height * new_width < min_pixels:
        grow = math.sqrt(min_pixels / (height * width))
        new_height = math.ceil(height * grow / factor) * factor
        new_width = math.ceil(width * grow / factor) * factor
    return new_height, new_width
