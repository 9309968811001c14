import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from groundkit import images
from groundkit.errors import DataError, OptionError
from groundkit.grammar import read_answer
from groundkit.predict.endpoint import Endpoint, image_bytes, predict_endpoint
from groundkit.predict.prompts import Words
from groundkit.predict.questions import Question
from groundkit.predict.requests import backoff
from groundkit.records import Prediction, Sample
from groundkit.store import read_jsonl
from tests.predict.builders import make_job

KEY = "sk-very-secret"


@pytest.fixture
def server():
    """The address of a server in a process of its own."""
    command = [sys.executable, "-m", "tests.predict.server"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.fixture(autouse=True)
def no_key(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def ask(data, out, url, mode, limit=4, retries=1, timeout=10.0, concurrency=2, **fields):
    key_name = fields.pop("key_name", None)
    job = make_job(data, out, "some-model", limit=limit, **fields).job
    own = {"retries": retries, "timeout": timeout, "concurrency": concurrency}
    return predict_endpoint(job, Endpoint(url=f"{url}/{mode}/v1", key_name=key_name, **own))


def texts(out):
    return [row.text for row in read_jsonl(out, Prediction)]


def test_a_server_is_asked_what_the_model_here_would_be(tmp_path, bare, server):
    out = tmp_path / "p.jsonl"
    ask(bare, out, server, "fine", max_new_tokens=9)
    for sample, text in zip(read_jsonl(bare / "samples.jsonl", Sample), texts(out), strict=False):
        head, size, words, own, seed, skip = json.loads(text)
        assert head == "data:image/png;base64"
        assert size == [sample.width, sample.height]
        assert words == sample.prompt.removeprefix("<image>")
        assert own == {"model": "some-model", "max_tokens": 9, "temperature": 0.0}
        assert (seed, skip) == (None, False)


def test_a_server_that_knows_only_openais_own_fields_gets_only_these(tmp_path, bare, server):
    out = tmp_path / "p.jsonl"
    outcome = ask(bare, out, server, "strict", retries=0)
    assert outcome.rows == 4
    (note,) = outcome.notes
    assert note.startswith("the server refuses skip_special_tokens: answers come without special")
    assert [json.loads(text)[5] for text in texts(out)] == [None] * 4


def test_an_answer_in_pieces_is_put_together(tmp_path, bare, server):
    out = tmp_path / "p.jsonl"
    ask(bare, out, server, "pieces")
    assert texts(out) == ["<box>[[1, 2, 3, 4]]</box>"] * 4


def test_the_server_says_how_long_to_wait(tmp_path, bare, server):
    """Ours would be at most 0.5 s before the second try."""
    start = time.monotonic()
    ask(bare, tmp_path / "p.jsonl", server, "later", limit=1)
    assert 1.2 <= time.monotonic() - start < 5


def test_a_stop_does_not_wait_for_answers_under_way(tmp_path, bare, server):
    words = ["predict", bare, "--endpoint", f"{server}/slow/v1", "--model", "m"]
    words += ["-o", tmp_path / "p", "--model-family", "qwen2.5-vl"]
    command = [sys.executable, "-m", "groundkit", *map(str, words)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / ".p.0.rows").exists():
        time.sleep(0.01)
    time.sleep(0.5)  # the requests are under way, for five seconds
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=10)
    assert time.monotonic() - start < 3
    assert "Traceback" not in said
    assert process.returncode == 130


def test_draws_have_seeds_of_their_own(tmp_path, bare, server):
    out = tmp_path / "p.jsonl"
    ask(bare, out, server, "fine", draws=2, temperature=1.0)
    seeds = [json.loads(text)[4] for text in texts(out)]
    assert len(set(seeds)) == 8


def test_a_busy_server_is_asked_again(tmp_path, bare, server):
    out = tmp_path / "p.jsonl"
    assert ask(bare, out, server, "busy").rows == 4
    assert len(texts(out)) == 4


@pytest.mark.parametrize(
    ("mode", "problem"),
    [
        ("broken", 'the server answers 500: {"error": "out of memory"}'),
        ("denied", "the server answers 401"),
        ("slow", "the server gave no answer in 0.4 s"),
        ("dribble", "the server gave no answer in 0.4 s"),
        ("drip", "the server gave no answer in 0.4 s"),
        ("endless", "the server sent more than 4 MB for one answer"),
        ("garbage", "the server sends no chat completion: <html>Bad gateway</html>"),
        ("choiceless", "the server sends no choices"),
        ("nothing", "the server cannot be reached: "),
    ],
)
def test_what_gets_no_answer_is_named(tmp_path, bare, server, mode, problem, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    timeout = 0.4 if mode in ("slow", "dribble", "drip") else 10.0
    with pytest.raises(DataError) as caught:
        ask(bare, tmp_path / "p.jsonl", server, mode, limit=2, retries=1, timeout=timeout)
    said = str(caught.value)
    assert said.startswith("2 of 2 answers are missing")
    assert problem in said
    assert KEY not in said + (tmp_path / ".p.jsonl.0.rows").read_text()


def test_a_model_that_says_nothing_has_answered(tmp_path, bare, server):
    out = tmp_path / "p.jsonl"
    ids = [sample.id for sample in read_jsonl(bare / "samples.jsonl", Sample)][:4]
    assert ask(bare, out, server, "silent").empty == ids
    assert texts(out) == [""] * 4
    assert ask(bare, out, server, "cut").cut == ids


def test_a_tool_call_that_the_server_took_out_of_the_text_is_put_back(tmp_path, bare, server):
    out = tmp_path / "p.jsonl"
    assert ask(bare, out, server, "calls").empty == []
    call = '{"name": "computer_use", "arguments": {"coordinate": [548, 503]}}'
    assert texts(out) == [f"<tool_call>\n{call}\n</tool_call>"] * 4
    assert read_answer(texts(out)[0]).numbers == (548, 503)


def test_a_server_that_dies_leaves_what_it_had_answered(tmp_path, bare, server):
    out = tmp_path / "p.jsonl"
    with pytest.raises(DataError, match=r"answers are missing .*the server cannot be reached") as e:
        # One at a time: of two, the death may take an answer that is on its way.
        ask(bare, out, server, "dies", limit=None, retries=0, concurrency=1)
    assert not out.exists()
    assert "5 rows are kept; the same command goes on" in str(e.value)


def test_on_the_command_line_it_is_one_line_and_exit_code_two(tmp_path, bare, server):
    """And the key stands nowhere."""
    words = [
        "predict",
        bare,
        "--endpoint",
        f"{server}/dies/v1",
        "--model",
        "m",
        "-o",
        tmp_path / "p",
    ]
    words += ["--model-family", "qwen2.5-vl", "--retries", "0", "--concurrency", "1"]
    command = [sys.executable, "-m", "groundkit", *map(str, words)]
    env = {**os.environ, "OPENAI_API_KEY": KEY}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: 7 of 12 answers are missing (")
    kept = (
        "; 5 rows are kept; the same command goes on from them, --partial writes without the rest"
    )
    assert line.endswith(f"{kept}; all are listed in {tmp_path / 'p.missing.jsonl'}")
    assert KEY not in done.stdout + done.stderr + (tmp_path / ".p.0.rows").read_text()


def test_a_dead_server_is_not_asked_for_everything(tmp_path, bare):
    out = tmp_path / "p.jsonl"
    with pytest.raises(DataError, match="96 of 96 answers are missing"):
        ask(bare, out, "http://127.0.0.1:9", "x", None, 0, draws=8, temperature=1.0)
    lines = (tmp_path / ".p.jsonl.0.rows").read_bytes().count(b"\n")
    assert lines < 20


def test_the_key_comes_from_the_environment_alone(tmp_path, bare, server, monkeypatch):
    monkeypatch.setenv("MY_KEY", KEY)
    out = tmp_path / "p.jsonl"
    with pytest.raises(DataError, match=r"no such key: Bearer \*\*\*"):
        ask(bare, out, server, "denied", key_name="MY_KEY")
    with pytest.raises(OptionError, match="--api-key-env: the environment has no such variable"):
        ask(bare, out, server, "denied", key_name="OTHER")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"url": "localhost:8000"}, "--endpoint: no address of a server; write it as http"),
        ({"url": "http://[::1"}, "--endpoint: no address of a server"),
        ({"url": "http://"}, "--endpoint: no address of a server"),
        ({"url": "ftp://host/v1"}, "--endpoint: no address of a server"),
        ({"concurrency": 0}, "--concurrency: 0 requests at once"),
        ({"timeout": float("nan")}, "--timeout: there is no time"),
        ({"timeout": 0.0}, "--timeout: there is no time"),
        ({"retries": -1}, "--retries: -1 tries"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_unusable_options(tmp_path, bare, fields, message):
    job = make_job(bare, tmp_path / "p.jsonl", "m").job
    with pytest.raises(OptionError, match=message):
        predict_endpoint(job, Endpoint(**{"url": "http://127.0.0.1:9/v1", **fields}))


def test_images_are_sent_at_the_size_that_the_model_sees(bare):
    sample = next(iter(read_jsonl(bare / "samples.jsonl", Sample)))
    path, size = bare / sample.image, (sample.width, sample.height)
    kind, data = image_bytes(Question(0, sample, path, size, Words("", "?")))
    assert (kind, data) == ("image/png", path.read_bytes())
    kind, data = image_bytes(Question(0, sample, path, (56, 28), Words("", "?")))
    assert kind == "image/png"
    (bare.parent / "small.png").write_bytes(data)
    assert images.read_size(bare.parent / "small.png") == (56, 28)


@pytest.mark.parametrize(
    ("name", "value"),
    [("ALL_PROXY", "foo://x"), ("HTTP_PROXY", "foo://x"), ("SSL_CERT_FILE", "/nonexistent")],
)
def test_an_environment_that_cannot_be_used(tmp_path, bare, server, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(OptionError, match=r"no connection can be made: .*; look at HTTP_PROXY"):
        ask(bare, tmp_path / "p.jsonl", server, "fine")


def test_a_dead_server_is_noticed_between_broken_images(tmp_path, bare):
    data = tmp_path / "data"
    shutil.copytree(bare, data)
    pictures = sorted((data / "images").iterdir())
    for picture in pictures[::2]:
        picture.unlink()
    with pytest.raises(DataError, match="96 of 96 answers are missing"):
        ask(data, tmp_path / "p", "http://127.0.0.1:9", "x", None, 0, draws=8, temperature=1.0)
    lines = (tmp_path / ".p.0.rows").read_text().splitlines()
    assert sum("cannot be reached" in line for line in lines) < 20


def test_nothing_is_promised_of_a_stream(bare, server):
    with pytest.raises(DataError, match="of a stream nothing is kept: name a file"):
        ask(bare, "/dev/stdout", server, "dies", limit=None, retries=0, concurrency=1)


def test_no_answer_at_all_is_an_error_of_a_partial_file_too(tmp_path, bare, server):
    words = ["predict", bare, "--endpoint", f"{server}/broken/v1", "--model", "m", "--partial"]
    words += ["-o", tmp_path / "p", "--model-family", "qwen2.5-vl", "--retries", "0"]
    command = [sys.executable, "-m", "groundkit", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no sample has an answer; the same command tries again" in done.stderr


def test_pauses_grow_and_differ():
    pauses = list(backoff(12))
    for number, pause in enumerate(pauses):
        longest = min(30, 0.5 * 2**number)
        assert longest / 2 <= pause <= longest
    assert pauses != list(backoff(12))


def test_no_half_of_a_key_is_shown(tmp_path, bare, server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\r\n")  # of a file with other line ends
    with pytest.raises(DataError, match="the server answers 401") as caught:
        ask(bare, tmp_path / "p.jsonl", server, "tells", limit=1)
    assert KEY[:4] not in str(caught.value) + (tmp_path / ".p.jsonl.0.rows").read_text()


@pytest.mark.parametrize("key", ["sk-\u00e4", "sk-a\nb", "sk-a\x1b[2Jb"])
def test_a_key_that_no_header_holds(tmp_path, bare, server, monkeypatch, key):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(OptionError, match="the key in OPENAI_API_KEY holds what no") as caught:
        ask(bare, tmp_path / "p.jsonl", server, "fine", limit=1)
    assert "sk-" not in str(caught.value)
