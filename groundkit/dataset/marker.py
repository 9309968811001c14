"""The mark at the point asked about: large enough to see, small enough to see what it marks.

It is drawn after the image is resized, and its centre is exactly the integer point of the prompt.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from groundkit.geometry import IntBox, Point
from groundkit.images import Pixels
from groundkit.records import Marker

Shape = Literal["star", "dot", "ring"]

# BGR. Magenta is green's complement, so one of the two stands out on any background.
_COLORS = {"green": (0, 200, 0), "magenta": (200, 0, 200)}

_MAX_RADIUS = 12.0
_MIN_RADIUS = 3.0
_RADIUS_SHARE = 0.35
MAX_COVER = 0.25
"""Largest share of an element that its mark may cover."""
_PLANNED_COVER = 0.24  # drawn in whole pixels, a small disc comes out a little larger
_LEAST_RADIUS = 2.0  # below, hardly a pixel has the full colour

# Ratio of the radii of a five-pointed star whose arms have straight edges: (3 - sqrt 5) / 2.
_INNER = (3 - math.sqrt(5)) / 2
_STAR_AREA = 5 * _INNER * math.sin(math.pi / 5)  # for radius 1: ten triangles from the centre
_AREAS: dict[Shape, float] = {"star": _STAR_AREA, "dot": math.pi, "ring": math.pi}
_SUPERSAMPLING = 8
# Hue, saturation and value of what counts as green.
_GREEN = (np.array([35, 60, 60]), np.array([85, 255, 255]))


def marker_color(marker: Marker) -> tuple[int, int, int]:
    """The BGR colour that a mark is drawn in."""
    return _COLORS[marker.color]


def is_markable(box: IntBox, shape: Shape) -> bool:
    """Whether a mark that can be seen leaves enough of an element with this box."""
    return (box[2] - box[0]) * (box[3] - box[1]) >= _LEAST_RADIUS**2 * _AREAS[
        shape
    ] / _PLANNED_COVER


def plan_marker(
    pixels: Pixels, point: Point, box: IntBox, shape: Shape, others: NDArray[np.int64]
) -> Marker:
    """Size and colour of the mark for an element's box, in pixels of the saved image.

    The radius follows the shorter side of the element, and the mark's area is at most MAX_COVER
    of the element's and of any other that the mark reaches. The colour is green, unless the
    background at the point is.

    Args:
        others: boxes of other elements that a person sees, shape (N, 4).
    """
    width, height = box[2] - box[0], box[3] - box[1]
    wanted = max(_RADIUS_SHARE * min(width, height), _MIN_RADIUS)
    by_cover = _largest_radii(np.array([box]), shape)[0]
    gaps = np.maximum(np.maximum(others[:, :2] - point, point - others[:, 2:]), 0)
    by_others = np.maximum(np.hypot(gaps[:, 0], gaps[:, 1]), _largest_radii(others, shape))
    radius = round(float(min(wanted, by_cover, _MAX_RADIUS, by_others.min(initial=np.inf))), 2)
    x, y = point
    image_height, image_width = pixels.shape[:2]
    clipped = min(x, y, image_width - 1 - x, image_height - 1 - y) < radius
    color = "magenta" if _is_greenish(pixels, point, radius) else "green"
    return Marker(shape=shape, color=color, radius=radius, clipped=clipped)


def _largest_radii(boxes: NDArray[np.int64], shape: Shape) -> NDArray[np.float64]:
    """Of a mark that lies wholly on a box, shape (N, 4), and covers as much as it may. (N,)."""
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    radii: NDArray[np.float64] = np.sqrt(_PLANNED_COVER * areas / _AREAS[shape])
    return radii


def draw_marker(pixels: Pixels, point: Point, marker: Marker) -> None:
    """Draws the mark on the image, in place; what leaves the image is cut off."""
    cover = _cover(marker.shape, marker.radius)
    reach = cover.shape[0] // 2
    height, width = pixels.shape[:2]
    left, top = point[0] - reach, point[1] - reach
    x1, x2 = max(left, 0), min(left + cover.shape[1], width)
    y1, y2 = max(top, 0), min(top + cover.shape[0], height)
    alpha = cover[y1 - top : y2 - top, x1 - left : x2 - left, None]
    patch = pixels[y1:y2, x1:x2]
    patch[:] = np.rint(patch * (1 - alpha) + np.array(marker_color(marker)) * alpha)


@lru_cache(maxsize=256)  # text of one size makes marks of one size
def _cover(shape: Shape, radius: float) -> NDArray[np.float64]:
    """Share of each pixel that the mark covers, odd square array, the point in its middle.

    Drawn enlarged and averaged: OpenCV's own antialiasing shifts small shapes by up to half a
    pixel and swells them.
    """
    reach = math.ceil(radius) + 1
    side = (2 * reach + 1) * _SUPERSAMPLING
    large = np.zeros((side, side), dtype=np.uint8)
    middle, outer = (side - 1) / 2, radius * _SUPERSAMPLING
    if shape == "star":
        cv2.fillPoly(large, [np.rint(_star(outer) + middle).astype(np.int32)], 255)
    else:
        rows, columns = np.ogrid[:side, :side]
        distance = np.hypot(rows - middle, columns - middle)
        inner = 0.6 * outer if shape == "ring" else -1
        large[(distance <= outer) & (distance > inner)] = 255
    cells = large.reshape(2 * reach + 1, _SUPERSAMPLING, 2 * reach + 1, _SUPERSAMPLING)
    cover: NDArray[np.float64] = cells.mean(axis=(1, 3)) / 255
    cover.flags.writeable = False
    return cover


def _star(radius: float) -> NDArray[np.float64]:
    """The ten corners of a star around the origin, one arm up. Shape (10, 2)."""
    angles = math.pi / 5 * np.arange(10) - math.pi / 2
    radii = radius * np.where(np.arange(10) % 2 == 0, 1.0, _INNER)
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)


def _is_greenish(pixels: Pixels, point: Point, radius: float) -> bool:
    """Whether a fifth of the square around the mark is a saturated green."""
    x, y = point
    reach = math.ceil(radius) + 2
    patch = pixels[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1]
    # OpenCV halves the hue: 35..85 is 70..170 degrees, yellow-green to blue-green.
    green = cv2.inRange(cv2.cvtColor(patch, cv2.COLOR_BGR2HSV), _GREEN[0], _GREEN[1])
    return cv2.countNonZero(green) > 0.2 * green.size
