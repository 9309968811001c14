"""How models say that there is no such element."""

from __future__ import annotations

import re

# Without spaces and in lower case. As the prompts of the families ask for it: UI-Venus 1.5 and
# GUI-G2 [-1,-1], the ScreenSpot-Pro prompts the sentence, GTA1 and Gelato the word.
_WORDS = frozenset(("[]", "{}", "refusal", "targetnotexistent", "notfound", "无ui元素"))
_LONGEST = 2000
_TERMINATE = re.compile(r"[\"']action[\"']\s{0,9}:\s{0,9}[\"']terminate[\"']")
_CLUTTER = re.compile(r"[\s\"'`.]+")
_TAGS = re.compile(
    r"</?(?:answer|box|bbox|point|ref|tool_call)>|<\|/?(?:box|point)_(?:start|end)\|>",
    re.IGNORECASE,
)
# A key of coordinates, and whether null or an empty list stands behind it.
_KEY = re.compile(
    r"[\"']?(?<![A-Za-z0-9])(?:bbox|box|point|coordinate|object)(?:_2d|s)?[\"']?\s{0,9}:\s{0,9}"
    r"(null\b|none\b|\[(?:\s{0,9}null\s{0,9},?){0,4}\s{0,9}\])?",
    re.IGNORECASE,
)


def is_refusal(text: str) -> bool:
    """Whether an answer without coordinates says that there is nothing: with the whole of it, or
    by ending the task. Tokens, fences and labels are blank."""
    if len(text) > _LONGEST:
        return _TERMINATE.search(text, 0, 2 * _LONGEST) is not None
    text = _TAGS.sub("", text).strip()
    if _CLUTTER.sub("", text).casefold() in _WORDS or _TERMINATE.search(text):
        return True
    return _is_empty(text)


def _is_empty(text: str) -> bool:
    """Whether it is complete JSON, or one member of it, whose coordinates are all null or empty."""
    keys = list(_KEY.finditer(text))
    if not all(key[1] for key in keys):
        return False
    if text[:1] in ("[", "{"):
        return bool(keys) and text[-1] in "]}"
    return len(keys) == 1 and keys[0].span() == (0, len(text))
