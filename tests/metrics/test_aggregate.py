import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundkit.metrics.aggregate import summarise, summarise_groups
from groundkit.metrics.judge import judge
from tests.metrics.builders import answer, make_batch, make_gold, spread


def four_rows():
    golds = [make_gold(f"g{row}", name="abcd") for row in range(4)]
    texts = [
        answer(golds[0], golds[0].box),
        # shifted by 20: overlap 80 x 40 = 3200 of 4800; one letter more
        "<ref>文本-abcde</ref><box>[[120, 100, 220, 140]]</box>",
        None,
        "[]",
    ]
    return judge(make_batch(golds, texts)).scores


def test_means_are_over_every_gold_record():
    summary = summarise(four_rows())
    assert summary.n == 4
    assert summary.iou == pytest.approx((1 + 3200 / 4800) / 4)
    assert (summary.iou_50, summary.iou_75, summary.iou_90) == (0.5, 0.25, 0.25)
    assert (summary.hit, summary.type, summary.name) == (0.5, 0.5, 0.25)
    # 0 + 1 + 4 + 4 edits of 16 characters
    assert summary.cer == 9 / 16
    assert summary.status == {
        "scored": 2,
        "missing": 1,
        "refused": 1,
        "unparsable": 0,
        "invalid": 0,
    }


def test_the_distance_states_its_own_n():
    summary = summarise(four_rows())
    assert (summary.dist_mean, summary.dist_median, summary.dist_n) == (10, 10, 2)


def test_what_does_not_exist_is_none():
    scores = judge(make_batch([make_gold(name="")], [None])).scores
    summary = summarise(scores)
    assert (summary.cer, summary.dist_mean, summary.dist_median) == (None, None, None)
    assert summary.dist_n == 0


def test_an_iou_of_exactly_a_half_counts():
    # overlap 50 x 40 of 100 x 40
    scores = judge(make_batch([make_gold()], ["<box>[[100, 100, 150, 140]]</box>"])).scores
    assert summarise(scores).iou_50 == 1


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-300, 300)), min_size=3, max_size=40))
def test_groups_equal_the_summary_of_their_rows(rows):
    rows = [*enumerate([0, 50, 300]), *rows]  # no group is empty
    golds = spread(len(rows))
    texts = [
        None if shift % 7 == 0 else answer(gold, [edge + shift for edge in gold.box])
        for gold, (_, shift) in zip(golds, rows, strict=True)
    ]
    groups = np.array([group for group, _ in rows])
    found = summarise_groups(judge(make_batch(golds, texts)).scores, groups, 3)
    for group in range(3):
        some = np.flatnonzero(groups == group)
        alone = judge(make_batch([golds[i] for i in some], [texts[i] for i in some])).scores
        expected = summarise(alone)
        for field in expected.__struct_fields__:
            assert getattr(found[group], field) == pytest.approx(getattr(expected, field))
        known = alone.distance[~np.isnan(alone.distance)].tolist()
        assert found[group].dist_median == (
            pytest.approx(statistics.median(known)) if known else None
        )
