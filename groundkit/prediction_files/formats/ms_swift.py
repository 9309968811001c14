"""The result file of `swift infer --result_path`.

Each row is the request with its messages, the answer appended, and before them `response`,
`labels` (the answer of the dataset, or null) and `logprobs` (modelscope/ms-swift,
swift/pipelines/infer/infer.py). Images are paths, or objects with `bytes` and `path`. The
instruction stands in what the user said first.
"""

from __future__ import annotations

from typing import Any

from groundkit.prediction_files.chunks import Row
from groundkit.prediction_files.formats.base import Format


def _recognises(row: Row) -> bool:
    return row.keys() >= {"response", "messages"}


def _prepare(row: Row) -> Row:
    """The row with the path of its image, if it has one, and with what the user said."""
    images = row.get("images")
    paths = [_path(image) for image in images] if isinstance(images, list) else []
    return {"prompt": _asked(row.get("messages")), **row, "images": list(filter(None, paths[:1]))}


def _path(image: Any) -> str:
    path = image.get("path") if isinstance(image, dict) else image
    return path if isinstance(path, str) and not path.startswith("data:") else ""


def _asked(messages: Any) -> str | None:
    """The text of the first message of a user, whose content is a text or a list of parts."""
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict) and message.get("role") == "user":
            content = message.get("content")
            parts = content if isinstance(content, list) else [{"text": content}]
            texts = [part.get("text") for part in parts if isinstance(part, dict)]
            return "\n".join(text for text in texts if isinstance(text, str)) or None
    return None


FORMAT = Format(
    name="ms-swift",
    help="result file of swift infer: response, labels, messages, images",
    fields={
        "id": ("id",),
        "text": ("response",),
        "answer": ("labels",),
        "image": ("images.0",),
        "prompt": ("prompt",),
    },
    recognises=_recognises,
    prepare=_prepare,
)
