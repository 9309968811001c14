"""Which question of a benchmark a row is about, where rows have no common id.

The key is the file name of the screenshot and the instruction. A benchmark may ask the same of one
screenshot twice; then the box decides, as far as the row has one, and else the order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

from groundkit.geometry import Box
from groundkit.prediction_files.chunks import Row
from groundkit.prediction_files.paths import first_of
from groundkit.records import Gold, Prediction

IMAGE_PATHS = (
    "img_filename",
    "img_path",
    "image_path",
    "file_name",
    "doc.img_filename",
    "doc.file_name",
    "images.0.path",
    "images.0",
    "image.path",
    "image",
)
INSTRUCTION_PATHS = (
    "prompt_to_evaluate",
    "instruction",
    "doc.instruction",
)


def key(image: str, instruction: str) -> str:
    """`close.png#close this window`: the file name without its folder, the words without spaces
    around them."""
    name = PurePosixPath(image.replace("\\", "/")).name
    return f"{name}#{instruction.strip()}"


def key_of(row: Row) -> str | None:
    """The key of a prediction row that names a screenshot and an instruction; else None."""
    image, instruction = first_of(row, IMAGE_PATHS), first_of(row, INSTRUCTION_PATHS)
    if isinstance(image, str) and image and isinstance(instruction, str) and instruction:
        return key(image, instruction)
    return None


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
    """

    def __init__(self, golds: Iterable[Gold]) -> None:
        self._ids: set[str] = set()
        self._by_key: defaultdict[str, list[Gold]] = defaultdict(list)
        for gold in golds:
            self._ids.add(gold.id)
            self._by_key[key(gold.image, gold.instruction)].append(gold)
        self._answered: set[str] = set()

    def find(self, prediction: Prediction) -> str | None:
        """The id of the gold record, or None if the benchmark does not ask this."""
        found = self._find(prediction)
        if found is not None:
            self._answered.add(found)
        return found

    def _find(self, prediction: Prediction) -> str | None:
        own = prediction.gold
        if own is not None and own.instruction:
            golds = self._by_key.get(key(own.image, own.instruction), [])
            if golds:
                return self._nearest(golds, own.box)
        if prediction.id in self._ids:
            return prediction.id
        golds = self._by_key.get(prediction.id) or []
        golds = golds or self._by_key.get(prediction.id.rpartition("#")[0], [])
        return self._nearest(golds, None) if golds else None

    def _nearest(self, golds: list[Gold], box: Box | None) -> str:
        left = [gold for gold in golds if gold.id not in self._answered] or golds
        return min(left, key=lambda gold: _apart(box, gold.box)).id


def _apart(first: Box | None, second: Box | None) -> float:
    if first is None or second is None:
        return 0.0
    return sum(abs(a - b) for a, b in zip(first, second, strict=True))
