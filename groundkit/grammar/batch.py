"""Many texts at once, as columns.

`read_answer` says what a text means. Most texts hold coordinates and a name and nothing else:
those plain forms are read here, form by form in the texts put together, to the same result,
without an object for each answer. Whatever fits none of them goes to `read_answer`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import compress, repeat
from operator import not_
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundkit.grammar.answer import Answer, Kind, no_answer
from groundkit.grammar.numbers import holds_thousands
from groundkit.grammar.read import read_answer
from groundkit.grammar.write import holds_escapes, unescape

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
        starts: how such texts begin.
        pattern: finds each text of several that stand before an _END.
        groups: what each group of the pattern holds. Empty is one that did not match; only what
            stands before the name in `<ref>` may be empty although it did.
        counted: whether the pattern sees to it that there are as many numbers as should be.
    """

    rule: str
    kind: Kind
    starts: tuple[str, ...]
    pattern: re.Pattern[str]
    groups: tuple[Literal["before", "name", "numbers", "nothing"], ...]
    counted: bool = True


# Stands behind each text when several are looked through together.
_END = "\x1e"
# From here on numbers are absurd.
_LARGEST = 1e9
# ASCII only.
_N = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_POINT = rf"{_N}, ?{_N}"
_BOX = rf"{_POINT}, ?{_POINT}"
# Of the most frequent forms only the letters; whether they are four numbers is seen later.
_LIST = r"[0-9][0-9., ]{0,80}"
# Nothing that ends a thought, starts an action, makes a key or is markup. A type is what stands
# before the first hyphen.
_REF = r"(?!<)([^<>◁▷\n\x1e-]{0,1000})(?:-([^<>◁▷\n\x1e]{1,1000}))?"
# Not _END, which is white space.
_SPACE = r"[^\S\x1e]"
_LABEL = r"([^\"\\<>◁▷:=\x00-\x1f]{1,1000})"


def _whole(pattern: str) -> re.Pattern[str]:
    """Passes over a text that has not the form as a whole, so that there is one match a text. With
    two groups at least, one of them empty if need be, what is found are tuples."""
    return re.compile(rf"(?:{pattern}|[^{_END}]*){_END}")


_PLAIN = (
    _Plain(
        *("ref-box", "box", ("<ref>",)),
        _whole(rf"<ref>{_REF}</ref><box>\[\[({_LIST})\]\]</box>"),
        ("before", "name", "numbers"),
        counted=False,
    ),
    _Plain(
        *("keyed", "box", ("```json", "[", "{")),
        _whole(
            rf"(?:```json{_SPACE})?(?:\[{_SPACE}{{0,9}})?\{{\"bbox_2d\": ?\[({_LIST})\]"
            rf"(?:, ?\"label\": ?\"{_LABEL}\")?\}}(?:{_SPACE}?\])?(?:{_SPACE}```)?"
        ),
        ("numbers", "name"),
        counted=False,
    ),
    _Plain(
        *("box-token", "box", ("<|",)),
        _whole(
            rf"(?:<\|object_ref_start\|>{_REF}<\|object_ref_end\|>)?"
            rf"<\|box_start\|>\(({_POINT}\), ?\({_POINT})\)<\|box_end\|>(?:<\|im_end\|>)?"
        ),
        ("before", "name", "numbers"),
    ),
    _Plain(
        *("brackets", "point", ("[", "(")),
        _whole(rf"()[\[(]({_POINT})[\])]"),
        ("nothing", "numbers"),
    ),
    _Plain(*("brackets", "box", ("[",)), _whole(rf"()\[({_BOX})\]"), ("nothing", "numbers")),
    _Plain(
        *("point", "point", ("<point>",)),
        _whole(rf"()<point>({_N}(?: |, ?){_N})</point>"),
        ("nothing", "numbers"),
    ),
)
# JSON is decoded ten times as fast as numpy reads numbers.
_decode = msgspec.json.Decoder(list[float]).decode
_Found = dict[str, Sequence[str]]


