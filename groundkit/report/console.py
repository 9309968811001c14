"""An `Evaluation` for a person to read: the one line that matters, then what it rests on.

Text of models and files is printed as it is, never as markup.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NoReturn

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from groundkit.metrics.evaluate import Evaluation
from groundkit.metrics.flags import Flag
from groundkit.metrics.gates import Gate
from groundkit.metrics.metric import number_word, parse_metric
from groundkit.metrics.verdicts import Case, Failure
from groundkit.report.tables import group_tables, heading, overall_table, status_table
from groundkit.report.words import change, change_span, figure, plain, span

_SPOKEN = {"hit": "centre-hit", "iou": "mean IoU"}
_MAX_FAILURES = 5
# What the number in front says already.
_SAID_BY_NUMBER = frozenset({"IoU below 0.5"})
_SAID_BY_FLAG = frozenset({"wrong type", "wrong name"})
_SIDE_BY_SIDE_FROM = 88
_ID_LENGTH = 1000


class _PipeConsole(Console):
    """Rich ends the program with exit code 1 when the reader of a pipe leaves; that is no error."""

    def on_broken_pipe(self) -> NoReturn:
        # A new one, without the errno by which typer would know it and exit with 1 as well.
        raise BrokenPipeError


def report_console(stderr: bool = False) -> Console:
    """A console on stdout that raises a BrokenPipeError if its reader, say `head`, has left.

    Args:
        stderr: write there, because stdout holds data.
    """
    return _PipeConsole(stderr=stderr)


def print_report(evaluation: Evaluation, console: Console) -> None:
    """Prints the report; it needs no colour, and below 70 columns it shows less."""
    for part in _parts(evaluation, console.width):
        console.print(part)


def _parts(evaluation: Evaluation, width: int) -> Iterator[RenderableType]:
    yield headline(evaluation, width)
    if evaluation.gates:
        yield _gates(evaluation.gates)
    yield _inputs(evaluation)
    if evaluation.notes:
        yield Text("\n".join(plain(note, 1000) for note in evaluation.notes), style="dim")
    if evaluation.flags:
        yield Text()
        yield _flags(evaluation.flags)
    yield _totals(evaluation, width)
    yield from group_tables(evaluation.overall, evaluation.groups, width)
    if evaluation.failures:
        yield from _failures(evaluation.failures)
    if evaluation.worst:
        yield heading("Worst cases")
        yield _cases(evaluation)
    yield Text()
    yield Text(break_signature(evaluation.signature, width), style="dim", overflow="fold")


def headline(evaluation: Evaluation, width: int) -> Text:
    """`centre-hit 83.1 %  mean IoU 0.712  on 1,234 samples (12 missing, 3 unparsable)`.

    What is in brackets goes to a line of its own if one line is too short for both.
    """
    summary = evaluation.overall
    text = Text()
    for name in evaluation.headline:
        metric = parse_metric(name)
        shown = figure(summary[name], metric.unit)
        text.append(f"{_SPOKEN.get(name, name)} ").append(shown, "bold").append("  ")
    text.append(f"on {summary.n:,} {'sample' if summary.n == 1 else 'samples'}")
    failed = [
        f"{count:,} {status}"
        for status, count in summary.status.items()
        if count and status != "scored"
    ]
    if not failed:
        return text
    brackets = f"({', '.join(failed)})"
    fits = text.cell_len + 1 + len(brackets) <= width
    return text.append(" " if fits else "\n").append(brackets)


_OUTCOMES = {"passed": "green", "undecided": "yellow", "failed": "bold red"}


def _gates(gates: Sequence[Gate]) -> Table:
    """`failed  --fail-under hit=0.85  hit is 47.4 % (45.0–49.9)`, one a line."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    for _ in range(2):
        table.add_column(overflow="fold")
    for gate in gates:
        unit = parse_metric(gate.metric).unit
        if gate.kind == "fail-under":
            shown, between = figure(gate.value, unit), span(gate.interval, unit)
            seen = f"{gate.metric} is {shown}"
        else:
            shown, between = change(gate.value, unit), change_span(gate.interval, unit)
            seen = f"{gate.metric} is worse by {shown}" + (" points" if unit == "share" else "")
        if gate.kind == "max-drop" and gate.interval is not None:
            between += ", unpaired" if gate.interval.method == "newcombe" else ", paired"
        seen += f" ({between})" if between else ""
        if gate.outcome == "undecided":
            seen += ": more samples would decide"
        asked = f"--{gate.kind} {gate.metric}={number_word(gate.bound)}"
        table.add_row(Text(gate.outcome, style=_OUTCOMES[gate.outcome]), asked, Text(seen))
    return table


