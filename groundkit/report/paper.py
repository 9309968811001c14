"""Tables of an `Evaluation` or a `Comparison` for a paper or a README: LaTeX or Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from groundkit.errors import OptionError
from groundkit.metrics.aggregate import Summary
from groundkit.metrics.comparison import Comparison, Versus
from groundkit.metrics.evaluate import Evaluation
from groundkit.metrics.metric import parse_metric
from groundkit.report.words import chance, change, change_span, figure, plain, span
from groundkit.store import write_bytes

SUFFIXES = (".md", ".tex")
_LABEL = 80
_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "–": "--",
    "…": r"\ldots{}",
} | {char: "\\" + char for char in "&%$#_{}"}


@dataclass(frozen=True)
class Table:
    """Cells as text; the first column holds names, the others numbers."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def check_table(path: Path | None) -> None:
    """Refuses a file whose ending names neither form.

    Raises:
        OptionError: names the two.
    """
    if path is not None and path.suffix.lower() not in SUFFIXES:
        raise OptionError(f"unknown ending of {str(path)!r}", "--table", SUFFIXES)


def write_tables(report: Evaluation | Comparison, path: Path) -> None:
    """Writes all tables of a report, as `.md` or as `.tex` with booktabs.

    Raises:
        DataError: the file cannot be written.
        OptionError: see `check_table`.
    """
    check_table(path)
    tables = _evaluation(report) if isinstance(report, Evaluation) else _comparison(report)
    write = _latex if path.suffix.lower() == ".tex" else _markdown
    comment = "% {}" if path.suffix.lower() == ".tex" else "<!-- {} -->"
    signature = plain(report.signature, 2000).replace("--", "- -")
    parts = [comment.format(signature), *map(write, tables)]
    write_bytes(path, ("\n\n".join(parts) + "\n").encode())


def _evaluation(evaluation: Evaluation) -> Iterator[Table]:
    overall = evaluation.overall
    names = [name for name in overall.metrics if overall.says(parse_metric(name))]
    rows = []
    for name in names:
        found, unit = overall.metrics[name], parse_metric(name).unit
        macro = "" if found.macro is None else figure(found.macro, unit)
        rows.append([name, figure(found.value, unit), span(found.interval, unit), macro])
    head = ["metric", "value", "95 %", f"mean of {evaluation.cell_count}"]
    keep = 4 if evaluation.cell_count > 1 else 3
    yield Table(f"{overall.n:,} samples", head[:keep], [row[:keep] for row in rows])
    for grouping, groups in evaluation.groups.items():
        if len(groups) > 1:
            yield _by_group(grouping, groups, names)


def _by_group(grouping: str, groups: Mapping[str, Summary], names: Sequence[str]) -> Table:
    metrics = [one for one in map(parse_metric, names) if not one.average and not one.is_detection]
    rows = [
        [
            plain(label, _LABEL) or "(none)",
            f"{group.n:,}",
            *(figure(group[str(metric)], metric.unit) for metric in metrics),
        ]
        for label, group in groups.items()
    ]
    return Table(f"By {plain(grouping, _LABEL)}", ["", "n", *map(str, metrics)], rows)


def _comparison(comparison: Comparison) -> Iterator[Table]:
    base = plain(comparison.systems[0].name, _LABEL)
    for versus in comparison.versus:
        yield from _versus(base, versus, comparison.n)


def _versus(base: str, versus: Versus, n: int) -> Iterator[Table]:
    name = plain(versus.name, _LABEL)
    rows = []
    for one in versus.differences:
        unit = parse_metric(one.metric).unit
        numbers = figure(one.base, unit), figure(one.value, unit), change(one.difference, unit)
        p, could = chance(one.p).removeprefix("p "), change(one.detectable, unit).lstrip("+")
        rows.append([one.metric, *numbers, change_span(one.interval, unit), p, could, one.test])
    head = ["metric", base, name, "difference", "95 %", "p", "could show", "test"]
    yield Table(f"{name} against {base}, {n:,} samples", head, rows)
    groups = [
        [
            f"{plain(group.grouping, _LABEL)} {plain(group.label, _LABEL) or '(none)'}",
            f"{group.n:,}",
            figure(group.base, "share"),
            figure(group.value, "share"),
            f"{group.won}",
            f"{group.lost}",
        ]
        for group in versus.groups
    ]
    if groups:
        yield Table("Centre-hits by group", ["", "n", base, name, "won", "lost"], groups)


def _markdown(table: Table) -> str:
    lines = [[_mark(cell) for cell in row] for row in (table.head, *table.rows)]
    marks = ["---", *["---:"] * (len(table.head) - 1)]
    body = [f"| {' | '.join(row)} |" for row in (lines[0], marks, *lines[1:])]
    return "\n".join([f"**{_mark(table.title)}**", "", *body])


def _mark(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>|#!~$&])", r"\\\1", text)


def _latex(table: Table) -> str:
    head, *rows = (" & ".join(map(_escape, row)) + r" \\" for row in (table.head, *table.rows))
    columns = "l" + "r" * (len(table.head) - 1)
    return "\n".join(
        [
            r"\begin{table}",
            rf"\caption{{{_escape(table.title)}}}",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            head,
            r"\midrule",
            *rows,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
        ]
    )


def _escape(text: str) -> str:
    return "".join(_LATEX.get(char, char) for char in text)
