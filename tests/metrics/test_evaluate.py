import gc
from pathlib import Path

import pytest

from groundkit.errors import DataError, GroundkitError, OptionError
from groundkit.metrics.evaluate import relocate
from groundkit.records import Verdict
from groundkit.store import read_jsonl
from tests.metrics.builders import (
    answer,
    evaluate,
    make_gold,
    make_sample,
    predict,
    spread,
    write_rows,
)


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "predictions.jsonl"


def test_right_answers_are_perfect(file):
    found = evaluate(write_rows(file, [predict(gold) for gold in spread(40)]))
    overall = found.overall
    assert (overall.n, overall.hit, overall.iou, overall["iou@0.9"]) == (40, 1, 1, 1)
    assert (overall["type"], overall["name"], overall["cer"]) == (1, 1, 0)
    assert (overall["dist"], overall["dist(stat=median)"], overall.metrics["dist"].n) == (0, 0, 40)
    assert [flag.kind for flag in found.flags] == ["given-point"]
    assert found.worst == []
    assert "|denom:file|" in found.signature
    assert "|n:40|" in found.signature


def test_the_dataset_is_the_denominator(tmp_path, file):
    samples = [make_sample(f"s{row}") for row in range(10)]
    write_rows(tmp_path / "data" / "samples.jsonl", samples)
    rows = [predict(sample, embed=False) for sample in samples[:4]]
    rows += [predict(make_gold("stranger"), embed=False)] * 2
    write_rows(file, rows)
    for dataset in (tmp_path / "data", tmp_path / "data" / "samples.jsonl"):
        found = evaluate(file, dataset)
        assert (found.overall.n, found.overall.hit) == (10, 0.4)
        assert found.overall.status["missing"] == 6
        assert (found.counts.rows, found.counts.unknown) == (6, 2)
        assert "|denom:dataset|" in found.signature


def test_both_ways_agree_on_the_same_data(tmp_path):
    samples = [make_sample(gold.id, gold.box, name=gold.name) for gold in spread(30, (1000, 500))]
    dataset = write_rows(tmp_path / "samples.jsonl", samples)
    texts = [answer(sample, [edge + 3 for edge in sample.box]) for sample in samples]
    alone, joined = (
        write_rows(
            tmp_path / f"{embed}.jsonl",
            # In another order: neither figures nor data hash depend on it.
            [predict(s, t, embed) for s, t in list(zip(samples, texts, strict=True))[::-1]],
        )
        for embed in (True, False)
    )
    one, two = evaluate(alone), evaluate(joined, dataset)
    assert one.overall == two.overall
    assert one.groups == two.groups
    assert one.signature.replace("denom:file", "denom:dataset") == two.signature


def test_the_first_of_several_answers_counts(file):
    gold = make_gold()
    wrong, right = predict(gold, "<box>[[0, 0, 9, 9]]</box>"), predict(gold)
    found = evaluate(write_rows(file, [wrong, right, right]))
    assert (found.overall.n, found.overall.hit, found.counts.duplicates) == (1, 0, 2)
    assert evaluate(write_rows(file, [right, wrong])).overall.hit == 1


def test_a_split_is_scored_alone(tmp_path, file):
    golds = [make_gold(f"g{row}", split="val" if row < 3 else "train") for row in range(10)]
    write_rows(file, [predict(gold) for gold in golds[:7]])
    found = evaluate(file, split="val")
    assert (found.overall.n, found.counts.other_split) == (3, 4)
    dataset = write_rows(
        tmp_path / "samples.jsonl",
        [make_sample(gold.id, split=gold.split) for gold in golds],
    )
    assert evaluate(file, dataset, split="train").overall.status["missing"] == 3


def test_the_frame_is_as_declared_unless_overridden(file):
    gold = make_gold()  # 1000 x 500 px
    text = answer(gold, (100, 200, 200, 280))
    assert evaluate(write_rows(file, [predict(gold, text, frame="norm1000")])).overall.iou == 1
    write_rows(file, [predict(gold, text)])
    assert evaluate(file).overall.iou < 1
    found = evaluate(file, frame="norm1000")
    assert found.overall.iou == 1
    assert "|frame:norm1000|" in found.signature


def test_rows_of_several_frames(file):
    one, two = make_gold("one"), make_gold("two")
    rows = [predict(one), predict(two, answer(two, (0.1, 0.2, 0.2, 0.28)), frame="norm1")]
    found = evaluate(write_rows(file, rows))
    assert found.overall.iou == pytest.approx(1)
    assert "|frame:mixed|" in found.signature


