"""Android view trees as XML: `uiautomator dump`, and the page source of Appium.

The two differ in the names of the tags only. Bounds are pixels of the display, and so of the
screenshot; the root's are smaller where bars of the system are left out, so they are never a scale.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from groundkit.annotators.reader import (
    Reader,
    ReadItem,
    image_beside,
    locate,
    read_document,
    resolve_image,
    screen_id,
)
from groundkit.errors import DataError
from groundkit.geometry import Box
from groundkit.images import read_size
from groundkit.records import Element, Screen

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element as Node

_ROOT_TAGS = ("hierarchy", "node")
_FIRST_TAG = re.compile(rb"<([A-Za-z_][\w.:-]*)")
# Digits are limited because int() refuses thousands of them with another exception.
_NUMBER = r"(-?[0-9]{1,9})"
_BOUNDS = re.compile(rf"\[{_NUMBER},{_NUMBER}\]\[{_NUMBER},{_NUMBER}\]")
_MAX_DEPTH = 1000


def recognises(head: bytes) -> bool:
    tag = _FIRST_TAG.search(head)
    return tag is not None and tag[1].decode() in _ROOT_TAGS


def read(path: Path, root: Path) -> Iterator[ReadItem]:
    """The one screen of a dump; its screenshot has the same stem."""
    tree = _parse(path)
    name = image_beside(path)
    image = resolve_image(path, root, name)
    width, height = read_size(image)
    nodes = [node for node in tree.iter() if "package" in node.attrib]
    screen = Screen(
        id=screen_id(path, root),
        image=name,
        width=width,
        height=height,
        elements=tuple(_elements(tree, str(path))),
        group=nodes[0].attrib["package"] if nodes else "",
        source=READER.name,
    )
    yield locate(screen, image, str(path))


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
