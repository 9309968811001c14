"""Two or more predictions files: what is joined, who is better, and which samples say so."""

from __future__ import annotations

import io
import random
import re

import msgspec
import pytest
from rich.console import Console

from groundkit.errors import DataError, OptionError
from groundkit.metrics.compare import compare
from groundkit.metrics.comparison import Comparison
from groundkit.metrics.options import Options
from groundkit.report.compare import print_comparison
from tests.metrics.builders import make_gold, make_sample, predict, spread, write_rows

# Where no gold box of `screens` lies.
WRONG = "<ref>text</ref><box>[[1284, 724, 1288, 728]]</box>"


def screens(count):
    """Gold records each on a screen of its own."""
    return [msgspec.structs.replace(gold, screen=gold.id) for gold in spread(count)]


def _files(tmp_path, golds, wrong_a=(), wrong_b=()):
    def write(name, wrong):
        rows = [predict(gold, WRONG if gold.id in wrong else None) for gold in golds]
        return write_rows(tmp_path / name, rows)

    return write("old.jsonl", wrong_a), write("new.jsonl", wrong_b)


def _ids(golds, start, stop):
    return [gold.id for gold in golds[start:stop]]


def _shown(comparison: Comparison, width: int = 110) -> str:
    stream = io.StringIO()
    print_comparison(comparison, Console(file=stream, width=width))
    return stream.getvalue()


def test_samples_that_only_one_hits(tmp_path):
    golds = screens(40)
    found = compare(_files(tmp_path, golds, _ids(golds, 0, 2), _ids(golds, 30, 40)))
    (versus,) = found.versus
    assert (found.n, versus.won, versus.lost) == (40, 2, 10)
    flips = [(flip.kind, flip.id) for flip in versus.flips]
    assert flips == [("lost", one) for one in _ids(golds, 30, 40)] + [
        ("won", one) for one in _ids(golds, 0, 2)
    ]
    assert versus.flips[0].base.hit and not versus.flips[0].verdict.hit
    assert versus.flips[0].text == WRONG
    hit = versus.differences[0]
    assert (hit.metric, hit.test) == ("hit", "mcnemar")
    assert hit.difference == pytest.approx(30 / 40 - 38 / 40)
    # At most 2 of 12 flips of a fair coin, on either side: 1, 12 and 66 ways of 4096.
    assert hit.p == pytest.approx(2 * (1 + 12 + 66) / 4096)
    assert hit.better is False


def test_a_mean_has_a_test_of_its_own(tmp_path):
    golds = screens(40)
    found = compare(_files(tmp_path, golds, (), _ids(golds, 20, 40)))
    differences = {one.metric: one for one in found.versus[0].differences}
    iou = differences["iou"]
    assert (iou.test, iou.base, iou.better) == ("randomisation", 1.0, False)
    assert iou.p is not None and iou.p < 0.001
    assert iou.interval is not None and iou.interval.high < 0


def test_less_is_better_for_errors(tmp_path):
    golds = [make_gold(f"s{row}", screen=f"s{row}") for row in range(30)]
    rows = [predict(gold, f"<ref>text-x</ref><box>{list(gold.box)}</box>") for gold in golds]
    worse = write_rows(tmp_path / "worse.jsonl", rows)
    better = write_rows(tmp_path / "better.jsonl", [predict(gold) for gold in golds])
    found = compare([worse, better])
    cer = next(one for one in found.versus[0].differences if one.metric == "cer")
    assert cer.difference is not None and cer.difference < 0
    assert cer.better is True


def test_positions_do_not_matter(tmp_path):
    golds = screens(40)
    old, new = _files(tmp_path, golds, _ids(golds, 0, 5), _ids(golds, 3, 9))
    straight = compare([old, new])
    lines = new.read_bytes().splitlines(keepends=True)
    random.Random(1).shuffle(lines)
    new.write_bytes(b"".join(lines))
    shuffled = compare([old, new])
    assert straight.versus == shuffled.versus
    assert straight.signature == shuffled.signature


