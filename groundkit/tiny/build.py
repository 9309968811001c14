"""Makes the folder of a tiny model: the one that ships, copied, or one with random weights."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import Qwen2_5_VLForConditionalGeneration, Qwen2_5_VLProcessor

from groundkit.contract import Contract, write_contract
from groundkit.errors import DataError, OptionError
from groundkit.models.find import tiny_folder
from groundkit.models.load import LoadedModel, quieten
from groundkit.models.processors import video_processor
from groundkit.tiny.architecture import INIT, tiny_config
from groundkit.tiny.template import CHAT_TEMPLATE
from groundkit.tiny.tokenizer import NUMBERS, build_tokenizer, number_ids

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

CONTRACT = Contract(min_pixels=56 * 56, max_pixels=448 * 448, tags={"model": "tiny"})
"""Larger images are shrunk to what the model was trained on."""
_SHORTEST_PERIOD, _LONGEST_PERIOD = 4.0, 2048.0


def build_model(tokenizer: PreTrainedTokenizerBase, seed: int = 0) -> Any:
    """The model with random weights; the same seed gives the same weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: Any = Qwen2_5_VLForConditionalGeneration(tiny_config(tokenizer))
        with torch.no_grad():
            table = model.get_input_embeddings().weight
            table[number_ids(tokenizer)] = _number_embeddings(table.shape[1])
    model.generation_config.do_sample = False
    return model.eval()


def _number_embeddings(width: int) -> torch.Tensor:
    """Waves of geometrically spaced periods: near numbers are alike, and sums are rotations.

    Input and output embeddings are tied, so that a guess one pixel off costs little from the start.
    """
    count = width // 2
    periods = torch.logspace(math.log10(_SHORTEST_PERIOD), math.log10(_LONGEST_PERIOD), count)
    angles = 2 * math.pi * torch.arange(NUMBERS)[:, None] / periods
    scale = math.sqrt(2) * INIT
    return scale * torch.cat([angles.cos(), angles.sin()], dim=1)


def build_processor() -> Any:
    """The processor with the tokenizer of the tiny model."""
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    return Qwen2_5_VLProcessor(
        image_processor=Qwen2VLImageProcessorPil(
            min_pixels=CONTRACT.min_pixels, max_pixels=CONTRACT.max_pixels
        ),
        tokenizer=build_tokenizer(),
        video_processor=video_processor(),
        chat_template=CHAT_TEMPLATE,
    )


def untrained_model(seed: int = 0) -> LoadedModel:
    """A model with random weights, without a folder."""
    processor = build_processor()
    processor.tokenizer.padding_side = "left"
    model = build_model(processor.tokenizer, seed)
    return LoadedModel(model, processor, CONTRACT, f"untrained-{seed}")


def write_untrained(out: Path, seed: int = 0) -> None:
    """Writes the model with random weights to a new folder.

    Raises:
        OptionError: `out` holds something.
    """
    quieten()
    processor = build_processor()
    model = build_model(processor.tokenizer, seed)
    _whole(out, lambda folder: save(model, processor, folder))


def copy_trained(out: Path) -> None:
    """Copies the checkpoint that ships with groundkit to a new folder.

    Raises:
        OptionError: `out` holds something.
        DataError: this installation has no checkpoint.
    """
    source = tiny_folder()
    _whole(out, lambda folder: _copy_files(source, folder))


def export(model: Any, out: Path) -> None:
    """Writes a trained model in half the space; it is loaded in float32 all the same."""
    quieten()
    half = model.to(torch.bfloat16)
    _whole(out, lambda folder: save(half, build_processor(), folder))
    path = out / "config.json"
    config = path.read_text(encoding="utf-8")
    path.write_text(config.replace('"dtype": "bfloat16"', '"dtype": "float32"'), encoding="utf-8")


def save(model: Any, processor: Any, folder: Path) -> None:
    """Model, processor and contract, as `AutoModelForImageTextToText` and `AutoProcessor` load
    them."""
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    write_contract(CONTRACT, folder)
    for path in folder.iterdir():
        path.chmod(0o644)  # safetensors writes files that only their owner can read


def _copy_files(source: Path, folder: Path) -> None:
    for path in sorted(source.iterdir()):
        if path.is_file():
            shutil.copyfile(path, folder / path.name)


def _whole(out: Path, write: Callable[[Path], None]) -> None:
    """Fills a new folder that appears when it is complete."""
    if out.is_file() or (out.is_dir() and any(out.iterdir())):
        raise OptionError(f"{out} is there already", "--out", hint="name a new folder")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as temporary:
            made = Path(temporary) / "made"
            made.mkdir()
            write(made)
            made.replace(out)
    except OSError as error:
        raise DataError(f"cannot write: {error.strerror or error}", str(out)) from None
