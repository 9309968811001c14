"""The same answers through a real `transformers serve` as by the model itself."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from groundkit.predict.endpoint import Endpoint, predict_endpoint
from groundkit.predict.run import predict_model
from groundkit.records import Prediction
from groundkit.store import read_jsonl
from tests.predict.builders import make_job

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")


@pytest.fixture
def server(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "hub").mkdir()
    env = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(tmp_path / "hub")}
    command = [sys.executable, "-m", "tests.predict.serve", "serve", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--device", "cpu"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        assert process.poll() is None, (tmp_path / "log").read_text()[-2000:]
        try:
            urllib.request.urlopen(f"{url}/health", timeout=5).close()
            break
        except OSError:
            time.sleep(0.2)
    yield f"{url}/v1"
    process.terminate()
    process.wait()


def texts(path):
    """Without special tokens, which the server leaves out."""
    return [re.sub(r"<\|\w+\|>", "", row.text) for row in read_jsonl(path, Prediction)]


def test_a_server_answers_as_the_model_here_does(tmp_path, starred, bare, model, server):
    same = total = 0
    for name, data in (("starred", starred), ("bare", bare)):
        here, there = tmp_path / f"{name}-here.jsonl", tmp_path / f"{name}-there.jsonl"
        job = make_job(data, here, model, limit=25, max_new_tokens=12)
        predict_model(job)
        job = make_job(data, there, model, limit=25, max_new_tokens=12).job
        predict_endpoint(job, Endpoint(url=server, concurrency=2))
        pairs = list(zip(texts(here), texts(there), strict=True))
        same += sum(one == other for one, other in pairs)
        total += len(pairs)
    assert same >= 0.95 * total
