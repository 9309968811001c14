"""Android view trees as XML: `uiautomator dump`, and the page source of Appium.

The two differ in the names of the tags only. Bounds are pixels of the display, and so of the
screenshot; the root's are smaller where bars of the system are left out, so they are never a scale.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

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

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element as Node

_ROOT_TAGS = ("hierarchy", "node")
_FIRST_TAG = re.compile(rb"<([A-Za-z_][\w.:-]*)")
# Digits are limited because int() refuses thousands of them with another exception.
_NUMBER = r"(-?[0-9]{1,9})"
_BOUNDS = re.compile(rf"\[{_NUMBER},{_NUMBER}\]\[{_NUMBER},{_NUMBER}\]")
_MAX_DEPTH = 1000
# Pixels by which a window may leave the image before the two are held to differ in scale.
_SLACK = 4
# The status bar and the dialogs of the system are on the screens of all apps.
_SYSTEM_PACKAGES = ("com.android.systemui", "android")


def recognises(head: bytes) -> bool:
    tag = _FIRST_TAG.search(head)
    return tag is not None and tag[1].decode() in _ROOT_TAGS


def read(path: Path, root: Path) -> Iterator[ReadItem]:
    """The one screen of a dump; its screenshot has the same stem."""
    where = str(path)
    tree = _parse(path)
    name = image_beside(path)
    image = resolve_image(path, root, name)
    width, height = image_size(image, name, where)
    elements = tuple(_elements(tree, where))
    _check_scale(elements, (width, height), where)
    screen = Screen(
        id=screen_id(path, root),
        image=name,
        width=width,
        height=height,
        elements=elements,
        group=_app(tree),
        source=READER.name,
    )
    yield locate(screen, image, where)


def _check_scale(elements: tuple[Element, ...], size: Size, where: str) -> None:
    """Refuses a screenshot that was scaled down after the dump.

    Only windows tell: they lie on the display, while what they scroll may lie anywhere.
    """
    boxes = [element.box for element in elements if element.parent is None and element.visible]
    right = max((box[2] for box in boxes), default=0)
    bottom = max((box[3] for box in boxes), default=0)
    if right > size[0] + _SLACK or bottom > size[1] + _SLACK:
        raise DataError(
            f"its windows reach to {right:.0f}x{bottom:.0f},"
            f" but its upright image has {size[0]}x{size[1]} pixels",
            where,
            hint="the screenshot must have the scale of the dump",
        )


def _app(tree: Node) -> str:
    """The package that most nodes name, of the system only if there is no other."""
    packages = Counter(filter(None, (node.get("package") for node in tree.iter())))
    apps = [name for name, _ in packages.most_common() if name not in _SYSTEM_PACKAGES]
    return next(iter(apps or packages), "")


def _parse(path: Path) -> Node:
    where = str(path)
    try:
        # Decoded here: a dump that was converted may declare another encoding than it has.
        tree: Node = fromstring(read_document(path).decode())
    except UnicodeDecodeError:
        raise DataError("neither UTF-8 nor UTF-16 with a byte order mark", where) from None
    except ParseError as error:
        raise DataError(f"not valid XML: {error}", where) from None
    except DefusedXmlException:
        raise DataError("it defines XML entities, which no view tree needs", where) from None
    if tree.tag not in _ROOT_TAGS:
        raise DataError(f"not a view tree: its root is <{tree.tag}>", where, choices=_ROOT_TAGS)
    return tree


def _elements(tree: Node, where: str) -> Iterator[Element]:
    """All nodes in document order; their ids are their numbers in it."""
    # Not recursive, because only the file decides how deep the tree is.
    stack: list[tuple[Node, str | None, int]]
    stack = [(node, None, 1) for node in ([tree] if tree.tag == "node" else reversed(tree))]
    number = 0
    while stack:
        node, parent, depth = stack.pop()
        if depth > _MAX_DEPTH:
            raise DataError(f"nodes are nested more than {_MAX_DEPTH} deep", where)
        element = _element(node, str(number), parent, where)
        yield element
        number += 1
        stack.extend((child, element.id, depth + 1) for child in reversed(node))


def _element(node: Node, id: str, parent: str | None, where: str) -> Element:
    get = node.attrib.get
    return Element(
        id=id,
        box=_parse_bounds(get("bounds", ""), f"{where}: node {id}"),
        type=get("class") or node.tag,
        text=get("text", ""),
        description=get("content-desc") or get("hint", ""),
        resource_id=get("resource-id", ""),
        parent=parent,
        visible=get("visible-to-user", "true") != "false",
        clickable=get("clickable") == "true",
    )


def _parse_bounds(text: str, where: str) -> Box:
    """`[x1,y1][x2,y2]` as it is: below the fold dumps have negative and inverted boxes."""
    match = _BOUNDS.fullmatch(text)
    if match is None:
        raise DataError(f"bounds {text!r} are not [x1,y1][x2,y2] in whole pixels", where)
    x1, y1, x2, y2 = map(float, match.groups())
    return x1, y1, x2, y2


READER = Reader(
    name="uiautomator",
    help="Android uiautomator or Appium XML; the screenshot beside it has the same stem",
    suffixes=(".xml", ".uix"),
    recognises=recognises,
    read=read,
)