def test_duplicates_and_rows_of_one_side_are_named(tmp_path):
    golds = screens(20)
    old = write_rows(tmp_path / "old.jsonl", [predict(gold) for gold in golds])
    rows = [predict(gold) for gold in golds[3:]]
    new = write_rows(tmp_path / "new.jsonl", [*rows, predict(golds[5], WRONG)])
    found = compare([old, new])
    assert found.n == 17
    first, second = found.systems
    assert (first.n, first.alone, first.duplicates) == (20, 3, 0)
    assert first.examples == _ids(golds, 0, 3)
    assert (second.n, second.alone, second.duplicates) == (17, 0, 1)
    assert found.versus[0].lost == 0  # the first answer counts
    shown = _shown(found)
    assert "3 of 20 samples are not in all files" in shown and "s0000" in shown
    assert "1 further answers" in shown


def test_with_a_dataset_what_is_missing_is_wrong(tmp_path):
    samples = [make_sample(f"s{row}") for row in range(8)]
    folder = tmp_path / "set"
    write_rows(folder / "samples.jsonl", samples)
    golds = [make_gold(sample.id) for sample in samples]
    old = write_rows(tmp_path / "old.jsonl", [predict(gold, embed=False) for gold in golds])
    new = write_rows(tmp_path / "new.jsonl", [predict(gold, embed=False) for gold in golds[2:]])
    found = compare([old, new], folder)
    assert (found.n, found.versus[0].lost) == (8, 2)
    assert found.versus[0].flips[0].text is None


def test_gold_records_that_differ_are_counted(tmp_path):
    golds = screens(6)
    old = write_rows(tmp_path / "old.jsonl", [predict(gold) for gold in golds])
    moved = [make_gold(golds[0].id, (1, 1, 9, 9)), *golds[1:]]
    new = write_rows(tmp_path / "new.jsonl", [predict(gold) for gold in moved])
    found = compare([old, new])
    assert found.conflicts == 1
    assert "1 samples have other gold records" in _shown(found)


def test_groups_add_up(tmp_path):
    golds = screens(40)
    found = compare(_files(tmp_path, golds, _ids(golds, 0, 4), _ids(golds, 30, 40)))
    versus = found.versus[0]
    types = [group for group in versus.groups if group.grouping == "type"]
    assert sum(group.n for group in types) == 40
    assert sum(group.won for group in types) == versus.won == 4
    assert sum(group.lost for group in types) == versus.lost == 10


def test_three_files_each_against_the_first(tmp_path):
    golds = screens(12)
    old, new = _files(tmp_path, golds, (), _ids(golds, 0, 2))
    third = write_rows(tmp_path / "third.jsonl", [predict(gold) for gold in golds])
    found = compare([old, new, third])
    assert [(one.name, one.lost) for one in found.versus] == [("new", 2), ("third", 0)]


def test_files_of_one_name_are_told_apart(tmp_path):
    golds = screens(4)
    old, _ = _files(tmp_path / "a", golds)
    other, _ = _files(tmp_path / "b", golds)
    names = [system.name for system in compare([old, other]).systems]
    assert names == [str(old), str(other)]


def test_a_name_is_that_of_the_file_without_its_ending(tmp_path):
    golds = screens(3)
    rows = [predict(gold) for gold in golds]
    files = [write_rows(tmp_path / name, rows) for name in ("a.0.05.jsonl", "b.json", ".jsonl")]
    assert [system.name for system in compare(files).systems] == ["a.0.05", "b", ".jsonl"]


def test_points_alone_have_no_figures_of_boxes(tmp_path):
    golds = screens(4)
    rows = [predict(gold, f"({gold.point[0]}, {gold.point[1]})") for gold in golds]
    old, new = (write_rows(tmp_path / name, rows) for name in ("old.jsonl", "new.jsonl"))
    names = [one.metric for one in compare([old, new]).versus[0].differences]
    assert "hit" in names and "iou" not in names
    with_boxes, _ = _files(tmp_path / "boxes", golds)
    assert "iou" in [one.metric for one in compare([old, with_boxes]).versus[0].differences]


def test_equal_files_do_not_differ(tmp_path):
    found = compare(_files(tmp_path, screens(10)))
    assert found.versus[0].differences[0].p == 1.0
    assert {one.better for one in found.versus[0].differences} == {None}
    assert "do not differ in centre-hits beyond chance" in _shown(found)


def test_no_sample_in_common(tmp_path):
    old = write_rows(tmp_path / "old.jsonl", [predict(make_gold("a"))])
    new = write_rows(tmp_path / "new.jsonl", [predict(make_gold("b"))])
    with pytest.raises(DataError, match="no sample in common"):
        compare([old, new])


