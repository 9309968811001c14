"""Strict reading with messages that name file, line and field; writing that is all or nothing."""

from __future__ import annotations

import codecs
import gzip
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from groundkit import store
from groundkit.errors import DataError
from groundkit.records import Element
from groundkit.store import atomic_write, read_jsonl, resolve_inside, write_bytes

GOOD = b'{"id":"a","box":[1,2,3,4]}'


def read_all(path):
    return [element.id for element in read_jsonl(path, Element)]


def message_of(path):
    """The one line about a bad file, without its folder."""
    with pytest.raises(DataError) as caught:
        read_all(path)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(f"{path.parent}{os.sep}", "")


FILES = {
    "one line": (GOOD, 1),
    "a line break at the end": (GOOD + b"\n", 1),
    "blank lines": (b"\n \t\n" + GOOD + b"\n\n\n" + GOOD + b"\n \n", 2),
    "Windows line ends": (GOOD + b"\r\n" + GOOD + b"\r\n", 2),
    "byte order mark": (codecs.BOM_UTF8 + GOOD + b"\n" + GOOD, 2),
    "byte order mark alone": (codecs.BOM_UTF8, 0),
    "empty": (b"", 0),
    "Unicode line separators": ('{"id":"\u2028\x85","box":[1,2,3,4]}\n'.encode(), 1),
    "spaces in the line": (b' { "id" : "a" , "box" : [ 1 , 2 , 3 , 4 ] } \n', 1),
    "fields in any order": (b'{"box":[1,2,3,4],"id":"a"}', 1),
    "a line of 10 MB": (b'{"id":"a","box":[1,2,3,4],"text":"' + b"x" * 10_000_000 + b'"}', 1),
}


@pytest.mark.parametrize("case", FILES)
def test_reads(case, tmp_path):
    content, count = FILES[case]
    path = tmp_path / "elements.jsonl"
    path.write_bytes(content)
    assert len(read_all(path)) == count


BAD_LINES = {
    "string for a number": (b'{"id":"a","box":[1,2,3,"4"]}', "box[3]: Expected `float`, got `str`"),
    "boolean for a number": (
        b'{"id":"a","box":[1,true,3,4]}',
        "box[1]: Expected `float`, got `bool`",
    ),
    "number for a string": (b'{"id":7,"box":[1,2,3,4]}', "id: Expected `str`, got `int`"),
    "null": (b'{"id":"a","box":null}', "box: Expected `array`, got `null`"),
    "null inside": (b'{"id":"a","box":[null,2,3,4]}', "box[0]: Expected `float`, got `null`"),
    "missing field": (b'{"id":"a"}', "Object missing required field `box`"),
    "three numbers": (b'{"id":"a","box":[1,2,3]}', "box: Expected `array` of length 4"),
    "NaN": (b'{"id":"a","box":[1,NaN,3,4]}', "box[1]: a number is not finite (NaN or Infinity)"),
    "Infinity": (
        b'{"id":"a","box":[1,2,3,Infinity]}',
        "box[3]: a number is not finite (NaN or Infinity)",
    ),
    "minus Infinity": (
        b'{"id":"a","box":[-Infinity,2,3,4]}',
        "box[0]: a number is not finite (NaN or Infinity)",
    ),
    "NaN in a field of somebody else": (
        b'{"id":"a","box":[1,2,3,4],"meta":{"scores":[1,NaN]}}',
        "meta.scores[1]: a number is not finite (NaN or Infinity)",
    ),
    "too large for a float": (b'{"id":"a","box":[1,2,3,1e999]}', "box[3]: Number out of range"),
    "a list": (
        b"[]",
        "Expected `object`, got `array`; the form is JSON Lines: one JSON object a line",
    ),
    "gzip": (
        gzip.compress(GOOD),
        "not valid JSON: JSON is malformed: invalid character (byte 0); "
        "the file is compressed: unpack it with gunzip",
    ),
    "a word": (b"hello", "not valid JSON: JSON is malformed: invalid character (byte 0)"),
    "single quotes": (
        b"{'id': 'a'}",
        "not valid JSON: JSON is malformed: object keys must be strings (byte 1)",
    ),
    "cut off": (b'{"id":"a","box":[1,2', "not valid JSON: Input data was truncated"),
    "two objects": (
        GOOD + b" " + GOOD,
        "not valid JSON: JSON is malformed: trailing characters (byte 28)",
    ),
    "not UTF-8": (
        b'{"id":"caf\xe9","box":[1,2,3,4]}',
        "not valid JSON: 'utf-8' codec can't decode byte 0xe9 in position 3: "
        "unexpected end of data",
    ),
    "UTF-16": (
        GOOD.decode().encode("utf-16-le"),
        "not valid JSON: JSON is malformed: object keys must be strings (byte 1); "
        "the file looks like UTF-16: save it as UTF-8",
    ),
    "a second byte order mark": (
        codecs.BOM_UTF8 + GOOD,
        "not valid JSON: JSON is malformed: invalid character (byte 0)",
    ),
    "lone surrogate": (
        b'{"id":"\\ud800","box":[1,2,3,4]}',
        "not valid JSON: JSON is malformed: "
        "unexpected end of escaped utf-16 surrogate pair (byte 13)",
    ),
    "nested too deep": (
        b'{"id":"a","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "nested too deeply",
    ),
    "never closed": (b"[" * 100_000, "Expected `object`, got `array`"),
}


