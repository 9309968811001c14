"""The formats of prediction files, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Sequence

from groundkit.errors import OptionError
from groundkit.prediction_files.chunks import Row
from groundkit.prediction_files.formats import (
    coco,
    groundkit,
    llamafactory,
    lmms_eval,
    ms_swift,
    openai_batch,
    plain,
    sspro,
)
from groundkit.prediction_files.formats.base import NAMES, Format

FORMATS: dict[str, Format] = {
    module.FORMAT.name: module.FORMAT
    for module in (sspro, coco, openai_batch, lmms_eval, groundkit, llamafactory, ms_swift, plain)
}


def detect(rows: Sequence[Row]) -> Format:
    """The first format that most of the rows look like; `plain` if they look like none."""
    for form in FORMATS.values():
        if 2 * sum(map(form.recognises, rows)) > len(rows):
            return form
    return plain.FORMAT


def format_named(name: str) -> Format:
    """The format of that name.

    Raises:
        OptionError: there is none.
    """
    if name not in FORMATS:
        raise OptionError(f"unknown value {name!r}", "--format", FORMATS)
    return FORMATS[name]


__all__ = ["FORMATS", "NAMES", "Format", "detect", "format_named"]
