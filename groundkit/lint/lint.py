"""All checks for files of gold records."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from groundkit.errors import DataError, OptionError
from groundkit.lint.boxes import Boxes
from groundkit.lint.copies import Copies
from groundkit.lint.findings import Finding, Findings
from groundkit.lint.pictures import Pictures
from groundkit.lint.repeats import Place, Repeats
from groundkit.lint.rows import Row, benchmark_rows, read_rows, text_of
from groundkit.metrics.outputs import samples_file
from groundkit.store import home, real
from groundkit.vocabulary import TYPE_WORDS

_TYPES = TYPE_WORDS.keys() | {""}


class LintReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was found.

    Attributes:
        paths: the files, as they were named.
        rows: rows looked at.
        notes: how a benchmark was read, in words.
        findings: errors first.
    """

    paths: list[str]
    rows: int
    notes: list[str]
    findings: list[Finding]

    @property
    def errors(self) -> int:
        """Kinds of errors found."""
        return sum(found.level == "error" for found in self.findings)


def lint(
    *paths: Path,
    benchmark: str | None = None,
    boxes: str | None = None,
    images: Path | None = None,
) -> LintReport:
    """Checks samples.jsonl files or their folders, the gold records of predictions files, or a
    benchmark. Several files are checked together for what is in two splits; where rows name no
    split, each file is one.

    Args:
        benchmark, boxes: see `benchmarks.read.read_benchmark`.
        images: the folder that names of images start from; None: that of each file.

    Raises:
        DataError: a file cannot be read or holds nothing.
        OptionError: an unknown benchmark or order of boxes, or the same file twice.
    """
    files = [samples_file(path) if benchmark is None else path for path in paths]
    if len({real(file) for file in files}) < len(files):
        raise OptionError("the same file twice", "GOLD", hint="name each file once")
    checks = _Checks(certain=images is not None, several=len(files) > 1)
    notes: list[str] = []
    count = 0
    for file in files:
        root = images or home(file)
        if benchmark is None:
            count += checks.look(file, read_rows(file, checks.findings), root)
        else:
            rows, told = benchmark_rows(benchmark, file, boxes, images)
            count += checks.look(file, rows, root, order_is_known=True)
            notes += told
    checks.finish()
    shown = [str(file) for file in files]
    return LintReport(paths=shown, rows=count, notes=notes, findings=checks.findings.all())


class _Checks:
    """All checks, over several files."""

    def __init__(self, *, certain: bool, several: bool) -> None:
        self.findings = Findings()
        self._several = several
        self._repeats = Repeats(self.findings)
        self._pictures = Pictures(self.findings, certain)
        self._copies = Copies(self.findings)
        self._files = 0

    def look(
        self,
        file: Path,
        rows: Iterable[tuple[str, Row]],
        root: Path,
        order_is_known: bool = False,
    ) -> int:
        """Looks at the rows of one more file, and counts them."""
        answers = Boxes(self.findings, order_is_known)
        silent, unreadable = self.findings.count("no-answer"), self.findings.count("unreadable")
        count, frame = 0, None
        self._files += 1
        for where, row in rows:
            count += 1
            answers.add(where, row)
            self._row(where, row, root, str(file))
            frame = frame or row.get("frame")
            if frame and row.get("frame", frame) != frame:
                self.findings.add("mixed-words", where)
        answers.finish()
        if not count and self.findings.count("unreadable") == unreadable:
            raise DataError("the file holds no rows", str(file))
        if self.findings.count("no-answer") - silent == count > 1:
            hint = "--benchmark NAME reads the annotations of a benchmark"
            raise DataError("no row holds a right answer", str(file), hint=hint)
        return count

    def _row(self, where: str, row: Row, root: Path, file: str) -> None:
        """All that is looked at row by row, but for the answer."""
        split = text_of(row, "split") or (file if self._several else "")
        image = self._pictures.add(where, row, root)
        if image is not None:
            self._copies.add(image, split, where, text_of(row, "image"))
        self._repeats.add(where, row, Place(self._files, split, image))
        _words(where, row, self.findings)

    def finish(self) -> None:
        """Says what only all rows together show."""
        self._pictures.finish()
        self._copies.finish()


def _words(where: str, row: Row, findings: Findings) -> None:
    """The type and the name of an element."""
    kind = row.get("type", "")
    if not isinstance(kind, str) or kind not in _TYPES:
        findings.add("unknown-type", f"{where}: {str(kind)[:40]!r}")
    name = row.get("name")
    if isinstance(name, str) and not name.strip():
        findings.add("empty-name", where)
