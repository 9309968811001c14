"""make-dataset, preview and verify as a user calls them, in processes of their own."""

import json
import os
import shutil
import subprocess
import sys
from inspect import signature
from pathlib import Path

import pytest

from groundkit.cli import make_dataset
from groundkit.dataset.screen import DatasetOptions
from groundkit.dataset.targets import TARGETS
from groundkit.records import Sample
from groundkit.store import read_jsonl

ROOT = Path(__file__).parents[2]
SCREENS = ROOT / "fixtures" / "screens"


def groundkit(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "groundkit", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"},
        check=False,
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("cli") / "data"
    return groundkit("make-dataset", SCREENS, "--out", out, "--val", "0.3"), out


def test_it_says_what_was_made_and_what_to_do_with_it(made):
    result, out = made
    assert result.returncode == 0, result.stderr
    assert "samples on" in result.stdout
    assert "image_max_pixels: 589824" in result.stdout
    assert "in both splits: 0 images, 0 groups, 0 of" in result.stdout
    assert f"groundkit preview {out}" in result.stdout.replace("\n", " ")


def test_verify_and_preview_of_what_was_made(made):
    out = made[1]
    assert "is right" in groundkit("verify", out).stdout
    result = groundkit("preview", out, "--count", "6")
    assert result.returncode == 0, result.stderr
    assert (out / "preview.html").stat().st_size > 10_000


@pytest.mark.parametrize("name", ["screens", "uiautomator", "rico", "coco", "labelme"])
def test_every_embedded_format_makes_samples(name, tmp_path):
    result = groundkit(
        "make-dataset", ROOT / "fixtures" / name, "--out", tmp_path / "d", "--workers", 1
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert list(read_jsonl(tmp_path / "d" / "samples.jsonl", Sample))


def test_options_reach_the_samples(tmp_path):
    template = tmp_path / "mine.txt"
    template.write_text("At ({x}, {y})?")
    result = groundkit(
        "make-dataset", SCREENS, "--out", tmp_path / "d", "--lang", "en", "--marker", "none",
        "--template", template, "--target", "llamafactory-qwen3-vl", "--per-screen", 2,
        "--image-format", "png", "--seed", 7, "--near", 0, "--max-pixels", 451_584,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    samples = list(read_jsonl(tmp_path / "d" / "samples.jsonl", Sample))
    assert {sample.lang for sample in samples} == {"en"}
    assert {sample.placement for sample in samples} == {"inside"}
    for sample in samples:
        assert sample.marker is None
        assert sample.prompt == f"<image>At ({sample.point[0]}, {sample.point[1]})?"
        assert sample.image.endswith(".png")
        assert sample.width * sample.height <= 451_584
        assert sample.width % 32 == sample.height % 32 == 0


def test_defaults_of_command_and_library_agree():
    options = DatasetOptions()
    defaults = {name: p.default for name, p in signature(make_dataset.run).parameters.items()}
    for name, value in [
        ("target", options.target), ("max_pixels", options.max_pixels), ("seed", options.seed),
        ("per_screen", options.per_screen), ("near", options.near_share),
        ("val", options.val_share), ("image_format", options.image_format),
        ("marker", options.marker), ("lang", options.langs[0]),
        *((name, getattr(options.rules, name)) for name in options.rules.__struct_fields__),
    ]:  # fmt: skip
        assert defaults[name] == value, name


def test_help_names_every_target():
    text = " ".join(groundkit("make-dataset", "--help").stdout.split()).replace("- ", "-")
    assert all(name in text for name in TARGETS)


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(next(SCREENS.glob("*mobile*.png")), folder / "a.png")
    (folder / "screens.jsonl").write_text(text)
    return folder


ROW = {
    "id": "a", "image": "a.png", "width": 390, "height": 844,
    "elements": [{"id": "1", "box": [10, 10, 90, 40], "type": "button", "text": "OK"}],
}  # fmt: skip


def rows(**changes):
    good, bad = dict(ROW), {**ROW, "id": "b", **changes}
    return f"{json.dumps(good)}\n{json.dumps(bad)}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (rows(width="390"), "screens.jsonl:2: width: Expected `int`, got `str`"),
        (rows(elements=[{"id": "1"}]), "screens.jsonl:2: elements[0]"),
        (rows(elements=[{"id": "1", "box": [0, 0, float("nan"), 1]}]), "elements[0].box[2]"),
        (rows(elements=None), "screens.jsonl:2: elements: Expected `array`, got `null`"),
        (rows(image="../a.png"), "leaves the source folder"),
        (rows(image="/etc/passwd"), "leaves the source folder"),
        (rows(image="none.png"), "none.png"),
        (rows(width=391), "391x844"),
        (rows(id="a"), "a second screen with the id 'a'"),
        (json.dumps(ROW) + "\n{broken", "screens.jsonl:2: not valid JSON"),
    ],
)
def test_a_broken_screen_is_one_line_and_the_rest_is_made(tmp_path, text, message):
    source = write(tmp_path / "in", text)
    result = groundkit("make-dataset", source, "--out", tmp_path / "out", "--workers", 1)
    assert result.returncode == 0
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    assert len(" ".join(lines).split("skipped:")) == 2, result.stderr
    assert message in " ".join(" ".join(lines).split())
    assert "1 screen skipped" in result.stdout

    stopped = groundkit(
        "make-dataset", source, "--out", tmp_path / "stop", "--workers", 1, "--on-error", "stop"
    )
    assert stopped.returncode == 2
    assert stopped.stderr.startswith("error: ")
    assert stopped.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["nowhere"], ["nowhere"]),
        (["empty"], ["empty", "uiautomator", "coco"]),
        (["in", "--target", "trl"], ["unknown target 'trl'", "llamafactory-qwen2.5-vl"]),
        (["in", "--format", "pascal"], ["pascal", "labelme"]),
        (["in", "--max-pixels", "10"], ["--max-pixels", "6272 to 12845056", "not 10"]),
        (["in", "--max-pixels", "1000000000000"], ["--max-pixels", "6272 to 12845056"]),
        (["in", "--template", "none.txt"], ["none.txt"]),
        (["in", "--out", "in"], ["lies in --out"]),
        (["in", "--out", "full"], ["not empty"]),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(tmp_path, arguments, parts):
    write(tmp_path / "in", json.dumps(ROW))
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    if "--out" not in arguments:
        arguments = [*arguments, "--out", "out"]
    result = groundkit("make-dataset", *arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1, result.stderr
    for part in parts:
        assert part in result.stderr
    assert not (tmp_path / "out" / "dataset.json").exists()


def test_nothing_that_could_be_made_is_exit_code_2(tmp_path):
    source = write(tmp_path / "in", json.dumps({**ROW, "elements": []}))
    result = groundkit("make-dataset", source, "--out", tmp_path / "out")
    assert result.returncode == 2
    assert "no sample could be made: 1 screens read" in result.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("source", [b"caf\xe9", b"caf\xe9/in"])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_names_that_are_not_utf_8_are_printed_in_any_encoding(tmp_path, source, encoding):
    source = tmp_path / os.fsdecode(source)
    write(source, rows(width=391))
    out = source.with_name(source.name + "-out")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "groundkit", "make-dataset", source, "--out", out]
    for said in (b"sample on 1 screen", b"was there already"):
        result = subprocess.run(command, capture_output=True, env=environment, check=False)
        assert result.returncode == 0, result.stderr
        assert said in result.stdout.replace(b"samples", b"sample")
        assert b"Traceback" not in result.stderr
    verified = subprocess.run(
        [*command[:3], "verify", out], capture_output=True, env=environment, check=False
    )
    assert verified.returncode == 0, verified.stderr


