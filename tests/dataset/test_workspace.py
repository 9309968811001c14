"""Whose folder it is: nothing of anybody else is touched, and no state is a dead end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import msgspec
import pytest

from groundkit import __version__
from groundkit.dataset import workspace
from groundkit.dataset.build import make_dataset
from groundkit.dataset.rules import ElementRules
from groundkit.dataset.screen import DatasetOptions
from groundkit.dataset.verify import verify
from groundkit.errors import DataError, OptionError
from groundkit.records import Sample
from groundkit.store import read_jsonl
from tests.dataset.builders import noisy_screen
from tests.dataset.test_build import tree

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


@pytest.mark.parametrize(
    "name", [".work/precious.txt", ".work/new/a.txt", ".work/new/images/a.png", ".work/plan.json"]
)
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_working_folder_of_somebody_else_is_left_alone(tmp_path, name, overwrite):
    path = tmp_path / "out" / name
    path.parent.mkdir(parents=True)
    path.write_text('{"plan": "mine"}')
    if path.name == "plan.json":
        (tmp_path / "out" / "thesis.txt").touch()
    with pytest.raises(OptionError, match="holds no dataset"):
        make_dataset(sources(tmp_path / "in"), tmp_path / "out", OPTIONS, overwrite=overwrite)
    assert path.read_text() == '{"plan": "mine"}'


FOREIGN = ("images/notes.txt", "images/@eaDir/a.jpg", "images/photo.jpg", "images/.hidden")


@pytest.mark.parametrize("working", [False, True])
def test_foreign_files_stay_whatever_is_built_around_them(tmp_path, working):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        make_dataset(interrupted(sources(tmp_path / "in")), out, OPTIONS)
    names = [*FOREIGN, *(f".work/new/{name}" for name in FOREIGN if working)]
    for name in names:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(name)
    make_dataset(sources(tmp_path / "in"), out, OPTIONS)
    make_dataset(sources(tmp_path / "in"), out, DatasetOptions(seed=1), overwrite=True)
    assert all((out / name).read_text() == name for name in names)
    assert list(verify(out)) == []
    assert (out / ".work").exists() == working


@pytest.mark.parametrize("name", ["images", ".work"])
def test_a_link_to_another_folder_is_refused(finished, tmp_path, name):
    big = tmp_path / "big"
    if (finished / name).exists():
        (finished / name).rename(big)
    big.mkdir(exist_ok=True)
    before = sorted(big.iterdir())
    (finished / name).symlink_to(big)
    for options in (OPTIONS, DatasetOptions(seed=1)):
        with pytest.raises(OptionError, match=rf"--out: .*{name} is a link"):
            make_dataset(sources(tmp_path / "in"), finished, options, overwrite=True)
    assert sorted(big.iterdir()) == before


def test_a_failed_overwrite_leaves_the_old_dataset(finished, tmp_path):
    before = tree(finished)
    nothing = DatasetOptions(rules=ElementRules(min_area=1_000_000))
    with pytest.raises(DataError, match="no sample could be made"):
        make_dataset(sources(tmp_path / "in"), finished, nothing, overwrite=True)
    assert tree(finished) == before
    (tmp_path / "in" / "screen3.png").write_bytes(b"broken")
    items = [noisy_screen(tmp_path / "in", 0), DataError("broken")]
    with pytest.raises(DataError, match="broken"):
        make_dataset(items, finished, DatasetOptions(seed=1), overwrite=True, on_error="stop")
    assert list(verify(finished)) == []


def test_overwriting_removes_all_of_the_old_dataset(finished, tmp_path):
    for name in ("preview.html", "preview.png"):
        (finished / name).touch()
    make_dataset(sources(tmp_path / "in", [7]), finished, OPTIONS, overwrite=True)
    make_dataset(sources(tmp_path / "in", [7]), tmp_path / "fresh", OPTIONS)
    assert tree(finished) == tree(tmp_path / "fresh")


OTHER = DatasetOptions(seed=1, per_screen=2)
PUBLISH = """
import os, signal, sys
from pathlib import Path
from groundkit.dataset import workspace
from groundkit.dataset.build import make_dataset
from tests.dataset.test_workspace import OTHER, sources
left = None  # files still to be moved or removed before the kill
def dying(change):
    def step(path, *args, **kwargs):
        global left
        if left is not None:
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return change(path, *args, **kwargs)
    return step
def publish(out, publish=workspace.publish):
    global left
    if workspace.holds_dataset(workspace.new_dataset(out)):
        left = int(sys.argv[3])
    publish(out)
