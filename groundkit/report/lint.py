"""A `LintReport` for a person to read."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from groundkit.lint.lint import LintReport
from groundkit.report.words import plain

_STYLES = {"error": "bold red", "warning": "yellow"}


def print_findings(report: LintReport, console: Console) -> None:
    """Prints what was found, with examples, and a last line that sums up."""
    for note in report.notes:
        console.print(Text(plain(note, 1000), style="dim"))
    for found in report.findings:
        words = Text(f"{found.level} ", style=_STYLES[found.level])
        words.append(found.check, "bold default").append(f"  {found.message}", "default")
        console.print(words)
        for example in found.examples:
            console.print(Text(f"  {plain(example, 300)}", style="dim", overflow="fold"))
    console.print(Text(_sum(report), style="" if report.findings else "green"), soft_wrap=True)


def _sum(report: LintReport) -> str:
    warnings = len(report.findings) - report.errors
    named = ", ".join(map(plain, report.paths))
    rows = f"{report.rows:,} {'row' if report.rows == 1 else 'rows'}"
    if not report.findings:
        return f"{named}: nothing wrong in {rows}"
    errors = f"{report.errors} {'kind' if report.errors == 1 else 'kinds'} of errors"
    kinds = f"{warnings} {'kind' if warnings == 1 else 'kinds'} of warnings"
    return f"{named}: {errors} and {kinds} in {rows}"