class Answers:
    """What was read in N texts: `answers[i]` is what `read_answer` says of text i.

    Attributes:
        kinds, rules, type_words, names: as in `Answer`, one for each text.
        first: the first box of each, or its first point twice, as written, shape (N, 4); zeros
            where there is neither.
        widths: how many numbers a box or a point of each has: 4, 2, or 0 where there is neither,
            shape (N,).
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
        self.widths = np.zeros(count, np.int8)
        left = self._read_plain()
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
        left = list(range(len(self)))
        for form in _PLAIN:
            texts = [self._texts[row] or "" for row in left]
            starts = list(map(str.startswith, texts, repeat(form.starts)))
            if any(starts):
                rows = list(compress(left, starts))
                unread = self._read_form(form, rows, list(compress(texts, starts)))
                left = [*compress(left, map(not_, starts)), *unread]
        return left

    def _read_form(self, form: _Plain, rows: list[int], texts: list[str]) -> list[int]:
        """Fills in the answers of one form among some texts; returns the rows of others."""
        together = _END.join(texts) + _END
        if together.count(_END) > len(texts):
            together = "".join([("" if _END in text else text) + _END for text in texts])
        matches = form.pattern.findall(together)
        assert len(matches) == len(texts)
        found: _Found = dict(zip(form.groups, zip(*matches, strict=True), strict=True))
        left: list[int] = []
        if not all(found["numbers"]):
            rows, found, left = _split(found["numbers"], rows, found)
            if not rows:
                return left
        numbers = _numbers(found["numbers"], form)
        fine = (np.abs(numbers) < _LARGEST).all(axis=1) & ~_thousands(found["numbers"])
        if form.kind == "box":
            fine &= (numbers[:, :2] <= numbers[:, 2:]).all(axis=1)
        if not fine.all():
            rows, found, others = _split(fine.tolist(), rows, found)
            numbers, left = numbers[fine], left + others
        self._place(form, rows, numbers)
        if "name" in found:
            self._name(rows, found, holds_escapes(together))
        return left

    def _place(self, form: _Plain, rows: list[int], numbers: Floats) -> None:
        """Fills in coordinates."""
        places, width = np.array(rows, dtype=np.int64), numbers.shape[1]
        self.first[places] = np.tile(numbers, 4 // width)
        self.widths[places] = width
        if form is not _PLAIN[0]:
            for row in rows:
                self.kinds[row], self.rules[row] = form.kind, form.rule

    def _name(self, rows: list[int], found: _Found, is_escaped: bool) -> None:
        """Fills in what was named."""
        words: Sequence[str] = found.get("before", ())
        names: Sequence[str] = found["name"]
        if words and not all(names):  # without a hyphen all of it is the name
            pairs = list(zip(words, names, strict=True))
            words = [before if name else "" for before, name in pairs]
            names = [name or before for before, name in pairs]
        if words and is_escaped:
            words, names = (list(map(unescape, some)) for some in (words, names))
        for row, word in zip(rows, words, strict=False):
            self.type_words[row] = word
        for row, name in zip(rows, names, strict=True):
            self.names[row] = name or None

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
                self.widths[row] = width
                self.first[row] = answer.numbers[:width] * (4 // width)


def _split(
    wanted: Sequence[Any], rows: list[int], found: _Found
) -> tuple[list[int], _Found, list[int]]:
    """The rows that are wanted, with what was found in them, and the other rows."""
    kept: _Found = {group: list(compress(column, wanted)) for group, column in found.items()}
    return list(compress(rows, wanted)), kept, list(compress(rows, map(not_, wanted)))


def _numbers(written: Sequence[str], form: _Plain) -> Floats:
    """The coordinates in answers of a form, shape (N, 4) or (N, 2); NaN where there are not so
    many."""
    width = _WIDTHS[form.kind]
    if form.counted or set(map(str.count, written, repeat(","))) == {width - 1}:
        with suppress(msgspec.DecodeError):  # numbers that begin with zeros are not JSON
            numbers = np.array(_decode(_as_json(",".join(written), form)), dtype=np.float64)
            return numbers.reshape(-1, width)
    rows = [_row(one, form) for one in written]
    return np.array([row if len(row) == width else [np.nan] * width for row in rows])


def _row(written: str, form: _Plain) -> list[float]:
    try:
        return _decode(_as_json(written, form))
    except msgspec.DecodeError:
        return []


def _as_json(written: str, form: _Plain) -> str:
    """A list of the numbers, if the form separates them by more than commas."""
    if form.counted:
        written = written.replace("), (", ",").replace("),(", ",")
        written = written.replace(", ", ",").replace(" ", ",")
    return f"[{written}]"


def _thousands(written: Sequence[str]) -> NDArray[np.bool_]:
    """Where a comma may separate thousands, shape (N,)."""
    together = "$".join(written)
    if together.count(",") == together.count(", "):  # by far the most
        return np.zeros(len(written), dtype=bool)
    return np.fromiter(map(holds_thousands, written), bool, len(written))