def test_a_frame_mistake_is_flagged_and_not_scored(file):
    golds = spread(50, (1288, 728))
    write_rows(
        file,
        [
            predict(
                g,
                answer(
                    g, [round(v * 1000 / s) for v, s in zip(g.box, (1288, 728) * 2, strict=True)]
                ),
            )
            for g in golds
        ],
    )
    found = evaluate(file)
    assert found.better_reading.frame == "norm1000"
    assert found.flags[0].kind == "frame"
    assert found.overall.hit < 0.4
    assert evaluate(file, frame="norm1000").better_reading is None


def test_edges_change_the_hit_and_the_signature(file):
    write_rows(file, [predict(make_gold(), "<box>[[190, 110, 210, 130]]</box>")])
    assert evaluate(file).overall.hit == 1
    found = evaluate(file, edges="open")
    assert found.overall.hit == 0
    assert "groundkit|hit(edges=open),iou," in found.signature


def test_groups_are_ordered_and_add_up(file):
    golds = spread(41)
    golds.append(make_gold("web", source="web", split="val", width=3000))
    found = evaluate(write_rows(file, [predict(gold) for gold in golds]))
    assert list(found.groups) == ["type", "size", "source", "split"]
    for summaries in found.groups.values():
        assert sum(summary.n for summary in summaries.values()) == 42
    assert list(found.groups["type"]) == ["text", "button", "icon", "input"]  # 12, 10, 10, 10
    assert list(found.groups["source"].items())[1][1].n == 1
    assert list(found.groups["size"]) == ["tiny", "small", "medium"]


def test_one_constant_box_is_flagged(file):
    golds = spread(20)
    write_rows(file, [predict(gold, "<box>[[600, 300, 700, 400]]</box>") for gold in golds])
    kinds = {flag.kind for flag in evaluate(file).flags}
    assert {"constant-box", "unnamed"} <= kinds


def test_verdicts_are_written_one_a_gold_record(tmp_path):
    file = write_rows(tmp_path / "runs" / "p.jsonl", [predict(make_gold(str(n))) for n in range(3)])
    verdicts = tmp_path / "out" / "deep" / "verdicts.jsonl"
    evaluate(file, verdicts=verdicts)
    rows = list(read_jsonl(verdicts, Verdict))
    assert [row.id for row in rows] == ["0", "1", "2"]
    assert (verdicts.parent / rows[0].image).resolve() == tmp_path / "runs/images/a.png"
    assert [path.name for path in verdicts.parent.iterdir()] == ["verdicts.jsonl"]


def test_missing_samples_have_verdicts_too(tmp_path, file):
    dataset = write_rows(tmp_path / "samples.jsonl", [make_sample("a"), make_sample("b")])
    write_rows(file, [predict(make_gold("b"), embed=False)])
    evaluate(file, dataset, verdicts=tmp_path / "v.jsonl")
    found = [(row.id, row.status) for row in read_jsonl(tmp_path / "v.jsonl", Verdict)]
    assert found == [("b", "scored"), ("a", "missing")]


