import html
import re

import cv2
import msgspec
import numpy as np
import pytest

from groundkit.dataset.build import make_dataset
from groundkit.dataset.preview import caption, draw_tile, write_preview
from groundkit.dataset.screen import DatasetOptions, ElementRow
from groundkit.errors import DataError
from groundkit.records import Sample
from groundkit.store import read_jsonl
from tests.dataset.builders import locate, make_element, make_screen, noisy_screen
from tests.metrics.builders import make_sample


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("preview")
    hostile = make_element("h", (10, 10, 200, 60), text='<script>alert(1)</script> & "co"')
    screens = [noisy_screen(folder / "in", i) for i in range(3)]
    screens.append(locate(folder / "in", make_screen([hostile], id="hostile")))
    make_dataset(screens, folder / "out", DatasetOptions())
    return folder / "out"


def test_both_files_show_the_samples(dataset, tmp_path):
    files = write_preview(dataset, tmp_path, 100)
    assert (files.shown, files.total) == (13, 13)
    sheet = cv2.imread(str(files.sheet))
    assert sheet.shape[1] == 4 * (420 + 8) + 8
    page = files.page.read_text(encoding="utf-8")
    for sample in read_jsonl(dataset / "samples.jsonl", Sample):
        assert html.escape(sample.prompt) in page
        x1, y1, x2, y2 = sample.box
        target = rf'class="target" x="{x1}" y="{y1}"\s+width="{x2 - x1}" height="{y2 - y1}"'
        assert re.search(target, page)


def test_page_is_self_contained_and_shows_names_without_running_them(dataset, tmp_path):
    page = write_preview(dataset, tmp_path, 100).page.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert not re.search(r'(src|href)="(?!data:image/)', page)


def test_a_point_is_shown_once_whatever_the_languages(tmp_path):
    screens = [noisy_screen(tmp_path / "in", 0)]
    options = DatasetOptions(langs=("zh", "en"), marker="none")
    make_dataset(screens, tmp_path / "out", options)
    files = write_preview(tmp_path / "out", tmp_path, 100)
    assert (files.shown, files.total) == (4, 8)
    page = files.page.read_text(encoding="utf-8")
    assert page.count("<article>") == 4
    assert "4 points of 8 samples" in page


def test_tiles_and_cards_have_the_same_captions(dataset, tmp_path):
    files = write_preview(dataset, tmp_path, 3)
    page = files.page.read_text(encoding="utf-8")
    titles = re.findall("<h2>(.*)</h2>", page)
    for number, title in enumerate(titles, start=1):
        assert re.fullmatch(rf"#{number} button \d+,\d+", title)
    assert len(titles) == 3
    sheet = cv2.imread(str(files.sheet))
    assert sheet.shape[:2] == (22 + 280 + 2 * 8, 3 * (420 + 8) + 8)
    strip = sheet[8 : 8 + 22, 8 : 8 + 420]
    assert strip[0].min() == 255  # white, with dark letters on the left
    assert strip[:, :30].min() < 100 < strip[:, 300:].min()


def test_a_caption_is_ascii():
    sample = msgspec.structs.replace(make_sample("s", point=(3, 4)), type="按钮")
    assert caption(12, sample) == "#12 ?? 3,4"


@pytest.mark.parametrize("marker", ["none", "star"])
def test_a_point_without_a_marker_has_a_cross(marker, tmp_path):
    make_dataset(
        [noisy_screen(tmp_path / "in", 0)], tmp_path / "out", DatasetOptions(marker=marker)
    )
    sample = next(read_jsonl(tmp_path / "out" / "samples.jsonl", Sample))
    x, y = sample.point
    page = write_preview(tmp_path / "out", tmp_path, 4).page.read_text(encoding="utf-8")
    path = f'class="point" d="M{x - 6} {y}.5h13M{x}.5 {y - 6}v13"'
    assert (path in page) == (marker == "none")
    pixels = np.full((sample.height, sample.width, 3), 90, np.uint8)
    tile = draw_tile(pixels, sample, [])  # the image is smaller than a tile: no offset
    red = (tile == (40, 40, 230)).all(axis=2)
    assert red[y, x - 6 : x + 7].all() == (marker == "none")
    assert red[y - 6 : y + 7, x].all() == (marker == "none")


def test_rivals_are_paler_than_the_target_and_under_it():
    sample = make_sample("s", box=(20, 20, 80, 60), point=(50, 40), width=300, height=200)
    rows = [
        ElementRow(
            screen="s", element=name, type="button", raw_type="", name="", name_source="",
            box=box, rival=True,
        )
        for name, box in (("same", (20, 20, 80, 60)), ("other", (100, 20, 160, 60)))
    ]  # fmt: skip
    tile = draw_tile(np.full((200, 300, 3), 255, np.uint8), sample, rows)
    assert tile[20, 50].tolist() == [40, 40, 230]
    # Half of (230, 160, 60), half of white; the halves of odd sums are rounded either way.
    assert np.abs(tile[20, 130].astype(int) - (242.5, 207.5, 157.5)).max() <= 0.5


def test_choice_is_repeatable_and_changes_with_the_seed(dataset, tmp_path):
    pages = [write_preview(dataset, tmp_path, 4, seed).page.read_bytes() for seed in (0, 0, 1)]
    assert pages[0] == pages[1] != pages[2]


def test_target_outline_is_where_the_box_is(dataset, tmp_path):
    sheet = cv2.imread(str(write_preview(dataset, tmp_path, 1).sheet))
    red = (abs(sheet.astype(int) - (40, 40, 230)).max(axis=2) == 0).sum()
    assert red >= 2 * (24 + 24)  # at least the rim of the smallest button, 50x24


def test_folder_without_a_dataset_says_so(tmp_path):
    with pytest.raises(DataError, match=r"no dataset\.json"):
        write_preview(tmp_path, tmp_path, 4)
