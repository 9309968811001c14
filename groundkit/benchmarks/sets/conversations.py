"""Questions as conversations, the way ZJU-REAL/CANL keeps ScreenSpot, Pro and UI-Vision.

image, conversations (human: `<image>` and the instruction; gpt: the box, xyxy in pixels, as a list
or as its text), width, height. A file of such rows is read so whatever benchmark it is named as.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from groundkit.benchmarks.target import Fields, Schema, Target
from groundkit.errors import DataError
from groundkit.prediction_files.chunks import Row
from groundkit.prediction_files.golds import four_numbers, word

_ASKING = ("human", "user")
_ANSWERING = ("gpt", "assistant")


def _read(fields: Fields) -> Iterator[Target]:
    asked = word(_said(fields, _ASKING), "conversations", fields.where)
    yield Target(
        where=fields.where,
        image=fields.text("image", "images.0"),
        instruction=asked.replace("<image>", "").strip(),
        box=four_numbers(_said(fields, _ANSWERING), "conversations", fields.where),
        size=fields.size(),
        id=fields.optional("id"),
        type=fields.optional("ui_type", "data_type"),
        group=fields.optional("application"),
        labels=fields.labels("platform", "ui_type", "group", "application", "data_source"),
    )


def _said(fields: Fields, roles: tuple[str, ...]) -> Any:
    turns: Any = fields.find("conversations", "messages")
    for turn in turns if isinstance(turns, list) else ():
        if isinstance(turn, dict) and (turn.get("from") or turn.get("role")) in roles:
            return turn.get("value", turn.get("content"))
    raise DataError(f"no turn of {' or '.join(roles)}", f"{fields.where}: conversations")


def is_conversation(row: Row) -> bool:
    """Whether a row is a question of this form."""
    return isinstance(row.get("conversations"), list) and "bbox" not in row


SCHEMAS = (
    Schema(
        "conversations",
        "JSON Lines of conversations with a box as answer, such as CANL's",
        _read,
        lambda row: "xyxy",
    ),
)
