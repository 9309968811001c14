"""All checks for one file of gold records."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from groundkit.errors import DataError
from groundkit.lint.boxes import Boxes
from groundkit.lint.findings import Finding, Findings
from groundkit.lint.pictures import Pictures
from groundkit.lint.repeats import Repeats
from groundkit.lint.rows import Row, benchmark_rows, read_rows
from groundkit.metrics.outputs import samples_file
from groundkit.store import home
from groundkit.vocabulary import TYPE_WORDS

_TYPES = TYPE_WORDS.keys() | {""}


class LintReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was found.

    Attributes:
        path: the file, as it was named.
        rows: rows looked at.
        notes: how a benchmark was read, in words.
        findings: errors first.
    """

    path: str
    rows: int
    notes: list[str]
    findings: list[Finding]

    @property
    def errors(self) -> int:
        """Kinds of errors found."""
        return sum(found.level == "error" for found in self.findings)


def lint(
    path: Path,
    *,
    benchmark: str | None = None,
    boxes: str | None = None,
    images: Path | None = None,
) -> LintReport:
    """Checks a samples.jsonl or its folder, the gold records of a predictions file, or a benchmark.

    Args:
        benchmark, boxes: see `benchmarks.read.read_benchmark`.
        images: the folder that names of images start from; None: that of the file.

    Raises:
        DataError: the file cannot be read or holds nothing.
        OptionError: an unknown benchmark or order of boxes.
    """
    findings = Findings()
    notes: list[str] = []
    rows: Iterable[tuple[str, Row]]
    if benchmark is None:
        path = samples_file(path)
        rows = read_rows(path, findings)
    else:
        rows, notes = benchmark_rows(benchmark, path, boxes, images)
    pictures = Pictures(findings, images or home(path), certain=images is not None)
    answers, repeats = Boxes(findings), Repeats(findings)
    count, frame = 0, None
    for where, row in rows:
        count += 1
        answers.add(where, row)
        repeats.add(where, row)
        pictures.add(where, row)
        _words(where, row, findings)
        frame = frame or row.get("frame")
        if frame and row.get("frame", frame) != frame:
            findings.add("mixed-words", where)
    answers.finish()
    pictures.finish()
    found = findings.all()
    if not count and not found:
        raise DataError("the file holds no rows", str(path))
    if findings.count("no-answer") == count > 1:
        hint = "--benchmark NAME reads the annotations of a benchmark"
        raise DataError("no row holds a right answer", str(path), hint=hint)
    return LintReport(path=str(path), rows=count, notes=notes, findings=found)


def _words(where: str, row: Row, findings: Findings) -> None:
    """The type and the name of an element."""
    kind = row.get("type", "")
    if not isinstance(kind, str) or kind not in _TYPES:
        findings.add("unknown-type", f"{where}: {str(kind)[:40]!r}")
    name = row.get("name")
    if isinstance(name, str) and not name.strip():
        findings.add("empty-name", where)
