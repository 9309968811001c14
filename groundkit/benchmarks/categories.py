"""The categories of OSWorld-G, which lie in a file beside the questions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from groundkit.errors import DataError
from groundkit.prediction_files.streams import open_unpacked, read_whole
from groundkit.store import decode_json


def read_categories(path: Path) -> dict[str, tuple[str, ...]]:
    """Question id to the categories it belongs to, from `{"classified": {category: [{id}]}}`; none
    if there is no such file.

    Raises:
        DataError: the file is of another shape.
    """
    if not path.is_file():
        return {}
    with open_unpacked(path) as stream:
        document: Any = decode_json(read_whole(stream, path), str(path))
    classified = document.get("classified") if isinstance(document, dict) else None
    if not isinstance(classified, dict):
        raise DataError("expected an object `classified` of lists", str(path))
    found: dict[str, tuple[str, ...]] = {}
    for category, items in classified.items():
        for item in items if isinstance(items, list) else ():
            name = item.get("id") if isinstance(item, dict) else item
            if isinstance(name, str):
                found[name] = (*found.get(name, ()), str(category))
    return found
