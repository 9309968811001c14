"""Prediction files of other tools, each as that tool writes it, through the whole of eval."""

from __future__ import annotations

import gzip
import json

import pytest

from groundkit.errors import DataError, GroundkitError, OptionError
from groundkit.prediction_files.read import read_predictions
from groundkit.store import encode_line
from tests.metrics.builders import evaluate, make_gold, make_sample, predict, write_rows

BOX = "[100, 100, 200, 140]"


def sspro(name: str, pred, correct: str, **fields):
    return {
        "img_path": f"./images/{name}.png",
        "group": "CAD",
        "platform": "windows",
        "application": "vivado",
        "prompt_to_evaluate": f"open {name}",
        "gt_type": "positive",
        "ui_type": "icon",
        "image_size": [1000, 500],
        "pred": pred,
        "raw_response": "(500, 499)<|im_end|>",
        "bbox": [100, 100, 200, 140],
        "correctness": correct,
        **fields,
    }


ROWS = {
    "llamafactory": (
        [{"prompt": "?", "predict": BOX, "label": f"<ref>text-a</ref><box>[{BOX}]</box>"}] * 2,
        {"n": 2, "hit": 1, "iou": 1},
    ),
    "openai-batch": (
        [
            {
                "custom_id": name,
                "response": {
                    "status_code": status,
                    "body": {"model": "m", "choices": [{"message": {"content": BOX}}]},
                },
                "error": None,
            }
            for name, status in (("a", 200), ("b", 500))
        ],
        {"n": 2, "hit": 0.5, "iou": 0.5},
    ),
    "sspro": (
        {
            "metrics": {},
            "details": [
                sspro("a", [150, 120], "correct"),
                sspro("b", [250, 120], "wrong"),
                sspro("c", None, "wrong_format"),
                sspro("d", [200, 140], "correct", bbox=[100, 100, 201, 141]),
            ],
        },
        {"n": 4, "hit": 0.5, "iou": 0},
    ),
}


@pytest.fixture
def dataset(tmp_path):
    return write_rows(tmp_path / "samples.jsonl", [make_sample("a"), make_sample("b")])


def write(path, rows):
    lines = [json.dumps(rows)] if isinstance(rows, dict) else map(json.dumps, rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ROWS)
def test_a_file_of_another_tool_is_detected_and_scored(name, tmp_path, dataset):
    rows, expected = ROWS[name]
    file = write(tmp_path / "p.json", rows)
    assert read_predictions(file).format.name == name
    samples = dataset if name == "openai-batch" else None
    frames = {"sspro": None, "llamafactory": "pixel", "openai-batch": "resized"}
    found = evaluate(file, samples, frame=frames[name])
    assert {key: getattr(found.overall, key) for key in expected} == expected
    assert f"is read as {name}" in found.read_as


def test_a_failed_request_is_a_missing_answer(tmp_path, dataset):
    found = evaluate(write(tmp_path / "p.jsonl", ROWS["openai-batch"][0]), dataset, frame="resized")
    assert found.overall.status["missing"] == 1


def test_the_official_verdicts_of_screenspot_pro_come_out_row_by_row(tmp_path):
    rows = ROWS["sspro"][0]["details"]
    verdicts = tmp_path / "v.jsonl"
    evaluate(write(tmp_path / "p.json", {"details": rows}), verdicts=verdicts)
    found = [json.loads(line) for line in verdicts.read_text(encoding="utf-8").splitlines()]
    official = [row["correctness"] == "correct" for row in rows]
    assert [verdict["hit"] for verdict in found] == official
    assert [verdict["status"] == "unparsable" for verdict in found] == [False, False, True, False]


def test_points_between_0_and_1_are_told_by_the_whole_file(tmp_path):
    rows = [sspro("a", [0.15, 0.24], "correct"), sspro("b", [0.9, 0.9], "wrong")]
    found = evaluate(write(tmp_path / "p.json", {"details": rows}))
    assert found.overall.hit == 0.5
    assert "frame:norm1|" in found.signature


PLAIN = [
    {"key": "a", "out": {"said": [{"words": BOX}]}},
    {"key": "b", "out": {"said": [{"words": "no"}]}},
]


def test_fields_say_where_the_text_is(tmp_path, dataset):
    found = evaluate(
        write(tmp_path / "p.jsonl", PLAIN),
        dataset,
        frame="resized",
        fields={"id": "key", "text": "out.said.0.words"},
    )
    assert (found.overall.hit, found.overall.status["unparsable"]) == (0.5, 1)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text": "out.said.1.words"}, "out.said.1"),
        ({"text": "nowhere"}, "nowhere"),
        ({"mood": "key"}, "mood"),
        ({}, "--field text=PATH"),
    ],
)
def test_a_field_that_leads_nowhere_is_told(tmp_path, fields, message):
    with pytest.raises(OptionError) as caught:
        read_predictions(write(tmp_path / "p.jsonl", PLAIN), fields=fields)
    assert message in str(caught.value)


