"""Small gold records and predictions files for the tests of metrics, predict, report and cli."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from groundkit.grammar import write_answer
from groundkit.metrics import evaluate as whole
from groundkit.metrics.aggregate import Summary, facts_of, summarise, summarise_groups
from groundkit.metrics.catalog import DEFAULTS
from groundkit.metrics.gold import Golds, to_arrays
from groundkit.metrics.judge import judge
from groundkit.metrics.measures import measure
from groundkit.metrics.metric import parse_metric
from groundkit.metrics.options import Options
from groundkit.metrics.rows import Batch
from groundkit.records import Gold, Prediction, Sample
from groundkit.store import encode_line
from groundkit.vocabulary import type_word


def make_gold(id: str = "a", box=(100, 100, 200, 140), **fields: Any) -> Gold:
    """A text element in an image of 1000 x 500 px that was 2000 x 2000 px before resizing."""
    return Gold(id=id, box=box, **{**_DEFAULTS, **fields})


_DEFAULTS: dict[str, Any] = {
    "image": "images/a.png",
    "width": 1000,
    "height": 500,
    "original": (2000, 2000),
    "type": "text",
    "name": "地址",
    "point": (150, 120),
    "lang": "zh",
    "source": "coco",
    "split": "train",
}


def make_sample(id: str = "a", box=(100, 100, 200, 140), **fields: Any) -> Sample:
    gold = make_gold(id, box, **fields)
    values = {
        name: getattr(gold, name)
        for name in Gold.__struct_fields__
        if name in Sample.__struct_fields__
    }
    return Sample(
        **values,
        prompt="<image>?",
        answer=answer(gold, gold.box),
        element="e",
        name_source="text",
        placement="inside",
    )


def answer(gold: Gold, box: Iterable[float]) -> str:
    """The right type and name with some box."""
    return write_answer(type_word(gold.type, gold.lang), gold.name, tuple(box))


def make_batch(golds: list[Gold], texts: list[str | None], frame: Any = "resized") -> Batch:
    golds = Golds(golds)
    return Batch(golds, texts, [frame] * len(golds), [()] * len(golds), to_arrays(golds, str))


def evaluate(predictions: Path, dataset: Path | None = None, **words: Any) -> whole.Evaluation:
    """`metrics.evaluate.evaluate` with the options by name."""
    own = {name: words.pop(name) for name in ("worst", "verdicts", "gates") if name in words}
    return whole.evaluate(predictions, dataset, Options(**words), **own)


def columns(batch: Batch, *names: str):
    """The facts of a batch, and the columns of metrics: by default of those of every report."""
    judged = judge(batch)
    metrics = [parse_metric(name) for name in names or DEFAULTS]
    return facts_of(judged.scores), {metric: measure(metric, batch, judged) for metric in metrics}


def summary_of(batch: Batch, *names: str) -> Summary:
    """The summary of one batch."""
    return summarise(*columns(batch, *names))


def summaries_of(batch: Batch, groups, count: int) -> list[Summary]:
    """The summaries of groups of its rows."""
    return summarise_groups(*columns(batch), groups, count)


def figure(batch: Batch, name: str) -> float | None:
    """One metric of a batch."""
    return summary_of(batch, name)[str(parse_metric(name))]


def write_rows(path: Path, rows: Iterable[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(map(encode_line, rows)))
    return path


def predict(gold: Gold, text: str | None = None, embed: bool = True, **fields: Any) -> Prediction:
    """A prediction for `gold`; by default the right answer."""
    words = answer(gold, gold.box) if text is None else text
    fields = {"frame": "resized", **fields}
    return Prediction(id=gold.id, text=words, gold=gold if embed else None, **fields)


def spread(count: int, size=(1288, 728), original=(1920, 1080)) -> list[Gold]:
    """Gold records whose boxes lie all over the image; ids, types and sizes vary."""
    types = ("text", "button", "icon", "input")
    golds = []
    for row in range(count):
        width, height = 20 + row * 37 % 150, 12 + row * 23 % 60
        left = row * 211 % (size[0] - width)
        top = row * 137 % (size[1] - height)
        golds.append(
            make_gold(
                f"s{row:04d}",
                (left, top, left + width, top + height),
                width=size[0],
                height=size[1],
                original=original,
                type=types[row % 4],
                name=f"name {row}",
                point=(left + width // 2, top + height // 2),
            )
        )
    return golds