@pytest.mark.parametrize("case", BAD_LINES)
def test_a_bad_line_is_named(case, tmp_path):
    line, expected = BAD_LINES[case]
    path = tmp_path / "elements.jsonl"
    path.write_bytes(GOOD + b"\n\n" + line + b"\n" + GOOD + b"\n")
    message = message_of(path)
    assert message.startswith(f"elements.jsonl:3: {expected}")


def test_good_lines_before_a_bad_one_are_read(tmp_path):
    path = tmp_path / "elements.jsonl"
    path.write_bytes(GOOD + b"\n{}\n")
    rows = read_jsonl(path, Element)
    assert next(rows).id == "a"
    with pytest.raises(DataError, match=r"elements\.jsonl:2"):
        next(rows)


def test_json_of_unknown_shape():
    assert store.decode_json(b'{"a":[1,null,"x"]}', "coco.json") == {"a": [1, None, "x"]}
    with pytest.raises(DataError, match=r"^coco\.json: a\[0\]\.b: a number is not finite"):
        store.decode_json(b'{"a":[{"b":NaN}]}', "coco.json")


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        pytest.param(lambda path: None, "No such file or directory", id="missing"),
        pytest.param(lambda path: path.mkdir(), "Is a directory", id="folder"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(make, expected, tmp_path):
    path = tmp_path / "elements.jsonl"
    make(path)
    assert message_of(path) == f"elements.jsonl: cannot read the file: {expected}"


# --- writing --------------------------------------------------------------------------------


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_name_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "new" / "deep" / "rows.jsonl"
    with atomic_write(path) as file:
        file.write(b"one\n")
        file.flush()
        assert not path.exists()
    assert path.read_bytes() == b"one\n"
    assert names_in(path.parent) == ["rows.jsonl"]


@pytest.mark.parametrize("old", [None, b"old"])
@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt, SystemExit])
def test_nothing_changes_when_the_block_raises(error, old, tmp_path):
    path = tmp_path / "rows.jsonl"
    if old is not None:
        path.write_bytes(old)
    with pytest.raises(error), atomic_write(path) as file:
        file.write(b"half")
        raise error
    assert names_in(tmp_path) == ([] if old is None else ["rows.jsonl"])
    assert old is None or path.read_bytes() == old


def test_a_full_disk_is_one_line(tmp_path):
    path = tmp_path / "rows.jsonl"
    message = r"rows\.jsonl: cannot write the file: No space left"
    with pytest.raises(DataError, match=message), atomic_write(path):
        raise OSError(28, "No space left on device")
    assert names_in(tmp_path) == []


KILLED = """
    import sys, time
    from pathlib import Path
    from groundkit.store import atomic_write

    with atomic_write(Path(sys.argv[1])) as file:
        file.write(b"half of it")
        file.flush()
        print("writing", flush=True)
        time.sleep(60)
"""


@pytest.mark.parametrize("old", [None, b"old"])
def test_a_killed_writer_leaves_only_a_hidden_file(old, tmp_path):
    path = tmp_path / "rows.jsonl"
    if old is not None:
        path.write_bytes(old)
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"writing\n"
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert (path.read_bytes() if path.exists() else None) == old
    left = [name for name in names_in(tmp_path) if name != "rows.jsonl"]
    assert left == [f".rows.jsonl.{process.pid}.partial"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("file/rows.jsonl", "File exists", id="a file where a folder should be"),
        pytest.param("folder", "Is a directory", id="a folder of that name"),
        pytest.param("x" * 300, "File name too long", id="name too long"),
    ],
)
def test_a_place_that_cannot_be_written_is_one_line(name, expected, tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataError, match=f"{name}: cannot write the file: {expected}"):
        write_bytes(tmp_path / name, b"data")
    assert names_in(tmp_path) == ["file", "folder"]


