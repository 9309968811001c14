"""groundkit's own form: screens.jsonl, one `records.Screen` a line."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from groundkit.annotators.reader import Reader, ReadItem, check_size, locate, resolve_image
from groundkit.errors import DataError
from groundkit.images import read_size
from groundkit.records import Element, LocatedScreen, Screen
from groundkit.store import decode, numbered_lines

_KEYS = (re.compile(rb'"elements"\s*:'), re.compile(rb'"image"\s*:'))


def recognises(head: bytes) -> bool:
    return head.lstrip().startswith(b"{") and all(key.search(head) for key in _KEYS)


def read(path: Path, root: Path) -> Iterator[ReadItem]:
    """One screen a line; a bad line is an error in its place and the next line is read."""
    for number, line in numbered_lines(path):
        try:
            yield _read_line(line.removeprefix(codecs.BOM_UTF8), path, root, f"{path}:{number}")
        except DataError as error:
            yield error


def _read_line(line: bytes, path: Path, root: Path, where: str) -> LocatedScreen:
    screen = decode(line, Screen, where)
    image = resolve_image(path, root, screen.image, where)
    check_size((screen.width, screen.height), read_size(image), where)
    _check_tree(screen.elements, where)
    return locate(screen, image, where)


def _check_tree(elements: tuple[Element, ...], where: str) -> None:
    """Ids are unique and parents form a tree: later steps walk up it and must come to an end."""
    parents = {element.id: element.parent for element in elements}
    if len(parents) != len(elements):
        twice = Counter(element.id for element in elements).most_common(1)[0][0]
        raise DataError(f"two elements have the id {twice!r}", where)
    rooted: set[str] = set()
    for element in elements:
        branch: set[str] = set()
        current: str | None = element.id
        while current is not None and current not in rooted:
            if current in branch:
                raise DataError(f"element {current!r} is its own ancestor", where)
            if current not in parents:
                raise DataError(f"no element has the id {current!r}, which is a parent", where)
            branch.add(current)
            current = parents[current]
        rooted.update(branch)


READER = Reader(
    name="groundkit",
    help="screens.jsonl, groundkit's own form; image paths are relative to the file",
    suffixes=(".jsonl",),
    recognises=recognises,
    read=read,
)
