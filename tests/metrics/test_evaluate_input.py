"""What `evaluate` does with files and options that are wrong, odd or hostile."""

import codecs
import json
import re
from pathlib import Path

import msgspec
import pytest

from groundkit.errors import DataError, OptionError
from groundkit.store import encode_line
from tests.metrics.builders import evaluate, make_gold, make_sample, predict, write_rows


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "predictions.jsonl"


def refusal(*args, **kwargs) -> str:
    with pytest.raises(DataError) as caught:
        evaluate(*args, **kwargs)
    assert "\n" not in str(caught.value)
    return str(caught.value)


GOOD = predict(make_gold())


def line(**changes) -> bytes:
    """A good row as JSON, with fields set; `gold.box` reaches inside; ... removes a field."""
    row = msgspec.to_builtins(GOOD)
    for name, value in changes.items():
        target = row["gold"] if name.startswith("gold_") else row
        key = name.removeprefix("gold_")
        if value is ...:
            del target[key]
        else:
            target[key] = value
    return json.dumps(row).encode() + b"\n"


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (b'{"id": "b", "text": \n', r"p.jsonl:3: not valid JSON"),
        (line(id="b", gold_id="b")[:-30] + b"\n", r"p.jsonl:3: not valid JSON"),
        (b"\xff\xfe\n", r"p.jsonl:3: "),
        pytest.param(b"[" * 100_000 + b"\n", r"p.jsonl:3: Expected", id="never closed"),
        pytest.param(
            b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n",
            r"p.jsonl:3: nested too deeply$",
            id="deeply nested",
        ),
        (b'"text"\n', r"p.jsonl:3: Expected `object`"),
        (line(text=...), r"p.jsonl:3: text: the row has no text of the model"),
        (
            line(text=None),
            r'p.jsonl:3: text: the answer is null, not a text; of a call that failed write "", ',
        ),
        (
            encode_line(make_sample()),
            "p.jsonl:3: this is a dataset, not predictions: .* groundkit eval predictions.jsonl "
            "--dataset samples.jsonl scores",
        ),
        (b'[{"id": "a"}]\n', "p.jsonl:3: .* the form is JSON Lines: one JSON object a line"),
        (line(text=7), r"p.jsonl:3: text: Expected `str`, got `int`"),
        (line(id=None), r"p.jsonl:3: id: Expected `str`, got `null`"),
        (line(frame="norm2000"), r"p.jsonl:3: frame: Invalid enum value 'norm2000'"),
        (line(gold_box=[1, 2, 3]), r"p.jsonl:3: gold.box: Expected `array` of length 4"),
        (line(gold_box=[1, 2, float("nan"), 4]), r"p.jsonl:3: gold.box\[2\]: a number is not fin"),
        (line(gold_split=7), r"p.jsonl:3: gold.split: Expected `str`"),
        (
            line(id="b", gold_id="b", frame=...),
            r"p.jsonl:3: the row does not say in which frame its numbers are; valid: pixel, .*; "
            r"declare it for all rows: --frame NAME or --model-family NAME",
        ),
        (
            line(id="b", gold_id="b", gold_box=...),
            r"p.jsonl:3: the gold record has no right answer; valid: box, boxes",
        ),
        (
            line(
                id="b",
                gold_id="b",
                gold_absent=True,
                gold_box=None,
                gold_polygon=[1, 2, 3, 4, 5, 6],
            ),
            r"p.jsonl:3: the gold record has more than one kind of right answer",
        ),
        (
            line(id="b", gold_id="b", gold_box=None, gold_polygon=[1, 2, 3, 4]),
            r"p.jsonl:3: polygon: a polygon needs three corners",
        ),
        (line(gold_width=...), r"p.jsonl:3: gold: Object missing required field `width`"),
        (
            line(id="b", gold_id="b", gold_box=[200, 100, 100, 140]),
            r"p.jsonl:3: the gold box is empty or inverted: \[200, 100, 100, 140\] in 1000x500",
        ),
        (line(id="b", gold_id="b", gold_box=[9, 9, 9, 20]), r"p.jsonl:3: the gold box is empty"),
        (line(id="b", gold_id="b", gold_original=[0, 9]), r"p.jsonl:3: the original size is not"),
        (line(id="b", gold_id="b", gold_width=10**30), r"p.jsonl:3: an absurd size"),
        (line(id="b", gold_id="b", gold_original=[9, 10**30]), r"p.jsonl:3: an absurd size"),
        pytest.param(
            line(id="b", gold_id="b", gold_width=10**400),
            r"p.jsonl:3: a gold number is absurdly large",
            id="a number of 400 digits",
        ),
        (
            line(id="b", gold_id="b", gold_type="Button"),
            r"p.jsonl:3: gold.type: unknown type 'Button'; valid: text, heading, ",
        ),
        (line(id="b"), r"p.jsonl:3: gold.id: the gold record belongs to 'a', the row to 'b'"),
        (
            line(id="b", gold=...),
            r"p.jsonl:3: the row has no `gold` to be scored against; "
            r"name the dataset: --dataset samples.jsonl",
        ),
    ],
)
def test_a_bad_row_is_named_by_file_line_and_field(tmp_path, bad, expected):
    file = tmp_path / "p.jsonl"
    file.write_bytes(line() + b"\n" + bad)  # a blank line counts as a line
    assert re.search(expected, refusal(file))