def break_signature(signature: str, width: int) -> str:
    """Lines of whole fields, each but the last with the `|` that leads to the next."""
    first, *fields = plain(signature, 1000).split("|")
    lines = [first]
    for field in fields:
        if len(lines[-1]) + len(field) + 2 > width:
            lines[-1] += "|"
            lines.append(field)
        else:
            lines[-1] += f"|{field}"
    return "\n".join(lines)


def _inputs(evaluation: Evaluation) -> Text:
    # How it was read names the file.
    names = [plain(evaluation.read_as, 1000) or plain(evaluation.predictions)]
    if evaluation.dataset is not None:
        names.append(f"scored against {plain(evaluation.dataset)}")
    if evaluation.models:
        names.append(f"written by {plain(', '.join(evaluation.models))}")
    return Text(", ".join(names), style="dim", overflow="fold")


def _flags(flags: list[Flag]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column()
    table.add_column(overflow="fold")
    for flag in flags:
        warning = flag.level == "warning"
        sign = Text("!" if warning else "·", style="bold yellow" if warning else "dim")
        table.add_row(sign, Text(plain(flag.message, 1000), style="yellow" if warning else ""))
    return table


def _totals(evaluation: Evaluation, width: int) -> RenderableType:
    parts = (
        Group(
            heading("Overall, with 95 % intervals"),
            overall_table(evaluation, width),
        ),
        Group(heading("Answers"), status_table(evaluation.overall, evaluation.counts)),
    )
    if width < _SIDE_BY_SIDE_FROM:
        return Group(*parts)
    grid = Table.grid(padding=(0, 4))
    grid.add_row(*parts)
    return grid


def _failures(failures: list[Failure]) -> Iterator[RenderableType]:
    yield heading("Answers without a box")
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for failure in failures[:_MAX_FAILURES]:
        what = Text(failure.status)
        if failure.status != "refused":  # the same again
            what.append(f": {plain(failure.problem)}")
        if failure.example is not None:
            what.append(f"\nfor example {_quote(failure.example, 100)}", "dim")
        table.add_row(f"{failure.n:,}", what)
    if len(failures) > _MAX_FAILURES:
        rest = failures[_MAX_FAILURES:]
        table.add_row(
            f"{sum(failure.n for failure in rest):,}", f"in {len(rest)} other ways or more"
        )
    yield Padding(table, (0, 0, 0, 2), expand=False)


def _cases(evaluation: Evaluation) -> Padding:
    """The worst cases, their numbers in a column of its own, so that a long id stays beside it."""
    # If no answer names anything, that is said above, once.
    wordless = evaluation.overall.wordless
    said = _SAID_BY_NUMBER | _SAID_BY_FLAG if wordless else _SAID_BY_NUMBER
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="bold", min_width=2)
    table.add_column(overflow="fold")
    for rank, case in enumerate(evaluation.worst, 1):
        table.add_row(f"{rank}", Text(plain(case.verdict.id, _ID_LENGTH)))
        table.add_row("", _case(case, said))
    return Padding(table, (0, 0, 0, 1), expand=False)


def _case(case: Case, said: frozenset[str]) -> Table:
    verdict = case.verdict
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    gold = "-".join(filter(None, (plain(verdict.type), plain(case.name or "", 60))))
    gold += " nothing" if verdict.gold_box is None else f" [{_numbers(verdict.gold_box)}]"
    table.add_row("why", Text(_why(case, said), style="yellow"))
    table.add_row("image", Text(plain(_short_path(verdict.image)), style="cyan"))
    table.add_row("gold", Text(gold.strip()))
    table.add_row("wrote", Text("nothing" if case.text is None else _quote(case.text, 160)))
    return table


def _numbers(box: Sequence[float]) -> str:
    return ", ".join(f"{edge:.2f}".removesuffix(".00") for edge in box)


def _why(case: Case, said: frozenset[str]) -> str:
    """`IoU 0.029, 171 px off: centre outside the gold box, wrong type`."""
    verdict = case.verdict
    if verdict.distance is None:
        return plain(verdict.reason)
    reasons = [reason for reason in verdict.reason.split(", ") if reason not in said]
    measures = f"{verdict.distance:,.0f} px off"
    if verdict.box is not None:
        measures = f"IoU {verdict.iou:.3f}, {measures}"
    return ": ".join(filter(None, (measures, plain(", ".join(reasons)))))


def _short_path(path: str) -> str:
    """The shorter one of the real path and the path from the working directory."""
    try:
        real = os.path.realpath(path)
        return min(os.path.relpath(real), real, key=len)
    except (OSError, ValueError):  # a name that no file can have; a working directory that is gone
        return path


def _quote(text: str, limit: int) -> str:
    return plain(text, limit) if text.strip() else f"{plain(text)!r}"
