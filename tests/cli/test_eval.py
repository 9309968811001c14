import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from groundkit.cli import evaluate
from groundkit.cli import predict as predict_verb
from groundkit.cli.main import app
from groundkit.cli.options import scoring_options
from groundkit.errors import GroundkitError, OptionError
from groundkit.metrics.evaluate import evaluate as evaluate_file
from groundkit.metrics.options import Options
from groundkit.predict.reference import predict_reference
from tests.metrics.builders import make_gold, make_sample, predict, spread, write_rows


@pytest.fixture
def file(tmp_path) -> Path:
    return write_rows(tmp_path / "p.jsonl", [predict(gold) for gold in spread(40)])


def run(*arguments) -> str:
    result = CliRunner().invoke(app, ["eval", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_report_is_printed(file):
    lines = run(file).splitlines()
    assert lines[0] == "centre-hit 100.0 %  mean IoU 1.000  on 40 samples"


def test_a_label_of_every_row(tmp_path):
    systems = ("mac", "web", "mac")
    golds = [make_gold(f"{n}", labels={"os": name}) for n, name in enumerate(systems)]
    file = write_rows(tmp_path / "p.jsonl", map(predict, golds))
    report = tmp_path / "r.json"
    assert "By os" in run(file, "--json", report)
    groups = json.loads(report.read_bytes())["groups"]["os"]
    assert {name: group["n"] for name, group in groups.items()} == {"mac": 2, "web": 1}


def test_files_are_written_and_named(tmp_path, file):
    report, verdicts = tmp_path / "out" / "r.json", tmp_path / "out" / "v.jsonl"
    output = run(file, "--json", report, "--verdicts", verdicts)
    assert json.loads(report.read_bytes())["overall"]["n"] == 40
    assert len(verdicts.read_bytes().splitlines()) == 40
    assert "wrote" in output.splitlines()[-1]


def test_every_option_reaches_the_scoring(tmp_path):
    dataset = tmp_path / "data"
    write_rows(
        dataset / "samples.jsonl",
        [make_sample("a", split="val"), make_sample("b"), make_sample("c", split="val")],
    )
    # norm1000 in an image of 1000 x 500: the centre (150, 120) px lies on no edge, (200, 120) does
    file = write_rows(
        tmp_path / "p.jsonl",
        [predict(make_gold("a"), "<box>[[190, 220, 210, 260]]</box>", embed=False)],
    )
    report = tmp_path / "r.json"
    options = ("--dataset", dataset, "--frame", "norm1000", "--split", "val", "--worst", "1")
    run(file, *options, "--json", report)
    closed = json.loads(report.read_bytes())
    run(file, *options, "--json", report, "--edges", "half-open")
    half_open = json.loads(report.read_bytes())
    assert closed["overall"]["n"] == 2
    assert closed["overall"]["metrics"]["hit"]["value"] == 0.5
    assert half_open["overall"]["metrics"]["hit(edges=half-open)"]["value"] == 0
    assert half_open["signature"].startswith("groundkit|hit(edges=half-open),iou,")
    assert "|frame:norm1000|denom:dataset|dup:first|split:val|avg:" in half_open["signature"]
    assert len(closed["worst"]) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--frame", "norm2000"], "--frame: unknown value 'norm2000'; valid: pixel, resized"),
        (
            ["--edges", "round"],
            "--edges: unknown value 'round'; valid: closed, half-open, open, last-pixel",
        ),
        (["--split", "test"], "--split: unknown value 'test'; valid: all, train, val"),
        (["--worst", "-1"], "cannot show -1 worst cases"),
        (["--dataset", "nowhere"], "nowhere: cannot read the file"),
    ],
)
def test_unusable_options_are_one_clear_error(file, options, message):
    with pytest.raises(GroundkitError, match=message):
        run(file, *options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--verdicts", "p.jsonl"], "--verdicts: 'p.jsonl' is the file of the predictions"),
        (["--json", "x/../p.jsonl"], "--json: 'x/../p.jsonl' is the file of the predictions"),
        (["--json", "data/samples.jsonl"], "--json: .* is the file of the dataset"),
        (["--verdicts", "data/samples.jsonl"], "--verdicts: .* is the file of the dataset"),
        (["--json", "new", "--verdicts", "./new"], "--verdicts: 'new' is the file of --json"),
    ],
)
@pytest.mark.parametrize("dataset", ["data", "data/samples.jsonl"])
def test_no_input_is_overwritten(file, monkeypatch, options, message, dataset):
    monkeypatch.chdir(file.parent)
    (file.parent / "x").mkdir()
    samples = write_rows(Path("data/samples.jsonl"), [make_sample("s0000")])
    before = file.read_bytes(), samples.read_bytes()
    with pytest.raises(OptionError, match=message):
        run("p.jsonl", "--dataset", dataset, *options)
    assert (file.read_bytes(), samples.read_bytes()) == before
    assert not Path("new").exists()