def test_a_folder_whose_name_is_not_utf8(tmp_path):
    name = os.fsdecode(b"caf\xe9")
    shutil.copytree(SCREENS, tmp_path / name / "screens")
    inside = groundkit("make-dataset", tmp_path / name / "screens", "--out", tmp_path / "out")
    assert inside.returncode == 0, inside.stderr
    (tmp_path / name / "screens").rename(tmp_path / "moved")
    shutil.rmtree(tmp_path / name)
    (tmp_path / "moved").rename(tmp_path / name)
    itself = groundkit("make-dataset", tmp_path / name, "--out", tmp_path / "itself")
    assert itself.returncode == 0, itself.stderr
    into = groundkit("make-dataset", SCREENS, "--out", tmp_path / name / "out")
    assert into.returncode == 0, into.stderr


def test_making_it_again_says_that_it_is_there(tmp_path):
    write(tmp_path / "in", json.dumps(ROW))
    first, again = (groundkit("make-dataset", "in", "--out", "out", cwd=tmp_path) for _ in range(2))
    assert "was there already" not in first.stdout
    assert "out was there already, made from these sources with these options" in again.stdout


def test_boxes_in_another_order_are_asked_about(tmp_path):
    # x, y, width, height: of a box far from the corner the last two are smaller.
    boxes = [[100, 80, 50, 20], [150, 90, 40, 20], [10, 20, 60, 40]]
    elements = [
        {"id": str(i), "box": box, "type": "button", "text": f"b{i}"} for i, box in enumerate(boxes)
    ]
    write(tmp_path / "in", json.dumps({**ROW, "elements": elements}))
    result = groundkit("make-dataset", "in", "--out", "out", cwd=tmp_path)
    assert "2 of 3 elements are inverted or outside: are the boxes x1, y1, x2, y2" in result.stdout
