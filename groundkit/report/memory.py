"""A `MemoryPlan` for a person to read, beside what fits a card, and both for a file."""

from __future__ import annotations

from typing import Any

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from groundkit.memory.advice import Advice, Change
from groundkit.memory.plan import GIB, MemoryPlan
from groundkit.report.tables import heading
from groundkit.report.words import bar

_BAR_FROM = 70


def print_memory(
    plan: MemoryPlan, console: Console, card_gib: float | None = None, advice: Advice | None = None
) -> None:
    """Prints what each device needs, then what fits a card and what would make it fit.

    Args:
        card_gib: memory of a device, to hold the total against.
        advice: for that card.
    """
    console.print(_headline(plan, card_gib))
    console.print(Text(_sizes(plan), style="dim"))
    console.print(heading("Each device, GiB"))
    console.print(Padding(_table(plan, console.width), (0, 0, 0, 2), expand=False))
    if any(plan.peak not in row.phases for row in plan.rows):
        note = f"  in brackets: not there at the peak ({plan.peak}), not in the total"
        console.print(Text(note, style="dim"))
    if advice is not None and card_gib is not None:
        _print_advice(advice, card_gib, console)


def memory_dict(plan: MemoryPlan, advice: Advice | None = None) -> dict[str, Any]:
    """Plan and advice with plain values, for JSON: bytes in the plan, GiB in the advice."""
    found: dict[str, Any] = {"plan": msgspec.to_builtins(plan)}
    if advice is not None:
        found["advice"] = msgspec.to_builtins(advice)
    return found


def _headline(plan: MemoryPlan, card_gib: float | None) -> Text:
    """`24.2 GiB on each device, too much for 24 GiB`."""
    text = Text().append(f"{_gib(plan.total)} GiB", "bold").append(" on each device")
    if card_gib is None:
        return text
    if plan.fits(card_gib):
        return text.append(", ").append(f"fits {card_gib:g} GiB", "green")
    return text.append(", ").append(f"too much for {card_gib:g} GiB", "bold red")


def _sizes(plan: MemoryPlan) -> str:
    share = 100 * plan.trained / plan.parameters
    sequences = "sequence" if plan.sequences == 1 else "sequences"
    trained = f"{plan.trained:,} trained to {plan.parameters:,} of the model ({share:.2g} %)"
    long = f"{plan.tokens:,} tokens, {plan.image_tokens:,} of them of the image"
    return f"{trained}; {plan.sequences:,} {sequences} of {long}"


def _table(plan: MemoryPlan, width: int) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    for row in plan.rows:
        there = plan.peak in row.phases
        shown = f"{_gib(row.bytes)} " if there else f"({_gib(row.bytes)})"
        drawn = bar(row.bytes / plan.total, 20) if there and width >= _BAR_FROM else ""
        style = "" if there else "dim"
        table.add_row(Text(row.name, style), Text(shown, style), Text(drawn, "green"))
    table.add_row(Text("total at the peak", "bold"), Text(f"{_gib(plan.total)} ", "bold"), "")
    return table


def _print_advice(advice: Advice, card_gib: float, console: Console) -> None:
    console.print(heading(f"What {card_gib:g} GiB hold, all else as it is"))
    image = advice.largest_image
    if image is None:
        console.print("  no image at all")
    else:
        width, height = image.size
        seen = f"{width}x{height}, {image.tokens:,} tokens (--max-pixels {image.max_pixels})"
        console.print(Text(f"  images up to {seen}"))
    rows = advice.largest_rows
    console.print(f"  {rows:,} {'row' if rows == 1 else 'rows'} at once")
    if not advice.fits:
        _print_changes(advice, console)


def _print_changes(advice: Advice, console: Console) -> None:
    does = "It fits with" if advice.fits_changed else "It does not fit; least it needs with"
    console.print(heading(does))
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    for _ in range(2):
        table.add_column(justify="right", no_wrap=True)
    table.add_row("", "saves GiB", "leaves", style="dim")
    for change in advice.changes:
        words = Text(change.name).append(f"  {_fields(change)}", "cyan")
        table.add_row(words, f"{change.saves:.1f}", f"{change.total:.1f}")
    console.print(Padding(table, (0, 0, 0, 2), expand=False))


def _fields(change: Change) -> str:
    """`strategy=zero2 devices=8`."""
    return " ".join(f"{name}={_value(value)}" for name, value in change.fields.items())


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        sizes = all(isinstance(item, int) for item in value)
        return ("x" if sizes else ",").join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _gib(size: float) -> str:
    return f"{size / GIB:,.2f}"