def test_both_reports_may_go_to_one_device(file):
    run(file, "--json", "/dev/null", "--verdicts", "/dev/null")


def test_image_paths_in_the_json_start_at_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_rows(Path("runs/p.jsonl"), [predict(make_gold(), "hm")])
    output = run("runs/p.jsonl", "--json", "out/report.json")
    worst = json.loads(Path("out/report.json").read_bytes())["worst"]
    assert worst[0]["verdict"]["image"] == "../runs/images/a.png"
    assert "runs/images/a.png" in output


_NOT_OPTIONS = {"family", "fields", "metrics", "options", "gates", "observers", "needs_frame"}


@pytest.mark.parametrize(
    ("verb", "function", "names"),
    [
        (
            evaluate.run,
            evaluate_file,
            ["dataset", "worst", "verdicts"],
        ),
        (
            evaluate.run,
            Options,
            [
                *("frame", "edges", "pixels", "split", "format", "join", "benchmark", "boxes"),
                *("parity", "average", "images", "workers", "seed"),
            ],
        ),
        (predict_verb.run, predict_reference, ["split", "seed", "box_size"]),
    ],
)
def test_defaults_are_those_of_the_library(verb, function, names):
    shown, used = (inspect.signature(item).parameters for item in (verb, function))
    for name in names:
        default = shown[name].default
        if name == "box_size":
            default = predict_verb._parse_size(default)
        assert default == used[name].default, name
    # No default of the library is left out; the command makes a family of three options, takes
    # fields and bounds as words and calls metrics by one at a time.
    assert {name for name, item in used.items() if item.default is not item.empty} == {
        *names,
        *(_NOT_OPTIONS & used.keys()),
    }


def test_coco_comes_with_its_own_figures(tmp_path):
    named = {"frame": None, "model_family": None, "min_pixels": None, "max_pixels": None}
    named |= {"edges": "closed", "field": None, "metric": None, "images": None}
    for benchmark, asked, shown in (
        ("coco", None, "coco"),
        ("coco", "sspro", "sspro"),
        ("refcoco", None, None),
        (None, None, None),
    ):
        options = scoring_options({**named, "benchmark": benchmark, "parity": asked})
        assert options.parity == shown


def command(*arguments, cwd) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "groundkit", "eval", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": ""},
    )


def test_an_error_is_one_line_and_exit_code_2(tmp_path):
    write_rows(
        tmp_path / "p.jsonl", [predict(make_gold("a")), predict(make_gold("b"), embed=False)]
    )
    done = command("p.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: p.jsonl:2: the row has no `gold` to be scored against; "
        "name the dataset: --dataset samples.jsonl\n"
    )


