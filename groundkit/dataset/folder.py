"""A finished dataset folder, read back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator
from itertools import groupby
from pathlib import Path

from groundkit.dataset.manifest import MARKER_FILE, Manifest
from groundkit.dataset.screen import ElementRow
from groundkit.errors import DataError
from groundkit.store import decode, read_jsonl

ELEMENT_FILES = ("elements.jsonl", "drops.jsonl")


def read_manifest(folder: Path) -> Manifest:
    """dataset.json of a folder.

    Raises:
        DataError: not a dataset of ours, or one that is not finished.
    """
    marker = folder / MARKER_FILE
    if not marker.is_file():
        unfinished = (folder / ".work").is_dir()
        raise DataError(
            "the dataset is not finished" if unfinished else "not a dataset: no dataset.json in it",
            str(folder),
            hint="run the same make-dataset command again to finish it"
            if unfinished
            else "make one with groundkit make-dataset",
        )
    return decode(marker.read_bytes(), Manifest, str(marker))


def read_rivals(folder: Path, screens: Container[str] | None = None) -> dict[str, list[ElementRow]]:
    """For each screen, or each of some, the elements that a person sees, kept and dropped."""
    rivals: dict[str, list[ElementRow]] = defaultdict(list)
    for name in ELEMENT_FILES:
        for row in read_jsonl(folder / name, ElementRow):
            if row.rival and (screens is None or row.screen in screens):
                rivals[row.screen].append(row)
    return rivals


class ElementReader:
    """The elements that a person sees and their second outlines, one screen in memory at a time.

    The files of a dataset hold the screens in the same order, so they are read side by side.

    Args:
        screens: all that will be asked for; the rows of others are skipped.
    """

    def __init__(self, folder: Path, screens: Container[str]) -> None:
        self._rows = {
            name: groupby(
                (r for r in read_jsonl(folder / name, ElementRow) if r.screen in screens),
                key=lambda row: row.screen,
            )
            for name in ELEMENT_FILES
        }
        self._next = {name: next(rows, None) for name, rows in self._rows.items()}

    def read(self, screen: str) -> list[ElementRow]:
        """The elements of a screen; to be asked for in the order of samples.jsonl."""
        found: list[ElementRow] = []
        for name, rows in self._rows.items():
            waiting = self._next[name]
            if waiting and waiting[0] == screen:
                found += [row for row in waiting[1] if row.rival or row.reason == "duplicate"]
                self._next[name] = next(rows, None)
        return found

    def unread(self) -> Iterator[tuple[str, str]]:
        """(file, screen) where a file goes on with a screen that was not asked for then."""
        for name, waiting in self._next.items():
            if waiting:
                yield name, waiting[0]
