"""Which question of a benchmark a row is about, where rows have no common id.

The key is the file name of the screenshot and the instruction. A benchmark may ask the same of one
screenshot twice; then the box decides, as far as the row has one, and else the order. Where a row
has the whole prompt instead, the question is the one about its screenshot whose instruction stands
in the prompt.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Literal, get_args

from groundkit.geometry import Box
from groundkit.records import Gold, Prediction

Join = Literal["id", "key", "position"]
JOINS: tuple[Join, ...] = get_args(Join)
"""How rows find their gold records: by their id, or by image and instruction where they have none
or it is unknown; always by the latter; or as the nth row is about the nth record."""

_IMAGE_TAG = "<image>"


def key(image: str, instruction: str) -> str:
    """`close.png#close this window`: the file name without its folder, the words without spaces
    and image tags around them."""
    name = PurePosixPath(image.replace("\\", "/")).name
    return f"{name}#{instruction.replace(_IMAGE_TAG, '').strip()}"


class Numbering:
    """Makes names unique: `a`, `a#2`, `a#3`, in the order in which they are met."""

    def __init__(self) -> None:
        self._met: Counter[str] = Counter()
        self._given: set[str] = set()
        self.repeated = 0

    def name(self, wanted: str) -> str:
        """`wanted`, with a number if it was given before."""
        self._met[wanted] += 1
        name = wanted
        if name in self._given:
            self.repeated += 1
        while name in self._given:
            name = f"{wanted}#{max(self._met[wanted], 2)}"
            self._met[wanted] += name in self._given
        self._given.add(name)
        return name


class KeyIndex:
    """Finds the gold record that a prediction answers, by id or else by key.

    It remembers what was answered, so that of two equal questions each gets one answer: ask it
    once for every prediction, in the order of the file.

    Args:
        prompts: whether ids are made of a prompt instead of an instruction.
    """

    def __init__(self, golds: Iterable[Gold], prompts: bool = False) -> None:
        self._golds: dict[str, Gold] = {}
        self._by_key: defaultdict[str, list[Gold]] = defaultdict(list)
        # Of each image the questions by their words.
        self._by_image: defaultdict[str, dict[str, list[Gold]]] = defaultdict(dict)
        for gold in golds:
            self._golds[gold.id] = gold
            name = key(gold.image, gold.instruction)
            self._by_key[name].append(gold)
            if prompts and gold.instruction.strip():
                image, words = key(gold.image, ""), gold.instruction.strip()
                self._by_image[image][words] = self._by_key[name]
        self._answered: set[str] = set()

    def find(self, prediction: Prediction) -> Gold | None:
        """The gold record, or None if the benchmark does not ask this."""
        found = self._find(prediction)
        if found is not None:
            self._answered.add(found.id)
        return found

    def _find(self, prediction: Prediction) -> Gold | None:
        name, own = prediction.id.strip(), prediction.gold
        named = self._golds.get(name)
        asked = key(own.image, own.instruction) if own is not None and own.instruction else ""
        # An id of the benchmark's own counts. One that is a key with a number, given in the order
        # of some file, is not better than the box.
        if named is not None and not (asked and name.startswith(asked)):
            return named
        box = None if own is None else own.box
        golds = self._by_key.get(asked) or next(filter(None, self._candidates(name)), None)
        return named if golds is None else self._nearest(golds, box)

    def _candidates(self, name: str) -> Iterator[list[Gold] | None]:
        """Questions that an id could be the key of, the surest first."""
        for whole in (name, name.rpartition("#")[0]):
            yield self._by_key.get(whole)
        image, mark, words = name.partition("#")
        if not mark:
            return
        for asked in (words, words.rpartition("#")[0]):
            yield self._by_key.get(key(image, asked))
        yield self._inside(key(image, ""), words)

    def _inside(self, image: str, prompt: str) -> list[Gold] | None:
        """The questions about an image whose words stand in a prompt; None if there are different
        ones, of which none holds the others."""
        asked = self._by_image.get(image, {})
        found = sorted((words for words in asked if _stands_in(words, prompt)), key=len)
        if not found or not all(words in found[-1] for words in found):
            return None
        return asked[found[-1]]

    def _nearest(self, golds: list[Gold], box: Box | None) -> Gold:
        left = [gold for gold in golds if gold.id not in self._answered] or golds
        return min(left, key=lambda gold: _apart(box, gold.box))


def _stands_in(words: str, text: str) -> bool:
    """Whether words stand in a text, and not within longer ones: `open` does not in `reopen`."""
    start = text.find(words)
    while start >= 0:
        end = start + len(words)
        if not (_joins(text[start - 1 : start], words[0]) or _joins(words[-1], text[end:][:1])):
            return True
        start = text.find(words, start + 1)
    return False


def _joins(left: str, right: str) -> bool:
    """Whether two characters are of one word, in a script that has spaces between words."""
    return all(char.isascii() and char.isalnum() for char in (left, right))


def _apart(first: Box | None, second: Box | None) -> float:
    if first is None or second is None:
        return 0.0
    return sum(abs(a - b) for a, b in zip(first, second, strict=True))
