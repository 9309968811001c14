"""How numbers are written, and which texts are lists of them."""

from __future__ import annotations

import re
from math import isfinite

# Not part of a word: the digits of `bbox_2d` and `x1` are no numbers. JSON allows exponents.
_FINITE = r"[+-]?(?:\d{1,15}(?:\.\d{0,25})?|\.\d{1,25})(?:[eE][+-]?\d{1,25})?(?!\w|\.\w)"
_ENDLESS = r"[+-]?(?i:nan|inf(?:inity)?)(?!\w|\.\w)"
# Nor is what stands behind an exponent that is none.
FINITE = re.compile(rf"(?<![\w.])(?<!\d[eE][+-]){_FINITE}")
ENDLESS = re.compile(rf"(?<![\w.]){_ENDLESS}")
# Patterns to build others of: a number, what stands between two, two and two or four of them.
NUMBER = rf"(?:{_FINITE}|{_ENDLESS})%?"
SEPARATOR = r"(?:\s{0,9}[,;]\s{0,9}|\s{1,9})"
PAIR = rf"{NUMBER}{SEPARATOR}{NUMBER}"
LIST = rf"{PAIR}(?:{SEPARATOR}{PAIR})?"

_FILLER = str.maketrans(dict.fromkeys("[](),;%\"'", " "))
# A comma without a space before exactly three digits: with fewer than three before it or with a
# zero behind it, and with both.
_MAY_GROUP = re.compile(r"(?<![\d.,])[1-9](?:\d?,\d{3}|\d\d,0\d\d)(?!\d)")
_GROUPS = re.compile(r"(?<![\d.,])[1-9]\d?,0\d\d(?!\d)")
_SPACED = re.compile(r"\d%?(?:\s*,\s+|\s*;\s*)[+-]?\.?\d")


def numbers_of(text: str) -> tuple[float, ...] | None:
    """The numbers of a text that holds nothing but numbers, brackets, quotes and separators; None
    if there is something else, or if its commas may stand for thousands."""
    # What float reads is what the patterns say, but for this.
    if "_" in text or holds_thousands(text):
        return None
    try:
        return tuple(map(float, text.translate(_FILLER).split()))
    except ValueError:
        return None


def holds_thousands(text: str) -> bool:
    """Whether a comma may separate thousands: in [1,000, 2,000], not in [100,200] or [1,200].

    Two of three signs tell it: fewer than three digits before it, a zero behind it, and other
    commas with a space. CogAgent's [[047,050,512,384]] has one, [1,000] and [1,200, 2,300] two.
    """
    if not _MAY_GROUP.search(text):
        return False
    return bool(_GROUPS.search(text) or _SPACED.search(text))


def is_finite(numbers: tuple[float, ...]) -> bool:
    """Whether all of them are."""
    return all(map(isfinite, numbers))
