"""Makes the tiny model with random weights, and saves models with everything beside them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import Qwen2_5_VLForConditionalGeneration, Qwen2_5_VLProcessor

from groundkit.models.processors import video_processor
from groundkit.tiny.architecture import tiny_config
from groundkit.tiny.template import CHAT_TEMPLATE
from groundkit.tiny.tokenizer import NUMBERS, build_tokenizer, number_ids

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

MIN_PIXELS, MAX_PIXELS = 56 * 56, 448 * 448
SHORTEST_PERIOD, LONGEST_PERIOD = 4.0, 2048.0


def build_model(
    tokenizer: PreTrainedTokenizerBase, seed: int = 0
) -> Qwen2_5_VLForConditionalGeneration:
    """The model with random weights; the same seed gives the same weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Qwen2_5_VLForConditionalGeneration(tiny_config(tokenizer))
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
    periods = torch.logspace(math.log10(SHORTEST_PERIOD), math.log10(LONGEST_PERIOD), count)
    angles = 2 * math.pi * torch.arange(NUMBERS)[:, None] / periods
    scale = math.sqrt(2) * 0.06
    return scale * torch.cat([angles.cos(), angles.sin()], dim=1)


def build_processor(min_pixels: int, max_pixels: int) -> Any:
    """The processor with the tokenizer of the tiny model."""
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    return Qwen2_5_VLProcessor(
        image_processor=Qwen2VLImageProcessorPil(min_pixels=min_pixels, max_pixels=max_pixels),
        tokenizer=build_tokenizer(),
        video_processor=video_processor(),
        chat_template=CHAT_TEMPLATE,
    )


def save_trained(model: Any, folder: Path) -> None:
    """A trained model with its processor, in half precision."""
    save(model.to(torch.bfloat16), build_processor(MIN_PIXELS, MAX_PIXELS), folder)


def save(model: Any, processor: Any, folder: Path) -> None:
    """Model and processor, so that `AutoModelForImageTextToText` and `AutoProcessor` load them."""
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
