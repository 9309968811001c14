"""The string that says how a number was made, in the spirit of sacrebleu's.

    groundkit|hit,iou,iou@0.5,iou@0.75,iou@0.9,dist,dist(stat=median),type,name,cer|frame:resized|denom:dataset|dup:first|split:all|avg:micro,macro(type)|ci:wilson95,bs:1000,seed:12345|n:1234|data:8c1f03aa|v:0.1.0

first   the metrics, by the names that `metric` explains; they hold the rules about edges
frame   of the numbers in the predictions: as declared, `mixed` if rows differ; behind `resized`
        the factor, the least and the most pixels of the processor, if a model family was declared
denom   what every mean is divided by: `dataset`, the samples of a dataset, answered or not;
        `file`, the samples that the predictions file itself carries; `joined`, those that all
        files of a comparison carry
dup     which of several answers to one sample counts
split   which samples
avg     how figures are averaged: over samples, and over groups that count alike
ci      intervals: Wilson's for shares, for means a bootstrap over screens of so many resamples
        with this seed
n       gold records, the denominator
data    8 hex digits of a hash over what a report is made of in the gold records, in any order: ids,
        boxes, polygons, points asked about, sizes of the images before and after resizing, types,
        names, sources and splits
v       version of groundkit

Two figures are comparable if their signatures agree, apart from `frame`, which is a habit of the
model.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import blake2b

import numpy as np

from groundkit import __version__
from groundkit.geometry import ResizeRule
from groundkit.metrics.intervals import RESAMPLES, SEED
from groundkit.metrics.keys import Keys
from groundkit.metrics.metric import Metric


def signature(  # noqa: PLR0913  (one for each field of the string)
    *,
    metrics: Sequence[Metric],
    cells: Sequence[str],
    frames: Collection[str],
    rule: ResizeRule | None,
    denominator: str,
    split: str,
    n: int,
    data: str,
    seed: int = SEED,
) -> str:
    """The parts of the module's docstring, joined.

    Args:
        cells: the groupings that macro averages are over.
        frames: every frame that a scored row was in.
        rule: by which a model's own processor resized the images, if that was declared.
        denominator: `dataset`, `file` or `joined`.
        data: from `data_hash`.
    """
    frame = next(iter(frames)) if len(frames) == 1 else "mixed" if frames else "none"
    if rule is not None and "resized" in frames:
        frame += f"({rule.factor},{rule.min_pixels},{rule.max_pixels})"
    names = ",".join(map(str, metrics))
    average = f"micro,macro({'+'.join(cells)})" if cells else "micro"
    return (
        f"groundkit|{names}|frame:{frame}|denom:{denominator}"
        f"|dup:first|split:{split}|avg:{average}|ci:wilson95,bs:{RESAMPLES},seed:{seed}|n:{n}|data:{data}"
        f"|v:{__version__}"
    )


def data_hash(keys: Keys) -> str:
    """8 hex digits of the `row_keys` of all gold records; their order does not matter."""
    return blake2b(np.sort(keys).astype("<u8").tobytes(), digest_size=4).hexdigest()
