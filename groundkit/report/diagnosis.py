"""A `Diagnosis` for a person to read."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from groundkit.metrics.diagnosis import Diagnosis, DiagnosisReport
from groundkit.report.tables import heading
from groundkit.report.words import cell, decimal, plain

_MOST = 8


def print_diagnosis(found: Diagnosis | None, console: Console) -> None:
    """Prints which frames the numbers may be in, and what other readings would give."""
    console.print(heading("Diagnosis: what else the numbers could mean. None of this is a score"))
    if found is None:
        console.print("  no numbers about images whose size is known")
        return
    console.print(Text(f"  by their ranges alone, of {found.n:,} rows: {_likely(found)}"))
    fits = {one.frame: one for one in found.frames}
    table = Table.grid(padding=(0, 2))
    for column in range(6):
        table.add_column(justify="right" if column > 1 else "left", no_wrap=True)
    table.add_row("  frame", "order", "in image %", "filled %", "hit %", "IoU", style="dim")
    for one in found.readings[:_MOST]:
        fit = fits[one.frame]
        numbers = cell(fit.inside), f"{100 * fit.filled:.0f}", cell(one.hit), decimal(one.iou)
        table.add_row(f"  {one.frame}", one.order, *numbers)
    console.print(table)
    rest = len(found.readings) - _MOST
    console.print(Text(f"  and {rest} readings that hit less", style="dim"))


def print_undeclared(report: DiagnosisReport, why: str, console: Console) -> None:
    """Prints a diagnosis that stands alone, because nobody declares the frame, and what to do next.

    Args:
        why: who does not say it.
    """
    console.print(Text(f"nothing is scored: {plain(why, 1000)}", "bold"))
    print_diagnosis(report.diagnosis, console)
    console.print(Text(f"\nnext: {_advice(report.diagnosis)}"))


def _advice(found: Diagnosis | None) -> str:
    """What to declare, by ranges and never by what fits the right answers."""
    declare = "declare what the model was made to write: --frame NAME or --model-family NAME"
    if found is None or not found.likely:
        return declare
    first, *others = found.likely
    if others:
        return f"{declare}; ranges cannot tell {', '.join(found.likely)} apart"
    return f"if the model was made to write {first}, which the ranges speak for, --frame {first}"


def _likely(found: Diagnosis) -> str:
    if not found.likely:
        return "no frame holds them" if found.n >= 10 else "too few to tell"
    first, *others = found.likely
    return f"{first}, or {', '.join(others)}" if others else first
