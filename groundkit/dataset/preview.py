"""Looking at a dataset: a contact sheet and a self-contained HTML page."""

from __future__ import annotations

import base64
import hashlib
import heapq
import mimetypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import jinja2
import numpy as np

from groundkit import images, pages
from groundkit.dataset.folder import read_manifest, read_rivals
from groundkit.dataset.screen import ElementRow
from groundkit.errors import DataError
from groundkit.geometry import IntBox, Size
from groundkit.images import Pixels
from groundkit.records import Sample
from groundkit.store import read_jsonl, resolve_inside, write_bytes

_TILE = (420, 280)
_CAPTION = 22
_COLUMNS = 4
_TARGET_COLOR = (40, 40, 230)  # BGR
_RIVAL_COLOR = (230, 160, 60)
_CROSS_ARM = 6


class PreviewFiles(NamedTuple):
    """What `write_preview` wrote.

    Attributes:
        shown: points on the sheet and on the page, each with its sample in the first language.
        total: samples in the dataset.
    """

    sheet: Path
    page: Path
    shown: int
    total: int


def write_preview(folder: Path, out: Path, count: int, seed: int = 0) -> PreviewFiles:
    """Writes preview.png and preview.html for a random but repeatable choice of samples.

    Args:
        folder: a finished dataset.
        out: folder for the two files.
        count: points to show.

    Raises:
        DataError: no finished dataset, or an image of it cannot be read.
    """
    manifest = read_manifest(folder)
    samples = _choose(folder, count, seed)
    if not samples:
        raise DataError("the dataset has no samples", str(folder))
    rivals = read_rivals(folder, {sample.screen for sample in samples})
    tiles = [
        _captioned(_tile(folder, sample, rivals[sample.screen]), caption(number, sample))
        for number, sample in enumerate(samples, start=1)
    ]
    sheet, page = out / "preview.png", out / "preview.html"
    write_bytes(sheet, images.encode(_arrange(tiles), ".png"))
    total = sum(manifest.samples.values())
    html = _template().render(
        manifest=manifest,
        total=total,
        cards=[
            _card(folder, sample, rivals[sample.screen], caption(number, sample))
            for number, sample in enumerate(samples, start=1)
        ],
    )
    write_bytes(page, html.encode())
    return PreviewFiles(sheet, page, len(samples), total)


def _choose(folder: Path, count: int, seed: int) -> list[Sample]:
    """`count` samples spread over the dataset, in its order, holding only so many in memory."""

    def rank(item: tuple[int, Sample]) -> bytes:
        return hashlib.blake2b(f"{seed}:{item[1].id}".encode()).digest()

    rows = enumerate(_one_a_point(read_jsonl(folder / "samples.jsonl", Sample)))
    return [sample for _, sample in sorted(heapq.nsmallest(count, rows, key=rank), key=_first)]


def _one_a_point(samples: Iterator[Sample]) -> Iterator[Sample]:
    """The samples without those that ask about the point before in another language."""
    before = None
    for sample in samples:
        asked = (sample.image, sample.element, sample.point)
        if asked != before:
            yield sample
        before = asked


def _first(item: tuple[int, Sample]) -> int:
    return item[0]


def _tile(folder: Path, sample: Sample, rivals: list[ElementRow]) -> Pixels:
    pixels = images.read_pixels(resolve_inside(folder, sample.image, sample.id))
    return draw_tile(pixels, sample, rivals)


def draw_tile(
    pixels: Pixels, sample: Sample, rivals: list[ElementRow], size: Size = _TILE
) -> Pixels:
    """The surroundings of a sample's target as a picture of `size`, with the target outlined in
    red over its rivals in pale blue; at full size, or scaled down if the target is large. The
    point has a cross if no marker shows it."""
    outlined = pixels.copy()
    for row in rivals:
        _outline(outlined, row.box, _RIVAL_COLOR)
    marked = cv2.addWeighted(pixels, 0.5, outlined, 0.5, 0).astype(np.uint8, copy=False)
    _outline(marked, sample.box, _TARGET_COLOR)
    if sample.marker is None:
        for color, thickness in (((255, 255, 255), 3), (_TARGET_COLOR, 1)):
            cv2.drawMarker(
                marked, sample.point, color, cv2.MARKER_CROSS, 2 * _CROSS_ARM + 1, thickness
            )
    x1, y1, x2, y2 = sample.box
    scale = max(1.0, (x2 - x1 + 80) / size[0], (y2 - y1 + 80) / size[1])
    width, height = round(size[0] * scale), round(size[1] * scale)
    left = _start((x1 + x2) // 2, width, sample.width)
    top = _start((y1 + y2) // 2, height, sample.height)
    crop = marked[top : top + height, left : left + width]
    canvas = np.full((height, width, 3), 255, dtype=np.uint8)
    canvas[: crop.shape[0], : crop.shape[1]] = crop
    return images.resize(canvas, size)


def caption(number: int, sample: Sample) -> str:
    """What stands above a tile and a card. OpenCV can draw ASCII only, so no name."""
    text = f"#{number} {sample.type} {sample.point[0]},{sample.point[1]}"
    return text.encode("ascii", "replace").decode()


def _captioned(tile: Pixels, text: str) -> Pixels:
    """The tile under a white strip with a line of text."""
    captioned = cv2.copyMakeBorder(
        tile, _CAPTION, 0, 0, 0, cv2.BORDER_CONSTANT, value=(255, 255, 255)
    )
    place = (6, _CAPTION - 7)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(captioned, text, place, font, 0.45, (60, 40, 30), 1, cv2.LINE_AA)
    return np.ascontiguousarray(captioned, dtype=np.uint8)


def _start(center: int, length: int, limit: int) -> int:
    """Where a window of `length` around `center` starts, kept inside `limit` if it fits."""
    return max(0, min(center - length // 2, limit - length))


def _outline(pixels: Pixels, box: IntBox, color: tuple[int, int, int]) -> None:
    x1, y1, x2, y2 = box
    cv2.rectangle(pixels, (x1, y1), (x2 - 1, y2 - 1), color, 1)


def _arrange(tiles: list[Pixels]) -> Pixels:
    """Tiles of one size in rows with a gap between them."""
    gap = 8
    columns = min(_COLUMNS, len(tiles))
    rows = -(-len(tiles) // columns)
    height, width = tiles[0].shape[:2]
    sheet = np.full(
        (rows * (height + gap) + gap, columns * (width + gap) + gap, 3), 210, dtype=np.uint8
    )
    for number, tile in enumerate(tiles):
        top = gap + number // columns * (height + gap)
        left = gap + number % columns * (width + gap)
        sheet[top : top + height, left : left + width] = tile
    return sheet


def _card(folder: Path, sample: Sample, rivals: list[ElementRow], title: str) -> dict[str, Any]:
    """What the page shows of one sample; the image is embedded as it is saved."""
    path = resolve_inside(folder, sample.image, sample.id)
    kind = mimetypes.guess_type(path.name)[0] or "image/jpeg"
    data = base64.b64encode(path.read_bytes()).decode()
    others = [row for row in rivals if row.element != sample.element]
    return {
        "title": title,
        "sample": sample,
        "rivals": others,
        "image": f"data:{kind};base64,{data}",
        "arm": _CROSS_ARM,
    }


def _template() -> jinja2.Template:
    return pages.environment("groundkit.dataset", ".").get_template("preview.html.j2")
