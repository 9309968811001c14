import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundkit.dataset.build import make_dataset
from groundkit.dataset.screen import DatasetOptions
from groundkit.errors import DataError, OptionError
from groundkit.predict.reference import (
    REFERENCES,
    box_around,
    predict_reference,
    random_box,
)
from groundkit.records import Gold, Prediction
from groundkit.store import read_jsonl
from tests.dataset.builders import noisy_screen
from tests.metrics.builders import evaluate, make_sample, spread, write_rows


@pytest.fixture
def dataset(tmp_path) -> Path:
    samples = [
        make_sample(
            gold.id,
            gold.box,
            image=f"images/{gold.id}.png",
            width=gold.width,
            height=gold.height,
            point=gold.point,
            name=gold.name,
            type=gold.type,
            split="val" if row % 5 == 0 else "train",
        )
        for row, gold in enumerate(spread(60))
    ]
    write_rows(tmp_path / "data" / "samples.jsonl", samples)
    return tmp_path / "data"


def rows(path: Path) -> list[Prediction]:
    return list(read_jsonl(path, Prediction))


@pytest.mark.parametrize("reference", REFERENCES)
def test_predictions_carry_their_gold_and_no_prompt(dataset, reference):
    out = dataset / "p.jsonl"
    assert predict_reference(dataset, out, reference) == 60
    found = rows(out)
    assert {row.model for row in found} == {f"reference-{reference}"}
    assert all(row.gold.id == row.id and type(row.gold) is Gold for row in found)
    assert b'"prompt"' not in out.read_bytes()
    assert evaluate(out).overall.status["scored"] == 60


def test_the_references_are_ordered(dataset):
    scores = {}
    for reference in REFERENCES:
        out = dataset / f"{reference}.jsonl"
        predict_reference(dataset, out, reference)
        scores[reference] = evaluate(out).overall
    oracle = scores["oracle"]
    assert [oracle[name] for name in ("hit", "iou", "type", "name", "cer")] == [1, 1, 1, 1, 0]
    assert scores["point-box"].hit > 0.9 > 0.3 > scores["centre"].hit
    assert 0.7 > scores["point-box"].iou > scores["random"].iou
    assert scores["point-box"]["type"] == scores["point-box"]["name"] == 0


@pytest.mark.parametrize("reference", REFERENCES)
def test_references_raise_no_false_alarm_about_the_frame(dataset, reference):
    out = dataset / "p.jsonl"
    predict_reference(dataset, out, reference)
    assert evaluate(out).better_reading is None


@pytest.mark.parametrize(
    ("out", "image"),
    [
        ("data/p.jsonl", "images/s0000.png"),
        ("p.jsonl", "data/images/s0000.png"),
        ("runs/one/p.jsonl", "../../data/images/s0000.png"),
    ],
)
def test_image_paths_lead_from_the_predictions_to_the_images(tmp_path, dataset, out, image):
    predict_reference(dataset, tmp_path / out, "oracle")
    assert rows(tmp_path / out)[0].gold.image == image


def test_the_same_arguments_give_the_same_bytes(tmp_path, dataset):
    files = [tmp_path / f"{n}.jsonl" for n in range(3)]
    for file, seed in zip(files, (7, 7, 8), strict=True):
        predict_reference(dataset / "samples.jsonl", file, "random", seed=seed)
    one, two, other = (file.read_bytes() for file in files)
    assert one == two != other


def test_random_does_not_depend_on_the_order_of_the_rows(tmp_path, dataset):
    lines = (dataset / "samples.jsonl").read_bytes().splitlines(keepends=True)
    backwards = tmp_path / "backwards.jsonl"
    backwards.write_bytes(b"".join(lines[::-1]))
    predict_reference(dataset, tmp_path / "a.jsonl", "random")
    predict_reference(backwards, tmp_path / "b.jsonl", "random")
    texts = [{row.id: row.text for row in rows(tmp_path / name)} for name in ("a.jsonl", "b.jsonl")]
    assert texts[0] == texts[1]


def test_a_split_and_a_box_size(dataset):
    out = dataset / "p.jsonl"
    assert predict_reference(dataset, out, "centre", split="val", box_size=(100, 50)) == 12
    # 1288 x 728: centre (644, 364)
    assert {row.text for row in rows(out)} == {"<box>[[594, 339, 694, 389]]</box>"}


@pytest.mark.parametrize(
    ("point", "size", "expected"),
    [
        ((500, 300), (64, 32), (468, 284, 532, 316)),
        ((500, 300), (3, 3), (499, 299, 502, 302)),
        ((5, 300), (64, 32), (0, 284, 37, 316)),
        ((1000, 500), (64, 32), (968, 484, 1000, 500)),
        ((500, 300), (5000, 5000), (0, 0, 1000, 500)),
    ],
)
def test_boxes_are_cut_at_the_edges(point, size, expected):
    assert box_around(point, size, (1000, 500)) == expected


@given(st.text(max_size=20), st.integers(), st.integers(1, 3000), st.integers(1, 3000))
def test_random_boxes_have_an_area_inside_the_image(name, seed, width, height):
    x1, y1, x2, y2 = random_box(name, seed, (width, height))
    assert 0 <= x1 < x2 <= width
    assert 0 <= y1 < y2 <= height


