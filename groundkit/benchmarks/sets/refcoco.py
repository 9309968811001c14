"""RefCOCO, RefCOCO+ and RefCOCOg, in two copies; every sentence is a question.

lmms-lab: question_id, question, answer (the sentences), bbox (xywh, pixels), iscrowd, file_name
jxu124:   ref_id, sentences ([{raw, sent, sent_id, ...}]), bbox (xyxy, pixels), image_path,
          raw_image_info (JSON text with width and height), split
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from groundkit.benchmarks.target import Fields, Order, Schema, Target
from groundkit.errors import DataError
from groundkit.geometry import Size
from groundkit.prediction_files.chunks import Row
from groundkit.prediction_files.golds import is_number, word

# refer's file names carry the number of the annotation: COCO_train2014_000000581857_16.jpg.
_OF_ANNOTATION = re.compile(r"(COCO_\w+_\d{12})_\d+(\.\w+)")


def _read(fields: Fields) -> Iterator[Target]:
    name = fields.text("image_path", "file_name", "image.path")
    matched = _OF_ANNOTATION.fullmatch(name.rpartition("/")[2])
    box, size = fields.box("bbox"), fields.size() or _coco_size(fields)
    for own, sentence in _sentences(fields):
        yield Target(
            where=fields.where,
            image=matched[1] + matched[2] if matched else name,
            instruction=sentence,
            box=box,
            size=size,
            id=own,
            split=fields.optional("split"),
        )


def _sentences(fields: Fields) -> Iterator[tuple[str, str]]:
    """(id, words); the id is that of the sentence, or the row's with the sentence's position."""
    sentences: Any = fields.find("sentences", "answer")
    if isinstance(sentences, str):
        sentences = [sentences]
    if not isinstance(sentences, list) or not sentences:
        raise DataError("expected a list of sentences", f"{fields.where}: sentences or answer")
    row = fields.optional("question_id", "ref_id", "id")
    for index, sentence in enumerate(sentences):
        own = f"{row}-{index}" if row else ""
        said = sentence
        if isinstance(sentence, dict):
            said = sentence.get("sent") or sentence.get("raw")
            own = str(sentence.get("sent_id", own))
        yield own, word(said, "sentences", fields.where)


def _coco_size(fields: Fields) -> Size | None:
    info = fields.find("raw_image_info", "image_info")
    if isinstance(info, str):
        try:
            info = msgspec.json.decode(info)
        except (msgspec.DecodeError, RecursionError):
            return None
    if not isinstance(info, dict):
        return None
    sides = info.get("width"), info.get("height")
    if not all(map(is_number, sides)):
        return None
    return int(sides[0] or 0), int(sides[1] or 0)


def _order(row: Row) -> Order | None:
    if "sentences" in row:
        return "xyxy"
    return "xywh" if "question_id" in row else None


SCHEMAS = (
    Schema("refcoco", "RefCOCO, + and g: the copies of lmms-lab and jxu124", _read, _order, True),
)
