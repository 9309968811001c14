"""Every reader has a real example in fixtures/, and reads it as its DOM was."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundkit.annotators import READERS, read_source
from groundkit.images import read_pixels
from groundkit.records import LocatedScreen

FIXTURES = Path(__file__).parents[2] / "fixtures"
FOLDERS = {name: FIXTURES / ("screens" if name == "groundkit" else name) for name in READERS}
ANNOTATIONS = [
    path
    for folder in FOLDERS.values()
    for path in sorted(folder.iterdir())
    if path.suffix in (".json", ".jsonl", ".xml")
]


@pytest.mark.parametrize("name", READERS)
def test_every_reader_reads_its_example(name: str) -> None:
    screens = list(read_source(FOLDERS[name]))
    assert screens
    for screen, image, where in screens:
        ids = [element.id for element in screen.elements]
        height, width = read_pixels(image).shape[:2]
        assert screen.source == name
        assert (screen.width, screen.height) == (width, height)
        assert ids and len(set(ids)) == len(ids)
        assert {element.parent for element in screen.elements} <= {None, *ids}
        assert any(element.text or element.description for element in screen.elements)
        assert where.startswith(str(FOLDERS[name]))


@pytest.mark.parametrize("path", ANNOTATIONS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_exactly_one_reader_recognises_a_file(path: Path) -> None:
    head = path.read_bytes()
    fitting = [r.name for r in READERS.values() if path.suffix in r.suffixes and r.recognises(head)]
    assert fitting == [next(name for name, folder in FOLDERS.items() if folder == path.parent)]


def test_the_whole_folder_reads_in_one_order() -> None:
    first, second = list(read_source(FIXTURES)), list(read_source(FIXTURES))
    assert first == second
    assert all(isinstance(item, LocatedScreen) for item in first)
    assert len({item.screen.id for item in first}) == len(first) == 18
    # Folders in sorted order: coco, labelme, rico, screens, uiautomator.
    sources = list(dict.fromkeys(item.screen.source for item in first))
    assert sources == ["coco", "labelme", "rico", "groundkit", "uiautomator"]


# (file, screen, element, box, name, type): what the DOM of the page says, and how far the form may
# be from it. uiautomator has whole pixels: half a pixel off. RICO has whole pixels of 1440 x 2560:
# half of 390 / 1440 or 844 / 2560 px, that is 0.17 px.
DOM_TRUTH = {
    "native text": ("groundkit", "weui_input_mobile", 1, (40, 79, 96, 95), "表单输入", "text", 0),
    "native radio": (
        *("groundkit", "weui_input_mobile", 4),
        *((0, 176.98, 390, 232.98), "cell standard", "radio", 0),
    ),
    # In the trees the root of the window is element 0, so that DOM element n is n + 1.
    "android input": (
        *("uiautomator", "jqweui_form_mobile", 21),
        *((120, 507.61, 375, 532.61), "请输入qq号", "android.widget.EditText", 0.5),
    ),
    "android text in a link": (
        *("uiautomator", "jqweui_form_mobile", 9),
        *((15, 263.73, 71, 279.73), "添加更多", "android.widget.TextView", 0.5),
    ),
    "rico link": (
        *("rico", "alte_widgets_mobile", 5),
        *((192, 8, 242, 48), "3", "android.widget.TextView", 0.17),
    ),
    # Its tree has a null before element 1.
    "rico semantic link": (
        *("rico", "sbadmin2_buttons_mobile", 3),
        *((0, 71, 104, 134.61), "Dashboard", "Text Button", 0.17),
    ),
    "coco button": (
        *("coco", "fomantic_button_mobile", 0),
        *((28, 14, 116.63, 50), "Default", "button", 0.01),
    ),
    # Drawn from its bottom right corner.
    "labelme text": (
        *("labelme", "softui_dash_mobile", 1),
        *((40, 23, 70.67, 38), "Pages", "text", 0),
    ),
}


@pytest.mark.parametrize(
    ("source", "screen_id", "index", "box", "name", "type_word", "tolerance"),
    DOM_TRUTH.values(),
    ids=DOM_TRUTH,
)
def test_elements_are_those_of_the_dom(
    source, screen_id, index, box, name, type_word, tolerance
) -> None:
    screens = {item.screen.id: item.screen for item in read_source(FOLDERS[source])}
    prefix = "" if source == "groundkit" else f"{source}/"
    element = screens[prefix + screen_id].elements[index]
    assert element.box == pytest.approx(box, abs=tolerance + 1e-9)
    assert (element.text or element.description, element.type) == (name, type_word)


def test_groups_are_packages() -> None:
    groups = {item.screen.id: item.screen.group for item in read_source(FIXTURES)}
    assert groups["eleui_zh_desktop"] == "element-ui"
    assert groups["fixtures/uiautomator/jqweui_form_mobile"] == "jquery-weui"
    assert groups["fixtures/rico/alte_widgets_mobile"] == "admin-lte"
    assert groups["fixtures/coco/uikit_form_desktop"] == "uikit"


def test_the_readme_names_every_screenshot() -> None:
    readme = (FIXTURES / "README.md").read_text(encoding="utf-8")
    images = [path.relative_to(FIXTURES).as_posix() for path in FIXTURES.rglob("*.png")]
    assert [image for image in images if image not in readme] == []
    assert sum(path.stat().st_size for path in FIXTURES.rglob("*.*")) < 3_000_000
