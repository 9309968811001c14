"""The samples of an HTML page: what is drawn over which part of which image.

An entry shows the part of its screen that holds what was asked for and what was answered. Of the
first entries that part is embedded as a thumbnail, which is made from the image once; further ones
link to their image, which the browser loads when it comes into sight and crops itself.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import cv2
import msgspec
import numpy as np

from groundkit import images
from groundkit.errors import DataError
from groundkit.geometry import Size
from groundkit.images import Pixels
from groundkit.metrics.verdicts import Case
from groundkit.records import Verdict
from groundkit.store import real

DEFAULT_EMBED = 300
DEFAULT_GALLERY = 20_000
THUMBNAIL = (480, 320)
_QUALITY = 80
# A view holds so much around what it shows, and is never smaller than it would be drawn.
_MARGIN, _LEAST = 40, (360, 240)
_GREY = 205


class Answer(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What one model wrote about a sample. Boxes and points in pixels of the saved image.

    Attributes:
        rule: of the grammar, that read it.
        span: what in the text it read, from and up to which character.
        turned: whether y stands before x.
        ignored: other numbers in the text.
    """

    who: str
    hit: bool
    why: str
    iou: float | None
    px: float | None
    box: Sequence[float] | None
    point: Sequence[float] | None
    text: str | None
    rule: str = ""
    span: Sequence[int] | None = None
    turned: bool = False
    ignored: Sequence[float] = ()


class Entry(msgspec.Struct, kw_only=True):
    """One sample of the page.

    Attributes:
        title: what was asked.
        filters: its values by name of a filter.
        gold: boxes asked for; or `polygon`, x and y alternating.
        asked: the point asked about.
        image: as it was named; `src` is its address seen from the page, None if it is not there.
        view: x, y, width and height of the part that is shown, in pixels of the image.
        thumb: that part, as a data URI.
    """

    id: str
    title: str
    filters: Mapping[str, Sequence[str]]
    gold: Sequence[Sequence[float]]
    polygon: Sequence[float] = ()
    asked: Sequence[float] | None = None
    answers: Sequence[Answer]
    image: str
    size: Size
    src: str | None = None
    view: Sequence[float] = (0, 0, 1, 1)
    thumb: str | None = None


def answer_of(who: str, verdict: Verdict, text: str | None) -> Answer:
    """The answer that a verdict is about."""
    boxed = verdict.box is not None and verdict.gold_box is not None
    return Answer(
        who=who,
        hit=verdict.hit,
        why=verdict.reason,
        iou=round(verdict.iou, 4) if boxed else None,
        px=None if verdict.distance is None else round(verdict.distance, 1),
        box=verdict.box,
        point=verdict.point,
        text=text,
        rule=verdict.rule,
    )


def answer_of_case(case: Case) -> Answer:
    """The answer of a case, with how it was read."""
    answer = answer_of("", case.verdict, case.text)
    answer.span = case.span if case.span[1] > case.span[0] else None
    answer.turned, answer.ignored = case.order == "yx", case.ignored
    return answer


def filters_of(verdict: Verdict) -> dict[str, Sequence[str]]:
    """By what a sample may be looked for."""
    if verdict.status == "scored":
        result = "hit" if verdict.hit else "miss"
    else:
        result = "right refusal" if verdict.hit else verdict.status
    return {
        "result": [result],
        "reason": [reason for reason in verdict.reason.split(", ") if reason],
        "type": [verdict.type] if verdict.type else [],
        "size": [verdict.size],
    }


@dataclass
class Missing:
    """Images that are not shown.

    Attributes:
        count: of samples.
        example: the first one's image, and in `why` what is wrong with it.
    """

    count: int = 0
    example: str = ""
    why: str = ""

    def add(self, image: str, why: str) -> None:
        """One more sample without an image."""
        if not self.count:
            self.example, self.why = image, why
        self.count += 1


