"""Numbers and foreign text as a report prints them."""

from __future__ import annotations

import re

from groundkit.metrics.catalog import Unit
from groundkit.metrics.flags import percentage
from groundkit.metrics.intervals import Interval

DASH = "–"


def source(read_as: str) -> str:
    """How a file was read, without which field was taken as what."""
    return read_as.partition(": ")[0]


def percent(share: float | None) -> str:
    """`83.1 %`; `>99.9 %` and `<0.1 %` for what is close to all and to nothing; a dash for None."""
    return DASH if share is None else f"{percentage(share)} %"


def cell(share: float | None) -> str:
    """`percent` without the sign, for a table whose head has it."""
    return DASH if share is None else percentage(share)


def decimal(value: float | None, digits: int = 3) -> str:
    """`0.712`, or a dash if there is no number."""
    return DASH if value is None else f"{value:.{digits}f}"


def pixels(value: float | None) -> str:
    """`12.4 px`, or a dash if there is no number."""
    return DASH if value is None else f"{value:.1f} px"


def figure(value: float | None, unit: Unit) -> str:
    """A figure of a metric with its unit: `83.1 %`, `0.712`, `12.4 px`."""
    if unit == "share":
        return percent(value)
    return pixels(value) if unit == "px" else decimal(value)


def span(interval: Interval | None, unit: Unit) -> str:
    """`81.0–85.0`, in the unit of the figure beside it; empty if there is none."""
    if interval is None:
        return ""
    show = cell if unit == "share" else decimal
    if unit == "px":
        return f"{interval.low:.1f}–{interval.high:.1f}"
    return f"{show(interval.low)}–{show(interval.high)}"


def change(value: float | None, unit: Unit) -> str:
    """A difference with its sign: `+3.1` (points of a hundred), `-0.021`, `+12.4 px`."""
    if value is None:
        return DASH
    if unit == "px":
        return f"{value:+.1f} px"
    return f"{100 * value:+.1f}" if unit == "share" else f"{value:+.3f}"


def change_span(interval: Interval | None, unit: Unit) -> str:
    """`-0.4 to +6.6`: the interval of a difference, in the unit of `change`; empty for None."""
    if interval is None:
        return ""
    low, high = (change(end, unit).removesuffix(" px") for end in (interval.low, interval.high))
    return f"{low} to {high}"


def chance(p: float | None) -> str:
    """`p 0.0021`, `p 0.34`, or `p <0.0001`; a dash for None."""
    if p is None:
        return DASH
    if p < 1e-4:
        return "p <0.0001"
    return f"p {p:.4f}" if p < 0.01 else f"p {p:.2f}"


def break_name(name: str, width: int) -> str:
    """The name of a metric on lines of at most `width` characters, as far as it has places to break
    it: behind the bracket and behind commas."""
    lines = [""]
    for part in re.split(r"(?<=[(,])", name):
        if lines[-1] and len(lines[-1]) + len(part) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def bar(share: float, width: int = 10) -> str:
    """A bar that fills `width` characters at 1, in steps of an eighth of a character."""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")


def plain(text: str, limit: int = 200) -> str:
    """Text of somebody else on one line: nothing in it can move the cursor or change a colour.

    Line breaks, control characters, text direction marks and lone surrogates show as escapes;
    what is longer than `limit` characters is cut.
    """
    cut = text[:limit]
    shown = "".join(char if char.isprintable() else _escape(char) for char in cut)
    return shown + "…" if len(text) > limit else shown


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
