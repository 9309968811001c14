"""The whole build on small screens: bytes, restarts, errors. Kills are real."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from groundkit.dataset.build import make_dataset
from groundkit.dataset.screen import DatasetOptions
from groundkit.dataset.verify import verify
from groundkit.errors import DataError, OptionError
from groundkit.images import read_pixels
from groundkit.records import Sample
from groundkit.store import read_jsonl
from tests.dataset.builders import locate, make_element, make_screen, noisy_screen

OPTIONS = DatasetOptions(val_share=0.3)


def sources(folder: Path, count=14):
    return [noisy_screen(folder, i, group=f"app{i // 2}") for i in range(count)]


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    manifest = make_dataset(sources(folder / "in"), folder / "out", OPTIONS)
    return folder, manifest


def test_files_of_a_dataset(made):
    folder, manifest = made
    names = {path.name for path in (folder / "out").iterdir()}
    assert names == {
        "README.md", "dataset.json", "dataset_info.json", "drops.jsonl", "elements.jsonl",
        "errors.jsonl", "images", "samples.jsonl", "train.json", "val.json",
    }  # fmt: skip
    assert sum(manifest.samples.values()) == 14 * 4 == manifest.images


def test_dataset_is_right_by_its_own_files(made):
    assert list(verify(made[0] / "out")) == []


def test_llamafactory_files_follow_its_rules(made):
    """hiyouga/LLaMA-Factory: as many <image> tags as images, alternating roles, ASCII info file."""
    out = made[0] / "out"
    info = json.loads((out / "dataset_info.json").read_bytes().decode("ascii"))
    split_of = {s.image: s.split for s in read_jsonl(out / "samples.jsonl", Sample)}
    total = 0
    for split in ("train", "val"):
        entry = info[f"groundkit_{split}"]
        assert entry["formatting"] == "sharegpt"
        assert entry["columns"] == {"messages": "messages", "images": "images"}
        tags = entry["tags"]
        records = json.loads((out / entry["file_name"]).read_text(encoding="utf-8"))
        total += len(records)
        for record in records:
            turns = record["messages"]
            assert [turn[tags["role_tag"]] for turn in turns] == [
                tags["user_tag"],
                tags["assistant_tag"],
            ]
            contents = "".join(turn[tags["content_tag"]] for turn in turns)
            assert contents.count("<image>") == len(record["images"]) == 1
            assert (out / record["images"][0]).is_file()  # media_dir is the dataset_dir by default
            assert split_of[record["images"][0]] == split
    assert total == len(split_of)


def test_no_group_crosses_and_both_splits_have_samples(made):
    folder, manifest = made
    groups = {"train": set(), "val": set()}
    for sample in read_jsonl(folder / "out" / "samples.jsonl", Sample):
        groups[sample.split].add(sample.group)
    assert groups["train"]
    assert groups["val"]
    assert not groups["train"] & groups["val"]
    assert manifest.split.groups_crossing == manifest.split.images_crossing == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_same_seed_same_bytes_with_any_number_of_workers(made, tmp_path, workers):
    make_dataset(sources(made[0] / "in"), tmp_path, OPTIONS, workers=workers)
    assert tree(tmp_path) == tree(made[0] / "out")


BUILD = """
import sys
from pathlib import Path
from groundkit.dataset.build import make_dataset
from tests.dataset.test_build import OPTIONS, sources
if __name__ == "__main__":
    make_dataset(sources(Path(sys.argv[1])), Path(sys.argv[2]), OPTIONS, workers=int(sys.argv[3]))
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_at_any_moment_it_finishes_with_the_same_bytes(made, tmp_path, workers):
    script = tmp_path / "build.py"
    script.write_text(BUILD)
    out = tmp_path / "out"
    root = Path(__file__).parents[2]
    command = [sys.executable, str(script), str(made[0] / "in"), str(out), str(workers)]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    kills = 0
    moments = [(".work/new/images/*.jpg", n) for n in (1, 9, 23, 37, 52)]
    moments += [(".work/new/.samples.jsonl.*", 1), (".work/new/drops.jsonl", 1)]
    moments += [("images/*.jpg", 9), ("val.json", 1)]
    for pattern, files_before_kill in moments:
        process = subprocess.Popen(command, env=environment)
        while process.poll() is None and count(out, pattern) < files_before_kill:
            pass
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
        assert_nothing_pretends(out)
    assert kills >= 3
    assert subprocess.run(command, env=environment, check=False).returncode == 0
    assert tree(out) == tree(made[0] / "out")


