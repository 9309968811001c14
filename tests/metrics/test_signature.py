import random

import pytest

from groundkit import __version__
from groundkit.metrics.gold import Golds, to_arrays
from groundkit.metrics.keys import row_keys
from groundkit.metrics.metric import parse_metric
from groundkit.metrics.signature import data_hash, signature
from tests.metrics.builders import make_gold, spread


def sign(**changes):
    fields = {
        "rule": None,
        "metrics": [parse_metric("hit"), parse_metric("iou@0.5")],
        "cells": ("platform", "type"),
        "frames": {"resized"},
        "denominator": "dataset",
        "split": "all",
        "n": 3,
        "data": "8c1f03aa",
    }
    return signature(**{**fields, **changes})


def test_every_convention_is_in_it():
    assert sign() == (
        "groundkit|hit,iou@0.5|frame:resized|denom:dataset|dup:first|split:all"
        f"|avg:micro,macro(platform+type)|ci:wilson95,bs:1000,seed:12345|n:3|data:8c1f03aa|v:{__version__}"
    )
    assert "|avg:micro|" in sign(cells=())
    assert "|frame:mixed|" in sign(frames={"resized", "norm1"})
    assert "|frame:none|" in sign(frames=set())


def hash_of(golds):
    golds = Golds(golds)
    return data_hash(row_keys(golds, to_arrays(golds, str)))


def test_the_data_hash_ignores_the_order():
    golds = spread(50)
    assert len(hash_of(golds)) == 8
    assert hash_of(random.Random(0).sample(golds, 50)) == hash_of(golds)
    assert hash_of(golds[:-1]) != hash_of(golds)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "other"},
        {"box": (100, 100, 200, 141)},
        {"width": 1001},
        {"height": 501},
        {"original": (2000, 2001)},
        {"original": (2001, 2000)},
        {"type": "icon"},
        {"name": "地点"},
        {"source": "web"},
        {"split": "val"},
    ],
    ids=str,
)
def test_the_data_hash_covers_what_scoring_reads(change):
    rest = spread(5)
    assert hash_of([*rest, make_gold(**change)]) != hash_of([*rest, make_gold()])


def test_the_data_hash_tells_boxes_from_each_other():
    one, two = make_gold("1", (0, 0, 9, 9)), make_gold("2", (0, 0, 8, 8))
    swapped = [make_gold("1", two.box), make_gold("2", one.box)]
    assert hash_of([one, two]) != hash_of(swapped)


def test_the_data_hash_tells_fractions_of_a_pixel():
    one, other = make_gold(box=(1, 2, 30, 40)), make_gold(box=(1, 2, 30.5, 40))
    assert hash_of([one]) != hash_of([other])


def test_the_data_hash_tells_kinds_of_right_answers():
    corners = (0.0, 0.0, 10.0, 0.0, 10.0, 10.0)
    kinds = (
        {"box": (0, 0, 10, 10)},
        {"box": None, "polygon": corners},
        {"box": None, "polygon": (*corners, 0.0, 10.0)},
        {"box": None, "boxes": ((0.0, 0.0, 10.0, 10.0), (1.0, 1.0, 2.0, 2.0))},
        {"box": None, "absent": True},
        {"box": (0, 0, 10, 10), "name": None},
    )
    assert len({hash_of([make_gold(**kind)]) for kind in kinds}) == len(kinds)
