"""A verifier that cannot fail proves nothing: each kind of damage is found and named."""

import dataclasses
import json
import shutil

import cv2
import msgspec
import numpy as np
import pytest

from groundkit import images
from groundkit.dataset.build import make_dataset
from groundkit.dataset.folder import ElementReader, read_rivals
from groundkit.dataset.marker import draw_marker, plan_marker
from groundkit.dataset.screen import DatasetOptions
from groundkit.dataset.targets import DEFAULT_TARGET, find_target
from groundkit.dataset.verify import _shows_marker, _size_problems, verify
from groundkit.errors import DataError
from groundkit.records import Marker, Sample
from groundkit.store import encode_line, read_jsonl
from tests.dataset.builders import noisy_screen


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    screens = [noisy_screen(folder / "in", i, f"app{i}") for i in range(4)]
    make_dataset(screens, folder / "out", DatasetOptions(near_share=0, val_share=0.5))
    return folder / "out"


@pytest.fixture
def dataset(good, tmp_path):
    return shutil.copytree(good, tmp_path / "copy")


def mark(color="green", radius=5.0):
    return Marker(shape="star", color=color, radius=radius, clipped=False)


def change_first(dataset, **fields):
    samples = list(read_jsonl(dataset / "samples.jsonl", Sample))
    changed = msgspec.structs.replace(samples[0], **fields)
    rows = [changed, *samples[1:]]
    (dataset / "samples.jsonl").write_bytes(b"".join(map(encode_line, rows)))
    return samples[0]


def test_a_good_dataset_has_no_problems(dataset):
    assert list(verify(dataset)) == []


@pytest.mark.parametrize(
    "options",
    [
        {"langs": ("zh", "en"), "near_share": 0.5},
        {"marker": "none", "langs": ("zh", "en")},
        {"marker": "ring"},
        {"marker": "dot", "image_format": "png"},
        {"template": "column {x}, row {y}: what is at the {color} {marker}?", "langs": ("en",)},
        {"marker": "none", "template": "<image>({x}; {y})"},
        {"val_share": 0.0},
    ],
    ids=str,
)
def test_every_kind_of_dataset_is_right(tmp_path, options):
    screens = [noisy_screen(tmp_path / "in", i, f"app{i}") for i in range(3)]
    make_dataset(screens, tmp_path / "out", DatasetOptions(**{"val_share": 0.5, **options}))
    assert list(verify(tmp_path / "out")) == []


def test_the_screens_are_read_one_at_a_time_as_all_at_once(dataset):
    every = read_rivals(dataset)
    reader = ElementReader(dataset, ["screen1", "screen3"])
    assert [reader.read(name) for name in ("screen1", "screen3")] == [
        every["screen1"],
        every["screen3"],
    ]
    assert list(reader.unread()) == []
    assert read_rivals(dataset, ["screen2"]) == {"screen2": every["screen2"]}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"point": (0, 0)}, "is not the one for point (0, 0)"),
        ({"point": (280, 20)}, "the point (280, 20) is outside the image"),
        ({"point": (20, -1)}, "the point (20, -1) is outside the image"),
        ({"point": (10**18, 20)}, "is outside the image"),
        ({"prompt": "<image>点[1,2]"}, "the prompt is not the one"),
        ({"marker": None}, "its marker is none, that of the dataset star"),
        ({"marker": mark(color="pink")}, "no prompt can be written: 'pink' is unknown"),
        ({"marker": mark(radius=1e9)}, "a marker of radius 1000000000.0"),
        ({"prompt": "点[1,2]"}, "exactly one <image>"),
        ({"box": (0, 0, 9, 9)}, "the record says (0, 0, 9, 9)"),
        ({"answer": "<ref>文本-x</ref><box>[[1, 2, 3, 4]]</box>"}, "reads as box"),
        ({"name": "another"}, "the answer reads as"),
        ({"type": "icon"}, "the answer reads as"),
        ({"element": "nobody"}, "not among the elements"),
        ({"image": "images/none.jpg"}, "cannot read the image"),
        ({"image": "../secret.jpg"}, "leaves the source folder"),
        ({"width": 279}, "the record says (279, 196)"),
    ],
)
def test_damaged_records_are_found(dataset, fields, problem):
    change_first(dataset, **fields)
    assert any(problem in line for line in verify(dataset)), list(verify(dataset))


def rewrite_image(dataset, change):
    sample = next(read_jsonl(dataset / "samples.jsonl", Sample))
    path = dataset / sample.image
    cv2.imwrite(str(path), change(cv2.imread(str(path))))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda pixels: cv2.resize(pixels, (281, 196)), "would resize the image"),
        (lambda pixels: np.full_like(pixels, 255), "star at the point"),
    ],
)
def test_damaged_images_are_found(dataset, change, problem):
    rewrite_image(dataset, change)
    assert any(problem in line for line in verify(dataset))


def test_an_image_too_thin_for_the_model_is_found(dataset):
    """Where no step of the trainer makes it thicker: the processor's limit is 1:200."""
    sample = next(read_jsonl(dataset / "samples.jsonl", Sample))
    target = dataclasses.replace(find_target(DEFAULT_TARGET), first_step=lambda size, _: size)
    first, *_ = _size_problems(sample, np.zeros((28 * 201, 28, 3), np.uint8), target)
    assert first.startswith(f"{DEFAULT_TARGET} cannot use the image: ")


