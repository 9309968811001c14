"""Sources: which file goes to which reader, in which order, and what is refused."""

from __future__ import annotations

import json
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
    root = tmp_path.name
    assert [(item.screen.id, item.screen.source) for item in items] == [
        (f"{root}/a", "labelme"),
        ("s", "groundkit"),
        (f"{root}/x/b", "uiautomator"),
        (f"{root}/x/c", "rico"),
    ]
    assert [item.image.name for item in items] == ["a.png", "z.png", "b.png", "c.jpg"]


def test_ids_are_told_apart_by_the_folder_of_the_source(tmp_path: Path, monkeypatch) -> None:
    for folder in ("A", "B"):
        write_image(tmp_path / folder / "0001.png")
        write(tmp_path / folder / "0001.xml", node())
    (tmp_path / "C").symlink_to(tmp_path / "B")
    monkeypatch.chdir(tmp_path / "A")
    sources = (tmp_path / "A", tmp_path / "B/0001.xml", tmp_path / "C", Path(), Path("../B"))
    ids = [read_all(source)[0].screen.id for source in sources]
    assert ids == ["A/0001", "B/0001", "C/0001", "A/0001", "B/0001"]


def test_a_broken_first_line_does_not_hide_a_file(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png")
    write(tmp_path / "a.xml", node())
    write(tmp_path / "screens.jsonl", "garbage\n" + json.dumps(native()))
    other, broken, good = read_all(tmp_path)
    assert (other.screen.source, good.screen.id) == ("uiautomator", "s")
    assert "screens.jsonl:1: not valid JSON" in str(broken)


STRAYS = {
    "native of another form": ("screens.json", [native()], True),
    "native of no form": ("screens_2.jsonl", "nothing to see", True),
    "xml with a screenshot": ("b.xml", "<annotation/>", True),
    "other xml": ("AndroidManifest.xml", "<manifest/>", False),
    "other json with a screenshot": ("b.json", {"url": "https://a.b"}, False),
    "other lines": ("samples.jsonl", {"image": "a.png", "element": "e"}, False),
}


@pytest.mark.parametrize(("name", "content", "told"), STRAYS.values(), ids=STRAYS)
def test_files_that_were_meant_as_annotations(tmp_path: Path, name, content, told) -> None:
    write_image(tmp_path / "b.png")
    path = write(tmp_path / name, content)
    with pytest.raises(DataError, match="no annotations of a known format") as raised:
        read_source(tmp_path)
    assert (f"not recognised as annotations: {path}" in str(raised.value)) is told
    write_image(tmp_path / "z.png")
    write(tmp_path / "z.xml", node())
    good, *strays = read_all(tmp_path)
    assert good.screen.id == f"{tmp_path.name}/z"
    message = f"{tmp_path}: not recognised as annotations: {path}; valid: coco, groundkit"
    assert [str(stray).startswith(message) for stray in strays] == [True] * told


def test_many_files_that_were_meant_are_one_error(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_image(tmp_path / f"{name}.png")
        write(tmp_path / f"{name}.xml", "<annotation/>" if name < "c" else node())
    assert str(read_all(tmp_path)[-1]).startswith(
        f"{tmp_path}: not recognised as annotations: {tmp_path}/a.xml and 1 more;"
    )
    # Who names a format knows which files are of others.
    assert len(read_all(tmp_path, "uiautomator")) == 1


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
    "not an annotation": ("notes.txt", r"notes.txt: no reader recognises .*; name a folder or an"),
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


def test_a_dataset_is_not_a_source(tmp_path: Path) -> None:
    for name in ("dataset.json", "samples.jsonl"):
        (tmp_path / name).touch()
    with pytest.raises(DataError, match=r"a dataset that was made already.*groundkit preview"):
        read_source(tmp_path)


def test_a_dataset_inside_a_source_is_left_alone(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png")
    write(tmp_path / "screens.jsonl", native())
    for name in ("dataset.json", "samples.jsonl", "errors.jsonl"):
        write(tmp_path / "data" / name, b"")
    [item] = read_source(tmp_path)
    assert isinstance(item, LocatedScreen)


def test_boxes_between_0_and_1_are_not_pixels(tmp_path: Path) -> None:
    elements = [{"id": str(i), "box": [0.1, 0.1 * i, 0.5, 0.1 * i + 0.05]} for i in range(5)]
    write_image(tmp_path / "a.png")
    file = write(tmp_path / "screens.jsonl", native(elements=elements))
    [problem] = read_source(file)
    assert isinstance(problem, DataError)
    assert "between 0 and 1, but they are in pixels" in str(problem)
