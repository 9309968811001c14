"""Processors load and see the same with and without torchvision, and say so if asked for videos."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest
from transformers import AutoProcessor
from transformers.models.qwen2_5_vl.processing_qwen2_5_vl import Qwen2_5_VLProcessor
from transformers.utils.import_utils import is_torchvision_available

from groundkit.models import processors

without_torchvision = pytest.mark.skipif(is_torchvision_available(), reason="has torchvision")


def test_what_is_saved_loads_as_the_stock_class(untrained):
    processors.allow_missing_torchvision()
    processor = AutoProcessor.from_pretrained(untrained)
    assert type(processor) is Qwen2_5_VLProcessor
    assert type(processor.video_processor).__name__ == "Qwen2VLVideoProcessor"


@without_torchvision
def test_videos_are_refused_with_the_way_out():
    with pytest.raises(ImportError, match="pip install torchvision"):
        processors.video_processor().preprocess([])


@without_torchvision
def test_allowing_twice_is_as_good_as_once(untrained):
    processors.allow_missing_torchvision()
    processors.allow_missing_torchvision()
    assert AutoProcessor.from_pretrained(untrained).chat_template


def test_with_torchvision_nothing_is_replaced(monkeypatch):
    auto = importlib.import_module("transformers.models.auto.video_processing_auto")
    before = auto.AutoVideoProcessor
    monkeypatch.setattr(processors, "is_torchvision_available", lambda: True)
    processors.allow_missing_torchvision()
    assert auto.AutoVideoProcessor is before


LOAD = "import sys; from groundkit.models.load import load_model; load_model(sys.argv[1])"


def test_a_fresh_process_loads_it_whatever_was_imported_before(untrained):
    for first in ("", "import transformers; ", "from transformers import AutoProcessor; "):
        command = [sys.executable, "-c", first + LOAD, str(untrained)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert (done.returncode, done.stderr) == (0, "")
