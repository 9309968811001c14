"""Small annotation files of each format, all about a picture of 200 x 100 pixels."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from groundkit.annotators import read_source
from groundkit.errors import DataError
from groundkit.records import Element, LocatedScreen

SIZE = (200, 100)


def write_image(path: Path, size: tuple[int, int] = SIZE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, "white").save(path)
    return path


def write(path: Path, content: object) -> Path:
    """`content` as it is if it is bytes or text, else as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, bytes | str):
        content = json.dumps(content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def node(inner: str = "", **attributes: str) -> str:
    """A node of a uiautomator dump; `_` in a name stands for `-`."""
    attributes = {"class_": "android.view.View", "bounds": "[0,0][10,10]"} | attributes
    listed = (f'{key.rstrip("_").replace("_", "-")}="{text}"' for key, text in attributes.items())
    return f"<node {' '.join(listed)}>{inner}</node>"


def rico(root: object) -> dict:
    return {"activity_name": "com.shop/com.shop.Main", "activity": {"root": root}}


def coco(**changes) -> dict:
    return {
        "images": [{"id": 5, "file_name": "a.png", "width": 200, "height": 100}],
        "categories": [{"id": 1, "name": "a"}, {"id": 4, "name": "button"}],
        "annotations": [{"id": 9, "image_id": 5, "category_id": 4, "bbox": [10, 20, 30, 5]}],
    } | changes


def shape(label: str = "button", points: object = ((1, 2), (3, 4)), **fields) -> dict:
    return {"label": label, "points": points, "shape_type": "rectangle", **fields}


def labelme(*shapes: dict, **changes) -> dict:
    size = {"imageWidth": 200, "imageHeight": 100}
    return {"shapes": list(shapes), "imagePath": "a.png", "imageData": None, **size} | changes


def native(**changes) -> dict:
    element = {"id": "e", "box": [1, 2, 3, 4], "type": "button"}
    row = {"id": "s", "image": "a.png", "width": 200, "height": 100, "elements": [element]}
    return row | changes


def read_all(path: Path, reader: str = "auto") -> list[LocatedScreen | DataError]:
    """All items; what `read_source` raises becomes one of them."""
    items: list[LocatedScreen | DataError] = []
    try:
        items.extend(read_source(path, reader))
    except DataError as error:
        items.append(error)
    return items


def read_one(path: Path) -> LocatedScreen:
    (item,) = read_all(path)
    assert isinstance(item, LocatedScreen), item
    return item


def elements_of(path: Path) -> tuple[Element, ...]:
    return read_one(path).screen.elements
