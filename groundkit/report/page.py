"""An `Evaluation` or a `Comparison` as one HTML file that needs nothing else.

What models and files say is escaped, and the page's policy lets no script run but its own, so that
an answer that holds `<script>` is shown. Images past a limit are linked; see `gallery`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from markupsafe import Markup

from groundkit import __version__, pages
from groundkit.metrics.catalog import Unit
from groundkit.metrics.comparison import Comparison, Flip
from groundkit.metrics.evaluate import Evaluation
from groundkit.metrics.intervals import wilson
from groundkit.metrics.metric import number_word, parse_metric
from groundkit.metrics.verdicts import Case
from groundkit.report import words
from groundkit.report.gallery import (
    DEFAULT_EMBED,
    Entry,
    Illustrator,
    answer_of,
    filters_of,
)
from groundkit.store import write_bytes


def write_report_page(
    evaluation: Evaluation,
    cases: Sequence[Case],
    path: Path,
    root: Path,
    embed: int = DEFAULT_EMBED,
) -> None:
    """Writes the page of `eval --html`.

    Args:
        cases: for the gallery, in its order.
        root: images are shown only if they lie below it.
        embed: how many samples have their image in the page; others link to it.

    Raises:
        DataError: the file cannot be written.
    """
    entries = [_entry(case) for case in cases]
    _write("report.html.j2", path, entries, root, embed, evaluation=evaluation)


def write_comparison_page(
    comparison: Comparison, path: Path, root: Path, embed: int = DEFAULT_EMBED
) -> None:
    """Writes the page of `compare --html`, with the flips side by side; see `write_report_page`."""
    base = comparison.systems[0].name
    entries = [
        _flip_entry(flip, base, versus.name)
        for versus in comparison.versus
        for flip in versus.flips
    ]
    _write("comparison.html.j2", path, entries, root, embed, comparison=comparison)


def _entry(case: Case) -> Entry:
    verdict = case.verdict
    gold = list(case.boxes) or ([] if verdict.gold_box is None else [verdict.gold_box])
    return Entry(
        id=verdict.id,
        title=case.instruction or case.name or "",
        filters=filters_of(verdict),
        gold=[] if case.polygon else gold,
        polygon=case.polygon,
        asked=case.point,
        answers=[answer_of("", verdict, case.text)],
        image=verdict.image,
        size=case.image_size,
    )


def _flip_entry(flip: Flip, base: str, name: str) -> Entry:
    first, second = flip.base, flip.verdict
    filters = {**filters_of(second), "model": [name], "change": [flip.kind]}
    # Who of the two misses stands in `change`; why is that of the one that does.
    filters["reason"] = filters_of(first if flip.kind == "won" else second)["reason"]
    del filters["result"]
    return Entry(
        id=flip.id,
        title=flip.instruction or flip.name or "",
        filters=filters,
        gold=[] if second.gold_box is None else [second.gold_box],
        asked=flip.point,
        answers=[
            answer_of(base, first, flip.base_text),
            answer_of(name, second, flip.text),
        ],
        image=first.image,
        size=flip.image_size,
    )


def _write(
    template: str, path: Path, entries: list[Entry], root: Path, embed: int, **facts: Any
) -> None:
    illustrator = Illustrator(root, path, embed)
    illustrator.illustrate(entries)
    script = _asset("gallery.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = _environment().get_template(template)
    html = page.render(
        **facts,
        entries=len(entries),
        samples=_as_data(entries),
        missing=illustrator.missing,
        root=str(root),
        style=Markup(_asset("page.css")),
        script=Markup(script),
        script_digest=digest,
        version=__version__,
    )
    write_bytes(path, html.encode("utf-8", "replace"))


def _as_data(entries: list[Entry]) -> Markup:
    """JSON that can stand in a script element: nothing in it can end the element."""
    data = msgspec.json.encode(entries).decode()
    for char in "<>&":
        data = data.replace(char, f"\\u{ord(char):04x}")
    return Markup(data)


def _asset(name: str) -> str:
    return (resources.files("groundkit.report") / "templates" / name).read_text("utf-8")


def _environment() -> jinja2.Environment:
    environment = pages.environment("groundkit.report", "templates")
    environment.filters |= {
        "plain": words.plain,
        "source": words.source,
        "percent": words.percent,
        "chance": words.chance,
        "number_word": number_word,
        "unit": lambda name: parse_metric(name).unit,
    }
    environment.globals |= {
        "figure": words.figure,
        "span": words.span,
        "change": words.change,
        "change_span": words.change_span,
        "rate": _rate,
        "group_columns": _group_columns,
        "metric_of": parse_metric,
    }
    return environment


def _rate(hits: int, n: int) -> dict[str, float] | None:
    """A share and its interval for a chart; None if there is nothing."""
    if not n:
        return None
    interval = wilson(hits, n)
    return {"value": hits / n, "low": interval.low, "high": interval.high}


def _group_columns(evaluation: Evaluation) -> list[tuple[str, Unit]]:
    """The metrics that tables of groups show: name and unit."""
    overall = evaluation.overall
    metrics = [one for one in map(parse_metric, overall.metrics) if overall.says(one)]
    return [(str(one), one.unit) for one in metrics if not one.average and not one.is_detection]
