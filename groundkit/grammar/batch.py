"""Many texts at once, as columns.

`read_answer` says what a text means. Most texts hold coordinates and a name and nothing else:
those plain forms are read here, all in one pass over the texts put together, to the same result,
without an object for each answer. Whatever fits none of them goes to `read_answer`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundkit.grammar.answer import Answer, Kind, no_answer
from groundkit.grammar.numbers import holds_thousands
from groundkit.grammar.read import read_answer
from groundkit.grammar.write import unescape

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

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
        groups: what each group of the pattern holds: `numbers`, `type`, `name` or `label`. None is
            empty where it matched, but for a type: one that did not match is empty too.
    """

    rule: str
    kind: Kind
    pattern: str
    groups: tuple[str, ...] = ("numbers",)


# Stands behind each text when all are looked through together.
_END = "\x1e"
# From here on numbers are absurd.
_LARGEST = 1e9
# ASCII only.
_N = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_POINT = rf"{_N}, ?{_N}"
_BOX = rf"{_POINT}, ?{_POINT}"
# Of the most frequent forms only the letters; whether they are four numbers is seen later.
_LIST = r"[0-9][0-9., ]{0,80}"
# Not empty, since a group that did not match is empty too. Nothing that ends a thought, starts an
# action, makes a key or is markup. In `<ref>` a type is what stands before the first hyphen.
_REF = r"(?!<)([^<>◁▷\n\x1e-]{0,1000})(?:-([^<>◁▷\n\x1e]{1,1000}))?"
_LABEL = r"([^\"\\<>◁▷:=\x00-\x1f]{1,1000})"
_PLAIN = (
    _Plain(
        *("ref-box", "box"),
        rf"<ref>{_REF}</ref><box>\[\[({_LIST})\]\]</box>",
        ("type", "name", "numbers"),
    ),
    _Plain(
        *("keyed", "box"),
        rf"(?:```json\s)?(?:\[\s{{0,9}})?\{{\"bbox_2d\": ?\[({_LIST})\]"
        rf"(?:, ?\"label\": ?\"{_LABEL}\")?\}}(?:\s?\])?(?:\s```)?",
        ("numbers", "label"),
    ),
    _Plain(
        *("box-token", "box"),
        rf"(?:<\|object_ref_start\|>{_REF}<\|object_ref_end\|>)?"
        rf"<\|box_start\|>\(({_POINT}\), ?\({_POINT})\)<\|box_end\|>(?:<\|im_end\|>)?",
        ("type", "name", "numbers"),
    ),
    _Plain("brackets", "point", rf"[\[(]({_POINT})[\])]"),
    _Plain("brackets", "box", rf"\[({_BOX})\]"),
    _Plain("point", "point", rf"<point>({_N}(?: |, ?){_N})</point>"),
)
# A text that has none of the forms is passed over as a whole, so that there is one match a text.
_ANY = re.compile(
    rf"(?:{'|'.join(form.pattern for form in _PLAIN)}|[^{_END}]*){_END}",
)
# JSON is decoded ten times as fast as numpy reads numbers.
_LISTS: dict[int, msgspec.json.Decoder[list[tuple[float, ...]]]] = {
    2: msgspec.json.Decoder(list[tuple[float, float]]),
    4: msgspec.json.Decoder(list[tuple[float, float, float, float]]),
}
_GROUPS = list(chain.from_iterable(form.groups for form in _PLAIN))


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
        left = self._read_plain() if count else []
        self._read_others([row for row in left if texts[row] is not None])
        missing = [row for row in left if texts[row] is None]
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

    def _read_plain(self) -> list[int]:
        """Fills in the answers of plain forms; returns the rows of all others."""
        texts = ["" if text is None or _END in text else text for text in self._texts]
        together = _END.join(texts) + _END
        columns: list[tuple[str, ...]] = list(zip(*_ANY.findall(together), strict=True))
        self._name(columns, "&" in together)
        numbers = [
            column for column, group in zip(columns, _GROUPS, strict=True) if group == "numbers"
        ]
        left = np.ones(len(texts), dtype=bool)
        for form, column in zip(_PLAIN, numbers, strict=True):
            rows = np.flatnonzero(np.fromiter(map(bool, column), bool, len(column)))
            if len(rows):
                left[self._place(form, rows, list(filter(None, column)))] = False
        return np.flatnonzero(left).tolist()

    def _place(self, form: _Plain, rows: Rows, written: list[str]) -> Rows:
        """Fills in the coordinates of answers of one form; returns the rows of those that count."""
        numbers = _numbers(written, _WIDTHS[form.kind])
        fine = (np.abs(numbers) < _LARGEST).all(axis=1)
        if form.kind == "box":
            fine &= (numbers[:, :2] <= numbers[:, 2:]).all(axis=1)
        fine &= ~_thousands(written)
        if not fine.all():
            rows, numbers = rows[fine], numbers[fine]
        self.first[rows] = np.tile(numbers, 4 // _WIDTHS[form.kind])
        if form is not _PLAIN[0]:
            for row in rows.tolist():
                self.kinds[row], self.rules[row] = form.kind, form.rule
        return rows

    def _name(self, columns: list[tuple[str, ...]], is_escaped: bool) -> None:
        """Fills in what was named, from the groups of all forms; at most one names something."""
        held: dict[str, list[tuple[str, ...]]] = {}
        for group, column in zip(_GROUPS, columns, strict=True):
            held.setdefault(group, []).append(column)
        befores, names = (list(map(max, *held[group])) for group in ("type", "name"))
        # Without a hyphen all of it is the name.
        self.type_words = [
            before if name else "" for before, name in zip(befores, names, strict=True)
        ]
        words = zip(names, befores, *held["label"], strict=True)
        self.names = [name or before or label or None for name, before, label in words]
        if is_escaped:
            refs = enumerate(zip(befores, names, strict=True))
            for row in [row for row, (before, name) in refs if "&" in name or "&" in before]:
                self.type_words[row] = unescape(self.type_words[row])
                self.names[row] = unescape(names[row] or befores[row])

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


def _numbers(written: list[str], width: int) -> Floats:
    """The coordinates of plain forms, shape (N, `width`); NaN where there are not so many."""
    lists = f"[[{']$['.join(written)}]]"
    lists = lists.replace("), (", ",").replace("),(", ",").replace(", ", ",").replace(" ", ",")
    try:
        found = _LISTS[width].decode(lists.replace("$", ","))
    except msgspec.DecodeError:
        found = [_row(one, width) for one in lists[1:-1].split("$")]
    numbers = chain.from_iterable(found)
    return np.fromiter(numbers, np.float64, width * len(written)).reshape(-1, width)


def _thousands(written: list[str]) -> NDArray[np.bool_]:
    """Where a comma may separate thousands, shape (N,)."""
    together = "$".join(written)
    if together.count(",") == together.count(", "):  # by far the most
        return np.zeros(len(written), dtype=bool)
    return np.fromiter(map(holds_thousands, written), bool, len(written))


def _row(written: str, width: int) -> tuple[float, ...]:
    try:
        (found,) = _LISTS[width].decode(f"[{written}]")
    except msgspec.DecodeError:
        return (np.nan,) * width
    return found
