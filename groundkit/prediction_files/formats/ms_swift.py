"""The result file of `swift infer --result_path`.

Each row is the request with its messages, the answer appended, and before them `response`,
`labels` (the answer of the dataset, or null) and `logprobs` (modelscope/ms-swift,
swift/pipelines/infer/infer.py). Images are paths, or objects with `bytes` and `path`.
"""

from __future__ import annotations

from groundkit.prediction_files.chunks import Row
from groundkit.prediction_files.formats.base import Format


def _recognises(row: Row) -> bool:
    return row.keys() >= {"response", "messages"}


FORMAT = Format(
    name="ms-swift",
    help="result file of swift infer: response, labels, messages, images",
    fields={
        "id": ("id",),
        "text": ("response",),
        "answer": ("labels",),
        "image": ("images.0.path", "images.0"),
    },
    recognises=_recognises,
)
