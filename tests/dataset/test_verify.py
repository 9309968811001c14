"""A verifier that cannot fail proves nothing: each kind of damage is found and named."""

import shutil

import cv2
import msgspec
import numpy as np
import pytest

from groundkit.dataset.build import make_dataset
from groundkit.dataset.screen import DatasetOptions
from groundkit.dataset.verify import verify
from groundkit.errors import DataError
from groundkit.records import Sample
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


def change_first(dataset, **fields):
    samples = list(read_jsonl(dataset / "samples.jsonl", Sample))
    changed = msgspec.structs.replace(samples[0], **fields)
    rows = [changed, *samples[1:]]
    (dataset / "samples.jsonl").write_bytes(b"".join(map(encode_line, rows)))
    return samples[0]


def test_a_good_dataset_has_no_problems(dataset):
    assert list(verify(dataset)) == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"point": (0, 0)}, "does not name the point"),
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


def test_leaks_between_splits_are_found(dataset):
    first = change_first(dataset, split="val")
    other = change_first(dataset, split="train" if first.split == "val" else "val")
    assert any("both splits" in line for line in verify(dataset)), (first, other)


def test_missing_rows_are_found(dataset):
    rows = (dataset / "samples.jsonl").read_bytes().splitlines(keepends=True)
    (dataset / "samples.jsonl").write_bytes(b"".join(rows[1:]))
    assert any("15 rows" in line for line in verify(dataset))


def test_unfinished_and_foreign_folders_say_what_to_do(tmp_path, dataset):
    (dataset / "dataset.json").unlink()
    with pytest.raises(DataError, match="groundkit make-dataset"):
        list(verify(dataset))
    (dataset / ".work").mkdir()
    with pytest.raises(DataError, match="same make-dataset command"):
        list(verify(dataset))