def test_write_bytes_replaces(tmp_path):
    path = tmp_path / "a.bin"
    write_bytes(path, b"one")
    write_bytes(path, b"two")
    assert path.read_bytes() == b"two"


# --- names that a file of somebody else holds -----------------------------------------------


@pytest.fixture
def source(tmp_path):
    """A folder with a picture, links inside and out, beside a folder with a secret."""
    root = tmp_path / "source"
    (root / "sub").mkdir(parents=True)
    (root / "sub" / "a.png").touch()
    (tmp_path / "source-secret").mkdir()
    (tmp_path / "source-secret" / "s.png").touch()
    (root / "link-in").symlink_to(root / "sub")
    (root / "link-out").symlink_to(tmp_path / "source-secret")
    (root / "loop").symlink_to("loop")
    return root


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        pytest.param("sub/a.png", "sub/a.png", id="plain"),
        pytest.param("./sub//a.png", "sub/a.png", id="dots and slashes"),
        pytest.param("sub/../sub/a.png", "sub/a.png", id="down and up"),
        pytest.param("sub\\a.png", "sub/a.png", id="backslash"),
        pytest.param("link-in/a.png", "sub/a.png", id="link that stays inside"),
        pytest.param("missing.png", "missing.png", id="missing: the reader of it will say so"),
        pytest.param("..png", "..png", id="a name that starts with dots"),
        pytest.param("图片/截图 1.png", "图片/截图 1.png", id="Chinese and spaces"),
    ],
)
def test_a_name_inside_is_resolved(name, inside, source):
    assert resolve_inside(source, name, "w") == source.resolve() / inside


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("../source-secret/s.png", "leaves the source folder", id="parent"),
        pytest.param("sub/../../x.png", "leaves the source folder", id="down and further up"),
        pytest.param("..\\source-secret\\s.png", "leaves the source folder", id="backslashes"),
        pytest.param("/etc/passwd", "leaves the source folder", id="absolute"),
        pytest.param("\\etc\\passwd", "leaves the source folder", id="absolute, backslashes"),
        pytest.param("link-out/s.png", "leaves the source folder", id="link out"),
        pytest.param("..", "leaves the source folder", id="only the parent"),
        pytest.param("a\ud800.png", "leads nowhere", id="lone surrogate"),
        pytest.param("", "empty or unusable file name", id="empty"),
        pytest.param("sub/a.png\0.txt", "empty or unusable file name", id="NUL"),
    ],
)
def test_a_name_that_leaves_is_refused(name, message, source):
    with pytest.raises(DataError, match=message) as caught:
        resolve_inside(source, name, "screens.jsonl:2: image")
    assert str(caught.value).startswith("screens.jsonl:2: image: ")


def test_an_absolute_name_inside_is_fine(source):
    absolute = str(source / "sub" / "a.png")
    assert resolve_inside(source, absolute, "w") == source.resolve() / "sub" / "a.png"


def test_a_loop_of_links_cannot_be_read(source):
    # Until Python 3.13 it cannot even be resolved.
    with pytest.raises(DataError, match=r"leads nowhere|Too many levels of symbolic links"):
        list(read_jsonl(resolve_inside(source, "loop", "w"), Element))


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    """As root, a rename onto /dev/null would replace it for the whole system."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_bytes(pipe, b"through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.parametrize("start", [b"", codecs.BOM_UTF8])
def test_lines_can_come_through_a_pipe(tmp_path, start):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(
        target=pipe.write_bytes, args=[start + b'{"id":"a","box":[1,2,3,4]}\n']
    )
    writer.start()
    assert [element.id for element in read_jsonl(pipe, Element)] == ["a"]
    writer.join()


@pytest.mark.parametrize("path", [".", "/", ""])
def test_an_output_without_a_name_is_refused(path):
    with pytest.raises(DataError, match="no file name"):
        write_bytes(Path(path), b"")


def test_a_full_device_is_one_line():
    with pytest.raises(DataError, match="No space left"):
        write_bytes(Path("/dev/full"), b"x")
