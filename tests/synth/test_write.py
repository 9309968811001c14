"""Folders of screens: whole or not there, ours or left alone, the same however they are made."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from groundkit.annotators import read_source
from groundkit.dataset.build import make_dataset
from groundkit.dataset.screen import DatasetOptions
from groundkit.errors import DataError, OptionError
from groundkit.records import Sample, Screen
from groundkit.store import read_jsonl
from groundkit.synth import SynthOptions, make_screen, write, write_screens
from groundkit.synth.write import parse_sizes, read_manifest

ROOT = Path(__file__).parents[2]


def options(**changes):
    return SynthOptions(**{"n": 5, "langs": ("en",), "fonts": "bundled", **changes})


def content(folder):
    """Every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("synth") / "screens"
    assert write_screens(out, options(n=40))
    return out


def test_the_folder_holds_what_make_screen_makes(made):
    screens = list(read_jsonl(made / "screens.jsonl", Screen))
    assert len(screens) == len({screen.id for screen in screens}) == 40
    for index, screen in enumerate(screens):
        size = (screen.width, screen.height)
        again = make_screen("mixed", 0, index, size=size, fonts="bundled")
        assert again.screen == screen
        pixels = cv2.imread(str(made / screen.image))
        assert (pixels == again.image[..., ::-1]).all()


def test_the_manifest_says_how_it_was_made(made):
    manifest = read_manifest(made)
    assert manifest.options == options(n=40)
    assert list(manifest.files) == ["bundled"]


def test_any_number_of_workers_writes_the_same_bytes(made, tmp_path):
    write_screens(tmp_path / "two", options(n=40), workers=2)
    assert content(tmp_path / "two") == content(made)


def test_a_longer_run_begins_with_the_shorter_one(made, tmp_path):
    write_screens(tmp_path / "few", options(n=7))
    few, many = content(tmp_path / "few"), content(made)
    assert many["screens.jsonl"].startswith(few["screens.jsonl"])
    assert {name: many[name] for name in few if name.endswith(".png")}.items() <= few.items()


def test_make_dataset_asks_several_points_a_screen(made, tmp_path):
    wanted = DatasetOptions(langs=("en",), marker="none", per_screen=8)
    make_dataset(read_source(made), tmp_path / "data", wanted, workers=1)
    samples = list(read_jsonl(tmp_path / "data" / "samples.jsonl", Sample))
    assert len(samples) > 40 * 7
    assert len({sample.type for sample in samples}) > 10
    # The pictures to learn on are saved as they are, so that the boxes are too.
    assert all((sample.width, sample.height) == sample.original for sample in samples)


def test_the_same_options_again_change_nothing(tmp_path):
    out = tmp_path / "s"
    assert write_screens(out, options())
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    assert not write_screens(out, options())
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_other_options_need_overwrite_which_removes_what_is_ours(tmp_path):
    out = tmp_path / "s"
    write_screens(out, options(n=6))
    (out / "images" / "mine.png").write_bytes(b"mine")
    (out / "notes.txt").write_text("mine")
    with pytest.raises(OptionError, match=r"made with other options.*--overwrite"):
        write_screens(out, options(n=3, seed=9))
    assert write_screens(out, options(n=3, seed=9), overwrite=True)
    expected = tmp_path / "fresh"
    write_screens(expected, options(n=3, seed=9))
    found = content(out)
    assert found.pop("notes.txt") == found.pop("images/mine.png") == b"mine"
    assert found == content(expected)


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt",
        "screens.jsonl",
        "images/photo.png",
        "images/deep/flat-0-000000.png",
        "synth.json",
    ],
)
def test_a_folder_of_somebody_else_is_left_alone(tmp_path, name):
    path = tmp_path / "s" / name
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    for overwrite in (False, True):
        with pytest.raises(OptionError, match="is not empty and holds no screens of ours"):
            write_screens(tmp_path / "s", options(), overwrite=overwrite)
    assert content(tmp_path / "s") == {name: b"{}"}


def test_a_file_or_a_link_in_the_way_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OptionError, match="is not a folder"):
            write_screens(out, options())
    (tmp_path / "s").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "s" / "images").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OptionError, match="link or a file"):
        write_screens(tmp_path / "s", options())
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_run_that_fails_leaves_nothing_that_looks_complete(tmp_path, monkeypatch):
    out = tmp_path / "s"
    write_screens(out, options())
    real = write._write_screen

    def fail(*arguments):
        if arguments[-1] == 3:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(write, "_write_screen", fail)
    with pytest.raises(KeyboardInterrupt):
        write_screens(out, options(seed=1), overwrite=True)
    assert not (out / "screens.jsonl").exists()
    with pytest.raises(DataError, match="no annotations"):
        next(read_source(out))
    monkeypatch.undo()
    # What is left is known as ours; nothing has to be passed to begin anew.
    assert write_screens(out, options(seed=2))
    write_screens(tmp_path / "fresh", options(seed=2))
    assert content(out) == content(tmp_path / "fresh")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_killed_run_is_made_good_by_the_next(tmp_path):
    out = tmp_path / "s"
    command = [
        sys.executable, "-m", "groundkit", "synth", "--n", "5000", "--out", str(out),
        "--fonts", "bundled", "--lang", "en", "--workers", "1",
    ]  # fmt: skip
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}) as run:
        limit = time.monotonic() + 60
        while not list(out.glob("images/*.png")) and time.monotonic() < limit:
            time.sleep(0.05)
        run.send_signal(signal.SIGKILL)
    assert list(out.glob("images/*.png"))
    assert not (out / "screens.jsonl").exists()
    assert write_screens(out, options(n=3))
    write_screens(tmp_path / "fresh", options(n=3))
    assert content(out) == content(tmp_path / "fresh")


