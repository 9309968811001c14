"""The folder of a tiny model: real classes, exact round trips, a plain process loads it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import (
    AutoModelForImageTextToText,
    AutoProcessor,
    Qwen2_5_VLForConditionalGeneration,
)
from transformers.utils.import_utils import is_torchvision_available

from groundkit.contract import contract_of
from groundkit.errors import OptionError
from groundkit.models.load import load_model
from groundkit.models.processors import allow_missing_torchvision
from groundkit.tiny import build
from groundkit.tiny.tokenizer import NUMBERS, build_tokenizer

CHAT = [
    {
        "role": "user",
        "content": [{"type": "image"}, {"type": "text", "text": "What is at point [3,4]?"}],
    }
]


def inputs_for(processor, size=(84, 56)):
    from PIL import Image

    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))
    text = processor.apply_chat_template(CHAT, add_generation_prompt=True)
    return processor(text=[text], images=[image], return_tensors="pt")


def test_two_million_weights():
    model = build.build_model(build_tokenizer())
    assert 1_800_000 < sum(weight.numel() for weight in model.parameters()) < 2_200_000
    assert type(model) is Qwen2_5_VLForConditionalGeneration
    assert model.lm_head.weight is model.get_input_embeddings().weight


def test_what_is_saved_answers_as_before(untrained):
    allow_missing_torchvision()
    processor = AutoProcessor.from_pretrained(untrained)
    model = AutoModelForImageTextToText.from_pretrained(untrained)
    assert type(model) is Qwen2_5_VLForConditionalGeneration
    inputs = inputs_for(processor)
    before = build.build_model(build_tokenizer(), seed=3)
    with torch.no_grad():
        difference = (before(**inputs).logits - model(**inputs).logits).abs().max()
    assert float(difference) == 0


def test_half_precision_on_disk_is_loaded_in_full(tmp_path):
    build.export(build.build_model(build_tokenizer()), tmp_path / "model")
    assert AutoModelForImageTextToText.from_pretrained(tmp_path / "model").dtype == torch.float32
    weights = tmp_path / "model" / "model.safetensors"
    assert weights.stat().st_size < 4_500_000  # two bytes a weight


def test_the_seed_alone_decides_the_weights():
    tokenizer = build_tokenizer()
    torch.manual_seed(1)
    one, two, other = (build.build_model(tokenizer, seed).state_dict() for seed in (5, 5, 6))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not torch.equal(one["lm_head.weight"], other["lm_head.weight"])


def test_making_weights_leaves_the_random_numbers_of_others_alone():
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    build.build_model(build_tokenizer(), seed=9)
    assert torch.equal(torch.rand(3), expected)


def test_near_numbers_are_alike():
    table = torch.nn.functional.normalize(build._number_embeddings(128), dim=1)
    alike = table @ table.T
    rows = torch.arange(NUMBERS)
    assert torch.equal(alike.argmax(1), rows)
    near = alike[rows[:-1], rows[1:]]
    far = alike[rows[:-300], rows[300:]]
    assert near.min() > 0.8
    assert far.max() < near.min()


def test_the_processor_sees_what_the_stock_one_sees(untrained):
    """Sizes that its limits keep are cut into the patches that the stock class cuts."""
    from PIL import Image
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import (
        Qwen2VLImageProcessorPil,
    )

    stock = Qwen2VLImageProcessorPil()
    ours = load_model(str(untrained)).processor.image_processor
    rng = np.random.default_rng(1)
    for width, height in ((28, 140), (224, 168), (448, 448)):
        image = Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))
        seen, expected = ours(image, return_tensors="np"), stock(image, return_tensors="np")
        assert np.array_equal(seen["pixel_values"], expected["pixel_values"])
        assert seen["image_grid_thw"].tolist() == [[1, height // 14, width // 14]]


def test_large_images_are_shrunk_as_the_contract_says(untrained):
    from PIL import Image

    contract = contract_of(untrained)
    processor = load_model(str(untrained)).processor
    grid = processor.image_processor(Image.new("RGB", (1080, 2400)), return_tensors="np")
    width, height = contract.seen_size((1080, 2400))
    assert grid["image_grid_thw"].tolist() == [[1, height // 14, width // 14]]


# A process that knows nothing of groundkit. Without torchvision transformers has no video
# processor, and so no AutoProcessor for Qwen-VL: image processor and tokenizer load by themselves.
PLAIN = """
import sys
import torch
from transformers import AutoModelForImageTextToText, AutoTokenizer
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

folder = sys.argv[1]
model = AutoModelForImageTextToText.from_pretrained(folder)
tokenizer = AutoTokenizer.from_pretrained(folder)
images = Qwen2VLImageProcessorPil.from_pretrained(folder)
chat = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Hello"}]}]
from PIL import Image
seen = images(Image.new("RGB", (56, 56)), return_tensors="pt")
text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
text = text.replace("<|image_pad|>", "<|image_pad|>" * 4)
ids = tokenizer(text, return_tensors="pt").input_ids
kinds = (ids == model.config.image_token_id).int()
out = model.generate(
    input_ids=ids, mm_token_type_ids=kinds, **seen, max_new_tokens=2, do_sample=False
)
assert "groundkit" not in sys.modules
print(type(model).__name__, out.shape[1] - ids.shape[1])
"""
WITH_TORCHVISION = """
import sys
from transformers import AutoModelForImageTextToText, AutoProcessor
AutoProcessor.from_pretrained(sys.argv[1])
AutoModelForImageTextToText.from_pretrained(sys.argv[1])
"""


def run_plain(script, folder):
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_plain_process_loads_it(untrained):
    assert run_plain(PLAIN, untrained) == ["Qwen2_5_VLForConditionalGeneration", "2"]


@pytest.mark.skipif(not is_torchvision_available(), reason="needs torchvision")
def test_a_plain_process_with_torchvision_loads_it_as_any(untrained):
    run_plain(WITH_TORCHVISION, untrained)


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OptionError, match="is there already"):
        build.write_untrained(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_nothing_half_written_stays(tmp_path, monkeypatch):
    def fail(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "write_contract", fail)
    with pytest.raises(KeyboardInterrupt):
        build.write_untrained(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_everybody_can_read_the_files(untrained):
    assert {path.stat().st_mode & 0o777 for path in Path(untrained).iterdir()} == {0o644}
