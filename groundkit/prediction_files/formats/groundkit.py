"""Our own predictions.jsonl; `records.Prediction` explains the fields."""

from __future__ import annotations

from groundkit.prediction_files.chunks import Row
from groundkit.prediction_files.formats.base import Format
from groundkit.records import Prediction

# Of the keys of a sample those that no prediction has: a dataset that is taken for predictions
# should hear of it in those words.
_SAMPLE_KEYS = frozenset({"prompt", "answer", "element"})


def _recognises(row: Row) -> bool:
    return row.keys() >= {"id", "text"} or row.keys() >= _SAMPLE_KEYS


FORMAT = Format(
    name="groundkit",
    help="predictions.jsonl of groundkit: id, text, frame, gold",
    fields={name: (name,) for name in Prediction.__struct_fields__},
    recognises=_recognises,
)
