"""The one form of answer that groundkit writes.

    <ref>{type}-{name}</ref><box>[[x1, y1, x2, y2]]</box>

The form is InternVL's and OS-Atlas's. A string never tells its frame: the frame is declared beside
it. Text inside `<ref>` is escaped where it could be taken for markup (`<` and `>` as `&lt;` and
`&gt;`, line breaks as `&#10;` and `&#13;`), and `&` only where it would then read as an escape,
so that "R&D" stays "R&D". Model text is data: it is matched, never evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ESCAPES = {"<": "&lt;", ">": "&gt;", "\n": "&#10;", "\r": "&#13;"}
_UNESCAPES = {escape: char for char, escape in _ESCAPES.items()} | {"&amp;": "&"}
_MARKUP = re.compile(r"[<>\n\r]|&(?=lt;|gt;|amp;|#10;|#13;)")
_ESCAPED = re.compile("|".join(map(re.escape, _UNESCAPES)))


def escape(text: str) -> str:
    """`text` as it is written inside `<ref>`."""
    return _MARKUP.sub(lambda match: _ESCAPES.get(match[0], "&amp;"), text)


def holds_escapes(text: str) -> bool:
    """Whether `unescape` would change it."""
    return "&" in text and _ESCAPED.search(text) is not None


def unescape(text: str) -> str:
    """The inverse of `escape`."""
    if "&" not in text:
        return text
    return _ESCAPED.sub(lambda match: _UNESCAPES[match[0]], text)


def write_ref(type_word: str, name: str) -> str:
    """`<ref>text-Address</ref>`.

    Raises:
        ValueError: the type word holds a hyphen, which would end it when read.
    """
    if "-" in type_word:
        raise ValueError(f"a type word cannot hold a hyphen: {type_word!r}")
    return f"<ref>{escape(type_word)}-{escape(name)}</ref>"


def write_box(box: Sequence[float]) -> str:
    """`<box>[[33, 241, 66, 264]]</box>`."""
    x1, y1, x2, y2 = box
    return f"<box>[[{x1}, {y1}, {x2}, {y2}]]</box>"


def write_answer(type_word: str, name: str, box: Sequence[float]) -> str:
    """The full answer: what is there, then where."""
    return write_ref(type_word, name) + write_box(box)
