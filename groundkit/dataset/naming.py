"""What an element is called, and where that name came from.

Order: its text, its accessible description, the text of its descendants, the tail of its resource
id. Developers' ids come last: they are the only source that was never meant to be read. (seq2act,
google-research/seq2act, prefers ids to descendants; with clickable Android rows, whose text lies
in children, that names half of them `container`.)
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from groundkit.records import Element, NameSource

# Ids that say what the widget is, not what it is for.
_EMPTY_IDS = frozenset(
    "android btn button container content frame group holder icon id image img item iv label"
    " layout line linear list ll main panel relative rl root row text textview title tv view"
    " widget wrapper".split()
)
_ID_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")
_KEPT_CONTROLS = frozenset("\u200c\u200d\ufe0e\ufe0f")  # they join emoji, Arabic and Indic letters


class Name(NamedTuple):
    """A name and its provenance."""

    text: str
    source: NameSource


def clean(text: str) -> str:
    """`text` as one line: NFC, runs of white space as one space, no control characters and no
    private-use glyphs (icon fonts), which mean nothing outside their font."""
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = "".join(map(_shown, text))
    return " ".join(text.split())


def _shown(char: str) -> str:
    if char in _KEPT_CONTROLS:
        return char
    category = unicodedata.category(char)
    if category in ("Co", "Cn", "Cs", "Cf"):
        return ""
    return " " if category[0] in "CZ" else char


def shorten(text: str, limit: int) -> str:
    """`text` in at most `limit` characters, cut with an ellipsis, never inside a cluster of a
    letter with its marks or of joined emoji."""
    if len(text) <= limit:
        return text
    cut = limit - 1
    while cut > 1 and _continues(text[cut - 1], text[cut]):
        cut -= 1
    return text[:cut].rstrip() + "…"


def _continues(before: str, char: str) -> bool:
    return (
        before == "\u200d" or char in _KEPT_CONTROLS or unicodedata.category(char) in ("Mn", "Me")
    )


def name_elements(elements: Sequence[Element], limit: int) -> list[Name | None]:
    """A name for each element, None where nothing names it.

    Args:
        limit: longest name in characters.
    """
    own = [_own_name(element) for element in elements]
    children: dict[str, list[int]] = defaultdict(list)
    for index, element in enumerate(elements):
        if element.parent is not None:
            children[element.parent].append(index)
    names: list[Name | None] = []
    for index, element in enumerate(elements):
        name = own[index]
        if name is None and element.id in children:
            name = _lifted_name(index, elements, own, children, limit)
        if name is None and (tail := _id_words(element.resource_id)):
            name = Name(tail, "resource_id")
        names.append(Name(shorten(name.text, limit), name.source) if name else None)
    return names


def _own_name(element: Element) -> Name | None:
    if text := clean(element.text):
        return Name(text, "text")
    if text := clean(element.description):
        return Name(text, "description")
    return None


def _lifted_name(
    root: int,
    elements: Sequence[Element],
    own: Sequence[Name | None],
    children: dict[str, list[int]],
    limit: int,
) -> Name | None:
    """The names of the nearest named descendants in document order, as far as `limit` reaches."""
    parts: list[str] = []
    length = 0
    stack = children[elements[root].id][::-1]
    visited = {root}
    while stack and length < limit:
        index = stack.pop()
        if index in visited:  # a cycle of parents in a broken file
            continue
        visited.add(index)
        name = own[index]
        if name is None:
            stack.extend(children.get(elements[index].id, [])[::-1])
        elif name.text not in parts and elements[index].visible:
            parts.append(name.text)
            length += len(name.text) + 1
    return Name(" ".join(parts), "descendants") if parts else None


def _id_words(resource_id: str) -> str:
    """The telling words of an id's tail: `com.app:id/btnAddToCart` -> `add to cart`; empty if none
    says anything: `container_2`."""
    tail = re.split(r"[/:]", resource_id)[-1]
    words = [word.casefold() for word in _ID_PARTS.findall(tail)]
    telling = [word for word in words if word not in _EMPTY_IDS and len(word) > 1]
    return " ".join(telling)
