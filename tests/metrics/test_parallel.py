"""Several processes score a file to the same report, to the last bit, as one."""

import gzip
import json

import pytest
from msgspec.structs import replace

from groundkit.errors import DataError
from groundkit.metrics import parallel
from groundkit.metrics.diagnosis import Diagnoser
from groundkit.metrics.evaluate import evaluate
from groundkit.metrics.options import Options
from groundkit.metrics.verdicts import WorstCases
from groundkit.report.json_report import to_json
from groundkit.store import encode_line
from tests.metrics.builders import make_gold, make_sample, predict, spread, write_rows

ROWS = 5_000  # some two megabytes: ten blocks
TEXTS = [None, "hm", "[]", "<point>3 4</point>", '[{"bbox_2d": [1, 2, 3, 4], "label": "x"}]']


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch):
    monkeypatch.setattr(parallel, "_PIECE_BLOCKS", 2)


@pytest.fixture(scope="module")
def rows():
    golds = spread(ROWS)
    return [predict(g, TEXTS[n % 9] if n % 9 < 5 else None) for n, g in enumerate(golds)]


def run(predictions, tmp_path, workers, dataset=None):
    """The report, the verdicts and what observers found."""
    cases, diagnoser = WorstCases(300, "", perfect_too=True), Diagnoser()
    verdicts = tmp_path / f"verdicts-{workers}.jsonl"
    found = evaluate(
        predictions,
        dataset,
        Options(workers=workers, metrics=["ap", "f1@0.5", "hit(average=size)"]),
        verdicts=verdicts,
        observers=[cases, diagnoser],
    )
    return found, verdicts.read_bytes(), cases.cases, diagnoser.diagnosis()


def assert_same(predictions, tmp_path, dataset=None):
    one, two = (run(predictions, tmp_path, workers, dataset) for workers in (1, 2))
    assert one == two
    assert to_json(one[0]) == to_json(two[0])  # 51 is equal to 51.0, and not the same
    return one[0]


def test_the_rows_of_a_file(rows, tmp_path):
    found = assert_same(write_rows(tmp_path / "p.jsonl", rows), tmp_path)
    assert found.overall.n == ROWS


def test_some_boxes_with_fractions(rows, tmp_path):
    golds = [make_gold(f"half-{n}", box=(10.5, 20, 30, 40 + n % 9)) for n in range(90)]
    every = [*rows[:2_000], *map(predict, golds), *rows[2_000:]]
    assert_same(write_rows(tmp_path / "p.jsonl", every), tmp_path)


def test_labels_that_only_some_pieces_have(rows, tmp_path):
    golds = [make_gold(f"new-{n}", labels={"os": ("mac", "web")[n % 2]}) for n in range(900)]
    golds += [make_gold(f"many-{n}", labels={"tags": ("a", "b")}) for n in range(900)]
    last = [replace(gold, id=f"last-{gold.id}") for gold in spread(900)]
    every = [*rows, *map(predict, golds), *map(predict, last)]
    found = assert_same(write_rows(tmp_path / "p.jsonl", every), tmp_path)
    assert found.groups["os"]["mac"].n == 450
    assert found.groups["tags"]["a"].n == found.groups["tags"]["b"].n == 900


def test_answers_to_one_sample_in_several_pieces(rows, tmp_path):
    found = assert_same(write_rows(tmp_path / "p.jsonl", [*rows, *rows[:50]]), tmp_path)
    assert (found.overall.n, found.counts.duplicates) == (ROWS, 50)


def test_a_dataset_and_what_it_does_not_hold(tmp_path):
    samples = [make_sample(str(n), (100, 100, 200, 100 + n % 90 + 9)) for n in range(3_000)]
    data = tmp_path / "samples.jsonl"
    data.write_bytes(b"".join(map(encode_line, samples)))
    answers = [
        {"id": str(n), "text": "[[1, 2, 3, 4]]", "frame": "resized"} for n in range(20, 9_000)
    ]
    file = tmp_path / "p.jsonl"
    file.write_text("".join(json.dumps(answer) + "\n" for answer in answers))
    found = assert_same(file, tmp_path, data)
    assert (found.overall.n, found.overall.status["missing"]) == (3_000, 20)
    assert (found.counts.unknown, found.counts.rows) == (6_000, 8_980)


def test_packed_files_too(rows, tmp_path):
    plain = write_rows(tmp_path / "p.jsonl", rows)
    packed = tmp_path / "p.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert assert_same(packed, tmp_path).overall.n == ROWS


def test_an_error_names_its_line_and_leaves_no_verdicts(rows, tmp_path):
    file = write_rows(tmp_path / "p.jsonl", rows)
    lines = file.read_text().splitlines(keepends=True)
    lines[4_321] = '{"id": 7}\n'
    file.write_text("".join(lines))
    with pytest.raises(DataError, match=r"p\.jsonl:4322") as error:
        run(file, tmp_path, 2)
    with pytest.raises(DataError) as alone:
        run(file, tmp_path, 1)
    assert str(error.value) == str(alone.value)
    assert not list(tmp_path.glob("verdicts-*"))


def test_files_of_other_tools_are_read_by_one_process(tmp_path):
    file = tmp_path / "p.jsonl"
    row = {"prompt": "?", "predict": "[[1, 2, 3, 4]]", "label": "[[1, 2, 3, 4]]"}
    file.write_text((json.dumps(row) + "\n") * 3)
    data = tmp_path / "samples.jsonl"
    data.write_bytes(b"".join(encode_line(make_sample(f"row-{n}")) for n in (1, 2, 3)))
    options = Options(workers=2, frame="resized")
    assert evaluate(file, data, options).overall.n == 3
