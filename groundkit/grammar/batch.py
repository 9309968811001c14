"""Many texts at once, as columns.

`read_answer` says what a text means. Most texts hold coordinates and a name and nothing else:
those plain forms are read here by one pattern each, to the same result, without an object for each
answer. Whatever fits none of them goes to `read_answer`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundkit.grammar.answer import Answer, Kind, no_answer
from groundkit.grammar.read import read_answer, split_ref

Floats = NDArray[np.float64]

NO_TEXT = no_answer("no prediction")
_WIDTHS = {"box": 4, "boxes": 4, "point": 2, "points": 2}
# Of `boxes` and `points` at least so many.
_COUNTS = {"box": 1, "point": 1, "boxes": 2, "points": 2, "refusal": 0, "invalid": 0, "none": 0}


class _Plain(NamedTuple):
    """A form of a whole text.

    Attributes:
        rule: of the grammar, that reads such texts.
        kind: box or point.
        pattern: of the whole text.
        numbers: the group of the coordinates.
        ref: the group of what is named as in `<ref>`, with a type before the hyphen; 0: none.
        label: the group of a name alone; 0: none.
    """

    rule: str
    kind: Kind
    pattern: re.Pattern[str]
    numbers: int
    ref: int = 0
    label: int = 0


# Below 1e9, from where on numbers are absurd; ASCII only.
_N = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_POINT = rf"{_N}, ?{_N}"
_BOX = rf"{_POINT}, ?{_POINT}"
# Nothing that ends a thought, starts an action, makes a key or is markup.
_NAME = r"[^<>◁▷\n]{0,1000}"
_LABEL = r"[^\"\\<>◁▷:=\x00-\x1f]{0,1000}"
# The most frequent first.
_PLAIN = (
    _Plain(
        *("ref-box", "box"),
        re.compile(rf"<ref>({_NAME})</ref><box>\[\[({_BOX})\]\]</box>"),
        numbers=2,
        ref=1,
    ),
    _Plain(
        *("keyed", "box"),
        re.compile(
            rf"(?:```json\s)?(?:\[\s{{0,9}})?\{{\"bbox_2d\": ?\[({_BOX})\]"
            rf"(?:, ?\"label\": ?\"({_LABEL})\")?\}}(?:\s?\])?(?:\s```)?"
        ),
        numbers=1,
        label=2,
    ),
    _Plain(
        *("box-token", "box"),
        re.compile(
            rf"(?:<\|object_ref_start\|>({_NAME})<\|object_ref_end\|>)?"
            rf"<\|box_start\|>\(({_POINT}\), ?\({_POINT})\)<\|box_end\|>(?:<\|im_end\|>)?"
        ),
        numbers=2,
        ref=1,
    ),
    _Plain("brackets", "point", re.compile(rf"[\[(]({_POINT})[\])]"), numbers=1),
    _Plain("brackets", "box", re.compile(rf"\[({_BOX})\]"), numbers=1),
    _Plain("point", "point", re.compile(rf"<point>({_N}(?: |, ?){_N})</point>"), numbers=1),
)


class Answers:
    """What was read in N texts: `answers[i]` is what `read_answer` says of text i.

    Attributes:
        kinds, rules, type_words, names: as in `Answer`, one for each text.
        first: the first box of each, or its first point twice, as written, shape (N, 4); zeros
            where there is neither.
    """

    def __init__(self, texts: Sequence[str | None]) -> None:
        """Reads texts; None stands for one that is missing, of kind `none`."""
        count = len(texts)
        self._texts = texts
        self._read: dict[int, Answer] = {}
        # Of the most frequent form, until something else is read.
        self.kinds: list[Kind] = [_PLAIN[0].kind] * count
        self.rules = [_PLAIN[0].rule] * count
        self.type_words = [""] * count
        self.names: list[str | None] = [None] * count
        self.first: Floats = np.zeros((count, 4))
        left = [row for row, text in enumerate(texts) if text is not None]
        missing = range(count) if not left else set(range(count)).difference(left)
        for form in _PLAIN:
            left = self._read_plain(form, left) if left else left
        self._read_others(left)
        self._fill(missing, [NO_TEXT] * len(missing))

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, row: int) -> Answer:
        text = self._texts[row]
        return self._read.get(row) or (NO_TEXT if text is None else read_answer(text))

    def pick(self, rows: Iterable[int]) -> Answers:
        """Some of the answers."""
        return Answers([self._texts[row] for row in rows])

    def counts(self) -> NDArray[np.int64]:
        """How many boxes or points each answer holds, shape (N,)."""
        found = np.fromiter(map(_COUNTS.__getitem__, self.kinds), np.int64, len(self))
        for row in np.flatnonzero(found > 1).tolist():
            found[row] = len(self[row].numbers) // _WIDTHS[self.kinds[row]]
        return found

    def _read_plain(self, form: _Plain, rows: list[int]) -> list[int]:
        """Fills in the answers of one form; returns the rows of all others."""
        texts, width = self._texts, _WIDTHS[form.kind]
        found = list(map(form.pattern.fullmatch, [texts[row] for row in rows]))  # type: ignore[arg-type]
        matches = list(filter(None, found))
        if not matches:
            return rows
        left = [row for row, match in zip(rows, found, strict=True) if match is None]
        fitting = rows if not left else list(compress(rows, found))
        numbers = _numbers([match[form.numbers] for match in matches]).reshape(-1, width)
        if form.kind == "box":
            upright = (numbers[:, :2] <= numbers[:, 2:]).all(axis=1)
            if not upright.all():
                keep: list[bool] = np.asarray(upright).tolist()
                left += [row for row, kept in zip(fitting, keep, strict=True) if not kept]
                fitting, matches = list(compress(fitting, keep)), list(compress(matches, keep))
                numbers = numbers[upright]
        self.first[fitting] = np.tile(numbers, 4 // width)
        if form is not _PLAIN[0]:
            for row in fitting:
                self.kinds[row], self.rules[row] = form.kind, form.rule
        self._name(form, fitting, matches)
        return left

    def _name(self, form: _Plain, rows: list[int], matches: list[re.Match[str]]) -> None:
        """Fills in what was named."""
        names, type_words = self.names, self.type_words
        if form.ref:
            for row, match in zip(rows, matches, strict=True):
                ref = match[form.ref]
                if ref is not None:
                    type_words[row], names[row] = split_ref(ref)
        elif form.label:
            for row, match in zip(rows, matches, strict=True):
                names[row] = match[form.label]

    def _read_others(self, rows: list[int]) -> None:
        known: dict[str | None, Answer] = {}
        for row in rows:
            text = self._texts[row]
            if text not in known:
                known[text] = read_answer(text or "")
            self._read[row] = known[text]
        self._fill(rows, [self._read[row] for row in rows])

    def _fill(self, rows: Iterable[int], answers: Iterable[Answer]) -> None:
        for row, answer in zip(rows, answers, strict=True):
            self.kinds[row], self.rules[row] = answer.kind, answer.rule
            self.type_words[row], self.names[row] = answer.type_word, answer.name
            if answer.kind in _WIDTHS:
                width = _WIDTHS[answer.kind]
                self.first[row] = answer.numbers[:width] * (4 // width)


def _numbers(written: list[str]) -> Floats:
    """The numbers of coordinates as they are written in plain forms."""
    together = " ".join(written).replace("),", " ").replace("(", " ").replace(",", " ")
    return np.fromstring(together, dtype=np.float64, sep=" ")
