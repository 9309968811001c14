"""The gold record that a prediction row carries, in whatever form."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from groundkit.errors import DataError
from groundkit.geometry import Box
from groundkit.grammar import read_answer
from groundkit.prediction_files.formats.base import LABEL
from groundkit.records import Gold
from groundkit.store import non_finite
from groundkit.vocabulary import TYPE_WORDS, type_of_word

_WORDS = ("image", "instruction", "name", "screen", "group", "source", "split")
_FOUR = 4
_ABSURD = 1e15
_LONGEST = 80


def make_gold(values: Mapping[str, Any], name: str, where: str) -> Gold | None:
    """The gold record of a row; None if the row does not tell the right answer.

    Args:
        values: what the row has, by our names (`formats.base.NAMES`). A `gold` is taken as it
            is; else `absent`, `box` (xyxy, pixels of the image) and `answer` are tried.
        name: the id.

    An `answer` is a text in the frame of the prediction, whatever that is: its boxes are taken as
    they stand, and without a size the image is 0 x 0, which stands for unknown.

    Raises:
        DataError: a field cannot be what it should be, or an answer holds no box.
    """
    whole = values.get("gold")
    if whole is not None:
        return _convert(whole, where)
    facts = {key: word(values[key], key, where) for key in _WORDS if values.get(key) is not None}
    facts.setdefault("image", "")
    facts.setdefault("screen", facts["image"])
    sides = {side: _side(values.get(side), side, where) for side in ("width", "height")}
    found = {"id": name, **facts, **sides, "labels": _labels(values, where)}
    kind = values.get("type")
    found["type"] = type_named(kind) if isinstance(kind, str) else ""
    answer = _answer(values, where)
    if answer is None:
        return None
    return Gold(**{**found, **answer})


def type_named(word: str) -> str:
    """The key of `vocabulary.TYPE_WORDS` that a word stands for; empty if none."""
    lower = word.strip().lower()
    return lower if lower in TYPE_WORDS else type_of_word(lower) or ""


def word(value: Any, field: str, where: str) -> str:
    """A text, or a whole number as one.

    Raises:
        DataError: neither.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise DataError(f"expected a text, got {_shown(value)}", f"{where}: {field}")


def four_numbers(value: Any, field: str, where: str) -> Box:
    """Four finite numbers, from a list or from the text of one.

    Raises:
        DataError: it is something else.
    """
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            raise DataError(
                f"expected four numbers, got {_shown(value)}", f"{where}: {field}"
            ) from None
    numbers = value if isinstance(value, list) else []
    if len(numbers) != _FOUR or not all(map(is_number, numbers)):
        raise DataError(f"expected four numbers, got {_shown(value)}", f"{where}: {field}")
    x1, y1, x2, y2 = map(float, numbers)
    return x1, y1, x2, y2


def is_number(value: Any) -> bool:
    """Whether a value is a finite number of a size that arithmetic can bear."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value) and abs(value) < _ABSURD


def _answer(values: Mapping[str, Any], where: str) -> dict[str, Any] | None:
    if values.get("absent") is True:
        return {"absent": True}
    if values.get("box") is not None:
        return {"box": four_numbers(values["box"], "box", where)}
    text = values.get("answer")
    if not isinstance(text, str):
        return None
    answer = read_answer(text)
    if answer.kind == "refusal":
        return {"absent": True}
    found: dict[str, Any] = {"type": type_named(answer.type_word), "name": answer.name}
    found = {key: value for key, value in found.items() if value}
    if answer.kind == "box":
        return {"box": answer.numbers, **found}
    if answer.kind == "boxes":
        corners = answer.numbers
        boxes = tuple(corners[start : start + _FOUR] for start in range(0, len(corners), _FOUR))
        return {"boxes": boxes, **found}
    what = f"the right answer {_shown(text)} "
    if answer.kind in ("point", "points"):
        what += "is a point, and hits are counted in boxes"
    else:
        what += f"holds no box: {answer.problem}"
    hint = "name the file with the boxes: --gold FILE, and --join position if its order is the same"
    raise DataError(what, f"{where}: answer", hint=hint)


def written(value: Any) -> str:
    """Parsed coordinates as the text of them: as good as what the model wrote. NaN stays NaN, and
    numbers have no exponents."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_inner, value))}]"
    return _inner(value)


def _inner(value: Any) -> str:
    if isinstance(value, float):
        if math.isfinite(value):
            return format(Decimal(repr(value)), "f")
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, list | tuple):
        return written(value)
    if isinstance(value, dict):
        items = [f"{_inner(str(key))}: {_inner(one)}" for key, one in value.items()]
        return "{" + ", ".join(items) + "}"
    return msgspec.json.encode(value).decode()


def _convert(value: Any, where: str) -> Gold:
    bad = non_finite(value)
    if bad is not None:
        what = "a number is not finite (NaN or Infinity)"
        raise DataError(what, f"{where}: gold{bad}")
    try:
        return msgspec.convert(value, Gold)
    except msgspec.ValidationError as error:
        raise DataError(str(error), f"{where}: gold") from None


def _side(value: Any, field: str, where: str) -> int:
    if value is None:
        return 0
    if is_number(value) and value == int(value) and value >= 0:
        return int(value)
    raise DataError(f"expected a number of pixels, got {_shown(value)}", f"{where}: {field}")


def _labels(values: Mapping[str, Any], where: str) -> dict[str, str]:
    found = {key: value for key, value in values.items() if key.startswith(LABEL)}
    return {
        key.removeprefix(LABEL): word(value, key, where)
        for key, value in found.items()
        if value is not None and value != ""
    }


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"
