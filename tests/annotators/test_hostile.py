"""Input that is broken or means harm: one line of error that names the file, nothing else."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

import pytest

from groundkit.annotators import READERS
from groundkit.errors import DataError

from .builders import coco, labelme, native, node, read_all, rico, shape, write, write_image

DEEP = 100_000
BOMB = (
    '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>' + node(text="&c;")
)
OUTSIDE = '<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + node(text="&a;")


def nan(document: object) -> str:
    """The JSON of a document with its 12345 replaced by NaN, which JSON does not have."""
    return json.dumps(document).replace("12345", "NaN")


def deep_json(before: str, after: str) -> str:
    return before + '{"children": [' * DEEP + "]}" * DEEP + after


# name: (file, content, what the error says)
CASES = {
    "uiautomator broken": ("a.xml", "<hierarchy><node", "not valid XML"),
    "uiautomator cut": ("a.xml", node(node())[:-9], "not valid XML"),
    "uiautomator bomb": ("a.xml", BOMB, "defines XML entities"),
    "uiautomator file entity": ("a.xml", OUTSIDE, "defines XML entities"),
    "uiautomator NaN": ("a.xml", node(bounds="[NaN,0][1,1]"), "node 0: bounds '[NaN,0][1,1]'"),
    "uiautomator no bounds": ("a.xml", "<node/>", "node 0: bounds ''"),
    "uiautomator long number": ("a.xml", node(bounds=f"[{'9' * 5000},0][1,1]"), "node 0: bounds"),
    "uiautomator latin-1": ("a.xml", node(text="é").encode("latin-1"), "neither UTF-8 nor"),
    "uiautomator deep": ("a.xml", "<node bounds='[0,0][1,1]'>" * DEEP, "not valid XML"),
    "uiautomator deep whole": (
        *("a.xml", "<node bounds='[0,0][1,1]'>" * DEEP + "</node>" * DEEP),
        "nested more than 1000 deep",
    ),
    "uiautomator other root": ("a.xml", "<annotation/>", "its root is <annotation>"),
    "uiautomator encoding": ("a.xml", "<?xml version='1.0' encoding='x'?><node/>", "a.xml"),
    "uiautomator control character": ("a.xml", node(text="\x01"), "not valid XML"),
    "uiautomator half an emoji": ("a.xml", node(text="&#55357;"), "not valid XML"),
    "rico null": ("a.json", "null", "null or empty"),
    "rico null root": ("a.json", rico(None), "null or empty"),
    "rico null activity": ("a.json", {"activity": None, "activity_name": "a"}, "null or empty"),
    "rico broken": ("a.json", json.dumps(rico({"bounds": [0, 0, 1, 1]}))[:-4], "not valid JSON"),
    "rico NaN": ("a.json", nan(rico({"bounds": [0, 0, 1, 12345]})), "not finite"),
    "rico overflow": ("a.json", rico({"bounds": [0, 0, 1e308, 1e308]}), "not finite"),
    "rico types": ("a.json", rico({"bounds": "0 0 1 1"}), "a.json: activity.root.bounds"),
    "rico three numbers": ("a.json", rico({"bounds": [0, 0, 1]}), "activity.root.bounds"),
    "rico deep": ("a.json", deep_json('{"activity": {"root": ', "}}"), "a.json"),
    "coco broken": ("c.json", json.dumps(coco())[:-2], "not valid JSON"),
    "coco NaN": (
        *("c.json", nan(coco(annotations=[{"image_id": 5, "bbox": [0, 0, 1, 12345]}]))),
        "annotations[0].bbox[3]",
    ),
    "coco overflow": (
        *("c.json", coco(annotations=[{"image_id": 5, "bbox": [1e308, 0, 1e308, 1]}])),
        "element 0 is not finite",
    ),
    "coco absurd": (
        *("c.json", coco(annotations=[{"image_id": 5, "bbox": [0, 0, 1e308, 10]}])),
        "images[0]: the box of element 0 is not finite or beyond 1e9 pixels",
    ),
    "coco up": ("c.json", coco(images=[{"id": 5, "file_name": "../a.png"}]), "leaves the source"),
    "coco absolute": ("c.json", coco(images=[{"id": 5, "file_name": "/a.png"}]), "leaves the sou"),
    "coco nul": ("c.json", coco(images=[{"id": 5, "file_name": "a\0.png"}]), "unusable file name"),
    "coco no name": ("c.json", coco(images=[{"id": 5, "file_name": ""}]), "no image ''"),
    "coco long name": ("c.json", coco(images=[{"id": 5, "file_name": "x" * 5000}]), "no image 'x"),
    "coco no image": ("c.json", coco(images=[{"id": 5, "file_name": "x.png"}]), "no image 'x.png'"),
    "coco types": ("c.json", coco(images=[{"id": 5}]), "c.json: images[0]: Object missing"),
    "coco category": ("c.json", coco(categories=[]), "no category has the id 4"),
    "coco twice": ("c.json", coco(images=[{"id": 5, "file_name": "a.png"}] * 2), "2 images have"),
    "coco no owner": ("c.json", coco(annotations=[{"bbox": [0, 0, 1, 1]}]), "annotations[0]: Obj"),
    "coco nothing": ("c.json", coco(images=[], annotations=[]), "names no screen"),
    "coco deep": (
        *("c.json", '{"images": [], "annotations": [' + "[" * DEEP + "]" * DEEP + "]}"),
        "c.json",
    ),
    "labelme broken": ("a.json", json.dumps(labelme(shape()))[:-1], "not valid JSON"),
    "labelme NaN": (
        *("a.json", nan(labelme(shape(points=[[1, 12345]])))),
        "shapes[0].points[0][1]: a number is not finite",
    ),
    "labelme absurd": ("a.json", labelme(shape(points=[[0, -1.1e9]])), "beyond 1e9 pixels"),
    "labelme up": ("a.json", labelme(imagePath="..\\..\\a.png"), "leaves the source"),
    "labelme absolute": ("a.json", labelme(imagePath="/etc/hostname"), "leaves the source"),
    "labelme no image": (
        "a.json",
        labelme(imagePath="x.png"),
        "a.json: image 'x.png': cannot read",
    ),
    "labelme types": ("a.json", labelme(shape(points=[["1", 2]])), "shapes[0].points[0][0]"),
    "labelme no points": ("a.json", labelme(shape(), shape(points=[])), "shapes[1].points: a sh"),
    "labelme latin-1": ("a.json", json.dumps(labelme(shape("é"))).encode("utf-16-le"), "a.json"),
    "groundkit broken": ("s.jsonl", json.dumps(native())[:-3], "s.jsonl:1: not valid JSON"),
    "groundkit NaN": (
        *("s.jsonl", nan(native(elements=[{"id": "e", "box": [0, 0, 12345, 1]}]))),
        "s.jsonl:1: elements[0].box[2]: a number is not finite",
    ),
    "groundkit absurd": (
        *("s.jsonl", native(elements=[{"id": "e", "box": [0, 0, 1e308, 10]}])),
        "s.jsonl:1: the box of element e is not finite or beyond 1e9 pixels",
    ),
    "groundkit no image": ("s.jsonl", native(image="b.png"), "s.jsonl:1: image 'b.png': cannot"),
    "groundkit over many lines": (
        *("s.jsonl", json.dumps(native(), indent=2)),
        "s.jsonl:1: its first 3 lines hold no JSON object; write one record a line",
    ),
    "groundkit list": (
        *("s.jsonl", json.dumps([native()], indent=2)),
        "write one record a line",
    ),
    "groundkit up": ("s.jsonl", native(image="x/../../a.png"), "leaves the source"),
    "groundkit absolute": ("s.jsonl", native(image="/a.png"), "leaves the source"),
    "groundkit folder": ("s.jsonl", native(image="."), "cannot read the image"),
    "groundkit types": ("s.jsonl", native(width="200"), "s.jsonl:1: width: Expected `int`"),
    "groundkit deep": ("s.jsonl", '{"elements": ' + "[" * DEEP, "s.jsonl:1"),
}


@pytest.fixture(autouse=True)
def image(tmp_path: Path) -> Path:
    return write_image(tmp_path / "a.png")


@pytest.mark.parametrize("case", CASES)
def test_one_clear_error(tmp_path: Path, case: str) -> None:
    name, content, message = CASES[case]
    (error,) = read_all(write(tmp_path / name, content), case.split()[0])
    assert isinstance(error, DataError)
    assert message in str(error)
    assert str(tmp_path) in str(error)
    assert "\n" not in str(error)


def test_every_reader_is_attacked() -> None:
    assert {case.split()[0] for case in CASES} == set(READERS)


def huge_png() -> bytes:
    """A PNG of a few bytes that claims 144 million pixels, 432 MB decoded."""
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", 12_000, 12_000, 8, 2, 0, 0, 0),
        b"IDAT": zlib.compress(b""),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks.items()
    )


IMAGES = {
    "missing": (None, ("no screenshot beside it", "cannot read the image", "no image 'a.png'")),
    "text": (b"not an image", ("not an image",)),
    "empty": (b"", ("not an image",)),
    "cut": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ("not a usable image", "not an image", "truncated")),
    "bomb": (huge_png(), ("12000x12000",)),
}
DOCUMENTS = {
    "uiautomator": ("a.xml", node()),
    "rico": ("a.json", rico({"bounds": [0, 0, 1, 1]})),
    "coco": ("a.json", coco()),
    "labelme": ("a.json", labelme(shape())),
    "groundkit": ("a.jsonl", native()),
}


def test_a_billion_pixels_are_still_a_box(tmp_path: Path) -> None:
    row = native(elements=[{"id": "e", "box": [0, 0, 1e9, 1e9]}])
    assert not isinstance(read_all(write(tmp_path / "s.jsonl", row))[0], DataError)


def test_mistakes_inside_the_first_records_do_not_end_the_file(tmp_path: Path) -> None:
    bad, cut = nan(native(width=12345)), json.dumps(native())[:-3]
    lines = "\n".join([bad, bad, bad, cut, cut, cut, json.dumps(native())])
    *errors, good = read_all(write(tmp_path / "s.jsonl", lines))
    assert [str(error).split(":")[1] for error in errors] == ["1", "2", "3", "4", "5", "6"]
    assert good.where.endswith("s.jsonl:7")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("data", "messages"), IMAGES.values(), ids=IMAGES)
def test_unusable_images(tmp_path: Path, image: Path, reader, data, messages) -> None:
    if data is None:
        image.unlink()
    else:
        image.write_bytes(data)
    (error,) = read_all(write(tmp_path / DOCUMENTS[reader][0], DOCUMENTS[reader][1]))
    assert isinstance(error, DataError)
    assert any(message in str(error) for message in messages), str(error)
    assert str(error).startswith(f"{tmp_path / DOCUMENTS[reader][0]}:"), str(error)


def test_a_link_to_itself(tmp_path: Path, image: Path) -> None:
    image.unlink()
    image.symlink_to(image.name)
    (error,) = read_all(write(tmp_path / "s.jsonl", native()))
    assert isinstance(error, DataError) and "a.png" in str(error)


def test_a_file_name_that_is_not_utf8(tmp_path: Path) -> None:
    name = b"caf\xe9".decode(errors="surrogateescape")
    try:
        write_image(tmp_path / f"{name}.png")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    write(tmp_path / f"{name}.xml", node())
    (error,) = read_all(tmp_path)
    assert "not UTF-8" in str(error)
    assert str(error).encode()
