"""What the readers make of view trees: uiautomator and RICO."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundkit.annotators import read_source
from groundkit.dataset.screen import DatasetOptions, process_screen
from groundkit.errors import DataError

from .builders import (
    elements_of,
    node,
    read_all,
    read_one,
    rico,
    write,
    write_image,
)


@pytest.fixture(autouse=True)
def image(tmp_path: Path) -> Path:
    return write_image(tmp_path / "a.png")


def test_uiautomator_fields(tmp_path: Path) -> None:
    inner = node(
        class_="android.widget.Button",
        package="com.other",
        text="&#128512; 提交&lt;",
        content_desc="send",
        resource_id="com.shop:id/send",
        clickable="true",
        bounds="[10,20][110,60]",
        visible_to_user="false",
        password="true",
    )
    window = node(inner, package="com.shop")
    dump = f"<?xml version='1.0' encoding='UTF-8'?><!-- a --><hierarchy>{window}</hierarchy>"
    screen = read_one(write(tmp_path / "a.xml", dump)).screen
    root, button = screen.elements
    assert screen.id == f"{tmp_path.name}/a"
    assert (screen.group, screen.image) == ("com.shop", "a.png")
    assert (root.id, root.parent, root.visible, root.clickable) == ("0", None, True, False)
    assert (button.id, button.parent, button.visible, button.clickable) == ("1", "0", False, True)
    assert (button.text, button.description) == ("😀 提交<", "send")
    assert (button.type, button.resource_id) == ("android.widget.Button", "com.shop:id/send")
    assert button.box == (10, 20, 110, 60)


def test_uiautomator_hint_stands_in_for_a_missing_description(tmp_path: Path) -> None:
    dump = f"<hierarchy>{node(hint='邮箱', content_desc='')}{node(hint='h', content_desc='d')}"
    first, second = elements_of(write(tmp_path / "a.xml", f"{dump}</hierarchy>"))
    assert (first.description, second.description) == ("邮箱", "d")


UIAUTOMATOR_TREES = {
    # document, parents of the elements in document order
    "two windows": (f"<hierarchy>{node(node())}{node(node())}</hierarchy>", [None, "0", None, "2"]),
    "bare node": (node(node() + node(node())), [None, "0", "0", "2"]),
    "empty": ("<hierarchy rotation='0'/>", []),
    "appium": (
        "<hierarchy width='200'><android.widget.Button bounds='[0,0][5,5]'/></hierarchy>",
        [None],
    ),
    "byte order mark": (b"\xef\xbb\xbf" + node().encode(), [None]),
    # PowerShell writes UTF-16 under a declaration of UTF-8.
    "utf-16": (f"<?xml version='1.0' encoding='UTF-8'?>{node()}".encode("utf-16"), [None]),
}


@pytest.mark.parametrize(
    ("dump", "parents"), UIAUTOMATOR_TREES.values(), ids=UIAUTOMATOR_TREES.keys()
)
def test_uiautomator_trees(tmp_path: Path, dump, parents) -> None:
    elements = elements_of(write(tmp_path / "a.xml", dump))
    assert [element.parent for element in elements] == parents


def window(bounds: str, inner: str = "", **attributes: str) -> str:
    return f"<hierarchy>{node(inner, bounds=bounds, **attributes)}</hierarchy>"


# The image has 200 x 100 pixels.
SCALES = {
    "same": (window("[0,0][200,100]"), ""),
    "rounding": (window("[0,0][204,104]"), ""),
    "no navigation bar": (window("[0,0][200,60]"), ""),
    "content below the fold": (window("[0,0][200,100]", node(bounds="[0,90][900,900]")), ""),
    "hidden window": (window("[0,0][400,200]", visible_to_user="false"), ""),
    "dump twice as large": (window("[0,0][400,194]"), "reach to 400x194, but its upright image"),
    "width only": (window("[0,0][205,100]"), "a.xml: its windows reach to 205x100"),
    "height only": (window("[0,0][200,105]"), "reach to 200x105"),
    "second window": (
        f"<hierarchy>{node()}{node(bounds='[0,0][400,9]')}</hierarchy>",
        "reach to 400x10, but its upright image has 200x100 pixels",
    ),
}


@pytest.mark.parametrize(("dump", "message"), SCALES.values(), ids=SCALES)
def test_uiautomator_refuses_a_screenshot_of_a_smaller_scale(tmp_path, dump, message) -> None:
    (item,) = read_all(write(tmp_path / "a.xml", dump))
    assert isinstance(item, DataError) is bool(message)
    assert message in str(item)


PACKAGES = {
    "status bar first": (["com.android.systemui"] * 3 + ["com.shop"], "com.shop"),
    "the most": (["com.a", "com.shop", "com.shop"], "com.shop"),
    "the first of as many": (["com.shop", "com.a"], "com.shop"),
    "system only": (["android", "com.android.systemui", "android"], "android"),
    "none": (["", ""], ""),
}


@pytest.mark.parametrize(("packages", "group"), PACKAGES.values(), ids=PACKAGES)
def test_uiautomator_groups_by_app(tmp_path: Path, packages, group) -> None:
    windows = "".join(node(package=package) for package in packages)
    path = write(tmp_path / "a.xml", f"<hierarchy>{windows}</hierarchy>")
    assert read_one(path).screen.group == group


def test_uiautomator_takes_the_tag_for_a_missing_class(tmp_path: Path) -> None:
    dump = "<hierarchy><android.widget.Button bounds='[0,0][5,5]'/></hierarchy>"
    assert elements_of(write(tmp_path / "a.xml", dump))[0].type == "android.widget.Button"


@pytest.mark.parametrize("bounds", ["[-5,-9][10,10]", "[9,90][3,10]", "[0,0][0,0]"])
def test_odd_boxes_are_left_to_the_rules(tmp_path: Path, bounds: str) -> None:
    (element,) = elements_of(write(tmp_path / "a.xml", node(bounds=bounds)))
    numbers = bounds.replace("][", ",").strip("[]").split(",")
    assert element.box == tuple(map(float, numbers))


def test_what_lies_under_another_window_is_not_asked_about(tmp_path: Path) -> None:
    # The app, and the keyboard over its lower half, whose only child is a bare view. Dumps list
    # windows from the top or from the bottom.
    frame = "android.widget.FrameLayout"
    rows = "".join(
        node(class_="android.widget.Button", text=f"row {y}", bounds=f"[10,{y}][110,{y + 20}]")
        for y in range(5, 180, 25)
    )
    app = node(rows, class_=frame, bounds="[0,0][280,196]")
    keyboard = node(
        node(bounds="[0,100][280,196]"), class_=frame, bounds="[0,100][280,196]", package="ime"
    )
    for number, windows in enumerate((app + keyboard, keyboard + app)):
        folder = tmp_path / str(number)
        write_image(folder / "a.png", (280, 196))
        dump = write(folder / "a.xml", f"<hierarchy>{windows}</hierarchy>")
        [located] = read_source(dump)
        part = process_screen(located, folder / "out", DatasetOptions(per_screen=9, near_share=0))
        asked = sorted(int(sample.name.removeprefix("row ")) for sample in part.samples)
        assert asked == [5, 30, 55, 80]  # 80 to 100 px: it ends where the keyboard begins
        assert max(sample.point[1] for sample in part.samples) < 98


def test_rico_scales_from_the_display_and_not_from_the_root(tmp_path: Path, image: Path) -> None:
    write_image(image, (720, 1280))
    child = {"bounds": [56, 612, 1384, 780], "text": "Sign in", "class": "w.Button"}
    tree = {"bounds": [0, 0, 1440, 2392], "children": [None, child], "content-desc": [None]}
    root, button = elements_of(write(tmp_path / "a.json", rico(tree)))
    # Half of 1440 x 2560; 2392 / 2 = 1196.
    assert root.box == (0, 0, 720, 1196)
    assert button.box == (28, 306, 692, 390)
    assert button.parent == root.id


def test_rico_fields(tmp_path: Path) -> None:
    view = {
        "bounds": [0, 0, 10, 10],
        "class": "com.shop.SendButton",
        "ancestors": ["android.widget.Button", None, "android.view.View"],
        "content-desc": [None, "send"],
        "text": None,
        "resource-id": "com.shop:id/send",
        "clickable": True,
    }
    tree = {
        "children": [
            view,
            view | {"visibility": "gone", "componentLabel": "Text Button"},
            view | {"visible-to-user": False, "content-desc": None},
            {"children": [view]},
        ]
    }
    elements = elements_of(write(tmp_path / "a.json", rico(tree)))
    first, labelled, hidden, inner = elements
    assert (first.type, first.fallback_types) == (
        "com.shop.SendButton",
        ("android.widget.Button", "android.view.View"),
    )
    assert (first.text, first.description, first.clickable) == ("", "send", True)
    assert (labelled.type, labelled.fallback_types[0]) == ("Text Button", "com.shop.SendButton")
    assert [element.visible for element in elements] == [True, False, False, True]
    # A view without bounds is no element, but its children are.
    assert (hidden.description, inner.parent) == ("", None)


RICO_APPS = {
    "package": (rico({"bounds": [0, 0, 99, 99], "package": "com.a"}), "com.a"),
    "activity": (rico({"bounds": [0, 0, 99, 99]}), "com.shop"),
    "semantic": (
        {
            "bounds": [0, 0, 99, 99],
            "class": "x",
            "ancestors": [],
            "children": [
                {"bounds": [0, 0, 99, 99], "resource-id": "android:id/content"},
                {"bounds": [0, 0, 99, 99], "resource-id": "com.b:id/cart"},
            ],
        },
        "com.b",
    ),
}


@pytest.mark.parametrize(("document", "group"), RICO_APPS.values(), ids=RICO_APPS)
def test_rico_groups_by_app(tmp_path: Path, document, group) -> None:
    assert read_one(write(tmp_path / "a.json", document)).screen.group == group


def test_rico_icons_are_named_by_what_they_show(tmp_path: Path) -> None:
    icon = {"bounds": [0, 0, 9, 9], "componentLabel": "Icon", "iconClass": "arrow_backward"}
    tree = {"children": [icon, icon | {"content-desc": ["Back"]}]}
    elements = elements_of(write(tmp_path / "a.json", rico(tree)))
    assert [element.description for element in elements] == ["arrow backward", "Back"]


def test_rico_semantic_masks_are_no_screenshots(tmp_path: Path) -> None:
    document = {"bounds": [0, 0, 1440, 2560], "class": "x", "ancestors": []}
    write_image(tmp_path / "rico/semantic_annotations/1.png", (1440, 2560))
    path = write(tmp_path / "rico/semantic_annotations/1.json", document)
    assert "no screenshot" in str(read_all(path)[0])
    write_image(tmp_path / "rico/combined/1.jpg")
    assert read_one(tmp_path / "rico").image == tmp_path / "rico/combined/1.jpg"