def count(out: Path, pattern: str) -> int:
    try:
        return len(list(out.glob(pattern)))
    except FileNotFoundError:  # a folder that went away meanwhile
        return 0


def assert_nothing_pretends(out: Path) -> None:
    """Every file under a final name is whole; the marker is there only if everything is."""
    for image in out.rglob("*.jpg"):
        read_pixels(image)
    if (out / "dataset.json").exists():
        assert list(verify(out)) == []
    for name in ("train.json", "val.json"):
        if (out / name).exists():
            json.loads((out / name).read_bytes())


def test_finished_work_is_not_done_again(made, tmp_path):
    items = sources(made[0] / "in")

    def fail_late():
        yield from items[:8]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_dataset(fail_late(), tmp_path, OPTIONS)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.jpg")}
    assert len(before) == 32  # two chunks of four screens
    make_dataset(items, tmp_path, OPTIONS)
    moved = {tmp_path / "images" / path.name: time for path, time in before.items()}
    assert all(path.stat().st_mtime_ns == time for path, time in moved.items())
    assert tree(tmp_path) == tree(made[0] / "out")


def test_changed_annotation_is_not_answered_with_old_work(tmp_path):
    def first():
        yield from sources(tmp_path / "in", 4)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_dataset(first(), tmp_path / "out", OPTIONS)
    changed = sources(tmp_path / "in", 4)
    element = make_element("new", (10, 10, 90, 40), text="new")
    changed[0] = changed[0]._replace(screen=make_screen([element], id="screen0", group="app0"))
    make_dataset(changed, tmp_path / "out", OPTIONS)
    samples = list(read_jsonl(tmp_path / "out/samples.jsonl", Sample))
    assert {sample.name for sample in samples if sample.screen == "screen0"} == {"new"}
    images = {path.name for path in (tmp_path / "out/images").iterdir()}
    assert images == {Path(sample.image).name for sample in samples}
    assert list(verify(tmp_path / "out")) == []


def test_running_a_finished_build_again_changes_nothing(made):
    before = tree(made[0] / "out")
    assert make_dataset(sources(made[0] / "in"), made[0] / "out", OPTIONS) == made[1]
    assert tree(made[0] / "out") == before


def test_other_options_need_a_new_folder_or_overwrite(made, tmp_path):
    out, items = tmp_path / "out", sources(tmp_path / "in", 2)
    make_dataset(items, out, OPTIONS)
    other = DatasetOptions(seed=5)
    with pytest.raises(OptionError, match=r"other options.*--overwrite"):
        make_dataset(items, out, other)
    assert make_dataset(items, out, other, overwrite=True).options.seed == 5


