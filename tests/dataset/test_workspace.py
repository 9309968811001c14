"""Whose folder it is: nothing of anybody else is touched, and no state is a dead end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from groundkit import __version__
from groundkit.dataset.build import make_dataset
from groundkit.dataset.rules import ElementRules
from groundkit.dataset.screen import DatasetOptions
from groundkit.dataset.verify import verify
from groundkit.errors import DataError, OptionError
from groundkit.records import Sample
from groundkit.store import read_jsonl
from tests.dataset.builders import noisy_screen

OPTIONS = DatasetOptions()


def sources(folder: Path, numbers=range(4)):
    return [noisy_screen(folder, number) for number in numbers]


def interrupted(items):
    yield from items
    raise KeyboardInterrupt


@pytest.fixture
def finished(tmp_path):
    make_dataset(sources(tmp_path / "in"), tmp_path / "out", OPTIONS)
    return tmp_path / "out"


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("name", ["thesis.txt", "dataset.json"])
def test_a_folder_of_somebody_else_is_refused_and_left_alone(tmp_path, name, overwrite):
    (tmp_path / name).write_text('{"name": "nnUNet"}')
    with pytest.raises(OptionError, match="holds no dataset"):
        make_dataset(sources(tmp_path / "in"), tmp_path, OPTIONS, overwrite=overwrite)
    assert (tmp_path / name).read_text() == '{"name": "nnUNet"}'
    assert not (tmp_path / ".work").exists()


def test_overwriting_removes_only_what_we_wrote(finished, tmp_path):
    (finished / "notes.txt").write_text("mine")
    other = DatasetOptions(seed=1)
    make_dataset(sources(tmp_path / "in"), finished, other, overwrite=True)
    assert (finished / "notes.txt").read_text() == "mine"
    assert list(verify(finished)) == []


FOREIGN = ("images/notes.txt", "images/sub/a.jpg", "images/@eaDir/x", ".work/precious.txt")


def put_foreign(out: Path) -> None:
    for name in FOREIGN:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text("mine")


def test_files_of_others_among_ours_survive_everything(tmp_path):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        make_dataset(interrupted(sources(tmp_path / "in")), out, OPTIONS)
    put_foreign(out)
    make_dataset(sources(tmp_path / "in"), out, OPTIONS)  # goes on
    assert [(out / name).read_text() for name in FOREIGN] == ["mine"] * 4
    make_dataset(sources(tmp_path / "in"), out, DatasetOptions(seed=1), overwrite=True)
    assert [(out / name).read_text() for name in FOREIGN] == ["mine"] * 4
    assert not list((out / ".work").glob("part-*"))
    kept = {sample.image for sample in read_jsonl(out / "samples.jsonl", Sample)}
    assert {f"images/{path.name}" for path in (out / "images").glob("*.jpg")} == kept


def test_a_folder_with_somebody_elses_work_is_not_ours(tmp_path):
    (tmp_path / "out" / ".work").mkdir(parents=True)
    (tmp_path / "out" / ".work" / "precious.txt").write_text("mine")
    with pytest.raises(OptionError, match="holds no dataset"):
        make_dataset(sources(tmp_path / "in"), tmp_path / "out", OPTIONS)
    assert (tmp_path / "out" / ".work" / "precious.txt").read_text() == "mine"


def test_a_linked_folder_of_images_is_refused(finished, tmp_path):
    (finished / "images").rename(tmp_path / "big")
    (finished / "images").symlink_to(tmp_path / "big")
    before = sorted(path.name for path in (tmp_path / "big").iterdir())
    with pytest.raises(OptionError, match=r"images is a link"):
        make_dataset(sources(tmp_path / "in"), finished, OPTIONS, overwrite=True)
    assert sorted(path.name for path in (tmp_path / "big").iterdir()) == before


def test_overwriting_with_what_gives_nothing_leaves_the_dataset(finished, tmp_path):
    before = (finished / "samples.jsonl").read_bytes()
    nothing = DatasetOptions(rules=ElementRules(min_area=1_000_000))
    with pytest.raises(DataError, match=r"no sample could be made; what was there is left"):
        make_dataset(sources(tmp_path / "in"), finished, nothing, overwrite=True)
    assert (finished / "samples.jsonl").read_bytes() == before
    assert list(verify(finished)) == []


def test_a_dataset_of_another_version_is_said_to_be_one(finished, tmp_path):
    manifest = (finished / "dataset.json").read_text()
    (finished / "dataset.json").write_text(manifest.replace(f'"{__version__}"', '"0.0.9"'))
    with pytest.raises(OptionError, match=rf"made by groundkit 0\.0\.9, this is {__version__}"):
        make_dataset(sources(tmp_path / "in"), finished, OPTIONS)


def test_a_finished_dataset_of_other_sources_is_not_returned(finished, tmp_path):
    before = (finished / "samples.jsonl").read_bytes()
    for numbers in (range(5), range(3), [7]):
        with pytest.raises(OptionError, match=r"other sources.*--overwrite"):
            make_dataset(sources(tmp_path / "in", numbers), finished, OPTIONS)
    assert (finished / "samples.jsonl").read_bytes() == before


def test_a_file_is_not_a_folder(tmp_path):
    (tmp_path / "out").write_text("x")
    for out in (tmp_path / "out", tmp_path / "out" / "sub" / "data"):
        with pytest.raises(OptionError, match=r"out is not a folder"):
            make_dataset([], out, OPTIONS)


@pytest.mark.parametrize("beginnings", [[".work"], [".work/.plan.json.1.partial"]])
def test_a_folder_killed_at_its_very_start_can_be_used(tmp_path, beginnings):
    out = tmp_path / "out"
    (out / ".work").mkdir(parents=True)
    for name in beginnings[1:]:
        (out / name).touch()
    assert make_dataset(sources(tmp_path / "in"), out, OPTIONS).screens == 4


REMOVE = """
import os, signal, sys
from pathlib import Path
from groundkit.dataset import workspace
from groundkit.dataset.screen import DatasetOptions
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
workspace.remove_images = die  # the first folder to go
workspace.prepare(Path(sys.argv[1]), DatasetOptions(seed=1), overwrite=True)
"""


def test_a_removal_that_is_killed_can_be_done_again(finished, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", REMOVE, str(finished)]
    assert subprocess.run(command, env=environment, check=False).returncode == -signal.SIGKILL
    assert not (finished / "dataset.json").exists()
    with pytest.raises(OptionError, match="--overwrite"):
        make_dataset(sources(tmp_path / "in"), finished, OPTIONS)
    make_dataset(sources(tmp_path / "in"), finished, OPTIONS, overwrite=True)
    assert list(verify(finished)) == []


def test_files_half_written_by_a_killed_run_are_swept_away(tmp_path):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        make_dataset(interrupted(sources(tmp_path / "in")), out, OPTIONS)
    (out / ".samples.jsonl.123.partial").write_text("half")
    make_dataset(sources(tmp_path / "in"), out, OPTIONS)
    assert not list(out.glob(".*"))


def test_a_chunk_whose_images_are_gone_is_made_again(tmp_path):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        make_dataset(interrupted(sources(tmp_path / "in")), out, OPTIONS)
    next((out / "images").iterdir()).unlink()
    make_dataset(sources(tmp_path / "in"), out, OPTIONS)
    assert list(verify(out)) == []


def test_two_builds_do_not_share_a_folder(tmp_path):
    out = tmp_path / "out"

    def second_build_meanwhile():
        yield from sources(tmp_path / "in")
        with pytest.raises(OptionError, match="another make-dataset"):
            make_dataset(sources(tmp_path / "in"), out, OPTIONS)

    assert make_dataset(second_build_meanwhile(), out, OPTIONS).screens == 4


def killing_worker(*args):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_worker_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr("groundkit.dataset.build._process_chunk", killing_worker)
    with pytest.raises(DataError, match=r"worker process was killed.*--workers 1"):
        make_dataset(sources(tmp_path / "in"), tmp_path / "out", OPTIONS, workers=2)


def test_ids_that_join_to_the_same_text_stay_apart(tmp_path):
    located = noisy_screen(tmp_path / "in", 0)
    element = located.screen.elements[0]

    def variant(screen_id, element_id):
        named = msgspec.structs.replace(element, id=element_id)
        screen = msgspec.structs.replace(located.screen, id=screen_id, elements=(named,))
        return located._replace(screen=screen)

    make_dataset([variant("a", "b:c"), variant("a:b", "c")], tmp_path / "out", OPTIONS)
    ids = [sample.id for sample in read_jsonl(tmp_path / "out" / "samples.jsonl", Sample)]
    assert ids == ["a:b%3Ac:zh", "a%3Ab:c:zh"]
