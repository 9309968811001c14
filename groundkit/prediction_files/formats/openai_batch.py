"""The output file of the OpenAI Batch API, which vLLM and others write too.

A row has custom_id, response (status_code, body) and error; a request that failed has an error, a
status other than 200, or no response at all. Such rows are no predictions: with a dataset their
samples count as missing.
"""

from __future__ import annotations

from typing import Any

from groundkit.prediction_files.chunks import Row
from groundkit.prediction_files.formats.base import Format

_OK = 200


def _recognises(row: Row) -> bool:
    return "custom_id" in row and not row.keys().isdisjoint({"response", "error"})


def _prepare(row: Row) -> Row | None:
    response: Any = row.get("response")
    if row.get("error") or not isinstance(response, dict):
        return None
    body = response.get("body")
    if response.get("status_code", _OK) != _OK or not isinstance(body, dict) or body.get("error"):
        return None
    choices = body.get("choices")
    if isinstance(choices, list) and choices and _is_silent(choices[0]):
        # An answer without words, such as a refusal of the service: unparsable, but an answer.
        choice = {**choices[0], "message": {"content": ""}}
        return {**row, "response": {**response, "body": {**body, "choices": [choice]}}}
    return row


def _is_silent(choice: Any) -> bool:
    message = choice.get("message") if isinstance(choice, dict) else None
    return isinstance(message, dict) and message.get("content") is None


FORMAT = Format(
    name="openai-batch",
    help="output of the OpenAI Batch API: custom_id, response, error",
    fields={
        "id": ("custom_id",),
        "text": ("response.body.choices.0.message.content",),
        "model": ("response.body.model",),
    },
    recognises=_recognises,
    prepare=_prepare,
)