def test_an_unknown_format_is_told(tmp_path):
    with pytest.raises(OptionError, match=r"valid: .*llamafactory"):
        read_predictions(write(tmp_path / "p.jsonl", PLAIN), format="excel")


# --- containers ----------------------------------------------------------------------------------

OURS = [{"id": name, "text": BOX, "frame": "resized"} for name in "ab"]


def pack_gzip(data: bytes) -> bytes:
    return gzip.compress(data)


def pack_zstandard(data: bytes) -> bytes:
    import zstandard

    return zstandard.compress(data)


def as_parquet(data: bytes) -> bytes:
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(map(json.loads, data.splitlines()))), out)
    return out.getvalue()


@pytest.mark.parametrize(
    "pack",
    [
        bytes,
        pack_gzip,
        pack_zstandard,
        as_parquet,
        lambda data: b"[%s]" % data[:-1].replace(b"\n", b","),
    ],
)
def test_every_container_gives_the_same_figures(tmp_path, dataset, pack):
    """Known by their first bytes, not by their names."""
    file = tmp_path / "predictions"
    file.write_bytes(pack(b"".join(map(encode_line, OURS))))
    assert evaluate(file, dataset).overall.iou == 1


HOSTILE = {
    "empty": b"",
    "cut gzip": gzip.compress(b"".join(map(encode_line, OURS)))[:-9],
    "cut zstandard": b"\x28\xb5\x2f\xfd\x04",
    "no parquet": b"PAR1 and nothing else",
    "a bomb of one line": gzip.compress(b" " * (1 << 27)),
    "not UTF-8": b'{"id": "\xff\xfe"}\n',
    "brackets": b"[" * 100_000,
    "an object of no rows": b'{"a": 1}',
    "a list of numbers": b"[1, 2, 3]",
    "NaN": b'{"id": "a", "text": NaN}\n',
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_broken_file_is_one_clear_error(case, tmp_path, dataset):
    file = tmp_path / "p.jsonl"
    file.write_bytes(HOSTILE[case])
    with pytest.raises(GroundkitError) as caught:
        evaluate(file, dataset, frame="resized")
    assert "p.jsonl" in str(caught.value)
    assert "\n" not in str(caught.value)


A, B, C = (encode_line(predict(make_gold(name))).strip() for name in "abc")
# As many records as lines, and not one record a line.
UNEVEN = {
    "two on a line, then none": A + B + b"\n\n" + C + b"\n",
    "one over two lines, then two": A.replace(b",", b",\n", 1) + b"\n" + B + C + b"\n",
    "none, then two": A + b"\n \n" + B + C + b"\n",
}


@pytest.mark.parametrize("case", UNEVEN)
def test_a_line_holds_one_row(case, tmp_path):
    good = b"".join(encode_line(predict(make_gold(f"{n}"))) for n in range(40))
    file = tmp_path / "p.jsonl"
    file.write_bytes(good + UNEVEN[case])
    with pytest.raises(DataError, match=r"p\.jsonl:4[123]: not valid JSON"):
        evaluate(file)


@pytest.mark.parametrize("end", [b"\r\n", b"\n\n", b"\n \n"])
def test_other_ends_of_lines(end, tmp_path):
    file = tmp_path / "p.jsonl"
    file.write_bytes(end.join((A, B, C)) + end)
    assert evaluate(file).overall.n == 3


def test_a_bad_row_of_a_foreign_file_is_named(tmp_path, dataset):
    rows = [*PLAIN, {"key": "c", "out": {"said": [{"words": None}]}}]
    with pytest.raises(DataError, match=r"p.jsonl:3: text"):
        evaluate(
            write(tmp_path / "p.jsonl", rows),
            dataset,
            frame="resized",
            fields={"id": "key", "text": "out.said.0.words"},
        )


# --- what first rows do not show -----------------------------------------------------------------


def negative(name: str, correct: str, **fields):
    return sspro(name, None, correct, gt_type="negative", bbox=None, **fields)


def test_negatives_of_screenspot_pro(tmp_path):
    """Its scorer keeps only the verdict: right is who said so."""
    rows = [
        sspro("a", [150, 120], "correct"),
        negative("b", "correct"),
        negative("c", "wrong"),
        negative("d", "wrong_format"),
    ]
    rows[2]["pred"] = [3, 3]
    found = evaluate(write(tmp_path / "p.json", {"details": rows}), parity="sspro")
    assert (found.overall.hit, found.overall.absent) == (0.5, 3)
    assert found.groups["size"].keys() == {"medium", "none"}


def late(tmp_path, row, fields=None, **last):
    """Rows of which only the last has something that none of many before has."""
    rows = [{**row, "id": f"s{number}"} for number in range(40)]
    lines = [*rows, {**row, "id": "last", **last}]
    return read_predictions(write(tmp_path / "p.jsonl", lines), fields=fields)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ({"box": [1, 2, 3, 4]}, {"box": (1, 2, 3, 4)}),
        ({"absent": True}, {"absent": True}),
        ({"answer": "[1, 2, 3, 4]"}, {"box": (1, 2, 3, 4)}),
        ({"answer": "[1, 2, 3, 4] [5, 6, 7, 8]"}, {"boxes": ((1, 2, 3, 4), (5, 6, 7, 8))}),
    ],
)
def test_a_right_answer_that_only_a_late_row_has(tmp_path, last, expected):
    file = late(tmp_path, {"said": BOX}, {"text": "said"}, **last)
    predictions = [one for chunk in file for one in chunk.records]
    assert [one.gold for one in predictions[:-1]] == [None] * 40
    gold = predictions[-1].gold
    assert {name: getattr(gold, name) for name in expected} == expected


