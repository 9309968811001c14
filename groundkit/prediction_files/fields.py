"""Which path of a file's rows is taken for what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from groundkit.errors import OptionError
from groundkit.prediction_files.chunks import Row
from groundkit.prediction_files.formats.base import LABEL, NAMES, Format, Paths
from groundkit.prediction_files.paths import MISSING, choices_at, look_up

ANSWERS = frozenset({"gold", "box", "absent", "answer"})
"""One of them makes a gold record; without one the facts around it say nothing."""

_OF_THE_ROW = frozenset({"id", "text", "frame", "model", "score", "scores"})


def resolve(
    form: Format,
    fields: Mapping[str, str],
    head: Sequence[Row],
    others: Callable[[], Iterable[Row]],
    file: Path,
) -> Paths:
    """The paths to look at in every row: the format's, overruled by the user's `fields`. What the
    first rows do not have may still come.

    Args:
        head: the first rows, as the format prepares them; none if all of them failed.
        others: all rows, to look for a path of the user's that the first ones do not have.

    Raises:
        OptionError: an unknown name, a path of the user's that leads nowhere, or no text.
    """
    for name, path in fields.items():
        _check(name, path, head, others)
    wanted = {**form.fields, **{name: (path,) for name, path in fields.items()}}
    if head and not _leads(wanted["text"], head):
        hint = "say which field holds it: --field text=PATH"
        what = "no field of the rows is known as the model's text"
        raise OptionError(what, str(file), head[0], hint)
    return wanted


def shown(form: Format, paths: Paths, head: Sequence[Row]) -> dict[str, str]:
    """Of each name that counts the path that the first rows have."""
    found = {
        name: next((path for path in choices if _leads((path,), head)), None)
        for name, choices in paths.items()
    }
    led = {name: path for name, path in found.items() if path is not None}
    if ANSWERS.isdisjoint(led) and "id" in led and not form.prefer_key:
        return {name: path for name, path in led.items() if name in _OF_THE_ROW}
    if "instruction" in led:
        led.pop("prompt", None)
    return led


def _check(name: str, path: str, head: Sequence[Row], others: Callable[[], Iterable[Row]]) -> None:
    if name not in NAMES and not (name.startswith(LABEL) and len(name) > len(LABEL)):
        raise OptionError(f"unknown field {name!r}", "--field", (*NAMES, LABEL + "NAME"))
    if not _leads((path,), head) and not _leads((path,), others()):
        keys = choices_at(head[0], path) if head else ()
        raise OptionError(f"no row has {path!r}", f"--field {name}={path}", keys)


def _leads(paths: Sequence[str], rows: Iterable[Row]) -> bool:
    return any(look_up(row, path) is not MISSING for row in rows for path in paths)
