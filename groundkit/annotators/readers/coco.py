"""COCO instances: one file for many images, boxes `[x, y, width, height]` in pixels."""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from groundkit.annotators.reader import (
    Reader,
    ReadItem,
    check_size,
    image_size,
    is_file,
    locate,
    read_document,
    resolve_image,
    screen_id,
)
from groundkit.errors import DataError
from groundkit.records import Element, LocatedScreen, Screen
from groundkit.store import decode

_KEY = re.compile(rb'"(images|annotations|categories|image_id|category_id|bbox)"\s*:')
# Where datumaro, CVAT and Roboflow put what is written on an element.
_TEXT_KEYS = ("text", "caption", "name")

_Id = int | str


class _Category(msgspec.Struct):
    id: _Id
    name: str


class _Image(msgspec.Struct):
    id: _Id
    file_name: str
    width: int | None = None
    height: int | None = None
    group: str | None = None
    app: str | None = None


class _Owner(msgspec.Struct):
    image_id: _Id


class _Annotation(_Owner):
    bbox: tuple[float, float, float, float]
    category_id: _Id | None = None
    attributes: dict[str, Any] | None = None
    text: Any = None
    caption: Any = None
    name: Any = None


class _Document(msgspec.Struct):
    """Annotations are decoded image by image, so that a bad one spoils its own image only."""

    images: list[_Image]
    categories: list[_Category]
    annotations: list[msgspec.Raw]


_Raws = list[tuple[int, bytes]]
"""Annotations of one image with their numbers in the file."""


def recognises(head: bytes) -> bool:
    # Two keys of the format: a file may start with a long list of images or of annotations.
    return head.lstrip().startswith(b"{") and len(set(_KEY.findall(head))) >= 2


def read(path: Path, root: Path) -> Iterator[ReadItem]:
    """One screen for each entry of `images`, in their order."""
    where = str(path)
    document = decode(read_document(path), _Document, where)
    for image_id, uses in Counter(image.id for image in document.images).items():
        if uses > 1:
            raise DataError(f"{uses} images have the id {image_id!r}", where)
    category_names = {category.id: category.name for category in document.categories}
    by_image: dict[_Id, _Raws] = defaultdict(list)
    for number, raw in enumerate(document.annotations):
        owner = decode(bytes(raw), _Owner, f"{where}: annotations[{number}]")
        by_image[owner.image_id].append((number, bytes(raw)))
    stems = Counter(map(_stem, {image.file_name for image in document.images}))
    for index, image in enumerate(document.images):
        raws = by_image.pop(image.id, [])
        try:
            elements = tuple(_elements(raws, category_names, where))
            screen_where = f"{where}: images[{index}]"
            shared = stems[_stem(image.file_name)] > 1
            yield _read_screen(image, elements, path, root, screen_where, keep_suffix=shared)
        except DataError as error:
            yield error
    for image_id, raws in by_image.items():
        yield DataError(f"no image has the id {image_id!r}", f"{where}: annotations[{raws[0][0]}]")


def _stem(file_name: str) -> tuple[PurePosixPath, str]:
    """What `a.png` and `a.jpg` of one folder share."""
    path = PurePosixPath(file_name)
    return path.parent, path.stem


def _read_screen(
    entry: _Image,
    elements: tuple[Element, ...],
    path: Path,
    root: Path,
    where: str,
    *,
    keep_suffix: bool,
) -> LocatedScreen:
    image = _find_image(path, root, entry.file_name, where)
    width, height = image_size(image, entry.file_name, where)
    check_size((entry.width, entry.height), (width, height), where)
    in_root = root / image.relative_to(root.resolve())
    screen = Screen(
        id=screen_id(in_root, root, keep_suffix),
        image=Path(os.path.relpath(image, path.parent.resolve())).as_posix(),
        width=width,
        height=height,
        elements=elements,
        ordered=False,
        group=entry.group or entry.app or "",
        source=READER.name,
    )
    return locate(screen, image, where)


def _find_image(path: Path, root: Path, name: str, where: str) -> Path:
    """The image beside the file, in `images`, or as COCO's own `annotations/instances_val.json`
    has it: in `images/val` or `val` next to `annotations`."""
    folders = [".", "images"]
    if path.parent != root:
        subset = path.stem.rpartition("_")[2]
        folders += [f"../images/{subset}", "../images", f"../{subset}", ".."]
    # An absolute name stays one, so that it is refused.
    candidates = (resolve_image(path, root, str(PurePosixPath(f, name)), where) for f in folders)
    for candidate in candidates:
        if is_file(candidate):
            return candidate
    raise DataError(
        f"there is no image {name!r} beside the file or in images/",
        where,
        hint="if it lies elsewhere, give the folder that holds both as the source",
    )


def _elements(raws: _Raws, category_names: dict[_Id, str], path: str) -> Iterator[Element]:
    """The annotations of one image; the ids of elements are their numbers in the file."""
    for number, raw in raws:
        where = f"{path}: annotations[{number}]"
        annotation = decode(raw, _Annotation, where)
        category = annotation.category_id
        if category is not None and category not in category_names:
            raise DataError(f"no category has the id {category!r}", f"{where}: category_id")
        x, y, width, height = annotation.bbox
        yield Element(
            id=str(number),
            box=(x, y, x + width, y + height),
            type="" if category is None else category_names[category],
            text=_text(annotation),
        )


def _text(annotation: _Annotation) -> str:
    values = [getattr(annotation, key) for key in _TEXT_KEYS]
    values += [(annotation.attributes or {}).get(key) for key in _TEXT_KEYS]
    return next((value for value in values if isinstance(value, str) and value.strip()), "")


READER = Reader(
    name="coco",
    help="COCO instances; images beside the file, or in images/ next to annotations/",
    suffixes=(".json",),
    recognises=recognises,
    read=read,
)
