"""A dataset of the embedded real screens; every sample is judged by the rule in plain Python."""

from collections import defaultdict
from pathlib import Path

import pytest

from groundkit.annotators import read_source
from groundkit.dataset.build import make_dataset
from groundkit.dataset.folder import read_rivals
from groundkit.dataset.screen import DatasetOptions
from groundkit.dataset.targets import find_target
from groundkit.dataset.types import raw_type
from groundkit.dataset.verify import verify
from groundkit.images import read_size
from groundkit.records import Sample
from groundkit.store import read_jsonl
from tests.dataset.test_points import argue, holds

FIXTURES = Path(__file__).parents[2] / "fixtures"
WHOLE = ("dialog", "image", "card", "video", "map", "web_view", "advertisement", "toolbar")
SOURCES = ("screens", "uiautomator", "rico", "coco", "labelme")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    out = tmp_path_factory.mktemp("embedded") / "data"
    screens = (item for name in SOURCES for item in read_source(FIXTURES / name))
    options = DatasetOptions(per_screen=40, near_share=0.3, langs=("zh", "en"), val_share=0.3)
    make_dataset(screens, out, options, on_error="stop")
    return out


@pytest.fixture(scope="module")
def samples(dataset):
    return list(read_jsonl(dataset / "samples.jsonl", Sample))


def test_nobody_can_argue_about_any_sample(dataset, samples):
    rivals = read_rivals(dataset)
    assert len(samples) > 400
    assert {sample.placement for sample in samples} == {"inside", "near"}
    for sample in samples:
        boxes = [row.box for row in rivals[sample.screen]]
        target = [row.element for row in rivals[sample.screen]].index(sample.element)
        assert boxes[target] == sample.box
        assert argue(sample.point, target, boxes, sample.placement) == "", sample.id


def ancestors(element, by_id):
    while element.parent in by_id:
        element = by_id[element.parent]
        yield element.id


def test_no_point_lies_on_what_is_drawn_over_its_element(samples):
    """Drawn over it: a later row, of another branch of the tree, of a type that is no wrapper."""
    screens = {
        item.screen.id: item.screen for name in SOURCES for item in read_source(FIXTURES / name)
    }
    covers = 0
    for sample in samples:
        screen = screens[sample.screen]
        by_id = {element.id: element for element in screen.elements}
        order = list(by_id)
        mine = by_id[sample.element]
        for other in screen.elements[order.index(mine.id) + 1 :]:
            is_whole = raw_type(other) in WHOLE
            if not other.visible or not is_whole or other.parent is None:
                continue
            if mine.id in ancestors(other, by_id) or other.id in ancestors(mine, by_id):
                continue
            covers += 1
            x = sample.point[0] * screen.width / sample.width
            y = sample.point[1] * screen.height / sample.height
            assert not holds(other.box, x, y), (sample.id, other.id)
    assert covers > 100


def test_yield_of_the_embedded_screens(samples):
    # 586 points in two languages
    assert len(samples) >= 2 * 575


def test_llamafactory_leaves_every_image_at_its_size(dataset, samples):
    target = find_target("llamafactory-qwen2.5-vl")
    for image in {sample.image for sample in samples}:
        size = read_size(dataset / image)
        assert target.trained_size(size) == size


def test_verify_agrees(dataset):
    assert list(verify(dataset)) == []


def test_chinese_and_english_names_and_many_types(samples):
    names = " ".join(sample.name for sample in samples)
    assert any("\u4e00" <= char <= "\u9fff" for char in names)
    assert len({sample.type for sample in samples}) >= 8


def test_all_formats_contribute_and_no_screen_is_in_both_splits(samples):
    assert {sample.source for sample in samples} == {
        "groundkit", "uiautomator", "rico", "coco", "labelme",
    }  # fmt: skip
    splits = defaultdict(set)
    for sample in samples:
        splits[sample.screen].add(sample.split)
        splits[sample.group].add(sample.split)
    assert all(len(found) == 1 for found in splits.values())
    assert set.union(*splits.values()) == {"train", "val"}
