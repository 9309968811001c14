"""Errors a user can cause. The command line prints each as one line and exits with code 2.

GroundkitError
├── DataError      a file, a row or an image that cannot be used   (also a ValueError)
└── OptionError    an option or argument that cannot be used       (also a ValueError)

Anything else that escapes is a bug in groundkit and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 400


class GroundkitError(Exception):
    """What went wrong, where, what would be valid, and what to do next.

    Args:
        what: one sentence without a final full stop.
        where: file, line and field, as far as known: `screens.jsonl:3: elements[0].box`.
        choices: the valid values, if they can be listed.
        hint: the next step, usually a command or an option.
    """

    def __init__(
        self, what: str, where: str = "", choices: Iterable[str] = (), hint: str = ""
    ) -> None:
        self.what = what
        self.where = where
        self.choices = tuple(choices)
        self.hint = hint
        # Positional args make the error survive pickling between worker processes.
        super().__init__(what, where, self.choices, hint)

    def __str__(self) -> str:
        parts = [f"{_plain(self.where)}: {_plain(self.what)}" if self.where else _plain(self.what)]
        if self.choices:
            parts.append(f"valid: {', '.join(self.choices)}")
        if self.hint:
            parts.append(self.hint)
        return "; ".join(parts)


def _plain(text: str) -> str:
    """One line, of a length that a person reads, whatever a hostile file name or row holds."""
    line = " ".join(text[:_LONGEST].split())
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in line)
    return shown + "…" if len(text) > _LONGEST else shown


class DataError(GroundkitError, ValueError):
    """A file, a row of it or an image cannot be used."""


class UndeclaredFrameError(DataError):
    """Numbers of which nobody says in which frame they are."""


class OptionError(GroundkitError, ValueError):
    """An option or argument cannot be used."""
