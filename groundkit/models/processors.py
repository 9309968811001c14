"""Processors of Qwen-VL models, with and without torchvision.

Without torchvision transformers has no video processor for Qwen-VL, and its processor class insists
on one. Images need neither. So where torchvision is missing an empty video processor takes the
place of the real one: under the real one's name, so that what is saved is valid everywhere.
"""

from __future__ import annotations

import importlib
from typing import Any, cast

from transformers import processing_utils
from transformers.utils.import_utils import is_torchvision_available
from transformers.video_processing_utils import VideoProcessorMixin


class Qwen2VLVideoProcessor(VideoProcessorMixin):  # type: ignore[misc]
    """Stands where the video processor would; has the settings that the processor asks for."""

    model_input_names = ["pixel_values_videos", "video_grid_thw"]  # noqa: RUF012
    merge_size = 2
    temporal_patch_size = 2

    def preprocess(self, videos: Any, **kwargs: Any) -> Any:
        """Videos cannot be used; images can."""
        raise ImportError("videos need torchvision: pip install torchvision")


class _AutoVideoProcessor:
    """What `AutoVideoProcessor` is while there is no torchvision."""

    @classmethod
    def from_pretrained(cls, *args: Any, **kwargs: Any) -> Qwen2VLVideoProcessor:
        return Qwen2VLVideoProcessor()


def video_processor() -> Any:
    """The real video processor, or the one that stands for it, as an argument of a processor."""
    allow_missing_torchvision()
    if is_torchvision_available():
        from transformers import Qwen2VLVideoProcessor as Real

        return Real()
    return Qwen2VLVideoProcessor()


def allow_missing_torchvision() -> None:
    """Lets `AutoProcessor` load Qwen-VL processors without torchvision; does nothing with it.

    Affects this process only; safe to call again.
    """
    if is_torchvision_available():
        return
    # Imported by name: as an attribute of its lazy package it may be another object.
    auto: Any = importlib.import_module("transformers.models.auto.video_processing_auto")
    auto.AutoVideoProcessor = _AutoVideoProcessor
    # `processing_utils` looks classes up by name in the lazy root of transformers.
    module = cast(Any, processing_utils).transformers_module
    module.VideoProcessorMixin = VideoProcessorMixin
