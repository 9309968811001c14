"""A `Comparison` for a person to read: who is better in what, how sure that is, and where.

Text of models and files is printed as it is, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from groundkit.metrics.comparison import Comparison, Difference, GroupWins, System, Versus
from groundkit.metrics.metric import parse_metric
from groundkit.report.console import break_signature
from groundkit.report.tables import heading
from groundkit.report.words import (
    break_name,
    cell,
    chance,
    change,
    change_span,
    figure,
    percent,
    plain,
    source,
)

_MAX_GROUPS = 13
_MAX_FLIPS = 5
_NAME = 60
# From this width on there is room for the names of the tests; below it a mark stands for them.
_WIDE, _NARROW = 92, 74
_OTHER_TEST = "~"


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Prints the comparison; it needs no colour."""
    for part in _parts(comparison, console.width):
        console.print(part)


def _parts(comparison: Comparison, width: int) -> Iterator[RenderableType]:
    base = comparison.systems[0]
    for versus in comparison.versus:
        yield _verdict(base, versus, comparison.n)
    yield _inputs(comparison)
    yield from _warnings(comparison)
    for versus in comparison.versus:
        yield heading(f"{plain(versus.name, _NAME)} against {plain(base.name, _NAME)}")
        yield from _differences(versus.differences, width)
        yield from _groups(versus.groups)
        yield from _flips(versus)
    yield Text()
    yield Text(break_signature(comparison.signature, width), style="dim", overflow="fold")


def _verdict(base: System, versus: Versus, n: int) -> Text:
    """`new hits 3.1 points more than old (p 0.0021): 85.1 % and 82.0 % of 1,272 samples`."""
    hit = next(one for one in versus.differences if parse_metric(one.metric).name == "hit")
    gap = hit.difference or 0.0
    text = Text().append(plain(versus.name, _NAME), "bold")
    if hit.better is None:
        text.append(" and ").append(plain(base.name, _NAME), "bold")
        text.append(" do not differ in centre-hits beyond chance", "yellow")
    else:
        word = "more" if hit.better else "less"
        text.append(f" hits {cell(abs(gap))} points {word} than ", "green" if hit.better else "red")
        text.append(plain(base.name, _NAME), "bold")
    text.append(f" ({chance(hit.p)}): {percent(hit.value)} and {percent(hit.base)}")
    return text.append(f" of {n:,} {'sample' if n == 1 else 'samples'}")


def _inputs(comparison: Comparison) -> Text:
    lines = []
    for system in comparison.systems:
        # How it was read names the file; which field is which stands in the JSON file.
        file = source(system.read_as) or system.predictions
        line = f"{plain(system.name, _NAME)}: {plain(file)}"
        if system.models:
            line += f", written by {plain(', '.join(system.models))}"
        lines.append(line)
    if comparison.dataset is not None:
        lines.append(f"scored against {plain(comparison.dataset)}")
    return Text("\n".join(lines), style="dim", overflow="fold")


def _warnings(comparison: Comparison) -> Iterator[Text]:
    for system in comparison.systems:
        name = plain(system.name, _NAME)
        if system.duplicates:
            ids = _first(system.repeated, system.duplicates)
            yield _warning(f"{name}: {system.duplicates:,} further answers are not compared: {ids}")
        if system.alone:
            ids = _first(system.examples, system.alone)
            yield _warning(
                f"{name}: {system.alone:,} of {system.n:,} samples are not in all files, "
                f"so they are not compared: {ids}"
            )
    if comparison.conflicts:
        yield _warning(
            f"{comparison.conflicts:,} samples have other gold records in other files: "
            "--dataset FILE names those that count"
        )


def _first(ids: Sequence[str], total: int) -> str:
    """Some of `total` ids."""
    shown = ", ".join(plain(one, _NAME) for one in ids)
    return f"{shown}, ..." if total > len(ids) else shown


def _warning(words: str) -> Text:
    return Text(f"! {words}", style="yellow", overflow="fold")


def _differences(differences: list[Difference], width: int) -> Iterator[RenderableType]:
    wide = width >= _WIDE
    shown = [one for one in differences if one.base is not None or one.value is not None]
    head = ["", "first", "this", "differs by", "95 %", "p", "could show", "test"]
    table = Table.grid(padding=(0, 2 if wide else 1))
    for column in range(len(head) if wide else 7):
        justify: JustifyMethod = "right" if 0 < column < 7 else "left"
        # Where there is too little room for all of them, numbers break rather than lose their end.
        table.add_column(justify=justify, no_wrap=width >= _NARROW, overflow="fold")
    table.add_row(*head[: len(table.columns)], style="dim")
    rows = [_numbers(one, wide) for one in shown]
    # What numbers and padding leave of the line.
    taken = [max(map(cell_len, column)) for column in zip(head[1:], *rows, strict=False)]
    room = width - sum(taken[: len(table.columns) - 1]) - len(taken) * table.padding[1]
    for one, cells in zip(shown, rows, strict=True):
        style = {None: "", True: "green", False: "red"}[one.better]
        styles = "", "", style, "", style, "", "dim"
        texts = [Text(cell, style) for cell, style in zip(cells, styles, strict=True)]
        name = Text("  " + break_name(plain(one.metric), room - 2).replace("\n", "\n  "))
        table.add_row(name, *texts[: len(table.columns) - 1])
    yield table
    if not wide and any(one.test == "randomisation" for one in shown):
        words = "by McNemar's exact test, with ~ by approximate randomisation"
        yield Text(f"  p: {words}", style="dim")


def _numbers(one: Difference, wide: bool) -> list[str]:
    """The cells of a row behind the name."""
    unit = parse_metric(one.metric).unit
    p = chance(one.p).removeprefix("p ")
    if not wide and one.test == "randomisation":
        p = _OTHER_TEST + p
    return [
        figure(one.base, unit),
        figure(one.value, unit),
        change(one.difference, unit),
        change_span(one.interval, unit),
        p,
        change(one.detectable, unit).lstrip("+"),
        one.test,
    ]


def _groups(groups: list[GroupWins]) -> Iterator[RenderableType]:
    """The groups where the two differ most, by samples won and lost."""
    if not groups:
        return
    ranked = sorted(groups, key=lambda group: -abs(group.won - group.lost))[:_MAX_GROUPS]
    yield heading("Centre-hits by group")
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    for _ in range(5):
        table.add_column(justify="right", no_wrap=True)
    table.add_row("", "n", "first %", "this %", "won", "lost", style="dim")
    for group in ranked:
        label = f"  {plain(group.grouping, 40)} {plain(group.label, _NAME) or 'none'}"
        cells = f"{group.n:,}", cell(group.base), cell(group.value), f"{group.won}", f"{group.lost}"
        table.add_row(Text(label), *cells)
    yield table
    if len(groups) > len(ranked):
        yield Text(f"  and {len(groups) - len(ranked)} groups that differ less", style="dim")


def _flips(versus: Versus) -> Iterator[RenderableType]:
    yield heading(f"Only one hits: {versus.won:,} won, {versus.lost:,} lost")
    for kind in ("lost", "won"):
        ids = [flip.id for flip in versus.flips if flip.kind == kind]
        total = versus.lost if kind == "lost" else versus.won
        if ids:
            shown = ", ".join(plain(one, _NAME) for one in ids[:_MAX_FLIPS])
            rest = total - min(len(ids), _MAX_FLIPS)
            shown += f" and {rest:,} more" if rest else ""
            yield Text(f"  {kind}  {shown}", overflow="fold")
