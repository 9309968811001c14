"""Pictures, avatars and charts: coloured shapes that stand for photos and data."""

from __future__ import annotations

import functools
import math

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from groundkit.geometry import IntBox
from groundkit.synth.boxes import inset
from groundkit.synth.colors import BLACK, WHITE, Color, hsl, mix, readable_on
from groundkit.synth.glyphs import Font, run
from groundkit.synth.masks import corner
from groundkit.synth.ui import Place, Ui


def picture(ui: Ui, place: Place, name: str, radius: int = 0) -> int:
    """A made-up photo that fills its place."""
    box = place.box
    size = (box[2] - box[0], box[3] - box[1])
    image = Image.fromarray(_photo(ui, size))
    ui.canvas.image.paste(image, (box[0], box[1]), rounded_mask(size, radius) if radius else None)
    return ui.canvas.record("image", box, description=name, parent=place.parent)


def _photo(ui: Ui, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Sky and hills, discs, stripes or a still life; (height, width, 3)."""
    width, height = size
    rng = ui.rng
    hue = rng.random()
    top = hsl(hue, rng.uniform(0.3, 0.8), rng.uniform(0.45, 0.8))
    low = hsl(hue + rng.uniform(-0.2, 0.2), rng.uniform(0.3, 0.8), rng.uniform(0.3, 0.7))
    ramp = np.linspace(0, 1, height)[:, None]
    rows = np.array(top) * (1 - ramp) + np.array(low) * ramp
    field = np.ascontiguousarray(np.broadcast_to(rows[:, None], (height, width, 3)), np.uint8)
    kind = rng.randrange(7)
    if kind > 3:
        return _blur(ui, size, kind == 4)
    if kind == 0:
        _disc(field, rng.uniform(0.2, 0.8), rng.uniform(0.15, 0.4), 0.12, mix(top, WHITE, 0.7))
        _hills(ui, field, mix(low, BLACK, 0.35))
        _hills(ui, field, mix(low, BLACK, 0.55), 0.75)
    elif kind == 1:
        for _ in range(rng.randrange(2, 6)):
            color = hsl(hue + rng.uniform(-0.15, 0.5), 0.6, rng.uniform(0.3, 0.8))
            _disc(field, rng.random(), rng.random(), rng.uniform(0.1, 0.4), color)
    elif kind == 2:
        color = mix(low, WHITE if rng.random() < 0.5 else BLACK, 0.3)
        step = max(height // rng.randrange(3, 7), 3)
        for x in range(-height, width, 2 * step):
            points = [(x, height), (x + step, height), (x + step + height, 0), (x + height, 0)]
            cv2.fillPoly(field, [np.array(points, np.int32)], color, cv2.LINE_AA)
    else:
        _disc(field, 0.5, 0.38, 0.2, mix(low, WHITE, 0.6))
        _disc(field, 0.5, 1.0, 0.42, mix(top, BLACK, 0.4))
    return field


def _blur(ui: Ui, size: tuple[int, int], smooth: bool) -> NDArray[np.uint8]:
    """Patches of colour that run into each other, or that lie side by side like houses."""
    rng = ui.rng
    hue, columns, rows = rng.random(), rng.randrange(3, 8), rng.randrange(3, 7)
    spread, dull = rng.uniform(0.05, 0.3), rng.uniform(0.1, 0.6)
    patches = [
        hsl(hue + rng.uniform(-spread, spread), dull, rng.uniform(0.15, 0.85))
        for _ in range(columns * rows)
    ]
    small = np.array(patches, np.uint8).reshape(rows, columns, 3)
    way = cv2.INTER_LINEAR if smooth else rng.choice((cv2.INTER_NEAREST, cv2.INTER_CUBIC))
    return np.asarray(cv2.resize(small, size, interpolation=way), np.uint8)


def _disc(field: NDArray[np.uint8], x: float, y: float, radius: float, color: Color) -> None:
    height, width = field.shape[:2]
    center = (round(x * width), round(y * height))
    cv2.circle(field, center, max(round(radius * min(width, height)), 1), color, -1, cv2.LINE_AA)


def _hills(ui: Ui, field: NDArray[np.uint8], color: Color, level: float = 0.55) -> None:
    height, width = field.shape[:2]
    points = [(0, height)]
    for index in range(6):
        y = (level + ui.rng.uniform(-0.15, 0.2)) * height
        points.append((round(index * width / 5), round(y)))
    points.append((width, height))
    cv2.fillPoly(field, [np.array(points, np.int32)], color, cv2.LINE_AA)


@functools.lru_cache(maxsize=64)
def rounded_mask(size: tuple[int, int], radius: int) -> Image.Image:
    """A rectangle with round corners as a mask."""
    width, height = size
    radius = min(radius, width // 2, height // 2)
    mask = Image.new("L", size, 255)
    if radius:
        places = ((0, 0), (width - radius, 0), (width - radius, height - radius))
        for which, place in enumerate((*places, (0, height - radius))):
            mask.paste(corner(radius, which), place)
    return mask


def avatar(ui: Ui, place: Place, person: str) -> int:
    """A disc or square with an initial, a head or a photo."""
    box = place.box
    side = box[2] - box[0]
    radius = min(ui.px(ui.looks.avatar_radius), side // 2)
    name = f"{ui.texts.word('user')} {person}" if ui.texts.lang == "en" else f"{person}的头像"
    if ui.chance(0.3):
        return picture(ui, place, name, radius)
    color = hsl(ui.rng.random(), ui.rng.uniform(0.3, 0.7), ui.rng.uniform(0.4, 0.75))
    ui.canvas.round(box, color, radius)
    number = ui.canvas.record("image", box, description=name, parent=place.parent)
    ink = readable_on(color)
    if ui.chance(0.6):
        # Drawn, not recorded: nobody would call a lone letter a text.
        font = ui.theme.font(min(side / ui.theme.body * 0.45, 1.6))
        _center_ink(ui, box, font, person[0], ink)
    else:
        ui.icon_in(
            inset(box, side // 5, side // 5), "user", size=60, color=ink, record=False, solid=True
        )
    return number


def _center_ink(ui: Ui, box: IntBox, font: Font, letter: str, ink: Color) -> None:
    drawn = run(font, letter)
    if drawn.mask:
        x = (box[0] + box[2] - drawn.mask.width) // 2 - drawn.dx
        y = (box[1] + box[3] - drawn.mask.height) // 2 - drawn.dy
        ui.canvas.ink(x, y, font, letter, ink)


def chart(ui: Ui, place: Place, name: str) -> int:
    """Bars, a line or a pie that fills its place; the box is that of its ink."""
    kind = ui.rng.choice(("bars", "bars", "line", "pie"))
    box = place.box
    if kind == "pie":
        ink = _pie(ui, place)
    elif kind == "bars":
        ink = _bars(ui, place)
    else:
        ink = _line(ui, place)
    return ui.canvas.record("chart", ink or box, description=name, parent=place.parent)


def _bars(ui: Ui, place: Place) -> IntBox:
    x1, y1, x2, y2 = place.box
    palette = ui.theme.palette
    count = ui.rng.randrange(4, 13)
    step = (x2 - x1) / count
    width = max(int(step * ui.rng.uniform(0.4, 0.8)), 2)
    heights = [max(round((y2 - y1) * ui.rng.uniform(0.15, 1)), 2) for _ in range(count)]
    heights[ui.rng.randrange(count)] = y2 - y1
    for index, height in enumerate(heights):
        x = x1 + round(index * step)
        color = palette.primary if index % 3 else mix(palette.primary, place.ground, 0.3)
        ui.canvas.round((x, y2 - height, x + width, y2), color, min(width // 3, 3), (0, 1))
    line = ui.px(1)
    right = max(x1 + round((count - 1) * step) + width, x2)
    ui.canvas.fill((x1, y2, right, y2 + line), mix(place.ground, palette.text, 0.3))
    return x1, y1, right, y2 + line


def _line(ui: Ui, place: Place) -> IntBox:
    x1, y1, x2, y2 = place.box
    width, height = x2 - x1, y2 - y1
    palette, rng = ui.theme.palette, ui.rng
    field = np.empty((height, width, 3), np.uint8)
    field[:] = place.ground
    grid = mix(place.ground, palette.text, 0.15)
    for index in range(4):
        y = min(round(index * (height - 1) / 3), height - 1)
        field[y, :] = grid
    count = rng.randrange(5, 12)
    level, points = rng.uniform(0.3, 0.7), []
    for index in range(count):
        level = min(max(level + rng.uniform(-0.25, 0.25), 0.05), 0.95)
        points.append((round(index * (width - 1) / (count - 1)), round(level * (height - 1))))
    curve = np.array(points, np.int32)
    if rng.random() < 0.5:
        below = np.array([*points, (width - 1, height - 1), (0, height - 1)], np.int32)
        cv2.fillPoly(field, [below], mix(place.ground, palette.primary, 0.25))
    cv2.polylines(field, [curve], False, palette.primary, ui.px(2), cv2.LINE_AA)
    ui.canvas.image.paste(Image.fromarray(field), (x1, y1))
    return place.box


def _pie(ui: Ui, place: Place) -> IntBox:
    x1, y1, x2, y2 = place.box
    side = min(x2 - x1, y2 - y1)
    left, top = (x1 + x2 - side) // 2, (y1 + y2 - side) // 2
    scale = 2
    big = np.empty((side * scale, side * scale, 3), np.uint8)
    big[:] = place.ground
    center = (side * scale // 2, side * scale // 2)
    radius = side * scale // 2 - 1
    start = -90.0
    hue = ui.rng.random()
    shares = [ui.rng.uniform(0.5, 2) for _ in range(ui.rng.randrange(3, 6))]
    for index, share in enumerate(shares):
        end = start + 360 * share / math.fsum(shares)
        color = hsl(hue + index * 0.17, 0.6, 0.55)
        cv2.ellipse(big, center, (radius, radius), 0, start, end, color, -1, cv2.LINE_AA)
        start = end
    if ui.chance(0.5):
        cv2.circle(big, center, radius * 11 // 20, place.ground, -1, cv2.LINE_AA)
    small = cv2.resize(big, (side, side), interpolation=cv2.INTER_AREA)
    ui.canvas.image.paste(Image.fromarray(np.asarray(small, np.uint8)), (left, top))
    return left, top, left + side, top + side
