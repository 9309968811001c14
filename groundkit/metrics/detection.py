"""Average precision as COCO defines it, through pycocotools or faster-coco-eval.

A question is what COCO calls an image, and all boxes of its answer are detections. Where gold
records have the label `category`, questions about one image but different categories are one image
with several categories, so that a COCO file gives COCO's own figures.

Without confidences every box counts as equally sure, in the order of the questions and of the
answers: then a precision-recall curve has no meaning beyond that order, and F1 says more.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from groundkit.geometry import Box
from groundkit.metrics.boxes import Floats
from groundkit.metrics.candidates import boxes_of, gold_boxes_of
from groundkit.metrics.judge import Judged
from groundkit.metrics.metric import Metric
from groundkit.metrics.rows import Batch

CATEGORY = "category"
_AREAS = ("all", "small", "medium", "large")
_MOST_BOXES = (1, 10, 100)


class _Row(NamedTuple):
    """What a row adds to a `_Dataset`: boxes of shapes (M, 4), and the confidences in those that
    were found."""

    image: str
    category: str
    truth: Floats
    areas: Sequence[float | None]
    crowds: Sequence[Box]
    found: Floats
    scores: Sequence[float]


@dataclass
class Detections:
    """Boxes of all rows."""

    _rows: list[_Row] = field(default_factory=list)

    def add(self, batch: Batch, judged: Judged) -> None:
        """Takes the boxes of one more batch."""
        golds = gold_boxes_of(batch.arrays)
        for row, (boxes, truth) in enumerate(zip(boxes_of(batch, judged), golds, strict=True)):
            gold = batch.golds[row]
            label = gold.labels.get(CATEGORY, "")
            name = label if isinstance(label, str) else "+".join(label)
            areas = gold.areas or (None,) * len(truth)
            scores = _confidences(batch.scores[row], len(boxes))
            self._rows.append(_Row(gold.image, name, truth, areas, gold.crowds, boxes, scores))

    def merge(self, other: Detections) -> None:
        """Appends the boxes of other rows."""
        self._rows += other._rows

    def figures(self, metrics: Sequence[Metric]) -> dict[Metric, float | None]:
        """The figures of metrics called `ap` and `ar`; None where no box of that size was asked
        for."""
        dataset = _Dataset()
        for row in self._rows:
            dataset.add(row)
        with contextlib.redirect_stdout(io.StringIO()):  # it reports its progress there
            outcome = _run(dataset.truth(), dataset.found)
        return {metric: _figure(metric, outcome) for metric in metrics}


@dataclass
class _Dataset:
    """Boxes of all rows, as COCO's evaluation takes them."""

    found: list[dict[str, Any]] = field(default_factory=list)
    _images: dict[tuple[str, int], int] = field(default_factory=dict)
    _asked: dict[tuple[str, str], int] = field(default_factory=dict)
    _categories: dict[str, int] = field(default_factory=dict)
    _truth: list[dict[str, Any]] = field(default_factory=list)

    def add(self, row: _Row) -> None:
        nth = self._asked.get((row.image, row.category), 0)
        self._asked[row.image, row.category] = nth + 1
        image = self._images.setdefault((row.image, nth), len(self._images) + 1)
        category = self._categories.setdefault(row.category, len(self._categories) + 1)
        place = {"image_id": image, "category_id": category}
        for box, area in zip(row.truth, row.areas, strict=False):
            self._add_truth(place, box, area, crowd=False)
        for crowd in row.crowds:
            self._add_truth(place, np.array(crowd), None, crowd=True)
        self.found += [
            {**place, "bbox": _sides(box), "score": score}
            for box, score in zip(row.found, row.scores, strict=True)
        ]

    def _add_truth(
        self, place: dict[str, Any], box: Floats, area: float | None, *, crowd: bool
    ) -> None:
        sides = _sides(box)
        self._truth.append(
            {
                **place,
                "id": len(self._truth) + 1,  # not 0, which COCO takes for "no match"
                "bbox": sides,
                "area": sides[2] * sides[3] if area is None else area,
                "iscrowd": int(crowd),
            }
        )

    def truth(self) -> dict[str, Any]:
        """The right answers as COCO's instances file holds them."""
        return {
            "images": [{"id": image} for image in self._images.values()],
            "categories": [{"id": number} for number in self._categories.values()],
            "annotations": self._truth,
        }


def _confidences(scores: Sequence[float], count: int) -> Sequence[float]:
    """One for each box: as given, or the one of the whole answer, or 1."""
    if len(scores) == count:
        return scores
    return [scores[0] if len(scores) == 1 else 1.0] * count


def _sides(box: Floats) -> list[float]:
    x1, y1, x2, y2 = box.tolist()
    return [x1, y1, x2 - x1, y2 - y1]


def _run(dataset: dict[str, Any], found: list[dict[str, Any]]) -> Any:
    """A COCOeval that has accumulated: faster-coco-eval's where it is installed, which gives the
    same figures in less time."""
    try:
        from faster_coco_eval import COCO
        from faster_coco_eval import COCOeval_faster as COCOeval
    except ImportError:
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval
    truth = COCO()
    truth.dataset = dataset
    truth.createIndex()
    detected = truth.loadRes(found) if found else COCO()
    if not found:
        detected.dataset = {**dataset, "annotations": []}
        detected.createIndex()
    evaluation = COCOeval(truth, detected, "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    return evaluation


def _figure(metric: Metric, evaluation: Any) -> float | None:
    """COCO's summary: the mean over IoUs, recalls and categories that have any truth."""
    area = _AREAS.index(metric.option("area"))
    if metric.name == "ap":
        values = evaluation.eval["precision"][:, :, :, area, -1]
        if metric.at is not None:
            values = values[np.isclose(evaluation.params.iouThrs, metric.at)]
    else:
        most = _MOST_BOXES.index(int(metric.at or _MOST_BOXES[-1]))
        values = evaluation.eval["recall"][:, :, area, most]
    known = values[values > -1]
    return float(known.mean()) if known.size else None
