"""The whole `Evaluation` as one JSON file.

Keys are those of `metrics.evaluate.Evaluation` or `metrics.compare.Comparison` and of the records
in it, in their order; a number that does not exist is null, never NaN. The same predictions give
the same bytes.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from groundkit.metrics.compare import Comparison
from groundkit.metrics.evaluate import Evaluation
from groundkit.store import write_bytes


def to_json(report: Evaluation | Comparison) -> bytes:
    """The report as indented JSON, UTF-8, with a final line break."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def write_json(report: Evaluation | Comparison, path: Path) -> None:
    """`to_json` as a file.

    Raises:
        DataError: the file cannot be written.
    """
    write_bytes(path, to_json(report))
