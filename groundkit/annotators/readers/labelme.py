"""LabelMe JSON (wkentaro/labelme): shapes drawn by hand, in pixels of the upright image."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from groundkit.annotators.reader import (
    Reader,
    ReadItem,
    check_size,
    image_size,
    locate,
    read_document,
    resolve_image,
    screen_id,
)
from groundkit.errors import DataError
from groundkit.geometry import Box
from groundkit.records import Element, Screen
from groundkit.store import decode
from groundkit.vocabulary import TYPE_WORDS

_KEY = re.compile(rb'"(shapes|imageData)"\s*:')
_COLON = re.compile(r"[:：]")
_SPACED_HYPHEN = re.compile(r"\s-\s")
_HYPHEN = re.compile(r"-")
# `EditText`, `android.widget.EditText`; `OK`, `LOGIN` and `YouTube` are texts.
_CLASS_NAME = re.compile(
    r"([a-z]\w*\.)*([A-Z]\w*)?(View|Text|Button|Layout|Bar|Box|Switch|Spinner|Picker|Group|Item)"
)
_TWO_WORDS = re.compile(r"([a-z]+)[-_]([a-z]+)")


def _normal(word: str) -> str:
    return re.sub(r"[\s_-]", "", word).casefold()


_TYPE_OF_WORD = {
    _normal(word): name for name, words in TYPE_WORDS.items() for word in (*words, name)
}


class _Shape(msgspec.Struct):
    label: str
    points: list[tuple[float, float]]
    shape_type: str | None = "rectangle"
    description: str | None = None
    text: str | None = None


class _Document(msgspec.Struct, rename="camel"):
    shapes: list[_Shape]
    image_path: str
    image_width: int | None = None
    image_height: int | None = None


def recognises(head: bytes) -> bool:
    return head.lstrip().startswith(b"{") and _KEY.search(head) is not None


def read(path: Path, root: Path) -> Iterator[ReadItem]:
    """The one screen of a file, which names its image; the copy in `imageData` is not used."""
    where = str(path)
    document = decode(read_document(path), _Document, where)
    image = resolve_image(path, root, document.image_path)
    width, height = image_size(image, document.image_path, where)
    check_size((document.image_width, document.image_height), (width, height), where)
    screen = Screen(
        id=screen_id(path, root),
        image=document.image_path,
        width=width,
        height=height,
        elements=tuple(
            _element(shape, index, where) for index, shape in enumerate(document.shapes)
        ),
        ordered=False,
        source=READER.name,
    )
    yield locate(screen, image, where)


def _element(shape: _Shape, index: int, where: str) -> Element:
    if not shape.points:
        raise DataError("a shape without points", f"{where}: shapes[{index}].points")
    type_name, text = _split_label(shape.label.strip())
    return Element(
        id=str(index),
        box=_bounding_box(shape),
        type=type_name,
        text=text,
        description=shape.description or shape.text or "",
    )


def _split_label(label: str) -> tuple[str, str]:
    """(type, text) of a label: `按钮`, `button: Save`, `button - Save`, `按钮-保存`, or all text.

    A bare hyphen joins English words (`text-field`), so that it separates after Chinese ones only.
    """
    whole = _type(label)
    if whole:
        return whole, ""
    for separator in (_COLON, _SPACED_HYPHEN, _HYPHEN):
        left, *rest = separator.split(label, maxsplit=1)
        type_name = _type(left) if rest else None
        if type_name and not (separator is _HYPHEN and left.isascii()):
            return type_name, rest[0].strip()
    return "element", label


def _type(word: str) -> str | None:
    """The type that a word names, or the word itself if the table of the dataset may know it."""
    word = word.strip()
    known = _TYPE_OF_WORD.get(_normal(word))
    if known or _CLASS_NAME.fullmatch(word):
        return known or word
    parts = _TWO_WORDS.fullmatch(word)  # `text-field`, `search_button`; `sign-in` is a text
    return word if parts and any(part in _TYPE_OF_WORD for part in parts.groups()) else None


def _bounding_box(shape: _Shape) -> Box:
    """LabelMe stores corners in the order in which they were clicked, and sorts them itself."""
    xs, ys = zip(*shape.points, strict=True)
    if shape.shape_type == "circle" and len(shape.points) == 2:  # the centre and a point on it
        radius = math.dist(*shape.points)
        return xs[0] - radius, ys[0] - radius, xs[0] + radius, ys[0] + radius
    return min(xs), min(ys), max(xs), max(ys)


READER = Reader(
    name="labelme",
    help="LabelMe JSON, one for each image, which it names; labels `type`, `type: name` or `name`",
    suffixes=(".json",),
    recognises=recognises,
    read=read,
)