def test_another_version_or_other_fonts_are_other_screens(tmp_path):
    out = tmp_path / "s"
    write_screens(out, options())
    for key, value in (("version", "0.0.1"), ("files", {"bundled": "0" * 16})):
        manifest = json.loads((out / "synth.json").read_text())
        (out / "synth.json").write_text(json.dumps({**manifest, key: value}))
        with pytest.raises(OptionError, match="fonts or another version"):
            write_screens(out, options())
        assert write_screens(out, options(), overwrite=True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n": 0}, "0 screens"),
        ({"n": -3}, "-3 screens"),
        ({"design": "nope"}, "no design 'nope'"),
        ({"design": ""}, "no design ''"),
        ({"sizes": ("huge",)}, "not a size: 'huge'; valid: small, phone, desktop"),
        ({"sizes": ("",)}, "not a size: ''"),
        ({"sizes": ("12x",)}, "not a size"),
        ({"sizes": ("-300x300",)}, "not a size"),
        ({"sizes": ("9999999x300",)}, "not a size"),
        ({"sizes": ("99999x300",)}, "a screen of 99999x300"),
        ({"sizes": ("10x10",)}, "a screen of 10x10"),
        ({"langs": ("zh",)}, "no font here has Chinese letters"),
        ({"fonts": "nope"}, "no fonts 'nope'"),
    ],
    ids=str,
)
def test_options_that_cannot_be_met_leave_no_folder(tmp_path, changes, message):
    with pytest.raises(OptionError, match=message):
        write_screens(tmp_path / "s", options(**changes))
    assert not (tmp_path / "s").exists()


def test_sizes_are_drawn_from_all_that_are_named(tmp_path):
    assert parse_sizes(("phone", "300x400"))[1] == ((300, 400),)
    write_screens(tmp_path / "s", options(n=12, sizes=("300x400", "500x200")))
    screens = list(read_jsonl(tmp_path / "s" / "screens.jsonl", Screen))
    assert {(screen.width, screen.height) for screen in screens} == {(300, 400), (500, 200)}


def test_a_negative_seed_is_a_seed(tmp_path):
    write_screens(tmp_path / "s", options(seed=-7))
    assert write_screens(tmp_path / "s", options(seed=8), overwrite=True)
    assert len(list((tmp_path / "s" / "images").iterdir())) == 5


def test_progress_is_told(tmp_path):
    seen = []
    write_screens(tmp_path / "s", options(n=20), on_progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 20


def test_images_are_opaque_rgb(made):
    for path in (made / "images").iterdir():
        assert np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED)).ndim == 3


def test_what_a_killed_run_has_left_is_ours_and_goes(tmp_path):
    out = tmp_path / "s"
    (out / "images").mkdir(parents=True)
    (out / ".screens.jsonl.123.partial").write_bytes(b"{")
    (out / "images" / ".flat-0-000001.png.123.partial").write_bytes(b"")
    (out / "images" / "flat-0-000099.png").write_bytes(b"")
    (out / "images" / "poster-0-000001.png").write_bytes(b"")
    assert write_screens(out, options())
    write_screens(tmp_path / "fresh", options())
    assert content(out) == content(tmp_path / "fresh")


def test_a_run_killed_before_its_last_step_is_begun_anew(tmp_path):
    """All but screens.jsonl is there; other options need no --overwrite then."""
    out = tmp_path / "s"
    write_screens(out, options())
    (out / "screens.jsonl").unlink()
    assert write_screens(out, options(seed=3))
    assert read_manifest(out).options.seed == 3


def test_the_screens_are_written_while_they_are_made(tmp_path):
    """Memory stays flat: nothing waits for the end but the name of the file."""
    out, seen = tmp_path / "s", []

    def look(done):
        (partial,) = out.glob(".screens.jsonl.*.partial")
        seen.append((done, partial.stat().st_size, (out / "screens.jsonl").exists()))

    write_screens(out, options(n=80), on_progress=look)
    assert seen[-1][0] == 80
    assert seen[-2][1] > 100_000
    assert not any(complete for _, _, complete in seen)
