"""The whole `Evaluation` as one JSON file.

Keys are those of `metrics.evaluate.Evaluation`, `metrics.diagnosis.DiagnosisReport`,
`metrics.comparison.Comparison` or `lint.lint.LintReport` and of the records in it, in their order;
a number that does not exist is null, never NaN. The same predictions give the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from groundkit.store import write_bytes

if TYPE_CHECKING:
    from groundkit.lint.lint import LintReport
    from groundkit.metrics.comparison import Comparison
    from groundkit.metrics.diagnosis import DiagnosisReport
    from groundkit.metrics.evaluate import Evaluation

Report: TypeAlias = "Evaluation | DiagnosisReport | Comparison | LintReport"


def to_json(report: Report) -> bytes:
    """The report as indented JSON, UTF-8, with a final line break."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def write_json(report: Report, path: Path) -> None:
    """`to_json` as a file.

    Raises:
        DataError: the file cannot be written.
    """
    write_bytes(path, to_json(report))
