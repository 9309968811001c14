"""Checks a finished dataset again, from its files alone.

What is checked: each image is there and has the size that the trainer will keep; the prompt is the
one of the record's point and, if a marker is drawn, its colour is there; the answer reads back as
the record's type, name and box; the answer to the point is unique among the elements of the screen;
no image, no near-duplicate and no group is in both splits; the trainer's files say what the records
say.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from groundkit import images
from groundkit.dataset.finish import SPLITS, llamafactory_record
from groundkit.dataset.folder import ElementReader, read_manifest
from groundkit.dataset.manifest import Manifest
from groundkit.dataset.marker import draw_marker, marker_color
from groundkit.dataset.points import is_unique_inside, is_unique_near, rival_outlines
from groundkit.dataset.prompts import IMAGE_TAG, write_prompt
from groundkit.dataset.screen import ElementRow
from groundkit.dataset.split import crossing_pairs, perceptual_hash
from groundkit.dataset.targets import Target, find_target
from groundkit.errors import DataError
from groundkit.geometry import IntBox, Size
from groundkit.grammar import read_answer
from groundkit.images import Pixels
from groundkit.records import Marker, Sample
from groundkit.store import decode_json, numbered_lines, read_jsonl, resolve_inside
from groundkit.vocabulary import type_of_word

# JPEG at quality 95 moves a colour at the core of a marker by less than this.
_COLOR_TOLERANCE = 60
# Several times what is ever drawn: the number of a damaged record must not fill the memory.
_LARGEST_RADIUS = 64


def verify(folder: Path) -> Iterator[str]:
    """Yields one line for each thing that is wrong; nothing if the dataset is right.

    Raises:
        DataError: the folder holds no finished dataset, or a file of it cannot be read.
    """
    manifest = read_manifest(folder)
    target = find_target(manifest.options.target, manifest.options.max_pixels)
    yield from _file_problems(folder, manifest)
    screens = _Screens(folder)
    pictures = _Pictures(folder, target)
    trainer_files = {split: _TrainerFile(folder / f"{split}.json") for split in SPLITS}
    for sample in read_jsonl(folder / "samples.jsonl", Sample):
        problems = [
            *_text_problems(sample, manifest),
            *_point_problems(sample, screens.rows(sample.screen), manifest),
            *pictures.problems(sample),
            *trainer_files[sample.split].problems(sample),
        ]
        yield from (f"{sample.id}: {problem}" for problem in problems)
    for name, screen in screens.reader.unread():
        yield f"{name}: the rows of screen {screen!r} are not in the order of samples.jsonl"
    for file in trainer_files.values():
        yield from file.rest()
    yield from pictures.crossing()


def _file_problems(folder: Path, manifest: Manifest) -> Iterator[str]:
    """samples.jsonl as a whole: its rows, their ids and its hash."""
    path = folder / "samples.jsonl"
    seen: set[int] = set()  # hashes: the ids of a million samples would fill the memory
    count = 0
    for sample in read_jsonl(path, Sample):
        count += 1
        if hash(sample.id) in seen:
            yield f"{sample.id}: a second sample with this id"
        seen.add(hash(sample.id))
    if count != sum(manifest.samples.values()):
        yield f"samples.jsonl has {count} rows, dataset.json says {manifest.samples}"
    with path.open("rb") as file:
        digest = hashlib.blake2b(digest_size=8)
        while block := file.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != manifest.samples_hash:
        yield (
            f"samples.jsonl has changed: its hash is {digest.hexdigest()}, dataset.json says"
            f" {manifest.samples_hash}"
        )


class _Screens:
    """The visible elements on the screen of a sample, read along with the samples."""

    def __init__(self, folder: Path) -> None:
        asked = {sample.screen for sample in read_jsonl(folder / "samples.jsonl", Sample)}
        self.reader = ElementReader(folder, asked)
        self._screen: str | None = None
        self._rows: list[ElementRow] = []

    def rows(self, screen: str) -> list[ElementRow]:
        if screen != self._screen:
            self._screen, self._rows = screen, self.reader.read(screen)
        return self._rows


def _text_problems(sample: Sample, manifest: Manifest) -> Iterator[str]:
    options = manifest.options
    shape = sample.marker.shape if sample.marker else "none"
    if shape != options.marker:
        yield f"its marker is {shape}, that of the dataset {options.marker}"
        return
    try:
        prompt = write_prompt(sample.point, sample.marker, sample.lang, options.template)
    except KeyError as error:
        yield f"no prompt can be written: {error} is unknown"
        return
    if sample.prompt != prompt:
        yield f"the prompt is not the one for point {sample.point}, marker and language"
    if sample.prompt.count(IMAGE_TAG) != 1:
        yield f"the prompt needs exactly one {IMAGE_TAG} tag"
    answer = read_answer(sample.answer)
    if answer.numbers != sample.box:
        yield f"the answer reads as box {answer.numbers}, the record says {sample.box}"
    if answer.name != sample.name or type_of_word(answer.type_word) != sample.type:
        yield f"the answer reads as {answer.type_word}-{answer.name}"


def _point_problems(sample: Sample, rows: list[ElementRow], manifest: Manifest) -> Iterator[str]:
    size = (sample.width, sample.height)
    rivals = [row for row in rows if row.rival]
    if not _is_inside((*sample.point, *sample.point), size, 1):
        yield f"the point {sample.point} is outside the image"
        return
    outside = [row.element for row in rows if not _is_inside(row.box, size, 0)]
    if outside:
        yield f"the box of element {outside[0]!r} leaves the image"
        return
    index = next((i for i, row in enumerate(rivals) if row.element == sample.element), None)
    if index is None:
        yield f"its element {sample.element!r} is not among the elements of the screen"
        return
    row = rivals[index]
    if (row.box, row.type, row.name) != (sample.box, sample.type, sample.name):
        yield f"elements.jsonl says {row.type} {row.name!r} at {row.box}"
    boxes = np.array([row.box for row in rivals], dtype=np.int64)
    duplicates = np.array([row.box for row in rows if not row.rival], dtype=np.int64)
    outlines = rival_outlines(
        sample.box,
        duplicates.reshape(-1, 4),
        sample.placement,
        manifest.options.rules.duplicate_iou,
    )
    check = is_unique_near if sample.placement == "near" else is_unique_inside
    if not check(np.array([sample.point]), index, boxes, outlines)[0]:
        yield f"the point {sample.point} could be taken for another element's"


def _is_inside(box: IntBox, size: Size, margin: int) -> bool:
    """Whether a box lies in an image, `margin` away from its right and lower edge."""
    right, bottom = size[0] - margin, size[1] - margin
    return 0 <= box[0] <= box[2] <= right and 0 <= box[1] <= box[3] <= bottom


class _Pictures:
    """The images, each decoded once for the samples in a row that share it, and what is in which
    split."""

    def __init__(self, folder: Path, target: Target) -> None:
        self._folder = folder
        self._target = target
        self._image: tuple[str, Pixels, bytes] | None = None
        self._split_of: dict[bytes, str] = {}
        self._screen: tuple[str, str] | None = None
        self._hashes: list[bytes] = []
        self._screen_of: dict[str, dict[bytes, str]] = {split: {} for split in SPLITS}

    def problems(self, sample: Sample) -> Iterator[str]:
        """What is wrong with the image of a sample and the split it is in."""
        if self._crosses(b"group:" + sample.group.encode(), sample.split):
            yield f"the group {sample.group!r} is in both splits"
        if self._image is None or self._image[0] != sample.image:
            try:
                self._image = self._decode(sample)
            except DataError as error:
                self._image = None
                yield str(error)
                return
            self._add_hash(sample, self._image[1])
        yield from _size_problems(sample, self._image[1], self._target)
        if self._crosses(self._image[2], sample.split):
            yield "the same image is in both splits"

    def _decode(self, sample: Sample) -> tuple[str, Pixels, bytes]:
        """Name, pixels and digest of an image."""
        pixels = images.read_pixels(resolve_inside(self._folder, sample.image, sample.id))
        return sample.image, pixels, hashlib.blake2b(pixels.data, digest_size=16).digest()

    def crossing(self) -> Iterator[str]:
        """Near-duplicate screens in both splits, at the end."""
        self._end_screen()
        train, val = (list(self._screen_of[split].items()) for split in SPLITS)
        for i, j in crossing_pairs([key for key, _ in train], [key for key, _ in val]):
            yield (
                f"near-duplicate screens are in both splits: {train[i][1]!r} in train,"
                f" {val[j][1]!r} in val"
            )

    def _crosses(self, key: bytes, split: str) -> bool:
        return self._split_of.setdefault(key, split) != split

    def _add_hash(self, sample: Sample, pixels: Pixels) -> None:
        if self._screen != (sample.screen, sample.split):
            self._end_screen()
            self._screen = (sample.screen, sample.split)
        self._hashes.append(perceptual_hash(pixels))

    def _end_screen(self) -> None:
        if self._screen and self._hashes:
            screen, split = self._screen
            self._screen_of[split].setdefault(_majority(self._hashes), screen)
        self._hashes = []


def _majority(hashes: list[bytes]) -> bytes:
    """The hash of a screen from those of its images. A marker flips some bits, but hardly the same
    in several images; where they are even, the first decides."""
    votes = np.unpackbits(np.array([np.frombuffer(h, np.uint8) for h in hashes]), axis=1)
    doubled = 2 * votes.sum(axis=0, dtype=np.int64)
    bits = np.where(doubled == len(hashes), votes[0], doubled > len(hashes))
    return np.packbits(bits.astype(np.uint8)).tobytes()


def _size_problems(sample: Sample, pixels: Pixels, target: Target) -> Iterator[str]:
    """What is wrong with the size of an image and with the marker on it."""
    size = (pixels.shape[1], pixels.shape[0])
    try:
        trained = target.trained_size(size)
    except ValueError as error:
        yield f"{target.name} cannot use the image: {error}"
    else:
        if trained != size:
            yield f"{target.name} would resize the image from {size} to {trained}"
    if size != (sample.width, sample.height):
        yield f"the image is {size}, the record says {(sample.width, sample.height)}"
    elif sample.marker and _is_inside((*sample.point, *sample.point), size, 1):
        if not 0 < sample.marker.radius <= _LARGEST_RADIUS:
            yield f"a marker of radius {sample.marker.radius}"
        elif not _shows_marker(pixels, sample.point, sample.marker):
            yield f"no {sample.marker.color} {sample.marker.shape} at the point {sample.point}"


def _shows_marker(pixels: Pixels, point: tuple[int, int], marker: Marker) -> bool:
    """Whether the marker's colour is where the marker covers most, which for a ring is its circle.

    A pixel that is covered by a share differs from the colour by the rest of 255 at most.
    """
    try:
        color = np.array(marker_color(marker))
    except KeyError:
        return False
    reach = math.ceil(marker.radius) + 1
    black = np.zeros((2 * reach + 1, 2 * reach + 1, 3), np.uint8)
    draw_marker(black, (reach, reach), marker)
    cover = black.max(axis=2) / color.max()
    rows, columns = np.nonzero(cover >= cover.max() - 0.05)
    x, y = columns + point[0] - reach, rows + point[1] - reach
    shown = (x >= 0) & (x < pixels.shape[1]) & (y >= 0) & (y < pixels.shape[0])
    if not shown.any():
        return True  # the edge of the image has cut all of it
    differing = np.abs(pixels[y[shown], x[shown]] - color).max(axis=1)
    allowed = _COLOR_TOLERANCE + 255 * (1 - cover[rows, columns][shown])
    return bool(np.median(differing - allowed) <= 0)


class _TrainerFile:
    """train.json or val.json, read along with the samples: each record is on a line of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = numbered_lines(path)
        self._lost = False

    def problems(self, sample: Sample) -> Iterator[str]:
        """Whether the next record is that of this sample. Only the first that is not is told: all
        after it may have moved."""
        if self._lost:
            return
        number, record = self._next()
        self._lost = record != llamafactory_record(sample)
        if record is None:
            yield f"{self._path.name} ends before the record of the sample"
        elif self._lost:
            yield f"{self._path.name}:{number}: the record is not that of the sample"

    def rest(self) -> Iterator[str]:
        """Records of no sample, at the end."""
        number, record = self._next()
        if not self._lost and record is not None:
            yield f"{self._path.name}:{number}: a record of no sample"

    def _next(self) -> tuple[int, object]:
        """Line and content of the next record, None at the end."""
        number = 0
        for number, line in self._lines:
            text = line.strip().removesuffix(b",")
            if text in (b"[", b"]", b"[]"):
                continue
            try:
                return number, decode_json(text, f"{self._path}:{number}")
            except DataError as error:
                return number, error
        return number, None
