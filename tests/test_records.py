"""The nouns: what a row must hold, what it may leave out, what a written row looks like."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundkit import store
from groundkit.records import Element, Gold, Marker, Prediction, Sample, Screen, Verdict

RECORDS = (Element, Screen, Marker, Gold, Sample, Prediction, Verdict)


def example_of(record):
    """The smallest JSON object that decodes into `record`."""
    gold = {
        "id": "s1",
        "image": "images/s1.png",
        "width": 280,
        "height": 196,
        "original": [300, 200],
        "box": [1, 2, 30, 40],
        "type": "button",
        "name": "保存",
        "point": [5, 6],
    }
    return {
        Element: {"id": "e1", "box": [1, 2.5, 3, 4]},
        Screen: {"id": "s", "image": "s.png", "width": 3, "height": 4, "elements": []},
        Marker: {"shape": "star", "color": "green", "radius": 9.5, "clipped": False},
        Gold: {name: gold[name] for name in ("id", "image", "width", "height")},
        Sample: gold
        | {
            "prompt": "<image>?",
            "answer": "<ref>按钮-保存</ref><box>[[1, 2, 30, 40]]</box>",
            "element": "e1",
            "name_source": "text",
            "placement": "inside",
        },
        Prediction: {"id": "s1", "text": ""},
        Verdict: {
            "id": "s1",
            "status": "missing",
            "reason": "no prediction",
            "rule": "",
            "box": None,
            "point": None,
            "gold_box": [1, 2, 30, 40],
            "iou": 0.0,
            "hit": False,
            "on_edge": False,
            "distance": None,
            "type_correct": False,
            "name_correct": False,
            "edits": 2,
            "name_length": 2,
            "out_of_image": False,
            "type": "button",
            "size": "small",
            "screen": "",
            "source": "groundkit",
            "split": "val",
            "image": "images/s1.png",
        },
    }[record]


def decode(record, row):
    return store.decode(msgspec.json.encode(row), record, "row")


@pytest.mark.parametrize("record", RECORDS)
def test_the_smallest_row_decodes_and_is_written_back_alike(record):
    row = example_of(record)
    written = msgspec.json.decode(store.encode_line(decode(record, row)))
    assert written.items() >= row.items()


def test_what_other_tools_read_is_written_out_in_full():
    """A frame or a split that one has to know is a frame or a split that one gets wrong."""
    written = msgspec.json.decode(store.encode_line(decode(Sample, example_of(Sample))))
    assert set(written) == set(Sample.__struct_fields__)


@pytest.mark.parametrize("record", [Gold, Prediction])
def test_what_is_left_out_was_not_said(record):
    row = decode(record, example_of(record))
    left_out = set(record.__struct_fields__) - set(example_of(record))
    assert not any(getattr(row, name) for name in left_out)
    assert msgspec.json.decode(store.encode_line(row)) == example_of(record)


@pytest.mark.parametrize("record", RECORDS)
def test_every_required_field_is_missed_by_name(record):
    required = [field.name for field in msgspec.structs.fields(record) if field.required]
    assert set(required) == set(example_of(record))
    for name in required:
        row = {key: value for key, value in example_of(record).items() if key != name}
        with pytest.raises(store.DataError, match=f"missing required field `{name}`"):
            decode(record, row)


@pytest.mark.parametrize("record", RECORDS)
def test_every_field_names_itself_when_its_type_is_wrong(record):
    for field in msgspec.structs.fields(record):
        with pytest.raises(store.DataError, match=rf"^row: {field.name}(\[...\])?: "):
            decode(record, example_of(record) | {field.name: {"no": 7}})


@pytest.mark.parametrize("record", RECORDS)
def test_unknown_keys_are_left_alone(record):
    assert decode(record, example_of(record) | {"x-note": [1]}) == decode(
        record, example_of(record)
    )


@pytest.mark.parametrize("record", RECORDS)
def test_records_are_frozen(record):
    row = decode(record, example_of(record))
    field = msgspec.structs.fields(record)[0].name
    with pytest.raises(AttributeError):
        setattr(row, field, None)


@pytest.mark.parametrize(
    ("record", "change", "message"),
    [
        pytest.param(Sample, {"placement": "far"}, "placement: Invalid enum", id="placement"),
        pytest.param(Sample, {"lang": "de"}, "lang: Invalid enum", id="language"),
        pytest.param(Sample, {"frame": "norm1000"}, "frame: Invalid enum", id="sample frame"),
        pytest.param(Prediction, {"frame": "norm1"}, None, id="prediction frame"),
        pytest.param(Prediction, {"frame": "pixels"}, "frame: Invalid enum", id="unknown frame"),
        pytest.param(Sample, {"box": [1.5, 2, 3, 4]}, r"box\[0\]: Expected `int`", id="half pixel"),
        pytest.param(Gold, {"box": [1.5, 2, 3, 4]}, None, id="half pixel of a benchmark"),
        pytest.param(Gold, {"point": [1, 2, 3]}, "point: Expected `array` of length 2", id="point"),
        pytest.param(Sample, {"split": "test"}, "split: Invalid enum", id="split"),
        pytest.param(
            Screen,
            {"elements": [{"id": "a", "box": [1, 2, 3, 4], "visible": "yes"}]},
            r"elements\[0\]\.visible: Expected `bool`, got `str`",
            id="inside an element",
        ),
        pytest.param(
            Prediction,
            {"gold": {"id": "s1"}},
            "gold: Object missing required field `image`",
            id="inside the gold",
        ),
    ],
)
def test_values_that_a_field_takes(record, change, message):
    row = example_of(record) | change
    if message is None:
        decode(record, row)
    else:
        with pytest.raises(store.DataError, match=message):
            decode(record, row)


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    element=st.builds(
        Element,
        id=TEXT,
        box=st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS),
        type=TEXT,
        fallback_types=st.lists(TEXT, max_size=3).map(tuple),
        text=TEXT,
        parent=st.none() | TEXT,
        visible=st.booleans(),
    )
)
def test_an_element_survives_its_line(element):
    line = store.encode_line(element)
    assert line.count(b"\n") == 1
    assert store.decode(line, Element, "row") == element