def test_a_label_and_a_path_that_only_a_late_row_has(tmp_path):
    fields = {"text": "said", "labels.app": "meta.app"}
    file = late(tmp_path, {"said": BOX}, fields, meta={"app": "x"}, box=[1, 2, 3, 4])
    *_, last = [one for chunk in file for one in chunk.records]
    assert last.gold.labels == {"app": "x"}
    with pytest.raises(OptionError, match=r"no row has 'meta\.none'"):
        late(tmp_path, {"said": BOX}, {"text": "said", "labels.app": "meta.none"})


def test_a_row_without_an_answer_is_read_quickly(tmp_path):
    """The record type made for a file holds what any row of it says."""
    file = late(tmp_path, {"said": BOX, "image": "a.png"}, {"text": "said"}, box=None)
    assert file._record is not None
    assert all(isinstance(one, file._record) for chunk in file for one in chunk.records)


# --- NaN ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("container", ["jsonl", "json", "one line"])
def test_a_nan_in_an_answer_is_one_invalid_answer(tmp_path, container):
    rows = [sspro("a", [0.15, 0.24], "correct"), sspro("b", [float("nan"), 0.5], "wrong")]
    rows[0]["loss"] = float("inf")
    path = tmp_path / "p.json"
    if container == "jsonl":
        write(path, rows)
    else:
        document = {"metrics": {"mean": float("nan")}, "details": rows}
        path.write_text(json.dumps(document, indent=None if container == "one line" else 1))
    found = evaluate(path)
    assert (found.overall.n, found.overall.hit, found.overall.status["invalid"]) == (2, 0.5, 1)
    assert "frame:norm1|" in found.signature


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"bbox": [1, 2, float("nan"), 4]}, r"details\[1\]: box: expected four numbers"),
        ({"image_size": [float("inf"), 500]}, r"details\[1\]: width: expected a number"),
    ],
)
def test_a_nan_in_a_right_answer_is_an_error(tmp_path, fields, message):
    rows = [sspro("a", [150, 120], "correct"), sspro("b", [150, 120], "correct", **fields)]
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"details": rows}))
    with pytest.raises(DataError, match=message):
        evaluate(path)


def test_a_nan_in_rows_of_groundkit_is_an_error(tmp_path):
    gold = {"id": "a", "image": "a.png", "width": 9, "height": 9, "box": [1, 2, 3, float("nan")]}
    row = {"id": "a", "text": BOX, "frame": "pixel", "gold": gold}
    with pytest.raises(DataError, match=r"p.jsonl:1: gold.box\[3\]: a number is not finite"):
        evaluate(write(tmp_path / "p.jsonl", [row]))
    said = {"key": "a", **row}
    del said["id"]
    with pytest.raises(DataError, match=r"p.jsonl:1: gold.box\[3\]: a number is not finite"):
        evaluate(write(tmp_path / "p.jsonl", [said]), fields={"id": "key"})


# --- labels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("[932, 95]", "is a point, and hits are counted in boxes.*--gold"),
        ("the menu", "holds no box"),
    ],
)
def test_a_label_that_is_no_box_is_told(tmp_path, label, message):
    rows = [{"prompt": "?", "predict": BOX, "label": label}]
    with pytest.raises(DataError, match=message):
        evaluate(write(tmp_path / "p.jsonl", rows), frame="pixel")


def test_numbers_as_text_have_no_exponents(tmp_path):
    rows = [{"id": "a", "out": [1e-07, 0.5]}, {"id": "b", "out": {"point_2d": [3, None]}}]
    file = read_predictions(write(tmp_path / "p.jsonl", rows), fields={"text": "out"})
    texts = [one.text for chunk in file for one in chunk.records]
    assert texts == ["[0.0000001, 0.5]", '{"point_2d": [3, null]}']
