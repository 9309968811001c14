"""Dotted paths into a row: `response.choices.0.message.content`."""

from __future__ import annotations

from typing import Any

from groundkit.prediction_files.chunks import Row

MISSING: Any = object()
"""What `look_up` returns where a path leads nowhere; null is something."""


def look_up(row: Row, path: str) -> Any:
    """What lies at a path: names of keys and whole-number indexes of lists, a full stop between.

    A key of the row that has full stops itself is found by its whole name.
    """
    if path in row:
        return row[path]
    if "." not in path:
        return MISSING
    value: Any = row
    for step in path.split("."):
        value = _step(value, step)
        if value is MISSING:
            return MISSING
    return value


def first_of(row: Row, paths: tuple[str, ...]) -> Any:
    """What lies at the first of the paths that leads to anything but null."""
    found: Any = MISSING
    for path in paths:
        value = look_up(row, path)
        if value is not MISSING and value is not None:
            return value
        if found is MISSING:
            found = value
    return found


def choices_at(row: Row, path: str) -> tuple[str, ...]:
    """The keys or indexes that could stand where a path stops leading anywhere."""
    value: Any = row
    done: list[str] = []
    for step in path.split("."):
        below = _step(value, step)
        if below is MISSING:
            break
        value = below
        done.append(step)
    if isinstance(value, dict):
        return tuple(".".join((*done, str(key))) for key in value)
    if isinstance(value, list):
        return tuple(".".join((*done, str(index))) for index in range(min(len(value), 5)))
    return ()


def _step(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step, MISSING)
    if isinstance(value, list) and step.isascii() and step.isdigit() and len(step) < 9:
        index = int(step)
        return value[index] if index < len(value) else MISSING
    return MISSING
