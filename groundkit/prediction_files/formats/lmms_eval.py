"""The samples_*.jsonl that lmms-eval writes with --log_samples.

Rows have doc_id (the number of the row in the data set, from 0), target, filtered_resps, metrics,
in older versions also doc without its image;
`resps` is left out where it equals `filtered_resps` (EvolvingLMMs-Lab/lmms-eval, loggers/
evaluation_tracker.py). The target is a text of the task's own making, in no declared frame or
order, so it is not taken for the right answer.
"""

from __future__ import annotations

from groundkit.prediction_files.chunks import Row
from groundkit.prediction_files.formats.base import Format


def _recognises(row: Row) -> bool:
    return "doc_id" in row and not row.keys().isdisjoint({"filtered_resps", "resps"})


FORMAT = Format(
    name="lmms-eval",
    help="samples_*.jsonl of lmms-eval: doc_id, filtered_resps, target",
    fields={
        "id": ("doc_id",),
        "text": ("filtered_resps.0.0", "filtered_resps.0", "resps.0.0", "resps.0"),
        "image": ("doc.img_filename", "doc.file_name", "doc.image_path"),
        "instruction": ("doc.instruction",),
    },
    recognises=_recognises,
    prefer_key=True,
    position="doc_id",
)
