"""What the readers make of lists of boxes: COCO, LabelMe and our own form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from .builders import (
    coco,
    elements_of,
    labelme,
    native,
    node,
    read_all,
    read_one,
    shape,
    write,
    write_image,
)


@pytest.fixture(autouse=True)
def image(tmp_path: Path) -> Path:
    return write_image(tmp_path / "a.png")


def test_coco_boxes_and_categories(tmp_path: Path) -> None:
    annotations = [
        {"image_id": 5, "category_id": 4, "bbox": [10, 20, 30, 5.5]},
        {"image_id": 5, "category_id": 1, "bbox": [1, 1, -1, 0], "attributes": {"x": 1}},
    ]
    button, odd = elements_of(write(tmp_path / "c.json", coco(annotations=annotations)))
    assert (button.box, button.type) == ((10, 20, 40, 25.5), "button")  # x + w, y + h
    assert (odd.box, odd.type, odd.text) == ((1, 1, 0, 1), "a", "")


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "地址"},
        {"caption": "地址", "name": 3},
        {"attributes": {"text": 7, "name": "地址"}},
        {"text": " ", "attributes": {"caption": "地址"}},
    ],
)
def test_coco_text(tmp_path: Path, fields: dict) -> None:
    annotation = {"image_id": 5, "bbox": [0, 0, 1, 1], **fields}
    (element,) = elements_of(write(tmp_path / "c.json", coco(annotations=[annotation])))
    assert element.text == "地址"


def test_coco_folders_of_its_own_layout(tmp_path: Path) -> None:
    entry = {"id": 5, "file_name": "b.png", "app": "com.shop"}
    write(tmp_path / "set/annotations/instances_val.json", coco(images=[entry]))
    write_image(tmp_path / "set/images/val/b.png")
    located = read_one(tmp_path / "set")
    assert (located.screen.id, located.screen.group) == ("set/images/val/b", "com.shop")
    assert located.screen.image == "../images/val/b.png"
    (error,) = read_all(tmp_path / "set/annotations/instances_val.json")
    assert "give the folder that holds both" in str(error)


def test_coco_a_bad_annotation_spoils_its_own_image_only(tmp_path: Path) -> None:
    write_image(tmp_path / "b.png")
    document = coco(
        images=[{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"}],
        annotations=[
            {"image_id": 1, "category_id": 4, "bbox": [0, 0, 1]},
            {"image_id": 2, "category_id": 4, "bbox": [0, 0, 1, 1]},
            {"image_id": 3, "category_id": 4, "bbox": [0, 0, 1, 1]},
        ],
    )
    bad, good, orphan = read_all(write(tmp_path / "c.json", document))
    assert "c.json: annotations[0]: bbox" in str(bad)
    assert good.screen.id == f"{tmp_path.name}/b"
    assert "annotations[2]: no image has the id 3" in str(orphan)


def test_coco_images_of_one_stem_keep_their_suffix(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.png"):
        write_image(tmp_path / "set" / name)
    write_image(tmp_path / "set/a.png")
    names = ("a.png", "a.jpg", "b.png")
    images = [{"id": index, "file_name": name} for index, name in enumerate(names)]
    path = write(tmp_path / "set/c.json", coco(images=images, annotations=[]))
    ids = [item.screen.id for item in read_all(path)]
    assert ids == ["set/a.png", "set/a.jpg", "set/b"]


LABELS = {
    "type word": ("按钮", "button", ""),
    "type of two words": ("Radio Button", "radio", ""),
    "our key": ("menu_item", "menu_item", ""),
    "colon": ("button: Save: now", "button", "Save: now"),
    "hyphen": ("输入框-地址", "input", "地址"),
    "wide colon": ("按钮：保存", "button", "保存"),
    "unknown type": ("gizmo: Save", "element", "gizmo: Save"),
    "name": ("Save", "element", "Save"),
    "nothing behind it": ("button:", "button", ""),
    "type joined by a hyphen": ("radio-button", "radio", ""),
    "our key with a hyphen": ("date-picker", "date_picker", ""),
    "type without a space": ("SearchBox", "search", ""),
    "class": ("EditText", "EditText", ""),
    "class with its package": ("android.widget.EditText", "android.widget.EditText", ""),
    "class and name": ("EditText: 地址", "EditText", "地址"),
    "type word in two": ("text-field", "text-field", ""),
    "type word at the end": ("search_button", "search_button", ""),
    "type word at the start": ("tab-bar", "tab-bar", ""),
    "hyphenated name": ("sign-in", "element", "sign-in"),
    "capitals": ("LOGIN", "element", "LOGIN"),
    "hyphen after an English type": ("Button-Save", "element", "Button-Save"),
    "hyphen with spaces": ("button - Save - now", "button", "Save - now"),
    "hyphen before a colon": ("按钮-保存: 全部", "button", "保存: 全部"),
    "two type words": ("文本-按钮", "text", "按钮"),
    "only a hyphen": ("-", "element", "-"),
}


@pytest.mark.parametrize(("label", "type_name", "text"), LABELS.values(), ids=LABELS)
def test_labelme_labels(tmp_path: Path, label, type_name, text) -> None:
    (element,) = elements_of(write(tmp_path / "a.json", labelme(shape(label))))
    assert (element.type, element.text) == (type_name, text)


SHAPES = {
    "any corners": ("rectangle", [[9, 2], [1, 7]], (1, 2, 9, 7)),
    "polygon": ("polygon", [[5, 0], [9, 4], [3, 8]], (3, 0, 9, 8)),
    "circle": ("circle", [[50, 50], [53, 54]], (45, 45, 55, 55)),  # radius 5, from 3 and 4
    "point": ("point", [[4, 5]], (4, 5, 4, 5)),
    "no shape_type": (None, [[1, 2], [3, 4]], (1, 2, 3, 4)),
}


@pytest.mark.parametrize(("kind", "points", "box"), SHAPES.values(), ids=SHAPES)
def test_labelme_shapes(tmp_path: Path, kind, points, box) -> None:
    drawn = shape(points=points, shape_type=kind, description="d")
    (element,) = elements_of(write(tmp_path / "a.json", labelme(drawn)))
    assert element.box == box
    assert element.description == "d"


def test_json_may_start_with_a_byte_order_mark(tmp_path: Path) -> None:
    for name, document in (("a.json", labelme(shape())), ("s.jsonl", native())):
        path = write(tmp_path / name, document)
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
        assert read_one(path).screen.elements


def test_sizes_are_those_of_the_upright_image(tmp_path: Path, image: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter: stored as 100 x 200, looked at as 200 x 100
    Image.new("RGB", (100, 200)).save(tmp_path / "r.jpg", exif=exif)
    located = read_one(write(tmp_path / "r.xml", node()))
    assert (located.screen.width, located.screen.height) == (200, 100)
    assert read_one(write(tmp_path / "c.json", labelme(shape(), imagePath="r.jpg")))


SIZE_CLAIMS = {
    "native": ("s.jsonl", native(width=100, height=200), "100x200"),
    "coco": ("c.json", coco(images=[{"id": 5, "file_name": "a.png", "width": 7}]), "7x?"),
    "labelme": ("l.json", labelme(imageHeight=99), "200x99"),
}


@pytest.mark.parametrize(("name", "document", "claim"), SIZE_CLAIMS.values(), ids=SIZE_CLAIMS)
def test_boxes_of_another_size_are_refused(tmp_path: Path, name, document, claim) -> None:
    (error,) = read_all(write(tmp_path / name, document))
    assert f"it says {claim}, but its upright image has 200x100 pixels" in str(error)


def element(id: str, parent: str | None = None) -> dict:
    return {"id": id, "box": [0, 0, 1, 1], "parent": parent}


NATIVE_TREES = {
    "same id": ([element("a"), element("a")], "two elements have the id 'a'"),
    "no parent": ([element("a", "b")], "no element has the id 'b'"),
    "loop": ([element("a", "b"), element("b", "c"), element("c", "b")], "its own ancestor"),
    "itself": ([element("a", "a")], "'a' is its own ancestor"),
}


@pytest.mark.parametrize(("elements", "message"), NATIVE_TREES.values(), ids=NATIVE_TREES)
def test_native_elements_form_a_tree(tmp_path: Path, elements, message) -> None:
    rows = [native(elements=elements), native(elements=[element("a", "b"), element("b")])]
    path = write(tmp_path / "s.jsonl", "\n".join(map(json.dumps, rows)))
    bad, good = read_all(path)
    assert f"s.jsonl:1: {message}"[:11] in str(bad) and message in str(bad)
    assert good.where.endswith("s.jsonl:2")