def test_random_edges_are_uniform():
    boxes = [random_box(str(n), 0, (9, 9)) for n in range(3000)]
    pairs = [(box[0], box[2]) for box in boxes]
    # 45 pairs out of 0..9, each 66.7 times on average, standard deviation 8.1
    counts = [pairs.count(pair) for pair in {(a, b) for b in range(10) for a in range(b)}]
    assert len(counts) == 45
    assert min(counts) > 66.7 - 5 * 8.1
    assert max(counts) < 66.7 + 5 * 8.1


def test_unusable_arguments(tmp_path, dataset):
    out = tmp_path / "p.jsonl"
    with pytest.raises(OptionError, match="unknown reference 'best'; valid: oracle, point-box"):
        predict_reference(dataset, out, "best")
    with pytest.raises(OptionError, match="--split: unknown value 'test'; valid: all, train"):
        predict_reference(dataset, out, "oracle", split="test")
    with pytest.raises(OptionError, match="a box of 0x5 pixels is empty"):
        predict_reference(dataset, out, "centre", box_size=(0, 5))
    assert not out.exists()


DATASET_FILES = [
    *("samples.jsonl", "train.json", "val.json", "dataset.json", "elements.jsonl"),
    *("drops.jsonl", "errors.jsonl", "dataset_info.json", "README.md"),
]


@pytest.mark.parametrize("name", [*DATASET_FILES, "preview.html", "images/a.png"])
def test_no_file_of_the_dataset_is_overwritten(tmp_path, dataset, name):
    (dataset / "images").mkdir()
    before = (dataset / "samples.jsonl").read_bytes()
    link = tmp_path / "link"
    link.symlink_to(dataset)
    for folder in (dataset, link, dataset / ".." / "data"):
        for source in (dataset, dataset / "samples.jsonl", link):
            with pytest.raises(OptionError, match="would replace a file of the dataset"):
                predict_reference(source, folder / name, "oracle")
    assert (dataset / "samples.jsonl").read_bytes() == before
    assert sorted(path.name for path in dataset.iterdir()) == ["images", "samples.jsonl"]


def test_a_second_name_of_a_dataset_file_is_noticed(tmp_path, dataset):
    (tmp_path / "p.jsonl").symlink_to(dataset / "samples.jsonl")
    (tmp_path / "q.jsonl").hardlink_to(dataset / "samples.jsonl")
    for name in ("p.jsonl", "q.jsonl"):
        with pytest.raises(OptionError, match="would replace a file of the dataset"):
            predict_reference(dataset, tmp_path / name, "oracle")


def test_every_file_that_make_dataset_writes_is_protected(tmp_path):
    """The list is one by hand; this is what a real build writes."""
    screens = [noisy_screen(tmp_path, number) for number in range(3)]
    make_dataset(screens, tmp_path / "made", DatasetOptions())
    made = {path.name for path in (tmp_path / "made").iterdir() if path.is_file()}
    assert made == set(DATASET_FILES)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"width": 0}, "samples.jsonl:2: the gold box leaves the image"),
        ({"width": -5}, "samples.jsonl:2: a size is negative"),
        ({"height": 139}, "samples.jsonl:2: the gold box leaves the image"),
        ({"box": (9, 9, 9, 20)}, "samples.jsonl:2: the gold box is empty or inverted"),
        ({"width": 1 << 60}, "samples.jsonl:2: an absurd size"),
        ({"original": (0, 9)}, "samples.jsonl:2: the original size is not positive"),
        ({"point": (1001, 5)}, "samples.jsonl:2: point: the point lies outside the image"),
        ({"point": (10**300, 5)}, "samples.jsonl:2: point: the point lies outside the image"),
        ({"point": (5, -1)}, "samples.jsonl:2: point: the point lies outside the image"),
        ({"id": "a"}, "samples.jsonl:2: the id 'a' occurs twice"),
    ],
    ids=[
        *("no width", "negative width", "box below the image", "empty box", "absurd width"),
        *("no original", "point right", "point far right", "point above", "id twice"),
    ],
)
def test_a_wrong_sample_is_one_clear_error(tmp_path, changes, message):
    samples = [make_sample(), make_sample(**{"id": "b", **changes})]
    # Written by another tool: our own encoder refuses numbers of more than 64 bits.
    rows = [json.dumps(msgspec.to_builtins(sample)) for sample in samples]
    (tmp_path / "samples.jsonl").write_text("\n".join(rows))
    for reference in REFERENCES:
        with pytest.raises(DataError) as caught:
            predict_reference(tmp_path / "samples.jsonl", tmp_path / "p.jsonl", reference)
        assert message in str(caught.value)
    assert not (tmp_path / "p.jsonl").exists()


def test_unusable_samples_leave_no_file(tmp_path):
    samples, out = tmp_path / "samples.jsonl", tmp_path / "p.jsonl"
    samples.write_bytes(b"")
    with pytest.raises(DataError, match="the file holds no samples"):
        predict_reference(samples, out, "oracle")
    write_rows(samples, [make_sample()])
    with pytest.raises(DataError, match="no sample is in 'val'"):
        predict_reference(samples, out, "oracle", split="val")
    samples.write_bytes(samples.read_bytes() + b'{"id": "b"}\n')
    with pytest.raises(DataError, match=r"samples.jsonl:2: Object missing required field"):
        predict_reference(samples, out, "oracle")
    assert [path.name for path in tmp_path.iterdir()] == ["samples.jsonl"]
