"""The tables of the console report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from groundkit.metrics.aggregate import Summary
from groundkit.metrics.flags import Counts
from groundkit.report.words import bar, decimal, percent, pixels, plain

_MAX_ROWS = 12
_FEW = 10
_BAR_FROM = 100
_TITLES = {"type": "By type", "size": "By size", "source": "By source", "split": "By split"}
_SIZE_RANGES = {
    "tiny": "tiny < 16 px",
    "small": "small < 32 px",
    "medium": "medium < 96 px",
    "large": "large",
}
_COLUMNS = ("hit %", "IoU", "IoU≥.5", "dist px", "type %", "name %", "CER")
# What they and `n` take beside the label and the bar when every number is as long as it gets.
_COLUMNS_WIDTH = 65
_BAR_WIDTH = 10


def heading(title: str) -> Text:
    """A line that starts a part of the report."""
    return Text(f"\n{title}", style="bold")


def overall_table(summary: Summary) -> Table:
    """One row for each metric, over all samples; only a box has a distance."""
    fewer = summary.dist_n < summary.n
    boxes = f"of {summary.dist_n:,} {'box' if summary.dist_n == 1 else 'boxes'}"
    rows = (
        ("centre-hit", percent(summary.hit)),
        ("mean IoU", decimal(summary.iou)),
        ("IoU ≥ 0.5", percent(summary.iou_50)),
        ("IoU ≥ 0.75", percent(summary.iou_75)),
        ("IoU ≥ 0.9", percent(summary.iou_90)),
        ("distance, median", pixels(summary.dist_median)),
        ("distance, mean", pixels(summary.dist_mean)),
        *([("", boxes)] if fewer else []),
        ("type right", percent(summary.type)),
        ("name exact", percent(summary.name)),
        ("name CER", decimal(summary.cer)),
    )
    return _pairs(rows)


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


def group_tables(groups: dict[str, dict[str, Summary]], width: int) -> Iterator[RenderableType]:
    """One table for each grouping that splits the samples at all."""
    alone: list[str] = []
    for grouping, summaries in groups.items():
        if len(summaries) > 1:
            yield heading(_TITLES[grouping])
            yield _group_table(grouping, summaries, width)
        else:
            alone.append(f"{grouping} {_label(grouping, next(iter(summaries)))}")
    notes = ["dist px: median over the answers with a box"] * (len(alone) < len(groups))
    if alone:
        notes.append(f"All samples: {', '.join(alone)}")
    yield Text("\n" + "\n".join(notes), style="dim")


def _group_table(grouping: str, summaries: dict[str, Summary], width: int) -> Table:
    bars = width >= _BAR_FROM
    room = width - _COLUMNS_WIDTH - (_BAR_WIDTH + 2) * bars
    items = list(summaries.items())
    # One label more fits in the place of a line that says that there is one more.
    shown = items if len(items) <= _MAX_ROWS + 1 else items[:_MAX_ROWS]
    rest = [summary for _, summary in items[len(shown) :]]
    numbers = _align([summary.n for _, summary in shown] + [sum(summary.n for summary in rest)])
    table = _empty_table(grouping, min(max(room, 8), 40), len(numbers[0]), bars)
    for (label, summary), n in zip(shown, numbers, strict=False):
        cells = _with_bar(_cells(summary), summary.hit, bars)
        style = "dim" if summary.n < _FEW else ""
        table.add_row(Text(_label(grouping, label)), n, *cells, style=style)
    if rest:
        cells = _with_bar(_rest_cells(rest), _mean(rest, "hit"), bars)
        table.add_row(Text(f"{len(rest)} others"), numbers[-1], *cells, style="dim")
    if any(summary.n < _FEW for _, summary in shown):
        table.caption = f"* fewer than {_FEW} samples"
        table.caption_justify = "left"
    return table


def _empty_table(grouping: str, label_width: int, n_width: int, bars: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column(grouping, no_wrap=True, max_width=label_width)
    # Not justified by rich, which would move the digits in front of an asterisk.
    table.add_column("n".rjust(n_width - 1), no_wrap=True)
    for name in _COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
        if bars and name == "hit %":
            table.add_column("", min_width=_BAR_WIDTH, style="green")
    return table


def _align(counts: list[int]) -> list[str]:
    """Counts with the digits below each other, and room for the asterisk of a small one."""
    digits = max(len(f"{count:,}") for count in counts)
    return [f"{count:>{digits},}{'*' if 0 < count < _FEW else ' '}" for count in counts]


def _label(grouping: str, label: str) -> str:
    if grouping == "size":
        return _SIZE_RANGES[label]
    return plain(label, 40) or "(none)"


def _cells(summary: Summary) -> list[str]:
    return [
        decimal(100 * summary.hit, 1),
        decimal(summary.iou),
        decimal(100 * summary.iou_50, 1),
        decimal(summary.dist_median, 1),
        decimal(100 * summary.type, 1),
        decimal(100 * summary.name, 1),
        decimal(summary.cer),
    ]


def _rest_cells(rest: list[Summary]) -> list[str]:
    """Means over the smaller groups; medians and error rates cannot be added up."""
    return [
        decimal(100 * _mean(rest, "hit"), 1),
        decimal(_mean(rest, "iou")),
        decimal(100 * _mean(rest, "iou_50"), 1),
        decimal(None),
        decimal(100 * _mean(rest, "type"), 1),
        decimal(100 * _mean(rest, "name"), 1),
        decimal(None),
    ]


def _mean(summaries: list[Summary], field: str) -> float:
    total = sum(summary.n for summary in summaries)
    return sum(float(getattr(summary, field)) * summary.n for summary in summaries) / total


def _with_bar(cells: list[str], hit: float, bars: bool) -> list[str]:
    return [cells[0], bar(hit), *cells[1:]] if bars else cells
