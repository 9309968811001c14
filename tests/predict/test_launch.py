import os

import msgspec
import pytest

from groundkit.errors import DataError
from groundkit.predict import worker
from groundkit.predict.launch import WorkerJob
from groundkit.predict.run import predict_model
from tests.predict.builders import make_job


def test_two_processes_write_the_bytes_of_one(tmp_path, bare, model):
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    fields = {"temperature": 1.0, "batch_size": 2}
    predict_model(make_job(bare, one, model, **fields))
    predict_model(make_job(bare, two, model, **fields), processes=2)
    assert one.read_bytes() == two.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.jsonl", "two.jsonl"]


def test_a_process_that_is_alone_says_so(tmp_path, bare, model):
    """What `accelerate launch --cpu --num_processes 2` does without a word."""
    job = WorkerJob(
        local=make_job(bare, tmp_path / "p.jsonl", model),
        output=str(tmp_path / "p.jsonl"),
        world=2,
        parent=os.getpid(),
        errors=str(tmp_path / "error"),
    )
    path = tmp_path / "job.json"
    path.write_bytes(msgspec.json.encode(job))
    assert worker.main(path) == 2
    assert b"1 processes run instead of 2" in (tmp_path / "error").read_bytes()


def test_what_stops_a_process_is_said_in_one_line(tmp_path, bare, model):
    import shutil

    broken = tmp_path / "broken"
    shutil.copytree(model, broken)
    (broken / "tokenizer.json").write_text("{")
    with pytest.raises(DataError, match="not a model that can be loaded"):
        predict_model(make_job(bare, tmp_path / "p.jsonl", str(broken)), processes=2)
