"""The string that says how a number was made, in the spirit of sacrebleu's.

    groundkit|hit,iou,dist,type,name,cer|edges:closed|frame:resized|denom:dataset|dup:first|split:all|n:1234|data:8c1f03aa|v:0.1.0

edges   whether a centre on the edge of the gold box is a hit
frame   of the numbers in the predictions: as declared by the rows, `mixed` if they differ
denom   what every mean is divided by: `dataset`, the samples of a dataset, answered or not;
        `file`, the samples that the predictions file itself carries
dup     which of several answers to one sample counts
split   which samples
n       gold records, the denominator
data    8 hex digits of a hash over ids and boxes of the gold records, in any order
v       version of groundkit

Two figures are comparable if their signatures agree.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import blake2b
from zlib import crc32

import numpy as np

from groundkit import __version__
from groundkit.metrics.boxes import Edges, Floats

# Odd, and far from each other: powers of the 64-bit golden ratio of SplitMix64.
_FACTORS = np.array([pow(0x9E3779B97F4A7C15, power, 1 << 64) for power in range(1, 6)], np.uint64)


def signature(
    *, edges: Edges, frames: Collection[str], denominator: str, split: str, n: int, data: str
) -> str:
    """The parts of the module's docstring, joined.

    Args:
        frames: every frame that a scored row was in.
        denominator: `dataset` or `file`.
        data: from `data_hash`.
    """
    frame = next(iter(frames)) if len(frames) == 1 else "mixed" if frames else "none"
    return (
        f"groundkit|hit,iou,dist,type,name,cer|edges:{edges}|frame:{frame}|denom:{denominator}"
        f"|dup:first|split:{split}|n:{n}|data:{data}|v:{__version__}"
    )


def data_hash(ids: Sequence[str], boxes: Floats) -> str:
    """8 hex digits that change if an id or a gold box does, and not with the order of the rows.

    Args:
        ids: N different ids.
        boxes: their gold boxes, shape (N, 4), whole pixels.
    """
    checks = np.fromiter(map(crc32, map(str.encode, ids)), np.uint64, len(ids))
    rows = np.column_stack([checks, boxes.astype(np.uint64)])
    # One number a row, modulo 2 ** 64: sorting numbers takes a tenth of sorting strings.
    keys = np.sort(rows @ _FACTORS)
    return blake2b(keys.astype("<u8").tobytes(), digest_size=4).hexdigest()
