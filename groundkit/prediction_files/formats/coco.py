"""COCO's results of detections: one row a box. https://cocodataset.org/#format-results

All boxes of one category in one image are one answer, with a confidence each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from groundkit.errors import DataError
from groundkit.prediction_files.chunks import Row
from groundkit.prediction_files.formats.base import Format
from groundkit.prediction_files.golds import four_numbers, is_number

_KEYS = frozenset({"image_id", "category_id", "bbox"})


def _recognises(row: Row) -> bool:
    return row.keys() >= _KEYS


def _gather(rows: Iterable[Row]) -> Iterator[Row]:
    """One row for each image and category, in the order in which COCO's evaluation goes through
    them, which decides between equal confidences."""
    answers: dict[tuple[int, int], list[tuple[str, float]]] = {}
    for number, row in enumerate(rows):
        where = f"[{number}]"
        key = _whole(row, "image_id", where), _whole(row, "category_id", where)
        score = row.get("score", 1.0)
        if not is_number(score):
            raise DataError("expected a finite number", f"{where}: score")
        answers.setdefault(key, []).append((_written(row, where), float(score)))
    for (image, category), boxes in sorted(answers.items()):
        kept = dict(reversed(boxes))  # equal boxes count once, with the first of their confidences
        yield {
            "id": f"image {image}, category {category}",
            "text": ", ".join(box for box in dict.fromkeys(box for box, _ in boxes)),
            "scores": [kept[box] for box in dict.fromkeys(box for box, _ in boxes)],
            "frame": "pixel",
        }


def _whole(row: Row, field: str, where: str) -> int:
    value: Any = row.get(field)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise DataError("expected a whole number", f"{where}: {field}")


def _written(row: Row, where: str) -> str:
    """The corners of a box, without exponents."""
    x, y, width, height = four_numbers(row.get("bbox"), "bbox", where)
    corners = (x, y, x + width, y + height)
    return f"[{', '.join(np.format_float_positional(edge, trim='-') for edge in corners)}]"


FORMAT = Format(
    name="coco",
    help="COCO's results: image_id, category_id, bbox, score, one row a box",
    fields={name: (name,) for name in ("id", "text", "scores", "frame")},
    recognises=_recognises,
    gather=_gather,
)
