"""Histograms, tolerances, positions and rules: counted by hand."""

from __future__ import annotations

import pytest

from tests.metrics.builders import evaluate, make_gold, predict, write_rows


def boxed(x1, y1, x2, y2):
    return f"<ref>text-地址</ref><box>[[{x1}, {y1}, {x2}, {y2}]]</box>"


def spread_of(tmp_path, *rows):
    """Rows are a gold record and a text."""
    path = write_rows(tmp_path / "p.jsonl", [predict(gold, text) for gold, text in rows])
    return evaluate(path).distributions


def filled(bins):
    return [(one.low, one.high, one.n, one.hits) for one in bins if one.n]


def test_histograms(tmp_path):
    # The gold boxes are 100 x 40 px. Moved by 50 px: IoU 1/3, and the centre on the edge.
    found = spread_of(
        tmp_path,
        (make_gold("a"), boxed(100, 100, 200, 140)),
        (make_gold("b"), boxed(150, 100, 250, 140)),
        (make_gold("c"), boxed(160, 100, 260, 140)),  # 40 / 160
        (make_gold("d"), "(400, 120)"),
        (make_gold("e"), "no idea"),
    )
    assert filled(found.iou) == [
        (0.25, 0.3, 1, 0),
        (pytest.approx(0.3), 0.35, 1, 1),
        (0.95, 1.0, 1, 1),
    ]
    assert filled(found.distance) == [
        (0, 1, 1, 1),
        (50, 100, 2, 1),
        (200, 500, 1, 0),
    ]
    # sqrt(100 * 40) = 63.2
    assert filled(found.size) == [(48, 64, 5, 2)]


def test_tolerance(tmp_path):
    found = spread_of(
        tmp_path,
        (make_gold("a"), "(150, 120)"),
        (make_gold("b"), "(205, 120)"),  # 5 px to the right of the box
        (make_gold("c"), "(220, 160)"),  # 20 px to the right and below
        (make_gold("d"), "(0, 0)"),  # 100 px
        (make_gold("e"), "no idea"),
    )
    assert [(one.px, one.hit) for one in found.tolerance] == [
        (0, 0.2),
        (1, 0.2),
        (2, 0.2),
        (5, 0.4),
        (10, 0.4),
        (20, 0.6),
        (50, 0.6),
        (100, 0.8),
    ]


def test_no_tolerance_is_the_hit_rate_by_whatever_rule(tmp_path):
    path = write_rows(tmp_path / "p.jsonl", [predict(make_gold(), "(200, 120)")])
    for edges, hit in (("closed", 1.0), ("open", 0.0)):
        found = evaluate(path, edges=edges)
        assert found.distributions.tolerance[0].hit == found.overall.hit == hit
        assert found.distributions.tolerance[1].hit == 1.0


def test_positions(tmp_path):
    # Images are 1000 x 500 px, cells 83.3 x 62.5.
    found = spread_of(
        tmp_path,
        (make_gold("a", (0, 0, 10, 10)), boxed(0, 0, 10, 10)),
        (make_gold("b", (160, 60, 180, 70)), boxed(900, 0, 910, 10)),  # centre (170, 65)
        (make_gold("c", (990, 490, 1000, 500)), boxed(990, 490, 1000, 500)),
    )
    assert (len(found.position), {len(row) for row in found.position}) == (8, {12})
    cells = {
        (row, column): (cell.n, cell.hits)
        for row, line in enumerate(found.position)
        for column, cell in enumerate(line)
        if cell.n
    }
    assert cells == {(0, 0): (1, 1), (1, 2): (1, 0), (7, 11): (1, 1)}


def test_nothing_to_find_is_in_no_histogram(tmp_path):
    absent = make_gold("a", None, absent=True)
    found = spread_of(tmp_path, (absent, "target not existent"), (make_gold("b"), None))
    assert sum(one.n for one in found.size) == 1
    assert found.tolerance[0].hit == 1.0


def test_rules(tmp_path):
    found = spread_of(
        tmp_path,
        (make_gold("a"), boxed(100, 100, 200, 140)),
        (make_gold("b"), boxed(500, 100, 510, 140)),
        (make_gold("c"), "no idea"),
    )
    assert [(one.rule, one.n, one.hits) for one in found.rules] == [("ref-box", 2, 1), ("", 1, 0)]