def test_a_byte_order_mark_is_no_error(file):
    file.write_bytes(codecs.BOM_UTF8 + line())
    assert evaluate(file).overall.n == 1


def test_other_tools_may_add_keys(file):
    file.write_bytes(line(logprob=-1.5, gold_mood="good"))
    assert evaluate(file).overall.n == 1


def test_nothing_to_score(tmp_path, file):
    file.write_bytes(b"\n  \n")
    assert refusal(file).endswith("the file holds no rows")
    assert "cannot read the file: No such file" in refusal(tmp_path / "none.jsonl")
    write_rows(file, [predict(make_gold())])
    assert "no prediction is for the split 'val'" in refusal(file, split="val")
    dataset = write_rows(tmp_path / "samples.jsonl", [make_sample("other")])
    message = "samples.jsonl: the dataset holds no sample of the split 'val'"
    assert message in refusal(file, dataset, split="val")
    assert "no prediction is for a question of" in refusal(file, dataset)


def test_a_dataset_must_be_sound(tmp_path, file):
    write_rows(file, [predict(make_gold())])
    dataset = tmp_path / "samples.jsonl"
    write_rows(dataset, [make_sample("a"), make_sample("b"), make_sample("a")])
    assert "samples.jsonl:3: the id 'a' occurs twice" in refusal(file, dataset)
    write_rows(dataset, [make_sample("a"), make_sample("b", box=(5, 5, 1, 9))])
    assert "samples.jsonl:2: the gold box is empty or inverted" in refusal(file, dataset)
    write_rows(dataset, [make_sample("a"), make_gold("b", type="Button")])
    assert "samples.jsonl:2: type: unknown type 'Button'; valid: text, " in refusal(file, dataset)
    dataset.write_bytes(b"")
    assert "the file holds no samples" in refusal(file, dataset)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "samples.jsonl: cannot read the file" in refusal(file, empty)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"frame": "norm2000"}, "--frame: unknown value 'norm2000'; valid: pixel, resized"),
        ({"edges": "round"}, "--edges: unknown value 'round'; valid: closed, half-open, open"),
        ({"split": "test"}, "--split: unknown value 'test'; valid: all, train, val"),
        ({"worst": -1}, "cannot show -1 worst cases"),
    ],
)
def test_unknown_options(file, options, message):
    with pytest.raises(OptionError, match=message):
        evaluate(write_rows(file, [predict(make_gold())]), **options)


def test_a_megabyte_of_text(file):
    golds = [make_gold(str(n)) for n in range(4)]
    texts = ["x" * (1 << 20), "[[" * (1 << 19), "<ref>" * 200_000, "1, " * 300_000]
    found = evaluate(write_rows(file, [predict(g, t) for g, t in zip(golds, texts, strict=True)]))
    assert found.overall.status["unparsable"] == 4
    assert all(len(case.text) <= 400 for case in found.worst)


def test_gold_that_contradicts_itself_is_told_without_a_dataset(file):
    """The first record of a sample counts; four of the six repetitions differ from it."""
    golds = [make_gold("a"), make_gold("b")]
    changes = [{"box": (0, 0, 50, 50)}, {"name": "x"}, {"type": "icon"}, {"point": (101, 101)}]
    rows = [predict(gold) for gold in (*golds, *golds)]
    rows += [predict(make_gold("b", **change)) for change in changes]
    found = evaluate(write_rows(file, rows))
    assert (found.counts.duplicates, found.counts.conflicts) == (6, 4)
    assert found.counts.examples == {"duplicates": "a", "conflicts": "b"}
    (message,) = [flag.message for flag in found.flags if flag.kind == "conflicts"]
    assert message == (
        "4 of 8 (50.0 %) predictions carry another gold record than the one that counts; "
        "for example 'b'"
    )
    assert (found.overall.n, found.overall.iou) == (2, 1)


def test_the_example_of_the_dataset_is_of_the_split_asked(tmp_path, file):
    samples = [make_sample("t"), make_sample("v", split="val")]
    dataset = write_rows(tmp_path / "samples.jsonl", samples)
    write_rows(file, [predict(make_gold(name), embed=False) for name in "Vtv"])
    assert evaluate(file, dataset, split="val").counts.examples["dataset"] == "v"
    assert evaluate(file, dataset).counts.examples["dataset"] == "t"


def test_the_end_of_a_long_id_is_shown(tmp_path, file):
    dataset = write_rows(tmp_path / "samples.jsonl", [make_sample("s")])
    for name, shown in (
        ("x" * 79 + "1", "x" * 79 + "1"),
        ("y" * 100 + "12", "…" + "y" * 77 + "12"),
    ):
        write_rows(file, [predict(make_gold(one), embed=False) for one in (name, "s")])
        assert evaluate(file, dataset).counts.examples["unknown"] == shown
        assert len(shown) == 80


def test_boxes_outside_are_counted_in_each_group(file):
    one, two = (f"<box>[[{left}, 0, 1001, 9]]</box>" for left in (0, 900))  # 1000 px wide
    golds = [make_gold(str(n), type=name) for n, name in enumerate(["text", "icon", "icon"])]
    rows = [predict(golds[0]), predict(golds[1], one), predict(golds[2], two)]
    found = evaluate(write_rows(file, rows))
    assert found.overall.out_of_image == found.counts.out_of_image == 2
    assert {name: part.out_of_image for name, part in found.groups["type"].items()} == {
        "icon": 2,
        "text": 0,
    }
