"""A finished dataset folder, read back."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from groundkit.dataset.manifest import MARKER_FILE, Manifest
from groundkit.dataset.screen import ElementRow
from groundkit.errors import DataError
from groundkit.store import decode, read_jsonl


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


def read_rivals(folder: Path) -> dict[str, list[ElementRow]]:
    """For each screen the elements that a person sees, kept and dropped."""
    rivals: dict[str, list[ElementRow]] = defaultdict(list)
    for name in ("elements.jsonl", "drops.jsonl"):
        for row in read_jsonl(folder / name, ElementRow):
            if row.rival:
                rivals[row.screen].append(row)
    return rivals
