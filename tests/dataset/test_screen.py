import numpy as np
import pytest

from groundkit.dataset.rules import ElementRules
from groundkit.dataset.screen import DatasetOptions, process_screen
from groundkit.errors import DataError
from groundkit.images import read_pixels
from tests.dataset.builders import grid_screen, locate, make_element, make_screen


def process(tmp_path, screen, **options):
    return process_screen(
        locate(tmp_path / "in", screen), tmp_path / "out", DatasetOptions(**options)
    )


def test_the_fixed_form_of_a_sample(tmp_path):
    address = make_element("7", (33, 141, 66, 164), type="android.widget.TextView", text="地址")
    part = process(tmp_path, make_screen([address], id="shop/1", group="com.shop"), near_share=0)
    [sample] = part.samples
    x, y = sample.point
    assert 33 <= x <= 66
    assert 141 <= y <= 164
    assert sample.prompt == (
        f"<image>点[{x},{y}]所处位置(也即是图中绿色五角星中心所处位置)的信息是什么?"
        "需要优先匹配最近UI元素的box。"
    )
    assert sample.answer == "<ref>文本-地址</ref><box>[[33, 141, 66, 164]]</box>"
    assert (sample.type, sample.name, sample.name_source) == ("text", "地址", "text")
    assert (sample.id, sample.screen, sample.group) == ("shop/1:7:zh", "shop/1", "com.shop")
    pixels = read_pixels(tmp_path / "out" / sample.image)
    assert pixels.shape[:2] == (sample.height, sample.width) == (196, 280)
    assert pixels[y, x].tolist() == pytest.approx([0, 200, 0], abs=40)  # JPEG's green


def test_box_and_point_are_pixels_of_the_saved_image(tmp_path):
    # 1280x800 is saved as 952x588: x times 0.74375, y times 0.735.
    element = make_element("a", (640, 400, 960, 600))
    [sample] = process(tmp_path, make_screen([element], (1280, 800))).samples
    assert (sample.width, sample.height, sample.original) == (952, 588, (1280, 800))
    assert sample.box == (476, 294, 714, 441)


def test_both_languages_share_point_and_image(tmp_path):
    zh, en = process(
        tmp_path, make_screen([make_element("a", (10, 10, 90, 40))]), langs=("zh", "en")
    ).samples
    assert (zh.image, zh.point, zh.box) == (en.image, en.point, en.box)
    assert zh.answer.startswith("<ref>按钮-name a</ref>")
    assert en.answer.startswith("<ref>button-name a</ref>")


def test_without_marker_the_samples_of_a_screen_share_one_clean_image(tmp_path):
    screen = grid_screen("g")
    part = process(tmp_path, screen, marker="none", image_format="png")
    assert len({sample.image for sample in part.samples}) == 1
    assert all("五角星" not in sample.prompt for sample in part.samples)
    saved = read_pixels(tmp_path / "out" / part.samples[0].image)
    assert np.array_equal(saved, read_pixels(tmp_path / "in" / screen.image))


def test_number_of_points_and_no_element_twice(tmp_path):
    part = process(tmp_path, grid_screen("g"), per_screen=5)
    assert len({sample.element for sample in part.samples}) == 5


def test_near_share_of_one_places_points_beside_elements_where_it_can(tmp_path):
    part = process(tmp_path, grid_screen("g", columns=2, rows=2), near_share=1.0)
    assert {sample.placement for sample in part.samples} == {"near"}
    for sample in part.samples:
        (x1, y1, x2, y2), (x, y) = sample.box, sample.point
        assert x < x1 or x > x2 or y < y1 or y > y2


def test_drops_have_reasons_and_the_rest_is_kept(tmp_path):
    screen = make_screen(
        [
            make_element("ok", (10, 10, 90, 40)),
            make_element("twin1", (100, 100, 140, 120), type="text"),
            make_element("tight", (99, 99, 141, 121), type="text"),
            make_element("thin", (10, 60, 90, 63)),
        ]
    )
    part = process(tmp_path, screen, rules=ElementRules(duplicate_iou=1.0))
    assert {row.element: row.reason for row in part.elements} == {
        "ok": "",
        "twin1": "no-unique-point",  # one pixel apart: two outlines of one thing
        "tight": "no-unique-point",
        "thin": "too-small",
    }


def test_same_seed_same_samples_whatever_came_before(tmp_path):
    alone = process(tmp_path / "a", grid_screen("x"))
    process(tmp_path / "b", grid_screen("other"))
    after = process(tmp_path / "b", grid_screen("x"))
    other_seed = process(tmp_path / "c", grid_screen("x"), seed=1)
    assert alone == after
    assert [s.point for s in alone.samples] != [s.point for s in other_seed.samples]


def test_ids_of_any_script_make_distinct_safe_file_names(tmp_path):
    ids = ["首页", "设置", "a/b", "a_b", "../../x", "x" * 300]
    images = {process(tmp_path, grid_screen(id_)).samples[0].image for id_ in ["s"]}
    for id_ in ids:
        screen = grid_screen("s")
        located = locate(tmp_path / "in", screen)
        named = located._replace(screen=grid_screen(id_))
        images.add(process_screen(named, tmp_path / "out", DatasetOptions()).samples[0].image)
    assert len(images) == len(ids) + 1
    for image in images:
        path = (tmp_path / "out" / image).resolve()
        assert path.parent == (tmp_path / "out" / "images").resolve()
        assert path.exists()


def test_annotation_of_another_size_is_refused(tmp_path):
    located = locate(tmp_path, make_screen([make_element("a", (1, 1, 30, 30))]))
    wrong = located._replace(screen=make_screen([], (281, 196)))
    with pytest.raises(DataError, match="says 281x196, the image is 280x196"):
        process_screen(wrong, tmp_path / "out", DatasetOptions())


def test_a_screen_with_nothing_to_ask_writes_no_image(tmp_path):
    part = process(tmp_path, make_screen([]), marker="none")
    assert part.samples == ()
    assert not (tmp_path / "out").exists()