def test_a_group_in_both_splits_is_found(dataset):
    first, *others = read_jsonl(dataset / "samples.jsonl", Sample)
    group = next(sample.group for sample in others if sample.split != first.split)
    change_first(dataset, group=group)
    assert any(f"the group {group!r} is in both splits" in line for line in verify(dataset))


NONE = np.empty((0, 4), np.int64)
SHAPES = ("star", "dot", "ring")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_marker_is_seen_on_every_background_and_not_where_none_is(shape):
    rng = np.random.default_rng(0)
    for number in range(300):
        pixels = rng.integers(0, 256, (9, 9, 3), np.uint8).repeat(10, 0).repeat(10, 1)
        x, y = rng.integers(0, 90, 2).tolist()
        side = int(rng.integers(5, 40))
        marker = plan_marker(pixels, (x, y), (x, y, x + 2 * side, y + side), shape, NONE)
        draw_marker(pixels, (x, y), marker)
        data = images.encode(pixels, ".jpg")
        marked = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert _shows_marker(marked, (x, y), marker), (number, marker)
        assert not _shows_marker(np.full_like(pixels, 255), (x, y), marker), (number, marker)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_marker_painted_over_is_found(tmp_path, shape):
    screens = [noisy_screen(tmp_path / "in", 0)]
    make_dataset(screens, tmp_path / "out", DatasetOptions(marker=shape))
    rewrite_image(tmp_path / "out", lambda pixels: np.full_like(pixels, 120))
    assert [f" {shape} at the point" in line for line in verify(tmp_path / "out")] == [True]


def test_near_duplicates_in_both_splits_are_found(dataset):
    """The pictures of a training screen, a little darker, under the names of a validation one."""
    images_of = {}
    for sample in read_jsonl(dataset / "samples.jsonl", Sample):
        images_of.setdefault((sample.split, sample.screen), []).append(dataset / sample.image)
    train, val = (next(key for key in images_of if key[0] == split) for split in ("train", "val"))
    for source, copy in zip(images_of[train], images_of[val], strict=True):
        cv2.imwrite(str(copy), cv2.imread(str(source)) // 8 * 7)
    assert (
        f"near-duplicate screens are in both splits: {train[1]!r} in train, {val[1]!r} in val"
        in list(verify(dataset))
    )


def test_leaks_between_splits_are_found(dataset):
    first = change_first(dataset, split="val")
    other = change_first(dataset, split="train" if first.split == "val" else "val")
    assert any("both splits" in line for line in verify(dataset)), (first, other)


def test_missing_rows_are_found(dataset):
    rows = (dataset / "samples.jsonl").read_bytes().splitlines(keepends=True)
    (dataset / "samples.jsonl").write_bytes(b"".join(rows[1:]))
    assert any("15 rows" in line for line in verify(dataset))


def test_a_change_of_samples_alone_is_found(dataset):
    change_first(dataset, source="elsewhere")
    (problem,) = verify(dataset)
    assert problem.startswith("samples.jsonl has changed: its hash is ")


def test_an_id_that_is_there_twice_is_found(dataset):
    second = list(read_jsonl(dataset / "samples.jsonl", Sample))[1]
    change_first(dataset, id=second.id)
    assert f"{second.id}: a second sample with this id" in list(verify(dataset))


@pytest.mark.parametrize("split", ["train", "val"])
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda rows: rows[1:], "{split}.json:2: the record is not that of the sample"),
        (lambda rows: rows[:-1], "{split}.json ends before the record of the sample"),
        (lambda rows: [*rows, rows[0]], "{split}.json:10: a record of no sample"),
        (lambda rows: rows[::-1], "{split}.json:2: the record is not that of the sample"),
        (lambda rows: [], "{split}.json ends before the record of the sample"),
    ],
)
def test_a_trainer_file_that_differs_from_the_samples_is_found(dataset, split, change, problem):
    path = dataset / f"{split}.json"
    rows = json.loads(path.read_bytes())
    assert len(rows) == 8
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in change(rows))
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    (found,) = verify(dataset)
    assert found.endswith(problem.format(split=split))


def test_a_trainer_file_that_is_no_json_is_found(dataset):
    path = dataset / "train.json"
    path.write_bytes(path.read_bytes().replace(b'"messages"', b"messages", 1))
    assert ["train.json:2: the record" in line for line in verify(dataset)] == [True]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda rows: [rows[-1], *rows[:-1]], "are not in the order of samples.jsonl"),
        (lambda rows: [r.replace(b'"button"', b'"icon"') for r in rows], "elements.jsonl says"),
        (lambda rows: [r.replace(b"[8,10,", b"[8,-9,") for r in rows], "leaves the image"),
    ],
)
def test_elements_that_contradict_the_samples_are_found(dataset, change, problem):
    path = dataset / "elements.jsonl"
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))
    assert any(problem in line for line in verify(dataset)), list(verify(dataset))


def test_unfinished_and_foreign_folders_say_what_to_do(tmp_path, dataset):
    (dataset / "dataset.json").unlink()
    with pytest.raises(DataError, match="groundkit make-dataset"):
        list(verify(dataset))
    (dataset / ".work").mkdir()
    with pytest.raises(DataError, match="same make-dataset command"):
        list(verify(dataset))
