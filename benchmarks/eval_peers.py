"""One way to score the predictions of `benchmarks/eval.py`, in a process of its own.

    python benchmarks/eval_peers.py CASE predictions.jsonl

bare        json.loads, one regular expression, IoU and hit, row by row
typed       only decodes the rows into typed records (msgspec)
json        only decodes the rows (json.loads)
The others read no model text: they get the boxes ready, as arrays, and only what they do with
them is timed. `torchmetrics` and `supervision` compute IoUs; `pycocotools` and `faster-coco-eval`
COCO's average precision with one box a row, all of one class.

Prints one line of JSON: seconds of CPU, rows or boxes, and the figure.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

_BOX = re.compile(r"(\d+), ?(\d+)(?:\),\(|, ?)(\d+), ?(\d+)")
_PER_SCREEN = 10

Pairs = tuple[np.ndarray, np.ndarray]


class _Gold(msgspec.Struct):
    box: tuple[float, float, float, float]


class _Row(msgspec.Struct):
    id: str
    text: str
    gold: _Gold


def bare(path: Path) -> tuple[int, float]:
    """What many a script does; its hits are not asked for, but counted as such a script does."""
    rows = hits = 0
    total = 0.0
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            rows += 1
            match = _BOX.search(row["text"])
            if match is None:
                continue
            x1, y1, x2, y2 = map(int, match.groups())
            a1, b1, a2, b2 = row["gold"]["box"]
            width, height = min(x2, a2) - max(x1, a1), min(y2, b2) - max(y1, b1)
            if width > 0 and height > 0:
                inter = width * height
                total += inter / ((x2 - x1) * (y2 - y1) + (a2 - a1) * (b2 - b1) - inter)
            hits += a1 <= (x1 + x2) / 2 <= a2 and b1 <= (y1 + y2) / 2 <= b2
    return rows, total / rows


def typed(path: Path) -> tuple[int, float]:
    """As `groundkit` decodes rows."""
    from groundkit.records import Prediction

    decoder = msgspec.json.Decoder(Prediction)
    with path.open("rb") as file:
        return sum(1 for line in file if decoder.decode(line)), 0.0


def plain(path: Path) -> tuple[int, float]:
    """As most scripts decode rows."""
    with path.open("rb") as file:
        return sum(1 for line in file if json.loads(line)), 0.0


def boxes(path: Path) -> Pairs:
    """Predicted and gold boxes of the rows that hold a box, shapes (N, 4)."""
    decoder = msgspec.json.Decoder(_Row)
    found, golds = [], []
    with path.open("rb") as file:
        for line in file:
            row = decoder.decode(line)
            if match := _BOX.search(row.text):
                found.append(tuple(map(int, match.groups())))
                golds.append(row.gold.box)
    return np.array(found, dtype=np.float64), np.array(golds, dtype=np.float64)


def torchmetrics_iou(found: np.ndarray, golds: np.ndarray) -> float:
    """In updates of a thousand screens; queries of a screen have labels of their own."""
    import torch
    from torchmetrics.detection import IntersectionOverUnion

    metric = IntersectionOverUnion(respect_labels=True)
    for start in range(0, len(found), _PER_SCREEN * 1000):
        preds, targets = [], []
        for at in range(start, min(start + _PER_SCREEN * 1000, len(found)), _PER_SCREEN):
            part = slice(at, at + _PER_SCREEN)
            labels = torch.arange(len(found[part]))
            preds.append({"boxes": torch.tensor(found[part]), "labels": labels})
            targets.append({"boxes": torch.tensor(golds[part]), "labels": labels})
        metric.update(preds, targets)
    return float(metric.compute()["iou"])


def supervision_iou(found: np.ndarray, golds: np.ndarray) -> float:
    """The diagonal of the matrix of each screen."""
    from supervision.detection.utils.iou_and_nms import box_iou_batch

    total = 0.0
    for at in range(0, len(found), _PER_SCREEN):
        part = slice(at, at + _PER_SCREEN)
        total += float(np.diag(box_iou_batch(golds[part], found[part])).sum())
    return total / len(found)


def _coco(found: np.ndarray, golds: np.ndarray) -> tuple[dict[str, object], list[object]]:
    images = [{"id": n + 1} for n in range(-(-len(found) // _PER_SCREEN))]
    answers, asked = [], []
    for row, (box, gold) in enumerate(zip(found.tolist(), golds.tolist(), strict=True)):
        place = {"image_id": row // _PER_SCREEN + 1, "category_id": 1}
        size = [gold[2] - gold[0], gold[3] - gold[1]]
        asked.append(
            place
            | {"id": row + 1, "bbox": [*gold[:2], *size], "area": size[0] * size[1], "iscrowd": 0}
        )
        width, height = box[2] - box[0], box[3] - box[1]
        answers.append(place | {"bbox": [*box[:2], width, height], "score": 1.0})
    return {"images": images, "categories": [{"id": 1}], "annotations": asked}, answers


def pycocotools_ap(found: np.ndarray, golds: np.ndarray) -> float:
    """COCOeval, bbox."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    dataset, answers = _coco(found, golds)
    coco = COCO()
    coco.dataset = dataset
    coco.createIndex()
    judge = COCOeval(coco, coco.loadRes(answers), "bbox")
    judge.evaluate()
    judge.accumulate()
    judge.summarize()
    return float(judge.stats[0])


def faster_coco_ap(found: np.ndarray, golds: np.ndarray) -> float:
    """COCOeval_faster, bbox."""
    from faster_coco_eval import COCO, COCOeval_faster

    dataset, answers = _coco(found, golds)
    coco = COCO(dataset)
    judge = COCOeval_faster(coco, coco.loadRes(answers), "bbox")
    judge.evaluate()
    judge.accumulate()
    judge.summarize()
    return float(judge.stats[0])


WHOLE: dict[str, Callable[[Path], tuple[int, float]]] = {
    "bare": bare,
    "typed": typed,
    "json": plain,
}
BOXES: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "torchmetrics": torchmetrics_iou,
    "supervision": supervision_iou,
    "pycocotools": pycocotools_ap,
    "faster-coco-eval": faster_coco_ap,
}


def main() -> None:
    """Runs one case."""
    case, path = sys.argv[1], Path(sys.argv[2])
    if case in WHOLE:
        started = time.process_time()
        rows, figure = WHOLE[case](path)
    else:
        found, golds = boxes(path)
        started = time.process_time()
        rows, figure = len(found), BOXES[case](found, golds)
    spent = time.process_time() - started
    print(json.dumps({"cpu": spent, "rows": rows, "figure": figure}))


if __name__ == "__main__":
    main()
