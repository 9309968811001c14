"""RICO view hierarchies: `combined/<id>.json` and `semantic_annotations/<id>.json`.

All bounds are pixels of a display of 1440 x 2560, whatever size the screenshot has. The bounds of
the root are not that display: they leave out the navigation bar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from groundkit.annotators.reader import (
    Reader,
    ReadItem,
    image_beside,
    image_size,
    locate,
    read_document,
    resolve_image,
    screen_id,
)
from groundkit.errors import DataError
from groundkit.geometry import Box, Size
from groundkit.records import Element, Screen
from groundkit.store import decode

_DISPLAY = (1440, 2560)
_COMBINED_KEY = re.compile(rb'"activity_name"\s*:')
_NODE_KEYS = tuple(re.compile(rb'"%s"\s*:' % key) for key in (b"bounds", b"class", b"ancestors"))


class _Node(msgspec.Struct, rename="kebab"):
    """A view; the loaders of RICO meet null in every place where it is allowed here."""

    bounds: Box | None = None
    class_: str | None = msgspec.field(default=None, name="class")
    ancestors: list[str | None] | None = None
    component_label: str | None = msgspec.field(default=None, name="componentLabel")
    text: str | None = None
    icon_class: str | None = msgspec.field(default=None, name="iconClass")
    content_desc: list[str | None] | str | None = None
    resource_id: str | None = None
    package: str | None = None
    clickable: bool | None = None
    visible_to_user: bool | None = None
    visibility: str | None = None
    children: list[_Node | None] | None = None


class _Activity(msgspec.Struct):
    root: _Node | None = None


class _Document(_Node, rename="kebab"):
    """A semantic annotation is the root view itself, a combined file holds it in `activity`."""

    activity: _Activity | None = None
    activity_name: str | None = msgspec.field(default=None, name="activity_name")


def recognises(head: bytes) -> bool:
    if head.strip() == b"null":  # what RICO has for a screen whose hierarchy was not captured
        return True
    is_hierarchy = _COMBINED_KEY.search(head) or all(key.search(head) for key in _NODE_KEYS)
    return head.lstrip().startswith(b"{") and bool(is_hierarchy)


def read(path: Path, root: Path) -> Iterator[ReadItem]:
    """The one screen of a file; its screenshot has the same stem."""
    where = str(path)
    data = read_document(path)
    document = _Document() if data.strip() == b"null" else decode(data, _Document, where)
    tree = document.activity.root if document.activity else document
    if tree is None or not (tree.bounds or tree.children):
        raise DataError("the view hierarchy is null or empty", where)
    name = _image_name(path, root)
    image = resolve_image(path, root, name)
    size = image_size(image, name, where)
    elements = tuple(_elements(tree, size))
    screen = Screen(
        id=screen_id(path, root),
        image=name,
        width=size[0],
        height=size[1],
        elements=elements,
        group=_app(document, tree, elements),
        source=READER.name,
    )
    yield locate(screen, image, where)


def _image_name(path: Path, root: Path) -> str:
    """The screenshot, relative to the file.

    In RICO's own `semantic_annotations` the .png beside a file is no screenshot, it paints the
    types of the elements; the screenshots are in `combined`.
    """
    if path.parent.name != "semantic_annotations":
        return image_beside(path, (".jpg", ".jpeg", ".png", ".webp"))
    combined = path.parent.parent / "combined"
    if path.parent != root and combined.is_dir():
        return f"../combined/{image_beside(combined / path.name)}"
    return image_beside(path, (".jpg", ".jpeg", ".webp"))


def _elements(tree: _Node, size: Size) -> Iterator[Element]:
    """All views with bounds in document order; their ids are their numbers in it."""
    stack: list[tuple[_Node, str | None]] = [(tree, None)]
    number = 0
    while stack:
        node, parent = stack.pop()
        if node.bounds is not None:
            yield _element(node, str(number), parent, _scale(node.bounds, size))
            parent = str(number)
        number += 1
        children = [child for child in node.children or () if child is not None]
        stack.extend((child, parent) for child in reversed(children))


def _scale(bounds: Box, size: Size) -> Box:
    """Bounds of the display in pixels of a screenshot of `size`."""
    x1, y1, x2, y2 = bounds
    (width, height), (display_width, display_height) = size, _DISPLAY
    return (
        x1 * width / display_width,
        y1 * height / display_height,
        x2 * width / display_width,
        y2 * height / display_height,
    )


def _element(node: _Node, id: str, parent: str | None, box: Box) -> Element:
    types = [name for name in (node.component_label, node.class_, *(node.ancestors or ())) if name]
    descriptions = node.content_desc if isinstance(node.content_desc, list) else [node.content_desc]
    return Element(
        id=id,
        box=box,
        type=types[0] if types else "",
        fallback_types=tuple(types[1:]),
        text=node.text or "",
        # What an icon shows, as the authors of RICO's semantics recognised it: `arrow_backward`.
        description=next(filter(None, descriptions), (node.icon_class or "").replace("_", " ")),
        resource_id=node.resource_id or "",
        parent=parent,
        visible=node.visible_to_user is not False and node.visibility in (None, "visible"),
        clickable=bool(node.clickable),
    )


def _app(document: _Document, tree: _Node, elements: tuple[Element, ...]) -> str:
    """The app that a screen belongs to, because its screens resemble each other.

    A semantic annotation names it in the ids of its views only: `com.shop:id/cart`.
    """
    named = tree.package or (document.activity_name or "").partition("/")[0]
    packages = (e.resource_id.partition(":id/")[0] for e in elements if ":id/" in e.resource_id)
    return named or next((package for package in packages if package != "android"), "")


READER = Reader(
    name="rico",
    help="RICO view hierarchy (combined or semantic); the screenshot has the same stem",
    suffixes=(".json",),
    recognises=recognises,
    read=read,
)
