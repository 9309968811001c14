import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundkit.metrics.judge import judge
from tests.metrics.builders import answer, make_batch, make_gold, spread, summaries_of, summary_of


def four_rows():
    golds = [make_gold(f"g{row}", name="abcd") for row in range(4)]
    texts = [
        answer(golds[0], golds[0].box),
        # shifted by 20: overlap 80 x 40 = 3200 of 4800; one letter more
        "<ref>文本-abcde</ref><box>[[120, 100, 220, 140]]</box>",
        None,
        "[]",
    ]
    return make_batch(golds, texts)


def test_means_are_over_every_gold_record():
    summary = summary_of(four_rows())
    assert summary.n == 4
    assert summary.iou == pytest.approx((1 + 3200 / 4800) / 4)
    assert tuple(summary[f"iou@{at}"] for at in (0.5, 0.75, 0.9)) == (0.5, 0.25, 0.25)
    assert (summary.hit, summary["type"], summary["name"]) == (0.5, 0.5, 0.25)
    # 0 + 1 + 4 + 4 edits of 16 characters
    assert summary["cer"] == 9 / 16
    assert summary.status == {
        "scored": 2,
        "missing": 1,
        "refused": 1,
        "unparsable": 0,
        "invalid": 0,
    }


def test_the_distance_states_its_own_n():
    summary = summary_of(four_rows())
    assert (summary["dist"], summary["dist(stat=median)"]) == (10, 10)
    assert summary.metrics["dist"].n == 2


def test_what_does_not_exist_is_none():
    summary = summary_of(make_batch([make_gold(name="")], [None]))
    assert [summary[name] for name in ("cer", "dist", "dist(stat=median)")] == [None] * 3
    assert summary.metrics["dist"].n == 0


def test_an_iou_of_exactly_a_half_counts():
    # overlap 50 x 40 of 100 x 40
    batch = make_batch([make_gold()], ["<box>[[100, 100, 150, 140]]</box>"])
    assert summary_of(batch)["iou@0.5"] == 1


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-300, 300)), min_size=3, max_size=40))
def test_groups_equal_the_summary_of_their_rows(rows):
    rows = [*enumerate([0, 50, 300]), *rows]  # no group is empty
    golds = spread(len(rows))
    texts = [
        None if shift % 7 == 0 else answer(gold, [edge + shift for edge in gold.box])
        for gold, (_, shift) in zip(golds, rows, strict=True)
    ]
    groups = np.array([group for group, _ in rows])
    found = summaries_of(make_batch(golds, texts), groups, 3)
    for group in range(3):
        some = np.flatnonzero(groups == group)
        batch = make_batch([golds[i] for i in some], [texts[i] for i in some])
        expected = summary_of(batch)
        for field in {*expected.__struct_fields__} - {"metrics"}:
            assert getattr(found[group], field) == getattr(expected, field)
        for name in expected.metrics:
            assert found[group][name] == pytest.approx(expected[name])
        distance = judge(batch).scores.distance
        known = distance[~np.isnan(distance)].tolist()
        assert found[group]["dist(stat=median)"] == (
            pytest.approx(statistics.median(known)) if known else None
        )
