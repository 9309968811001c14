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
# Letters that are blank, and the sign for a character that was lost.
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffd")
_KEPT_CONTROLS = frozenset("\u200c\u200d\ufe0e\ufe0f")  # they join emoji, Arabic and Indic letters
_BLACK_FLAG = "\U0001f3f4"  # followed by tag characters it is the flag of a region: Wales, Texas


class Name(NamedTuple):
    """A name and its provenance."""

    text: str
    source: NameSource


def clean(text: str) -> str:
    """`text` as one line: NFC, runs of white space as one space, no control characters and no
    private-use glyphs (icon fonts), which mean nothing outside their font; empty if nothing of it
    can be seen."""
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        shown: list[str] = []
        for char in text:
            shown.append(_shown(shown[-1] if shown else "", char))
        text = "".join(shown)
        # What stood between a letter and its accent is gone.
        text = unicodedata.normalize("NFC", text)
    text = " ".join(text.split()).rstrip("\u200c\u200d")
    return text if any(map(_is_visible, text)) else ""


def _is_visible(char: str) -> bool:
    """Whether a character paints something by itself."""
    category = unicodedata.category(char)
    if category == "Cn":  # unassigned, but no emoji of tomorrow has such a number
        return ord(char) & 0xFFFE != 0xFFFE
    return category[0] in "LNPS" and char not in _BLANKS


def _shown(before: str, char: str) -> str:
    """What is left of a character after `before`."""
    if char in _KEPT_CONTROLS:
        return char
    if _is_tag(char):
        return char if before == _BLACK_FLAG or _is_tag(before) else ""
    category = unicodedata.category(char)
    if category in ("Co", "Cs", "Cf"):
        return ""
    # Unassigned (Cn) only to this Python: emoji are added every year.
    return " " if category[0] in "CZ" and category != "Cn" else char


def _is_tag(char: str) -> bool:
    return "\U000e0020" <= char <= "\U000e007f"


def shorten(text: str, limit: int) -> str:
    """`text` in at most `limit` characters, cut with an ellipsis; not inside a cluster of a letter
    with its marks, of joined emoji or of the two letters of a flag, unless it is the first."""
    if len(text) <= limit:
        return text
    cut = limit - 1
    while cut > 1 and _continues(text, cut):
        cut -= 1
    return text[:cut].rstrip() + "…"


def _continues(text: str, cut: int) -> bool:
    """Whether the character at `cut` belongs to the one before it."""
    char = text[cut]
    if _is_flag_letter(char):
        first = cut
        while first > 0 and _is_flag_letter(text[first - 1]):
            first -= 1
        return (cut - first) % 2 == 1
    return (
        text[cut - 1] == "\u200d"
        or char in _KEPT_CONTROLS
        or _is_tag(char)
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or unicodedata.category(char) in ("Mn", "Me", "Mc")
    )


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def name_elements(
    elements: Sequence[Element], limit: int, shown: Sequence[bool] | None = None
) -> list[Name | None]:
    """A name for each element, None where nothing names it.

    Args:
        limit: longest name in characters.
        shown: whether element i is on the screen for a person to see: an element is not called by
            what nobody sees in it. None: all whose source says so.
    """
    own = [_own_name(element) for element in elements]
    seen = shown or [element.visible for element in elements]
    lifted = _lift_names(
        elements, [name if see else None for name, see in zip(own, seen, strict=True)], limit
    )
    names: list[Name | None] = []
    for index, element in enumerate(elements):
        name = own[index]
        if name is None and lifted[index]:
            name = Name(" ".join(lifted[index]), "descendants")
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


def _lift_names(
    elements: Sequence[Element], own: Sequence[Name | None], limit: int
) -> list[list[str]]:
    """For each unnamed element the names of its nearest named descendants in document order, as
    far as `limit` reaches; `own` are the names that can be seen. What the source hides shows
    nothing of what it holds.

    Children come before their parents, so that each list is made once: in a chain of a thousand
    unnamed wrappers walking down from each would take a million steps. Elements whose parents run
    in a circle are never ready and get nothing.
    """
    place = {element.id: index for index, element in enumerate(elements)}
    parents = [place.get(element.parent or "") for element in elements]
    children: dict[int, list[int]] = defaultdict(list)
    for index, parent in enumerate(parents):
        if parent is not None:
            children[parent].append(index)
    lifted: list[list[str]] = [[] for _ in elements]
    waiting = [len(children.get(index, ())) for index in range(len(elements))]
    ready = [index for index, count in enumerate(waiting) if count == 0]
    while ready:
        index = ready.pop()
        if own[index] is None:
            lifted[index] = _join_names(children.get(index, []), elements, own, lifted, limit)
        parent = parents[index]
        if parent is not None:
            waiting[parent] -= 1
            if waiting[parent] == 0:
                ready.append(parent)
    return lifted


def _join_names(
    children: Sequence[int],
    elements: Sequence[Element],
    own: Sequence[Name | None],
    lifted: Sequence[list[str]],
    limit: int,
) -> list[str]:
    """The names of children, of unnamed ones what was lifted to them, each name once."""
    parts: list[str] = []
    length = 0
    for child in children:
        name = own[child]
        if not elements[child].visible:
            continue
        for text in [name.text] if name else lifted[child]:
            if length >= limit:
                return parts
            if text not in parts:
                parts.append(text)
                length += len(text) + 1
    return parts


def _id_words(resource_id: str) -> str:
    """The telling words of an id's tail: `com.app:id/btnAddToCart` -> `add to cart`; empty if none
    says anything: `container_2`."""
    tail = re.split(r"[/:]", resource_id)[-1]
    words = [word.casefold() for word in _ID_PARTS.findall(tail)]
    telling = [word for word in words if word not in _EMPTY_IDS and len(word) > 1]
    return " ".join(telling)
