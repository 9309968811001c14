"""Sources: which file goes to which reader, in which order, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from groundkit.annotators import READERS, read_source, readers
from groundkit.annotators.source import discover
from groundkit.errors import DataError, OptionError
from groundkit.records import LocatedScreen

from .builders import coco, labelme, native, node, read_all, rico, shape, write, write_image


def test_a_folder_may_mix_formats(tmp_path: Path) -> None:
    for image in ("a.png", "x/b.png", "x/c.jpg", "z.png", "lonely.png"):
        write_image(tmp_path / image)
    write(tmp_path / "x/b.xml", node())
    write(tmp_path / "x/c.json", rico({"bounds": [0, 0, 1440, 2560]}))
    write(tmp_path / "a.json", labelme(shape()))
    write(tmp_path / "screens.jsonl", native(image="z.png"))
    for ignored in ("._a.json", ".git/a.json", "notes.txt", "package.json"):
        write(tmp_path / ignored, {"name": "not ours"})
    items = read_all(tmp_path)
    # Files before the folders beside them, each in sorted order.
    assert [(item.screen.id, item.screen.source) for item in items] == [
        ("a", "labelme"),
        ("s", "groundkit"),
        ("x/b", "uiautomator"),
        ("x/c", "rico"),
    ]
    assert [item.image.name for item in items] == ["a.png", "z.png", "b.png", "c.jpg"]


def test_one_bad_file_does_not_end_the_folder(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png")
    write(tmp_path / "a.xml", "<hierarchy><node")
    write(tmp_path / "b.json", labelme(shape()))
    write(tmp_path / "c.json", b"")
    bad, good, empty = read_all(tmp_path)
    assert "a.xml" in str(bad) and isinstance(bad, DataError)
    assert isinstance(good, LocatedScreen)
    assert "c.json: the file is empty" in str(empty)


def test_a_reader_can_be_named(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png")
    write(tmp_path / "a.json", labelme(shape()))
    write(tmp_path / "b.json", coco())
    assert [item.screen.source for item in read_all(tmp_path, "coco")] == ["coco"]
    # It is then asked about a file that it would not recognise.
    (error,) = read_all(tmp_path / "a.json", "rico")
    assert "a.json" in str(error)


def test_unknown_reader_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"valid: auto, coco, groundkit, labelme, rico, uiaut"):
        read_source(tmp_path, "cocoa")


NOTHING_TO_READ = {
    "missing": ("nowhere", "no such file or folder"),
    "empty folder": ("empty", r"no annotations .*; valid: coco, groundkit"),
    "only images": ("images", r"no annotations"),
    "not an annotation": ("notes.txt", r"notes.txt: no reader recognises .*; valid: coco"),
    "other json": ("other.json", "no reader recognises"),
    "empty file": ("empty.json", "the file is empty"),
}


@pytest.mark.parametrize(("name", "message"), NOTHING_TO_READ.values(), ids=NOTHING_TO_READ)
def test_a_source_without_anything_is_refused_at_once(tmp_path: Path, name, message) -> None:
    (tmp_path / "empty").mkdir()
    write_image(tmp_path / "images/a.png")
    write(tmp_path / "notes.txt", "notes")
    write(tmp_path / "other.json", [{"images": ["a.png"], "messages": []}])
    write(tmp_path / "empty.json", b" \n")
    with pytest.raises(DataError, match=message):
        read_source(tmp_path / name)


def test_a_broken_file_that_is_named_is_explained_by_the_reader_of_its_suffix(tmp_path) -> None:
    (xml,) = read_all(write(tmp_path / "a.xml", "ERROR: null root node"))
    (jsonl,) = read_all(write(tmp_path / "a.jsonl", '{"id": '))
    assert "a.xml: not valid XML" in str(xml)
    assert "a.jsonl:1: not valid JSON" in str(jsonl)


def test_images_may_move_inside_the_root_and_not_out_of_it(tmp_path: Path) -> None:
    write_image(tmp_path / "root/x.png")
    write_image(tmp_path / "out.png")
    rows = [native(image="../images/../x.png"), native(image="../../out.png")]
    path = tmp_path / "root/deep/screens.jsonl"
    write(path, "\n".join(str(row).replace("'", '"') for row in rows))
    inside, outside = read_all(tmp_path / "root")
    assert inside.image == tmp_path / "root/x.png"
    assert "screens.jsonl:2: the path" in str(outside) and "leaves the source" in str(outside)
    # A file that is named by itself may only use its own folder.
    assert all("leaves the source" in str(item) for item in read_all(path))


def test_a_folder_that_cannot_be_read_is_reported(tmp_path: Path, monkeypatch) -> None:
    write_image(tmp_path / "a.png")
    write(tmp_path / "a.xml", node())
    (tmp_path / "locked").mkdir()
    scandir = os.scandir

    def refuse(path: str | Path) -> object:  # root may read everything: a mode would not stop it
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    good, error = read_all(tmp_path)
    assert isinstance(good, LocatedScreen)
    assert str(error) == f"{tmp_path}/locked: cannot read the folder: Permission denied"


def test_a_link_out_of_the_source_is_refused(tmp_path: Path) -> None:
    write_image(tmp_path / "secret.png")
    write(tmp_path / "root/a.xml", node())
    (tmp_path / "root/a.png").symlink_to(tmp_path / "secret.png")
    (error,) = read_all(tmp_path / "root")
    assert "leaves the source folder" in str(error)


def test_a_reader_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = (
        "from groundkit.annotators.reader import Reader\n"
        'READER = Reader("boxes", "a test", (".boxes",), lambda head: True, lambda p, r: iter(()))'
    )
    write(tmp_path / "test_only_boxes.py", module)
    monkeypatch.setattr(readers, "__path__", [*readers.__path__, str(tmp_path)])
    found = discover()
    assert list(found) == ["boxes", *READERS]
    monkeypatch.setattr("groundkit.annotators.source.READERS", found)
    (error,) = read_all(write(tmp_path / "a.boxes", "1 2 3 4"))
    assert "a.boxes: the file names no screen" in str(error)


def test_readers_describe_themselves() -> None:
    for name, reader in READERS.items():
        assert reader.name == name
        assert reader.help and "\n" not in reader.help and len(reader.help) < 100
        assert all(suffix == suffix.lower() for suffix in reader.suffixes)