Path.replace, Path.unlink, workspace.publish = dying(Path.replace), dying(Path.unlink), publish
make_dataset(sources(Path(sys.argv[1])), Path(sys.argv[2]), OTHER, overwrite=True)
"""


@pytest.mark.parametrize("steps", [0, 1, 5, 9, 13, 17, 19, 22, 26, 27, 28, 29, 30])
def test_an_overwriting_that_is_killed_is_finished_by_the_next_run(finished, tmp_path, steps):
    old = tree(finished)
    make_dataset(sources(tmp_path / "in"), tmp_path / "fresh", OTHER)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", PUBLISH, str(tmp_path / "in"), str(finished), str(steps)]
    assert subprocess.run(command, env=environment, check=False).returncode == -signal.SIGKILL
    if (finished / "dataset.json").exists():
        now = {name: data for name, data in tree(finished).items() if ".work" not in name}
        assert now == (old if steps == 0 else tree(tmp_path / "fresh"))
    make_dataset(sources(tmp_path / "in"), finished, OTHER)
    assert tree(finished) == tree(tmp_path / "fresh")


def test_files_half_written_by_a_killed_run_are_swept_away(tmp_path):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        make_dataset(interrupted(sources(tmp_path / "in")), out, OPTIONS)
    for name in (".samples.jsonl.123.partial", "images/.a.jpg.123.partial"):
        (out / ".work/new" / name).write_text("half")
    make_dataset(sources(tmp_path / "in"), out, OPTIONS)
    assert not list(out.glob(".*"))
    assert not list(out.rglob("*.partial"))


def test_a_chunk_whose_images_are_gone_is_made_again(tmp_path):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        make_dataset(interrupted(sources(tmp_path / "in")), out, OPTIONS)
    next((out / ".work/new/images").iterdir()).unlink()
    make_dataset(sources(tmp_path / "in"), out, OPTIONS)
    assert list(verify(out)) == []


def test_another_version_is_named(finished, tmp_path, monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        make_dataset(interrupted(sources(tmp_path / "in")), tmp_path / "begun", OPTIONS)
    monkeypatch.setattr("groundkit.dataset.workspace.__version__", "9.9")
    for out, what in ((finished, "made"), (tmp_path / "begun", "begun")):
        with pytest.raises(OptionError, match=rf"{what} by groundkit {__version__}, .* 9\.9"):
            make_dataset(sources(tmp_path / "in"), out, OPTIONS)


def test_a_dataset_finished_while_the_lock_was_waited_for_is_not_made_again(tmp_path, monkeypatch):
    out = tmp_path / "out"
    held = workspace.held

    def held_by_another_first(folder):
        monkeypatch.setattr(workspace, "held", held)
        make_dataset(sources(tmp_path / "in"), folder, OPTIONS)
        return held(folder)

    monkeypatch.setattr(workspace, "held", held_by_another_first)
    shown = []
    make_dataset(sources(tmp_path / "in"), out, OPTIONS, on_progress=shown.append)
    assert shown == []
    assert not (out / ".work").exists()


def test_a_rerun_does_not_disturb_an_overwriting(finished, tmp_path):
    def rerun_meanwhile():
        yield from sources(tmp_path / "in")
        with pytest.raises(OptionError, match="another make-dataset"):
            make_dataset(sources(tmp_path / "in"), finished, OPTIONS)

    other = DatasetOptions(seed=1)
    assert make_dataset(rerun_meanwhile(), finished, other, overwrite=True).options.seed == 1
    assert list(verify(finished)) == []


def test_images_of_other_sources_are_not_taken_for_those_of_a_part(tmp_path):
    """The same screen before, after and again before a change of its picture."""
    folder, out = tmp_path / "in", tmp_path / "out"
    before = sources(folder, range(2))
    kept = before[0].image.read_bytes()
    changed = cv2.imencode(".png", 255 - cv2.imread(str(before[0].image)))[1].tobytes()
    for picture in (kept, changed, kept):
        before[0].image.write_bytes(picture)
        with pytest.raises(KeyboardInterrupt):
            make_dataset(interrupted(before), out, OPTIONS)
    make_dataset(before, out, OPTIONS)
    make_dataset(before, tmp_path / "fresh", OPTIONS)
    for path in (tmp_path / "fresh" / "images").iterdir():
        assert (out / "images" / path.name).read_bytes() == path.read_bytes()


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
    with pytest.raises(DataError, match=r"worker process was killed.*--workers 1.*__main__"):
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