@dataclass
class Illustrator:
    """Finds the images of entries and fills in their addresses, views and thumbnails.

    Attributes:
        root: only images below it are shown, whatever the files that were scored name.
        page: the file that will show them.
        embed: how many entries get a thumbnail.
    """

    root: Path
    page: Path
    embed: int = DEFAULT_EMBED
    missing: Missing = field(default_factory=Missing)

    def illustrate(self, entries: Sequence[Entry]) -> None:
        """Completes entries; those without an image are counted in `missing`."""
        places = [self._place(entry) for entry in entries]
        found = [row for row, place in enumerate(places) if place is not None]
        for entry in entries:
            entry.view = view_of(entry)
        # Image by image, each of which is decoded once.
        by_image: dict[Path, list[Entry]] = {}
        for row in found[: self.embed]:
            place = places[row]
            if place is not None:
                by_image.setdefault(place, []).append(entries[row])
        for place, some in by_image.items():
            self._embed(place, some)

    def _place(self, entry: Entry) -> Path | None:
        """The image of an entry, which may be anything that a stranger wrote."""
        try:
            path = Path(os.path.realpath(entry.image))
            if not path.is_relative_to(real(self.root)):
                self.missing.add(entry.image, f"it is not below {str(self.root)!r}")
                return None
            if not path.is_file():
                self.missing.add(entry.image, "there is no such file")
                return None
            if not all(entry.size):
                entry.size = images.read_size(path)
        except DataError as error:
            self.missing.add(entry.image, error.what)
            return None
        except (OSError, ValueError):  # a name that no file can have
            self.missing.add(entry.image, "no file can have this name")
            return None
        entry.src = quote(os.path.relpath(path, real(self.page).parent).replace(os.sep, "/"))
        return path

    def _embed(self, path: Path, entries: Iterable[Entry]) -> None:
        try:
            pixels = images.read_pixels(path)
        except DataError as error:
            for entry in entries:
                entry.src = None
                self.missing.add(entry.image, error.what)
            return
        height, width = pixels.shape[:2]
        for entry in entries:
            # The view is in pixels of the saved image; this file may have another size.
            scale = width / max(entry.size[0], 1), height / max(entry.size[1], 1)
            entry.thumb = _data_uri(_cut(pixels, entry.view, scale))


def view_of(entry: Entry) -> tuple[float, float, float, float]:
    """The part of the screen around all that is drawn, in the proportions of a thumbnail."""
    width, height = entry.size
    corners = np.array(list(_corners(entry)) or [(0, 0), entry.size], dtype=np.float64)
    # An answer may lie anywhere; what is far outside is not worth shrinking the screen for.
    corners = np.clip(corners, 0, [max(width, 1), max(height, 1)])
    low, high = corners.min(axis=0) - _MARGIN, corners.max(axis=0) + _MARGIN
    sides = np.maximum(high - low, _LEAST)
    aspect = THUMBNAIL[0] / THUMBNAIL[1]
    sides = np.array([max(sides[0], sides[1] * aspect), max(sides[1], sides[0] / aspect)])
    room = np.array([width, height]) - sides
    start = (low + high - sides) / 2
    start = np.where(room > 0, np.clip(start, 0, np.maximum(room, 0)), room / 2)
    x, y, w, h = (round(float(value), 1) for value in (*start, *sides))
    return x, y, w, h


def _corners(entry: Entry) -> Iterator[tuple[float, float]]:
    yield from zip(entry.polygon[::2], entry.polygon[1::2], strict=True)
    boxes = [*entry.gold, *(answer.box for answer in entry.answers if answer.box is not None)]
    for x1, y1, x2, y2 in boxes:
        yield x1, y1
        yield x2, y2
    points = [entry.asked, *(answer.point for answer in entry.answers)]
    for point in points:
        if point is not None:
            yield point[0], point[1]


def _cut(pixels: Pixels, view: Sequence[float], scale: tuple[float, float]) -> Pixels:
    """The view as a picture of the size of a thumbnail; what is outside the image is grey."""
    x, y, w, h = view
    x, w, y, h = x * scale[0], w * scale[0], y * scale[1], h * scale[1]
    left, top = round(x), round(y)
    right, bottom = max(round(x + w), left + 1), max(round(y + h), top + 1)
    height, width = pixels.shape[:2]
    part = pixels[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
    canvas = np.full((bottom - top, right - left, 3), _GREY, dtype=np.uint8)
    canvas[
        max(-top, 0) : max(-top, 0) + part.shape[0], max(-left, 0) : max(-left, 0) + part.shape[1]
    ] = part
    return images.resize(canvas, THUMBNAIL)


def _data_uri(pixels: Pixels) -> str:
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode()
