"""What is written on the screens, by topic and language.

The topics are the same in both languages, the words need not be translations of each other.
"""

from __future__ import annotations

import functools

from groundkit.synth.words_en import ENGLISH
from groundkit.synth.words_zh import CHINESE
from groundkit.vocabulary import Lang


def _split(table: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {topic: tuple(words.split("|")) for topic, words in table.items()}


TOPICS: dict[Lang, dict[str, tuple[str, ...]]] = {"en": _split(ENGLISH), "zh": _split(CHINESE)}

# Made up while drawing: numbers, prices, dates, addresses. All of it is in Pillow's own font.
_ASCII = "".join(map(chr, range(33, 127)))


@functools.cache
def letters(lang: Lang) -> str:
    """Every character that screens of a language may show, apart from the space."""
    from groundkit.synth.icons import ICON_NAMES

    words = "".join("".join(words) for words in TOPICS[lang].values())
    words += "".join(names[0 if lang == "zh" else 1] for names in ICON_NAMES.values())
    return "".join(sorted({*words, *_ASCII, *("¥" if lang == "zh" else "")} - {" "}))