def test_an_error_leaves_no_verdicts_and_the_collector_running(tmp_path, file):
    file.write_bytes(b'{"id": "a"}\n')
    with pytest.raises(GroundkitError):
        evaluate(file, verdicts=tmp_path / "v.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["predictions.jsonl"]
    assert gc.isenabled()


def test_figures_do_not_depend_on_how_the_file_is_cut(file, monkeypatch):
    golds = spread(60)
    texts = [None, "hm", "[]", "<box>[[1, 2, 3, 4]]</box>"]
    rows = [predict(g, texts[n % 7] if n % 7 < 4 else None) for n, g in enumerate(golds)]
    write_rows(file, rows)
    whole = evaluate(file)
    monkeypatch.setattr("groundkit.prediction_files.lines._BLOCK_BYTES", 1)
    assert evaluate(file) == whole


def test_a_mean_of_medians_has_no_interval(file):
    """Medians of groups are no ratios of sums, so that nothing can be resampled."""
    write_rows(file, map(predict, spread(60)))
    found = evaluate(file, metrics=["dist(stat=median,average=type)"])
    figure = found.overall.metrics["dist(stat=median,average=type)"]
    assert (figure.value, figure.n, figure.interval) == (0.0, 60, None)


@pytest.mark.parametrize(
    ("text", "frame", "count"),
    [
        ("50%, 25%", "resized", 40),
        ("[50 %, 25 %, 60 %, 30 %]", "norm1", 0),  # no form of the grammar
        ("(50%, 25%)", "percent", 0),
        ("50% off is at (50, 25)", "resized", 0),
        ("<ref>button-50%</ref><box>[[1, 2, 3, 4]]</box>", "resized", 0),
    ],
)
def test_percent_signs_in_another_frame(file, text, frame, count):
    write_rows(file, [predict(gold, text, frame=frame) for gold in spread(40)])
    found = evaluate(file)
    assert found.counts.percent_signs == count
    assert ("percent" in {flag.kind for flag in found.flags}) == (count > 0)


def flagged(*args, **kwargs) -> dict[str, str]:
    return {flag.kind: flag.message for flag in evaluate(*args, **kwargs).flags}


@pytest.mark.parametrize(
    "change",
    [
        {"box": (0, 0, 50, 50)},
        {"original": (1, 1)},
        {"type": "icon"},
        {"name": "x"},
    ],
    ids=str,
)
def test_gold_that_contradicts_the_dataset_is_flagged(tmp_path, file, change):
    dataset = write_rows(tmp_path / "samples.jsonl", [make_sample("a"), make_sample("b")])
    stale = predict(make_gold("a", **change), answer(make_gold(), make_gold().box))
    write_rows(file, [stale, predict(make_gold("b", image="elsewhere.png"))])
    found = evaluate(file, dataset)
    assert (found.overall.iou, found.counts.conflicts) == (1, 1)
    good = [predict(make_gold("a")), predict(make_gold("b"))]
    write_rows(tmp_path / "twice.jsonl", [*good, stale])  # the second answer to a sample, too
    twice = evaluate(tmp_path / "twice.jsonl", dataset)
    assert (twice.counts.duplicates, twice.counts.conflicts) == (1, 1)
    assert found.counts.examples == {"conflicts": "a"}
    assert flagged(file, dataset)["conflicts"].endswith("that counts; for example 'a'")


@pytest.mark.parametrize("change", [{"width": 1001}, {"height": 501}], ids=str)
def test_answers_in_pixels_of_another_image_are_refused(tmp_path, file, change):
    dataset = write_rows(tmp_path / "samples.jsonl", [make_sample("a")])
    write_rows(file, [predict(make_gold("a", **change))])
    with pytest.raises(
        DataError, match=r":1: image size: the answer is in pixels of an image of .*, the d"
    ):
        evaluate(file, dataset)
    assert evaluate(file).overall.hit == 1
    assert evaluate(file, dataset, frame="pixel").overall.n == 1
    write_rows(file, [predict(make_gold("a", **change), frame="norm1000")])
    assert evaluate(file, dataset).overall.n == 1


def test_rows_say_what_size_the_model_saw(file):
    gold = make_gold("a", (100, 100, 200, 140))  # of 1000x500, shown at 500x250
    half = predict(gold, "<box>[[50, 50, 100, 70]]</box>", seen=(500, 250))
    write_rows(file, [half, predict(make_gold("b"))])
    assert evaluate(file).overall.iou == 1


def test_further_draws_are_not_scored_and_no_duplicates(tmp_path, file):
    drawn = [predict(make_gold("a"), "hm" if draw else None, draw=draw) for draw in range(8)]
    rows = [*drawn, predict(make_gold("b")), predict(make_gold("b"), "hm")]
    write_rows(file, rows)
    dataset = write_rows(tmp_path / "samples.jsonl", [make_sample("a"), make_sample("b")])
    for found in (evaluate(file), evaluate(file, dataset), evaluate(file, workers=2)):
        assert (found.overall.n, found.overall.hit, found.counts.rows) == (2, 1, 10)
        assert found.counts.duplicates == 1  # of b, whose two answers are both draw 0


def test_strange_and_repeated_ids_are_shown(tmp_path, file):
    dataset = write_rows(tmp_path / "samples.jsonl", [make_sample("s/1"), make_sample("s/2")])
    names = ("s-1", "s-2", "s/1", "s/1", "x" * 1000)
    write_rows(file, [predict(make_gold(name), embed=False) for name in names])
    examples = evaluate(file, dataset).counts.examples
    assert examples == {"unknown": "s-1", "duplicates": "s/1", "dataset": "s/1"}
    names = ("x" * 1000, "s/1")
    write_rows(file, [predict(make_gold(name), embed=False) for name in names])
    assert evaluate(file, dataset).counts.examples["unknown"] == "…" + "x" * 79


def test_answers_to_one_split_only_name_the_option(tmp_path, file):
    golds = [make_gold(str(n), split="val" if n < 3 else "train") for n in range(30)]
    dataset = write_rows(tmp_path / "s.jsonl", [make_sample(g.id, split=g.split) for g in golds])
    write_rows(file, [predict(gold) for gold in golds[:2]])
    assert flagged(file, dataset)["missing"].endswith("--split val?")
    assert "--split" not in flagged(file, dataset, split="val")["missing"]
    write_rows(file, [predict(gold) for gold in golds[:4]])
    assert "--split" not in flagged(file, dataset)["missing"]


def test_boxes_with_width_and_height_are_guessed(file):
    golds = spread(60)
    texts = []
    for gold in golds:
        x1, y1, x2, y2 = gold.box
        texts.append(f"<box>[[{x1}, {y1}, {x2 - x1}, {y2 - y1}]]</box>")
    write_rows(file, map(predict, golds, texts))
    assert "x, y, width, height instead of corners?" in flagged(file)["invalid"]


def test_names_without_a_type_word_are_flagged(file):
    golds = spread(60)
    texts = [f"<ref>{gold.name}</ref><box>[{list(gold.box)}]</box>" for gold in golds]
    write_rows(file, map(predict, golds, texts))
    assert flagged(file)["type-words"].startswith("60 of 60 (100.0 %) answers have a <ref>")


def test_one_endless_name_is_flagged(file):
    golds = spread(200)
    endless = f"<ref>文本-{'的' * 4000}</ref><box>[{list(golds[7].box)}]</box>"
    write_rows(file, [predict(gold, endless if n == 7 else None) for n, gold in enumerate(golds)])
    assert flagged(file)["runaway"].startswith("1 of 200 (0.5 %) answers hold more than half")


def test_a_wrong_frame_option_is_told_from_a_wrong_row(file):
    golds = spread(50, (1288, 728))
    scale = (1288, 728) * 2
    texts = [
        answer(gold, [round(v * 999 / s) for v, s in zip(gold.box, scale, strict=True)])
        for gold in golds
    ]
    rows = [predict(gold, text, frame="norm999") for gold, text in zip(golds, texts, strict=True)]
    write_rows(file, rows)
    assert "frame" not in flagged(file)
    assert flagged(file, frame="resized")["frame"].endswith("drop --frame")


def test_equal_gold_boxes_are_no_constant_box(file):
    write_rows(file, [predict(make_gold(str(n), point=None)) for n in range(40)])
    assert evaluate(file).flags == []


@pytest.mark.parametrize("link", [False, True])
def test_verdicts_never_replace_what_is_read(tmp_path, file, link):
    dataset = write_rows(tmp_path / "data" / "samples.jsonl", [make_sample()])
    write_rows(file, [predict(make_gold())])
    before = file.read_bytes(), dataset.read_bytes()
    for path, what in ((file, "the predictions"), (dataset, "the dataset")):
        target = path
        if link:
            target = tmp_path / "link" / what
            target.parent.mkdir(exist_ok=True)
            target.symlink_to(path)
        with pytest.raises(OptionError, match=f"--verdicts: .* is the file of {what}"):
            evaluate(file, dataset.parent, verdicts=target)
    assert (file.read_bytes(), dataset.read_bytes()) == before


@pytest.mark.parametrize("absolute", [False, True])
def test_a_relocated_report_finds_its_images(tmp_path, monkeypatch, absolute):
    monkeypatch.chdir(tmp_path)
    golds = [make_gold("a"), make_gold("b", image="/abs/b.png")]
    file = write_rows(Path("runs/p.jsonl"), [predict(gold, "hm") for gold in golds])
    found = evaluate(file.resolve() if absolute else file)
    moved = relocate(found, tmp_path / "out" / "deep" / "r.json")
    images = {case.verdict.id: case.verdict.image for case in moved.worst}
    assert images == {"a": "../../runs/images/a.png", "b": "/abs/b.png"}
    same = relocate(found, tmp_path / "runs" / "r.json")
    assert same.worst[0].verdict.image == "images/a.png"
