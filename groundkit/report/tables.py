"""The tables of the console report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich import box
from rich.console import JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from groundkit.metrics.aggregate import Summary
from groundkit.metrics.evaluate import Evaluation
from groundkit.metrics.flags import Counts, percentage
from groundkit.metrics.metric import parse_metric
from groundkit.report.words import DASH, bar, cell, decimal, figure, percent, plain, span

_MAX_ROWS = 12
_FEW = 10
_WIDE = 100
_MAX_LABEL = 60
_TITLES = {"type": "By type", "size": "By size", "source": "By source", "split": "By split"}
_SIZE_RANGES = {
    "tiny": "tiny < 16 px",
    "small": "small < 32 px",
    "medium": "medium < 96 px",
    "large": "large",
    "none": "nothing to find",
}
_COLUMNS = ("hit %", "IoU", "IoU≥.5", "dist px", "type %", "name %", "CER", "no box %")
_BAR_WIDTH = 10
# From these widths on the table of all samples has room for intervals and for macro averages.
_INTERVALS_FROM, _MACRO_FROM = 50, 60
# From these widths on a console has room for so many columns beside a label that can be read; the
# number that matters less goes first. The last column and the bar are for wide ones.
_COLUMNS_FROM = ((_WIDE, 8), (70, 7), (62, 6), (54, 4), (46, 3), (0, 2))


def heading(title: str) -> Text:
    """A line that starts a part of the report."""
    return Text(f"\n{title}", style="bold")


def overall_table(evaluation: Evaluation, width: int) -> Table:
    """One row for each metric, over all samples: its figure, the 95 % interval, and the macro
    average beside it. A distance is only of answers that have one, and points have no IoU. Where no
    answer names anything there is a dash for what is about names."""
    overall = evaluation.overall
    head = ["", "", "95 %", f"mean of {evaluation.cell_count}"]
    count = 4 if evaluation.cell_count > 1 and width >= _MACRO_FROM else 3
    count = count if width >= _INTERVALS_FROM else 2
    table = Table.grid(padding=(0, 2))
    for column in range(count):
        table.add_column(justify="right" if column else "left", no_wrap=column > 0, overflow="fold")
    table.add_row(*head[:count], style="dim")
    for name, found in overall.metrics.items():
        metric = parse_metric(name)
        if overall.only_points and metric.needs_boxes:
            continue
        macro = "" if found.macro is None else figure(found.macro, metric.unit)
        shown = figure(found.value, metric.unit), span(found.interval, metric.unit), macro
        if not overall.can_say(metric):
            shown = DASH, "", ""
        table.add_row(Text("  " + plain(name)), *shown[: count - 1])
    dist = overall.metrics["dist"]
    if dist.n < overall.n:
        of = f"  distances of {dist.n:,} {'answer' if dist.n == 1 else 'answers'}"
        table.add_row(Text(of, style="dim"))
    return table


def status_table(summary: Summary, counts: Counts) -> Table:
    """What became of the samples, then what else the file holds."""
    rows: list[tuple[str, ...]] = [
        (status, f"{count:,}", percent(count / summary.n))
        for status, count in summary.status.items()
    ]
    others = (
        ("out of image", counts.out_of_image),
        ("duplicate rows", counts.duplicates),
        ("unknown ids", counts.unknown),
        ("other split", counts.other_split),
    )
    rows += [(name, f"{count:,}", "") for name, count in others]
    return _pairs(rows)


def _pairs(rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for index, row in enumerate(rows):
        if index == 0:
            for column in range(len(row)):
                table.add_column(justify="right" if column else "left")
        zero = row[1] == "0"
        table.add_row("  " + row[0], *row[1:], style="dim" if zero else "")
    return table


def group_tables(
    overall: Summary, groups: dict[str, dict[str, Summary]], width: int
) -> Iterator[RenderableType]:
    """One table for each grouping that splits the samples at all; dashes for what says nothing
    about answers like these."""
    count = next(count for least, count in _COLUMNS_FROM if width >= least)
    columns = _COLUMNS[:count]
    alone: list[str] = []
    for grouping, summaries in groups.items():
        if len(summaries) > 1:
            yield heading(_TITLES.get(grouping) or f"By {plain(grouping, _MAX_LABEL)}")
            yield _group_table(grouping, summaries, columns, width >= _WIDE, _silent(overall))
        else:
            alone.append(f"{grouping} {_label(grouping, next(iter(summaries)))}")
    shown = len(alone) < len(groups) and "dist px" in columns
    notes = ["dist px: median over the answers with a box"] * shown
    if alone:
        notes.append(f"All samples: {', '.join(alone)}")
    yield Text("\n" + "\n".join(notes), style="dim")


def _silent(overall: Summary) -> frozenset[int]:
    """The columns that say nothing, by their places in `_COLUMNS`."""
    metrics = {1: "iou", 2: "iou@0.5", 4: "type", 5: "name", 6: "cer"}
    return frozenset(
        column for column, name in metrics.items() if not overall.can_say(parse_metric(name))
    )


def _group_table(
    grouping: str,
    summaries: dict[str, Summary],
    columns: tuple[str, ...],
    bars: bool,
    silent: frozenset[int],
) -> Table:
    items = list(summaries.items())
    # One label more fits in the place of a line that says that there is one more.
    shown = items if len(items) <= _MAX_ROWS + 1 else items[:_MAX_ROWS]
    rest = [summary for _, summary in items[len(shown) :]]
    numbers = _align([summary.n for _, summary in shown] + [sum(summary.n for summary in rest)])
    table = _empty_table(grouping, columns, len(numbers[0]))
    for (label, summary), n in zip(shown, numbers, strict=False):
        cells = _with_bar(_mute(_cells(summary), silent), summary.hit, bars)[: len(columns)]
        style = "dim" if summary.n < _FEW else ""
        table.add_row(Text(_label(grouping, label)), n, *cells, style=style)
    if rest:
        hit = _mean(rest, "hit") or 0.0
        cells = _with_bar(_mute(_rest_cells(rest), silent), hit, bars)[: len(columns)]
        table.add_row(Text(f"{len(rest)} others"), numbers[-1], *cells, style="dim")
    if any(summary.n < _FEW for _, summary in shown):
        table.caption = f"* fewer than {_FEW} samples"
        table.caption_justify = "left"
    return table


def _empty_table(grouping: str, columns: tuple[str, ...], n_width: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    # The only column that gives way where there is little room.
    table.add_column(grouping, overflow="fold")
    # Not justified by rich, which would move the digits in front of an asterisk.
    table.add_column("n".rjust(n_width - 1), no_wrap=True)
    for name in columns:
        # The bar stands behind the digits, which are as wide as the name.
        justify: JustifyMethod = "left" if name == _COLUMNS[0] else "right"
        table.add_column(name, justify=justify, no_wrap=True)
    return table


def _align(counts: list[int]) -> list[str]:
    """Counts with the digits below each other, and room for the asterisk of a small one."""
    digits = max(len(f"{count:,}") for count in counts)
    return [f"{count:>{digits},}{'*' if 0 < count < _FEW else ' '}" for count in counts]


def _label(grouping: str, label: str) -> str:
    if grouping == "size":
        return _SIZE_RANGES[label]
    return plain(label, _MAX_LABEL) or "(none)"


def _cells(summary: Summary) -> list[str]:
    return [
        percentage(summary.hit),
        decimal(summary.iou),
        cell(summary.usual("iou@0.5")),
        decimal(summary["dist(stat=median)"], 1),
        cell(summary["type"]),
        cell(summary["name"]),
        decimal(summary["cer"]),
        percentage(_without_box(summary)),
    ]


def _rest_cells(rest: list[Summary]) -> list[str]:
    """Means over the smaller groups; medians and error rates cannot be added up."""
    total = sum(summary.n for summary in rest)
    return [
        cell(_mean(rest, "hit")),
        decimal(_mean(rest, "iou")),
        cell(_mean(rest, "iou@0.5")),
        decimal(None),
        cell(_mean(rest, "type")),
        cell(_mean(rest, "name")),
        decimal(None),
        percentage(sum(_without_box(summary) * summary.n for summary in rest) / total),
    ]


def _mute(cells: list[str], silent: frozenset[int]) -> list[str]:
    return [DASH if column in silent else cell for column, cell in enumerate(cells)]


def _without_box(summary: Summary) -> float:
    return 1 - summary.status["scored"] / summary.n


def _mean(summaries: list[Summary], metric: str) -> float | None:
    """Over the groups that have the figure, by their samples."""
    figures = [(summary.usual(metric), summary.n) for summary in summaries]
    known = [(value, n) for value, n in figures if value is not None]
    total = sum(n for _, n in known)
    return sum(value * n for value, n in known) / total if total else None


def _with_bar(cells: list[str], hit: float, bars: bool) -> list[RenderableType]:
    """The cells, the first of them as wide as its name and with a bar behind it."""
    first = Text(cells[0].rjust(len(_COLUMNS[0])))
    if bars:
        first.append(" ").append(bar(hit).ljust(_BAR_WIDTH), "green")
    return [first, *cells[1:]]
