"""An `Evaluation` for a person to read: the one line that matters, then what it rests on.

Text of models and files is printed as it is, never as markup.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from groundkit.metrics.aggregate import Summary
from groundkit.metrics.evaluate import Evaluation
from groundkit.metrics.flags import Flag
from groundkit.metrics.verdicts import Case, Failure
from groundkit.report.tables import group_tables, heading, overall_table, status_table
from groundkit.report.words import decimal, percent, plain

_MAX_FAILURES = 5


def print_report(evaluation: Evaluation, console: Console) -> None:
    """Prints the report; it fits any width from 80 columns on and needs no colour."""
    for part in _parts(evaluation, console.width):
        console.print(part)


def _parts(evaluation: Evaluation, width: int) -> Iterator[RenderableType]:
    yield headline(evaluation.overall)
    yield _inputs(evaluation)
    if evaluation.flags:
        yield Text()
        yield _flags(evaluation.flags)
    yield _side_by_side(evaluation)
    yield from group_tables(evaluation.groups, width)
    if evaluation.failures:
        yield from _failures(evaluation.failures)
    if evaluation.worst:
        yield heading("Worst cases")
        yield from map(_case, range(1, len(evaluation.worst) + 1), evaluation.worst)
    yield Text()
    yield Text(evaluation.signature, style="dim", overflow="fold")


def headline(summary: Summary) -> Text:
    """`centre-hit 83.1 %  mean IoU 0.712  on 1,234 samples (12 missing, 3 unparsable)`."""
    text = Text()
    text.append("centre-hit ").append(percent(summary.hit), "bold green")
    text.append("  mean IoU ").append(decimal(summary.iou), "bold green")
    text.append(f"  on {summary.n:,} {'sample' if summary.n == 1 else 'samples'}")
    failed = [
        f"{count:,} {status}"
        for status, count in summary.status.items()
        if count and status != "scored"
    ]
    return text.append(f" ({', '.join(failed)})" if failed else "")


def _inputs(evaluation: Evaluation) -> Text:
    names = [plain(evaluation.predictions)]
    if evaluation.dataset is not None:
        names.append(f"scored against {plain(evaluation.dataset)}")
    if evaluation.models:
        names.append(f"written by {plain(', '.join(evaluation.models))}")
    return Text(", ".join(names), style="dim", overflow="fold")


def _flags(flags: list[Flag]) -> Table:
    table = Table.grid(padding=(0, 1))
    for flag in flags:
        warning = flag.level == "warning"
        sign = Text("!" if warning else "·", style="bold yellow" if warning else "dim")
        table.add_row(sign, Text(flag.message, style="yellow" if warning else ""))
    return table


def _side_by_side(evaluation: Evaluation) -> Table:
    grid = Table.grid(padding=(0, 4))
    grid.add_row(
        Group(heading("Overall"), overall_table(evaluation.overall)),
        Group(heading("Answers"), status_table(evaluation.overall, evaluation.counts)),
    )
    return grid


def _failures(failures: list[Failure]) -> Iterator[RenderableType]:
    yield heading("Answers without a box")
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for failure in failures[:_MAX_FAILURES]:
        what = Text(f"{failure.status}: {plain(failure.rule)}")
        if failure.example is not None:
            what.append(f"\nfor example {_quote(failure.example, 100)}", "dim")
        table.add_row(f"{failure.n:,}", what)
    if len(failures) > _MAX_FAILURES:
        rest = failures[_MAX_FAILURES:]
        table.add_row(
            f"{sum(failure.n for failure in rest):,}", f"in {len(rest)} other ways or more"
        )
    yield Padding(table, (0, 0, 0, 2), expand=False)


def _case(rank: int, case: Case) -> Padding:
    verdict = case.verdict
    first = Text(f"{rank:>2}  ", style="bold").append(plain(verdict.id))
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    gold = f"{plain(verdict.type)}-{plain(case.name, 60)} {list(verdict.gold_box)}"
    table.add_row("why", Text(plain(verdict.reason), style="yellow").append(_measures(case), "dim"))
    table.add_row("image", Text(plain(_short_path(verdict.image)), style="cyan"))
    table.add_row("gold", Text(gold))
    table.add_row("wrote", Text("nothing" if case.text is None else _quote(case.text, 160)))
    body = Group(first, Padding(table, (0, 0, 0, 4), expand=False))
    return Padding(body, (0, 0, 0, 1), expand=False)


def _measures(case: Case) -> str:
    if case.verdict.distance is None:
        return ""
    return f" (IoU {case.verdict.iou:.3f}, {case.verdict.distance:,.0f} px off)"


def _short_path(path: str) -> str:
    """The shorter one of the real path and the path from the working directory."""
    try:
        real = os.path.realpath(path)
    except (OSError, ValueError):  # a name that no file can have
        return path
    return min(os.path.relpath(real), real, key=len)


def _quote(text: str, limit: int) -> str:
    return plain(text, limit) if text.strip() else f"{plain(text)!r}"