def test_the_report_survives_a_pipe_without_a_terminal(tmp_path):
    write_rows(tmp_path / "p.jsonl", [predict(make_gold("a"), "\x1b[31m [red] 地址")])
    done = command("p.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert r"\x1b[31m [red] 地址" in done.stdout
    assert "images/a.png" in done.stdout


def test_scoring_loads_neither_opencv_nor_torch(file):
    code = (
        "import sys; from groundkit.cli.main import app\n"
        f"app(['eval', {str(file)!r}], standalone_mode=False)\n"
        "assert not {'cv2', 'torch', 'transformers', 'shapely'} & set(sys.modules)"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        cwd=Path(__file__).parents[2],
    )


@pytest.mark.parametrize(("bound", "code"), [("0.5", 0), ("0.9", 0), ("0.99", 1)])
def test_a_bound_that_is_not_kept_is_exit_code_1_after_the_report(tmp_path, bound, code):
    golds = spread(40)
    wrong = "<ref>text</ref><box>[[1284, 724, 1288, 728]]</box>"
    rows = [predict(gold, wrong if row < 6 else None) for row, gold in enumerate(golds)]
    path = write_rows(tmp_path / "predictions.jsonl", rows)
    report = tmp_path / "report.json"
    words = "eval", str(path), "--fail-under", f"hit={bound}", "--json", str(report)
    result = CliRunner().invoke(app, words)
    assert result.exit_code == code
    (gate,) = json.loads(report.read_bytes())["gates"]
    # 34 of 40: 70.93 to 92.94 % (statsmodels 0.15, proportion_confint, wilson).
    outcome = {"0.5": "passed", "0.9": "undecided", "0.99": "failed"}[bound]
    assert gate["outcome"] == outcome
    line = next(one for one in result.stdout.splitlines() if "--fail-under" in one)
    assert line.startswith(outcome) and "hit is 85.0 % (70.9–92.9)" in line


def frameless(tmp_path, width=1000, count=30) -> Path:
    """Answers in norm1000 that do not say so, about screens of 1288 x 728."""
    rows = []
    for gold in spread(count):
        x1, y1, x2, y2 = gold.box
        box = x1 * width / 1288, y1 * width / 728, x2 * width / 1288, y2 * width / 728
        rows.append(predict(gold, f"<box>[{[round(edge) for edge in box]}]</box>", frame=None))
    return write_rows(tmp_path / "frameless.jsonl", rows)


def test_a_diagnosis_needs_no_frame(tmp_path):
    path, report = frameless(tmp_path), tmp_path / "report.json"
    with pytest.raises(GroundkitError, match=r"in which frame .*eval --diagnose shows"):
        run(path)
    shown = run(path, "--diagnose", "--json", report)
    assert shown.startswith("nothing is scored: 30 rows do not say in which frame")
    assert "Diagnosis" in shown and "norm1000" in shown
    assert re.search(r"^next: .*--frame", shown, re.M)
    assert "centre-hit" not in shown and "Overall" not in shown
    written = json.loads(report.read_bytes())
    assert list(written) == ["predictions", "dataset", "diagnosis"]
    assert written["diagnosis"]["readings"][0]["hit"] == 1.0


def test_the_same_diagnosis_from_several_processes_and_from_a_declared_frame(tmp_path):
    path, report = frameless(tmp_path, count=3000), tmp_path / "report.json"
    found = []
    for options in ((), ("--workers", "2"), ("--frame", "norm1000")):
        run(path, "--diagnose", "--json", report, *options)
        found.append(json.loads(report.read_bytes())["diagnosis"])
    assert found[0] == found[1] == found[2]


def test_one_row_without_a_frame_is_enough(tmp_path):
    rows = [
        predict(gold, frame=None if row == 20 else "resized") for row, gold in enumerate(spread(40))
    ]
    shown = run(write_rows(tmp_path / "p.jsonl", rows), "--diagnose")
    assert shown.startswith("nothing is scored: 1 row does not say")


@pytest.mark.parametrize(
    "options",
    [
        ("--fail-under", "hit=0.5"),
        ("--verdicts", "v.jsonl"),
        ("--html", "page.html"),
        ("--table", "table.md"),
    ],
)
def test_what_needs_scores_needs_a_frame(tmp_path, monkeypatch, options):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OptionError, match=f"{options[0]}: nothing can be scored without a frame"):
        run(frameless(tmp_path), "--diagnose", *options)
    assert [file.name for file in tmp_path.iterdir()] == ["frameless.jsonl"]


def test_a_baseline_is_not_replaced(tmp_path):
    path = write_rows(tmp_path / "predictions.jsonl", [predict(gold) for gold in spread(10)])
    report = tmp_path / "report.json"
    assert CliRunner().invoke(app, ["eval", str(path), "--json", str(report)]).exit_code == 0
    before = report.read_bytes()
    words = ["eval", str(path), "--baseline", str(report), "--max-drop", "hit=0"]
    assert CliRunner().invoke(app, words).exit_code == 0
    result = CliRunner().invoke(app, [*words, "--json", str(report)])
    assert isinstance(result.exception, OptionError)
    assert "the file of the baseline" in str(result.exception)
    assert report.read_bytes() == before
