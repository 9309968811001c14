"""groundkit's own form: screens.jsonl, one `records.Screen` a line."""

from __future__ import annotations

import codecs
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from groundkit.annotators.reader import (
    Reader,
    ReadItem,
    check_size,
    image_size,
    locate,
    resolve_image,
)
from groundkit.errors import DataError
from groundkit.records import Element, LocatedScreen, Screen
from groundkit.store import decode, numbered_lines

_KEYS = (re.compile(rb'"elements"\s*:'), re.compile(rb'"image"\s*:'))

# A file without one record in its first lines is of another form, and each line would be an error.
_MAX_STRANGE = 3


def recognises(head: bytes) -> bool:
    # The head as a whole: a record may be spread over lines. Its lines: the first may be broken.
    return any(map(_looks_like_screen, (head, *head.split(b"\n", 20)[:20])))


def _looks_like_screen(text: bytes) -> bool:
    return text.lstrip().startswith(b"{") and all(key.search(text) for key in _KEYS)


def read(path: Path, root: Path) -> Iterator[ReadItem]:
    """One screen a line; a bad line is an error in its place and the next line is read."""
    lines = numbered_lines(path)
    first = list(itertools.islice(lines, _MAX_STRANGE))
    if len(first) == _MAX_STRANGE and not any(_is_object(line) for _, line in first):
        raise DataError(
            f"its first {_MAX_STRANGE} lines hold no JSON object",
            f"{path}:{first[0][0]}",
            hint="write one record a line, without line breaks inside and without a list around",
        )
    for number, line in itertools.chain(first, lines):
        try:
            yield _read_line(line.removeprefix(codecs.BOM_UTF8), path, root, f"{path}:{number}")
        except DataError as error:
            yield error


def _is_object(line: bytes) -> bool:
    """By its ends only: a record with a mistake inside is an error of its own."""
    text = line.strip()
    return text.startswith(b"{") and text.endswith(b"}")


def _read_line(line: bytes, path: Path, root: Path, where: str) -> LocatedScreen:
    screen = decode(line, Screen, where)
    image = resolve_image(path, root, screen.image, where)
    size = image_size(image, screen.image, where)
    check_size((screen.width, screen.height), size, where)
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