def test_a_folder_of_something_else_is_never_touched(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(OptionError, match="not empty"):
            make_dataset([], tmp_path, OPTIONS, overwrite=overwrite)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_an_image_changed_at_the_same_size_and_time_is_noticed(tmp_path):
    items = sources(tmp_path / "in", 2)
    make_dataset(items, tmp_path / "out", OPTIONS)
    image = items[0].image
    data, stat = image.read_bytes(), image.stat()
    image.write_bytes(data[:-20] + bytes([data[-20] ^ 1]) + data[-19:])
    os.utime(image, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    with pytest.raises(OptionError, match="or they have changed"):
        make_dataset(items, tmp_path / "out", OPTIONS)


def test_a_copy_of_the_sources_is_the_same_sources(tmp_path):
    manifest = make_dataset(sources(tmp_path / "in", 2), tmp_path / "out", OPTIONS)
    copies = sources(tmp_path / "copy", 2)
    os.utime(copies[0].image, (0, 0))
    assert make_dataset(copies, tmp_path / "out", OPTIONS) == manifest


def test_a_damaged_part_is_made_again(made, tmp_path):
    def first():
        yield from sources(made[0] / "in")[:8]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_dataset(first(), tmp_path, OPTIONS)
    for part in (tmp_path / ".work").glob("part-*"):
        part.write_bytes(bytes(100))
    make_dataset(sources(made[0] / "in"), tmp_path, OPTIONS)
    assert tree(tmp_path) == tree(made[0] / "out")


@pytest.mark.parametrize(
    ("box", "asks"),
    [((90, 40, 10, 10), True), ((400, 40, 500, 60), True), ((10, 10, 12, 12), False)],
    ids=["inverted", "outside", "small"],
)
def test_boxes_of_another_form_are_asked_about(tmp_path, box, asks):
    elements = [make_element(str(n), box) for n in range(3)]
    items = [locate(tmp_path / "in", make_screen([]))]
    items[0] = items[0]._replace(screen=make_screen(elements))
    with pytest.raises(DataError, match="no sample could be made") as error:
        make_dataset(items, tmp_path / "out", OPTIONS)
    assert ("are the boxes x1, y1, x2, y2 in pixels" in str(error.value)) == asks


def test_only_words_that_no_table_knows_are_unknown_types(tmp_path):
    """A layout that can be clicked is an `element`, and its class is in the table; so is the
    superclass of a class of an app's own."""
    kinds = [
        {"type": "android.widget.FrameLayout", "clickable": True},
        {"type": "com.shop.Thing", "fallback_types": ("android.view.View",), "clickable": True},
        {"type": "element"},
        {"type": "元素"},
        {"type": "com.shop.Gizmo"},
        {"type": ""},
        {"type": "com.shop.Lost", "text": ""},
    ]
    elements = [
        make_element(str(n), (10, 20 * n + 10, 90, 20 * n + 26), **kind)
        for n, kind in enumerate(kinds)
    ]
    items = [locate(tmp_path / "in", make_screen(elements))]
    manifest = make_dataset(items, tmp_path / "out", OPTIONS)
    assert manifest.elements_kept == 6
    assert manifest.unknown_types == {"com.shop.Gizmo": 1, "": 1}


def broken_sources(folder: Path):
    items = sources(folder, 4)
    (folder / "screen1.png").write_bytes((folder / "screen1.png").read_bytes()[:300])
    items.insert(2, DataError("not valid JSON", "screens.jsonl:9"))
    items.append(items[0])
    items.append(locate(folder, make_screen([], (4000, 10), id="thin")))
    return items


def test_broken_screens_are_skipped_and_noted(tmp_path):
    manifest = make_dataset(broken_sources(tmp_path / "in"), tmp_path / "out", OPTIONS)
    assert (manifest.screens, manifest.errors) == (3, 4)
    rows = (tmp_path / "out/errors.jsonl").read_text().splitlines()
    errors = [json.loads(row)["error"] for row in rows]
    assert "screen1.png:1: image 'screen1.png': the image is truncated" in errors[0]
    assert errors[1] == "screens.jsonl:9: not valid JSON"
    assert "a second screen with the id 'screen0'" in errors[2]
    assert "aspect ratio" in errors[3]


@pytest.mark.parametrize("workers", [1, 2])
def test_on_error_stop_ends_at_the_first_and_keeps_what_is_done(tmp_path, workers):
    with pytest.raises(DataError, match="truncated"):
        make_dataset(
            broken_sources(tmp_path / "in"),
            tmp_path / "out",
            OPTIONS,
            on_error="stop",
            workers=workers,
        )
    assert list((tmp_path / "out").rglob("screen0*.jpg"))
    assert not (tmp_path / "out/dataset.json").exists()


@pytest.mark.parametrize("screens", ["none", "empty", "unnamed"])
def test_nothing_made_is_an_error_that_says_why(tmp_path, screens):
    items = {
        "none": list,
        "empty": lambda: [locate(tmp_path / "in", make_screen([]))],
        "unnamed": lambda: [
            locate(tmp_path / "in", make_screen([make_element("a", (10, 10, 90, 40), text="")]))
        ],
    }[screens]()
    with pytest.raises(DataError, match="no sample could be made") as error:
        make_dataset(items, tmp_path / "out", OPTIONS)
    assert ("1 elements unnamed" in str(error.value)) == (screens == "unnamed")
    assert not (tmp_path / "out").exists()  # the next try, with other options, starts afresh
