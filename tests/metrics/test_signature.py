import random

import numpy as np

from groundkit import __version__
from groundkit.metrics.signature import data_hash, signature


def sign(**changes):
    fields = {
        "edges": "closed",
        "frames": {"resized"},
        "denominator": "dataset",
        "split": "all",
        "n": 3,
        "data": "8c1f03aa",
    }
    return signature(**{**fields, **changes})


def test_every_convention_is_in_it():
    assert sign() == (
        "groundkit|hit,iou,dist,type,name,cer|edges:closed|frame:resized|denom:dataset|dup:first"
        f"|split:all|n:3|data:8c1f03aa|v:{__version__}"
    )
    assert "|frame:mixed|" in sign(frames={"resized", "norm1"})
    assert "|frame:none|" in sign(frames=set())


def test_the_data_hash_ignores_the_order_and_nothing_else():
    ids = [f"id{row}" for row in range(50)]
    boxes = np.arange(200.0).reshape(50, 4)
    order = random.Random(0).sample(range(50), 50)
    first = data_hash(ids, boxes)
    assert len(first) == 8
    assert data_hash([ids[row] for row in order], boxes[order]) == first
    assert data_hash(["other", *ids[1:]], boxes) != first
    assert data_hash(ids, boxes[order]) != first
    assert data_hash(ids[:-1], boxes[:-1]) != first
