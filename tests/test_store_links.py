"""Writing through links, pipes and standard output."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from groundkit import store
from groundkit.errors import DataError
from groundkit.store import atomic_write, write_bytes


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("depth", [1, 2])
def test_a_link_stays_a_link_and_its_file_is_replaced(tmp_path, depth):
    target = tmp_path / "real" / "rows.jsonl"
    target.parent.mkdir()
    target.write_bytes(b"old")
    link = tmp_path / "link"
    link.symlink_to("real/rows.jsonl")
    if depth == 2:
        (tmp_path / "second").symlink_to("link")
        link = tmp_path / "second"
    with atomic_write(link) as file:
        file.write(b"new")
        assert target.read_bytes() == b"old"
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert names_in(target.parent) == ["rows.jsonl"]


def test_a_link_to_nothing_yet_makes_the_file(tmp_path):
    (tmp_path / "link").symlink_to("new/rows.jsonl")
    write_bytes(tmp_path / "link", b"x")
    assert (tmp_path / "new" / "rows.jsonl").read_bytes() == b"x"


def test_a_loop_of_links_is_one_line(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    if sys.version_info < (3, 13):  # from then on a loop is a name like any other
        with pytest.raises(DataError, match="cannot write the file: Symlink loop"):
            write_bytes(tmp_path / "loop", b"x")


REDIRECTED = """
    import sys
    from pathlib import Path
    from groundkit.store import write_bytes

    print("before", flush=True)
    write_bytes(Path(sys.argv[1]), b"data\\n")
    print("after", flush=True)
"""


@pytest.mark.parametrize("name", ["so", "so2", "/proc/self/fd/1", "/dev/fd/1"])
def test_standard_output_in_a_file_is_shared_and_its_link_kept(tmp_path, name):
    """A rename onto /dev/stdout would replace it; opened anew it would start over."""
    (tmp_path / "so").symlink_to("/proc/self/fd/1")
    (tmp_path / "so2").symlink_to("so")
    code = textwrap.dedent(REDIRECTED)
    with (tmp_path / "out.txt").open("wb") as out:
        command = [sys.executable, "-c", code, str(tmp_path / name)]
        subprocess.run(command, check=True, stdout=out)
    assert (tmp_path / "out.txt").read_bytes() == b"before\ndata\nafter\n"
    assert names_in(tmp_path) == ["out.txt", "so", "so2"]
    assert (tmp_path / "so").readlink() == Path("/proc/self/fd/1")


def test_what_is_a_stream(tmp_path):
    file, link, pipe = (tmp_path / name for name in ("file", "link", "pipe"))
    file.touch()
    link.symlink_to(file)
    os.mkfifo(pipe)
    names = ["/dev/null", "/dev/stdout", "/proc/self/fd/1", str(pipe)]
    assert all(store.is_stream(Path(name)) for name in names)
    assert not any(map(store.is_stream, (file, link, tmp_path / "new", Path("/dev/shm/x"))))
    assert store.own_descriptor(Path("/dev/stderr")) == 2
    assert store.own_descriptor(link) is None


def test_the_home_of_a_file_is_where_it_lies(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").touch()
    (tmp_path / "link").symlink_to("real/file")
    (tmp_path / "folder").symlink_to("real")
    os.mkfifo(tmp_path / "pipe")
    assert store.home(tmp_path / "link") == tmp_path.resolve() / "real"
    assert store.home(tmp_path / "folder" / "file") == tmp_path / "folder"
    assert store.home(tmp_path / "pipe") == Path()
    assert store.home(Path("runs/new")) == Path("runs")
