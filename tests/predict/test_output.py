import resource
import subprocess
import sys

import pytest

from groundkit.errors import DataError, OptionError
from groundkit.predict.output import Entry, Journal, Part, list_missing, missing, open_journal
from groundkit.records import Prediction
from groundkit.store import read_jsonl
from tests.predict.builders import make_question

SETTINGS = {"model": "m", "seed": "0"}


def row(number: int) -> Entry:
    return Entry(number, Prediction(id=f"s{number}", text="x" * number))


@pytest.fixture
def output(tmp_path):
    return tmp_path / "p.jsonl"


def test_rows_come_out_in_order_and_the_partial_files_go(output):
    journal = Journal(output, SETTINGS)
    for rank, numbers in ((1, (3, 0)), (0, (2, 1))):
        with journal.part(rank) as part:
            part.add(map(row, numbers))
    assert not output.exists()
    journal.refresh()
    journal.finish(4)
    assert [p.id for p in read_jsonl(output, Prediction)] == ["s0", "s1", "s2", "s3"]
    assert list(output.parent.iterdir()) == [output]


def test_a_torn_line_is_done_again(output):
    with Journal(output, SETTINGS).part(0) as part:
        part.add([row(0), row(1)])
    whole = part.path.read_bytes()
    for cut in range(1, len(whole)):
        part.path.write_bytes(whole[:-cut])
        left = whole[:-cut].count(b"\n")
        journal = Journal(output, SETTINGS)
        assert len(journal.done) == max(0, left - 1)
        with journal.part(0) as again:
            again.add([row(number) for number in (0, 1) if number not in journal.done])
        assert part.path.read_bytes() == whole


def test_an_unfinished_run_with_other_settings_is_not_mixed(output):
    with Journal(output, SETTINGS).part(0) as part:
        part.add([row(0)])
    with pytest.raises(OptionError, match="an unfinished run has another seed: 0, now 1; start"):
        Journal(output, SETTINGS | {"seed": "1"})
    with pytest.raises(OptionError, match="another prompt: none, now ours"):
        Journal(output, SETTINGS | {"prompt": "ours"})
    assert Journal(output.with_name("q.jsonl"), {}).done == {}


def test_a_run_without_a_single_row_is_not_in_the_way(output):
    with Journal(output, SETTINGS).part(0) as part:
        pass
    assert not part.path.exists()
    with Journal(output, SETTINGS).part(0) as part:
        part.add([Entry(0, problem="the server cannot be reached")])
    other = {"model": "that one"}
    with Journal(output, other).part(0) as part:
        part.add([row(1)])
    assert sorted(Journal(output, other).done) == [1]
    with pytest.raises(OptionError, match="an unfinished run has another model: that one, now m"):
        Journal(output, SETTINGS)


def test_a_full_disk_at_the_end_costs_nothing(output):
    """The limit on the size of a file stands for a full disk: the same error of the same call."""
    journal = Journal(output, SETTINGS)
    with journal.part(0) as part:
        part.add(map(row, range(30)))
    journal.refresh()
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(DataError, match="cannot write the file: File too large; make room"):
            journal.finish(30)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert not output.exists()
    again = Journal(output, SETTINGS)
    again.finish(30)
    assert [p.id for p in read_jsonl(output, Prediction)] == [f"s{n}" for n in range(30)]


def test_what_a_kill_at_the_end_leaves_is_no_partial_file(output):
    """`atomic_write` names its hidden file by the id of the process."""
    output.with_name(".p.jsonl.1234.partial").write_text('{"id": "s0"')
    assert Journal(output, SETTINGS).done == {}


def test_what_is_no_partial_file_of_ours_is_kept(output):
    stranger = output.with_name(".p.jsonl.0.rows")
    stranger.write_text("hello\n")
    with pytest.raises(DataError, match=r"rows:1: no partial file of ours; remove it"):
        Journal(output, SETTINGS)
    assert stranger.read_text() == "hello\n"


def test_two_runs_do_not_write_one_file(output):
    journal = Journal(output, SETTINGS)
    with journal.part(0), pytest.raises(OptionError, match="another run is writing it"):
        Part(output.with_name(".p.jsonl.0.rows"))


def test_missing_answers_are_named(output):
    journal = Journal(output, SETTINGS)
    with journal.part(0) as part:
        part.add([row(1), Entry(0, problem="no such image"), Entry(2, problem="other")])
    journal.refresh()
    questions, left = [make_question(number) for number in range(5)], [0, 2, 3, 4]
    listed = list_missing(journal, questions, left)
    said = str(missing(journal, ["a", "b", "c", "d", "e"], left, listed))
    assert said.startswith("4 of 5 answers are missing (a, c, d, …): no such image; 1 rows are")
    assert said.endswith(f"; all are listed in {output.parent}/p.missing.jsonl")
    assert listed.read_text() == (
        '{"id":"q0","problem":"no such image"}\n{"id":"q2","problem":"other"}\n'
        '{"id":"q3","problem":"not asked"}\n{"id":"q4","problem":"not asked"}\n'
    )
    assert list_missing(journal, questions, []) is None
    assert not listed.exists()


def test_a_stream_has_its_partial_files_elsewhere(tmp_path, capfd):
    from pathlib import Path

    with open_journal(Path("/dev/stdout"), SETTINGS) as journal:
        with journal.part(0) as part:
            part.add([row(0)])
        journal.refresh()
        journal.finish(1)
    assert capfd.readouterr().out == '{"id":"s0","text":""}\n'


FULL = """
import resource, sys
from pathlib import Path
from groundkit.errors import DataError
from groundkit.predict.output import Journal
from tests.predict.test_output import SETTINGS, row
resource.setrlimit(resource.RLIMIT_FSIZE, (400, 400))
with Journal(Path(sys.argv[1]), SETTINGS).part(0) as part:
    try:
        for number in range(100):
            part.add([row(number)])
    except DataError as error:
        print(error)
"""


def test_on_a_full_disk_the_finished_rows_stay(output):
    """A limit on the size of a file stands for a full disk: the same error of the same call."""
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(output)], capture_output=True, text=True, check=True
    )
    assert "rows: cannot write: File too large; make room; the same command" in done.stdout
    journal = Journal(output, SETTINGS)
    assert 3 < len(journal.done) < 20
    assert sorted(journal.done) == list(range(len(journal.done)))
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
