"""Checks a finished dataset again, from its files alone.

What is checked: each image is there and has the size that the trainer will keep; the point of the
prompt is the point of the record and, if a marker is drawn, its colour is there; the answer reads
back as the record's type, name and box; the answer to the point is unique among the elements of the
screen; no image and no group is in both splits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from groundkit import images
from groundkit.dataset.folder import read_manifest, read_rivals
from groundkit.dataset.marker import marker_color
from groundkit.dataset.points import is_unique_inside, is_unique_near
from groundkit.dataset.screen import ElementRow
from groundkit.dataset.targets import Target, find_target
from groundkit.errors import DataError
from groundkit.grammar import read_answer
from groundkit.records import Sample
from groundkit.store import read_jsonl, resolve_inside
from groundkit.vocabulary import type_of_word

# JPEG at quality 95 moves a colour at the core of a marker by less than this.
_COLOR_TOLERANCE = 60


def verify(folder: Path) -> Iterator[str]:
    """Yields one line for each thing that is wrong; nothing if the dataset is right.

    Raises:
        DataError: the folder holds no finished dataset, or a file of it cannot be read.
    """
    manifest = read_manifest(folder)
    target = find_target(manifest.options.target, manifest.options.max_pixels)
    rivals = read_rivals(folder)
    splits = _Splits()
    count = 0
    for sample in read_jsonl(folder / "samples.jsonl", Sample):
        count += 1
        problems = [
            *_text_problems(sample),
            *_point_problems(sample, rivals.get(sample.screen, [])),
            *_image_problems(sample, folder, target, splits),
        ]
        yield from (f"{sample.id}: {problem}" for problem in problems)
    if count != sum(manifest.samples.values()):
        yield f"samples.jsonl has {count} rows, dataset.json says {manifest.samples}"


class _Splits:
    """Where each group and each image content was seen first."""

    def __init__(self) -> None:
        self._split_of: dict[bytes, str] = {}

    def crosses(self, key: bytes, split: str) -> bool:
        return self._split_of.setdefault(key, split) != split


def _text_problems(sample: Sample) -> Iterator[str]:
    x, y = sample.point
    if f"{x},{y}" not in sample.prompt:
        yield f"the prompt does not name the point {sample.point}"
    if sample.prompt.count("<image>") != 1:
        yield "the prompt needs exactly one <image> tag"
    answer = read_answer(sample.answer)
    if answer.box != sample.box:
        yield f"the answer reads as box {answer.box}, the record says {sample.box}"
    if answer.name != sample.name or type_of_word(answer.type_word) != sample.type:
        yield f"the answer reads as {answer.type_word}-{answer.name}"


def _point_problems(sample: Sample, rivals: list[ElementRow]) -> Iterator[str]:
    if not (0 <= sample.point[0] < sample.width and 0 <= sample.point[1] < sample.height):
        yield f"the point {sample.point} is outside the image"
    index = next((i for i, row in enumerate(rivals) if row.element == sample.element), None)
    if index is None:
        yield f"its element {sample.element!r} is not among the elements of the screen"
        return
    boxes = np.array([row.box for row in rivals], dtype=np.int64)
    check = is_unique_near if sample.placement == "near" else is_unique_inside
    if not check(np.array([sample.point]), index, boxes)[0]:
        yield f"the point {sample.point} could be taken for another element's"


def _image_problems(sample: Sample, folder: Path, target: Target, splits: _Splits) -> Iterator[str]:
    try:
        path = resolve_inside(folder, sample.image, sample.id)
        pixels = images.read_pixels(path)
    except DataError as error:
        yield str(error)
        return
    size = (pixels.shape[1], pixels.shape[0])
    if size != (sample.width, sample.height):
        yield f"the image is {size}, the record says {(sample.width, sample.height)}"
    if target.trained_size(size) != size:
        yield f"{target.name} would resize the image from {size} to {target.trained_size(size)}"
    if sample.marker and size == (sample.width, sample.height):
        x, y = sample.point
        shift = np.abs(pixels[y, x].astype(int) - marker_color(sample.marker)).max()
        if sample.marker.shape != "ring" and shift > _COLOR_TOLERANCE:
            yield f"no {sample.marker.color} {sample.marker.shape} at the point {sample.point}"
    content = hashlib.blake2b(pixels.tobytes(), digest_size=16).digest()
    if splits.crosses(content, sample.split):
        yield "the same image is in both splits"
    if splits.crosses(b"group:" + sample.group.encode(), sample.split):
        yield f"the group {sample.group!r} is in both splits"
