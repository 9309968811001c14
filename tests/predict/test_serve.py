"""The same answers through a real `transformers serve` as by the model itself."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from groundkit.dataset.build import make_dataset
from groundkit.dataset.screen import DatasetOptions
from groundkit.models.find import tiny_folder
from groundkit.predict.endpoint import Endpoint, predict_endpoint
from groundkit.predict.run import predict_model
from groundkit.records import LocatedScreen, Prediction, Screen
from groundkit.store import read_jsonl
from groundkit.synth import SynthOptions, write_screens
from tests.predict.builders import make_job


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


@pytest.fixture
def data(tmp_path) -> Path:
    """Fifty questions that the tiny model was made for, about designs that it has not seen."""
    screens, data = tmp_path / "screens", tmp_path / "data"
    options = SynthOptions(n=10, design="poster", langs=("en",), fonts="bundled", seed=5)
    write_screens(screens, options)
    found = [
        LocatedScreen(screen, screens / screen.image, "screens.jsonl")
        for screen in read_jsonl(screens / "screens.jsonl", Screen)
    ]
    make_dataset(found, data, DatasetOptions(per_screen=5, image_format="png"))
    return data


def texts(path):
    return [row.text for row in read_jsonl(path, Prediction)]


def as_served(text):
    """What the server makes of a text: it leaves special tokens out, and white space at the ends
    (transformers 5.23, `parse_assistant_message` with the template of the Qwen families)."""
    return re.sub(r"<\|\w+\|>", "", text).strip()


def test_a_server_answers_as_the_model_here_does(tmp_path, data, bare, model, server):
    cases = ("tiny", str(tiny_folder()), data, 64, 0.95), (model, model, bare, 12, 0.0)
    for number, (name, there, dataset, tokens, least) in enumerate(cases):
        one, other = tmp_path / f"{number}-here.jsonl", tmp_path / f"{number}-there.jsonl"
        fields = {"limit": 50, "max_new_tokens": tokens}
        predict_model(make_job(dataset, one, name, **fields))
        endpoint = Endpoint(url=server, concurrency=2)
        predict_endpoint(make_job(dataset, other, there, **fields).job, endpoint)
        pairs = list(zip(texts(one), texts(other), strict=True))
        assert sum(a == b for a, b in pairs) >= least * len(pairs)
        # Every difference is explained.
        assert [as_served(a) for a, _ in pairs] == [as_served(b) for _, b in pairs]
        assert len(pairs) == (50 if number == 0 else 12)
