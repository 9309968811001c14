"""OSWorld-G: boxes, polygons and questions about nothing.

id, image_path, image_size, instruction, box_type (bbox, polygon, refusal), box_coordinates: a bbox
is xywh in pixels, a polygon x and y alternating, a refusal -1 or 0 four times over, depending on
the copy. In one copy polygons are the four numbers of a box, xyxy. classification_result.json
beside it gives the label `category`, several for a question.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from groundkit.benchmarks.target import Fields, Schema, Target
from groundkit.errors import DataError
from groundkit.prediction_files.golds import four_numbers, is_number

_NOWHERE = ([-1, -1, -1, -1], [0, 0, 0, 0])
_CORNERS = 6


def _read(fields: Fields) -> Iterator[Target]:
    numbers: Any = fields.find("box_coordinates", "bbox")
    kind = fields.optional("box_type") or "bbox"
    common: dict[str, Any] = {
        "where": fields.where,
        "image": fields.text("image_path", "img_filename", "image.path", "image"),
        "instruction": fields.text("instruction"),
        "size": fields.size(),
        "id": fields.optional("id"),
        "labels": fields.labels("GUI_types"),
    }
    if kind == "refusal" or numbers in _NOWHERE:
        yield Target(absent=True, **common)
    elif kind == "polygon":
        yield _polygon(numbers, common)
    elif kind == "bbox":
        yield Target(box=four_numbers(numbers, "box_coordinates", fields.where), **common)
    else:
        where = f"{fields.where}: box_type"
        raise DataError(f"unknown kind {kind[:40]!r}", where, ("bbox", "polygon", "refusal"))


def _polygon(numbers: Any, common: dict[str, Any]) -> Target:
    where = f"{common['where']}: box_coordinates"
    if not isinstance(numbers, list) or not all(map(is_number, numbers)):
        raise DataError("expected the numbers of a polygon", where)
    if len(numbers) == 4:
        return Target(box=four_numbers(numbers, "box_coordinates", where), order="xyxy", **common)
    if len(numbers) < _CORNERS or len(numbers) % 2:
        raise DataError(f"a polygon of {len(numbers)} numbers", where)
    return Target(polygon=tuple(map(float, numbers)), **common)


SCHEMAS = (
    Schema("osworld-g", "OSWorld-G: OSWorld-G.json or its refined copy", _read, lambda row: "xywh"),
)
