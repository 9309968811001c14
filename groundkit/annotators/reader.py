"""What a reader is, and what all readers share.

A reader turns one annotation file into screens. It keeps the words of its source: types are mapped
and elements are judged later, by the same rules for all sources.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from groundkit.errors import DataError
from groundkit.geometry import Size
from groundkit.images import read_size
from groundkit.records import LocatedScreen, Screen
from groundkit.store import resolve_inside

ReadItem = LocatedScreen | DataError
"""A screen, or what is wrong with the one that should stand in its place."""

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")

# No display comes near it, and arithmetic on smaller numbers cannot overflow.
_MAX_COORDINATE = 1e9
# So many boxes of a pixel in one corner are not what anybody annotates.
_MANY = 3


@dataclass(frozen=True)
class Reader:
    """One annotation format.

    Attributes:
        name: as in `--format` and in `Screen.source`.
        help: one line: what the format is and where it finds the screenshots.
        suffixes: of its files, in lower case.
        recognises: whether the start of a file (UTF-8, 1 MiB at most) looks like this format. It
            must say yes to a truncated file, so that its user hears of it.
        read: `(file, root)` to screens; images must lie inside the folder `root`. A DataError that
            it raises is about the whole file, one that it yields about one screen of it.
    """

    name: str
    help: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    read: Callable[[Path, Path], Iterator[ReadItem]]


def read_document(path: Path, limit: int = -1) -> bytes:
    """The bytes of a text file, or the first `limit` of them, as UTF-8 without a byte order mark.

    UTF-16 with its mark is accepted: it is what `adb ... > dump.xml` writes in PowerShell.

    Raises:
        DataError: the file cannot be read or is empty.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit)
    except OSError as error:
        raise DataError(f"cannot read the file: {error.strerror}", str(path)) from error
    if not data.strip():
        raise DataError("the file is empty", str(path))
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace").encode()
    return data.removeprefix(codecs.BOM_UTF8)


def is_file(path: Path) -> bool:
    """Path.is_file, which raises for a name that is too long."""
    try:
        return path.is_file()
    except OSError:
        return False


def image_beside(path: Path, suffixes: tuple[str, ...] = IMAGE_SUFFIXES) -> str:
    """Name of the screenshot with the stem of the annotation file, in the same folder.

    Raises:
        DataError: there is none; names what was looked for.
    """
    for suffix in suffixes:
        for name in (path.stem + suffix, path.stem + suffix.upper()):
            if is_file(path.parent / name):
                return name
    wanted = ", ".join(path.stem + suffix for suffix in suffixes)
    raise DataError("no screenshot beside it", str(path), choices=(wanted,))


def resolve_image(path: Path, root: Path, name: str, where: str = "") -> Path:
    """Where the screenshot lies that the annotation file `path` calls `name`.

    Raises:
        DataError: it leaves `root`. Whether it exists is seen when it is opened.
    """
    where = where or str(path)
    if not name.strip():
        raise DataError("it names no image", where)
    # An absolute name replaces the folder before it, and is then found to leave the root.
    relative = PurePosixPath(path.parent.relative_to(root).as_posix(), name.replace("\\", "/"))
    try:
        return resolve_inside(root, str(relative), where)
    except RuntimeError as error:  # pathlib's word for a link to itself, until Python 3.13
        raise DataError(f"cannot follow the path {name!r}", where) from error


def image_size(image: Path, name: str, where: str) -> Size:
    """(width, height) of the upright screenshot that the annotation at `where` calls `name`.

    Raises:
        DataError: it cannot be used; names the annotation, which is what its user can correct.
    """
    try:
        return read_size(image)
    except DataError as error:
        place = f"{where}: image {name!r}"
        raise DataError(error.what, place, error.choices, error.hint) from error


def screen_id(path: Path, root: Path, keep_suffix: bool = False) -> str:
    """Path of a file from the folder `root` on: `phone/shop/cart` for `phone/shop/cart.xml`.

    The name of `root` tells apart the sources of a dataset, whose files are often just numbered.
    """
    relative = path.relative_to(root)
    # Not resolved: links that the user named differently may lead to folders of one name.
    folder = Path(os.path.normpath(root.absolute())).name
    name = Path(folder, relative if keep_suffix else relative.with_suffix("")).as_posix()
    try:
        name.encode()
    except UnicodeEncodeError:
        readable = os.fsencode(path).decode(errors="replace")
        raise DataError("the file name is not UTF-8", readable) from None
    return name


def check_size(claimed: tuple[int | None, int | None], actual: Size, where: str) -> None:
    """Refuses boxes that were measured on a picture of another size; None claims nothing."""
    if any(c is not None and c != a for c, a in zip(claimed, actual, strict=True)):
        width, height = ("?" if side is None else side for side in claimed)
        raise DataError(
            f"it says {width}x{height}, but its upright image has {actual[0]}x{actual[1]} pixels",
            where,
        )


def locate(screen: Screen, image: Path, where: str) -> LocatedScreen:
    """The screen with the place of its image.

    Raises:
        DataError: a coordinate is absurd, or not finite (the sum or the scaling of absurd ones),
            or the boxes are not in pixels.
    """
    for element in screen.elements:
        if not all(abs(side) <= _MAX_COORDINATE for side in element.box):  # false for NaN
            problem = f"the box of element {element.id} is not finite or beyond 1e9 pixels"
            raise DataError(f"{problem}: {element.box}", where)
    boxes = (element.box for element in screen.elements)
    shares = (0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1 for x1, y1, x2, y2 in boxes)
    if len(screen.elements) >= _MANY and all(shares):
        raise DataError(
            "all boxes lie between 0 and 1, but they are in pixels of the screenshot here", where
        )
    return LocatedScreen(screen, image, where)
