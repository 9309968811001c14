"""A `LintReport` for a person to read."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from groundkit.lint.lint import LintReport
from groundkit.report.words import plain

_STYLES = {"error": "bold red", "warning": "yellow"}


def print_findings(report: LintReport, console: Console) -> None:
    """Prints what was found, with examples, and a last line that sums up."""
    for note in report.notes:
        console.print(Text(plain(note, 1000), style="dim"))
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for found in report.findings:
        words = Text(found.message)
        for example in found.examples:
            words.append(f"\n{plain(example, 300)}", "dim")
        table.add_row(Text(found.level, style=_STYLES[found.level]), found.check, words)
    if report.findings:
        console.print(table)
    console.print(Text(_sum(report), style="" if report.findings else "green"))


def _sum(report: LintReport) -> str:
    warnings = len(report.findings) - report.errors
    rows = f"{report.rows:,} {'row' if report.rows == 1 else 'rows'}"
    if not report.findings:
        return f"{plain(report.path)}: nothing wrong in {rows}"
    errors = f"{report.errors} {'kind' if report.errors == 1 else 'kinds'} of errors"
    kinds = f"{warnings} {'kind' if warnings == 1 else 'kinds'} of warnings"
    return f"{plain(report.path)}: {errors} and {kinds} in {rows}"