@pytest.mark.parametrize("count", [0, 1])
def test_one_file_is_no_comparison(tmp_path, count):
    with pytest.raises(OptionError, match="one file"):
        compare([tmp_path / "a.jsonl"] * count)


def test_a_file_against_itself(tmp_path):
    old, _ = _files(tmp_path, screens(2))
    with pytest.raises(OptionError, match="named twice"):
        compare([old, tmp_path / "." / "old.jsonl"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metrics": ["ap"]}, "--metric: ap is no mean .* no paired test of it; compare f1@0.5"),
        ({"metrics": ["hit(average=type)"]}, "--metric: .* is a macro average, .*compare hit "),
        ({"metrics": ["dist(stat=median)"]}, "--metric: .* is a median, .*compare dist "),
        ({"parity": "seeclick"}, "--parity: hit.average=platform.ui_type. is a macro average"),
        ({"parity": "coco"}, "--parity: ap is no mean"),
    ],
)
def test_what_has_no_paired_test_is_refused_by_name(tmp_path, options, message):
    with pytest.raises(OptionError, match=message):
        compare(_files(tmp_path, screens(2)), options=Options(**options))


def test_samples_that_are_answered_again_are_named(tmp_path):
    golds = screens(10)
    old, _ = _files(tmp_path, golds)
    again = [predict(gold) for gold in [*golds, *golds[3:], golds[4]]]
    new = write_rows(tmp_path / "new.jsonl", again)
    found = compare([old, new])
    assert (found.systems[1].duplicates, found.systems[1].repeated) == (8, _ids(golds, 3, 8))
    shown = " ".join(_shown(found).split())
    assert f"new: 8 further answers are not compared: {', '.join(_ids(golds, 3, 8))}, ..." in shown


def test_the_seed_moves_intervals_and_not_figures(tmp_path):
    golds = screens(40)
    files = _files(tmp_path, golds, _ids(golds, 0, 5), _ids(golds, 20, 40))
    usual, zero = (compare(files, options=Options(**seed)) for seed in ({}, {"seed": 0}))
    assert "|ci:wilson95,bs:1000,seed:0|" in zero.signature
    one, two = (found.versus[0].differences[0] for found in (usual, zero))
    assert (one.difference, one.p) == (two.difference, two.p)
    # Percentiles of 40 samples are whole samples; the spread of the resamples is not.
    assert one.detectable != two.detectable
    with pytest.raises(OptionError, match="--seed"):
        Options(seed=-1)


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_loses_nothing_at_usual_widths(tmp_path, width):
    golds = screens(40)
    name = "hit(edges=open,point=first,absent=skip)"
    files = _files(tmp_path, golds, (), _ids(golds, 20, 40))
    shown = _shown(compare(files, options=Options(metrics=[name])), width)
    table = shown[shown.index("could show") : shown.index("Centre-hits by")]
    assert "…" not in table
    words = [word for word in table.split() if re.match(r"hit\(|edges|point|absent", word)]
    assert "".join(words) == name
    hit = compare(files).versus[0].differences[0]
    assert hit.detectable is not None
    row = next(line for line in table.splitlines() if line.startswith("  hit "))
    assert f" {100 * hit.detectable:.1f}" in row
    assert ("randomisation" in table) and ("~" in table) == (width == 80)


def test_names_are_not_compared_where_nobody_names_anything(tmp_path):
    golds = spread(30)
    rows = [predict(gold, "<point>5 5</point>") for gold in golds]
    files = [write_rows(tmp_path / name, rows) for name in ("a.jsonl", "b.jsonl")]
    metrics = [one.metric for one in compare(files).versus[0].differences]
    assert metrics == ["hit", "dist"]


@pytest.mark.parametrize("width", [60, 80, 110])
def test_the_report_fits_and_says_who_is_better(tmp_path, width):
    golds = screens(40)
    found = compare(_files(tmp_path, golds, (), _ids(golds, 20, 40)))
    shown = _shown(found, width)
    assert "new hits 50.0 points less than old" in " ".join(shown.split())
    assert "0 won, 20 lost" in shown
    assert max(map(len, shown.splitlines())) <= width


def test_ids_cannot_write_markup_or_move_the_cursor(tmp_path):
    golds = [make_gold("[red]x\x1b[2J"), make_gold("b")]
    found = compare(_files(tmp_path, golds, (), [golds[0].id]))
    assert "\x1b[2J" not in _shown(found) and "[red]x" in _shown(found)
