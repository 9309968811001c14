import html
import re

import cv2
import pytest

from groundkit.dataset.build import make_dataset
from groundkit.dataset.preview import write_preview
from groundkit.dataset.screen import DatasetOptions
from groundkit.errors import DataError
from groundkit.records import Sample
from groundkit.store import read_jsonl
from tests.dataset.builders import locate, make_element, make_screen, noisy_screen


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
