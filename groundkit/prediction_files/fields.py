"""Which path of a file's rows is taken for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from groundkit.errors import OptionError
from groundkit.prediction_files.chunks import Row
from groundkit.prediction_files.formats.base import LABEL, NAMES, Format, Paths
from groundkit.prediction_files.paths import MISSING, choices_at, look_up

# One of them makes a gold record; without one the facts around it say nothing.
_ANSWERS = frozenset({"gold", "box", "absent", "answer"})
_OF_THE_ROW = frozenset({"id", "text", "frame", "model", "score", "scores"})


def resolve(form: Format, fields: Mapping[str, str], head: Sequence[Row], file: Path) -> Paths:
    """The paths to look at in every row: the format's, overruled by the user's `fields`.

    Args:
        head: the first rows; what none of them has is left out, but for what the file could still
            bring: frame, model and score.

    Raises:
        OptionError: an unknown name, a path of the user's that leads nowhere, or no text.
    """
    for name, path in fields.items():
        _check(name, path, head)
    wanted = {**form.fields, **{name: (path,) for name, path in fields.items()}}
    if not _leads(wanted["text"], head) and not _all_failed(form, head):
        hint = "say which field holds it: --field text=PATH"
        what = "no field of the rows is known as the model's text"
        raise OptionError(what, str(file), head[0], hint)
    found = {
        name: paths
        for name, paths in wanted.items()
        if name in _OF_THE_ROW - {"id"} or name in fields or _leads(paths, head)
    }
    if _ANSWERS.isdisjoint(found) and "id" in found and not form.prefer_key:
        return {name: paths for name, paths in found.items() if name in _OF_THE_ROW}
    return found


def shown(paths: Paths, head: Sequence[Row]) -> dict[str, str]:
    """Of each name the path that the first rows have."""
    found = {
        name: next((path for path in choices if _leads((path,), head)), None)
        for name, choices in paths.items()
    }
    return {name: path for name, path in found.items() if path is not None}


def _check(name: str, path: str, head: Sequence[Row]) -> None:
    if name not in NAMES and not (name.startswith(LABEL) and len(name) > len(LABEL)):
        raise OptionError(f"unknown field {name!r}", "--field", (*NAMES, LABEL + "NAME"))
    if not _leads((path,), head):
        keys = choices_at(head[0], path)
        raise OptionError(f"no row has {path!r}", f"--field {name}={path}", keys)


def _leads(paths: Sequence[str], head: Sequence[Row]) -> bool:
    return any(look_up(row, path) is not MISSING for path in paths for row in head)


def _all_failed(form: Format, head: Sequence[Row]) -> bool:
    return form.prepare is not None and all(form.prepare(row) is None for row in head)
