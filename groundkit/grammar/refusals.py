"""How models say that there is no such element."""

from __future__ import annotations

import re

# Without spaces and in lower case. As the prompts of the families ask for it: UI-Venus 1.5 and
# GUI-G2 [-1,-1], the ScreenSpot-Pro prompts the sentence, GTA1 and Gelato the word.
_WORDS = frozenset(
    {
        *("[]", "{}", "refusal", "targetnotexistent", "notfound", "无ui元素"),
        *("bbox_2d:null", "{bbox_2d:null}", "[{bbox_2d:null}]"),
        *("point_2d:null", "{point_2d:null}", "[{point_2d:null}]", "coordinate:null"),
        "{coordinate:null}",
    }
)
_LONGEST = 200
_TERMINATE = re.compile(r"[\"']action[\"']\s{0,9}:\s{0,9}[\"']terminate[\"']")
_CLUTTER = re.compile(r"[\s\"'`.]+")


def is_refusal(text: str) -> bool:
    """Whether the whole of an answer, without tokens and fences, says that there is nothing."""
    if len(text) > _LONGEST:
        return _TERMINATE.search(text, 0, 4096) is not None
    return _CLUTTER.sub("", text).casefold() in _WORDS or _TERMINATE.search(text) is not None
