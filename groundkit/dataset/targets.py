"""The size at which a trainer leaves an image alone.

A trainer that resizes an image does not touch the pixel coordinates in its text, so every box
would be wrong from then on. Being a multiple of 28 is not enough: LLaMA-Factory first shrinks to
its own `image_max_pixels`, then the model's processor rounds again. We save at a size that is a
fixed point of the whole chain, and prove it for each image by running the chain.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from groundkit.errors import DataError, OptionError
from groundkit.geometry import RESIZE_RULES, ResizeRule, Size

LLAMAFACTORY_MAX_PIXELS = 768 * 768
LLAMAFACTORY_MIN_PIXELS = 32 * 32
_CUTOFF = 2048  # LLaMA-Factory's default
_TEXT_TOKENS = 512  # prompt, template and answer, generously


@dataclass(frozen=True)
class Target:
    """A trainer with a model family.

    Attributes:
        family: key of `geometry.RESIZE_RULES`: what the model's own processor does.
        template: the trainer's name for the model's chat template.
        min_pixels, max_pixels: limits of the trainer's own step.
        first_step: the trainer's own resize, before the processor's.
    """

    name: str
    family: str
    template: str
    min_pixels: int
    max_pixels: int
    first_step: Callable[[Size, Target], Size]

    def saved_size(self, size: Size) -> Size:
        """The (width, height) at which to save a screenshot of `size`.

        Raises:
            DataError: too long and thin for the model, or no size suits the whole chain.
        """
        hub = RESIZE_RULES[self.family]
        rule = ResizeRule(
            hub.factor,
            max(hub.min_pixels, self.min_pixels),
            min(hub.max_pixels, self.max_pixels),
        )
        try:
            saved = rule.apply(size)
            seen = self.trained_size(saved)
        except ValueError as error:
            raise DataError(str(error)) from None
        if seen != saved:
            raise DataError(
                f"no size for {size[0]}x{size[1]} that {self.name} would keep:"
                f" {saved[0]}x{saved[1]} becomes {seen[0]}x{seen[1]}"
            )
        return saved

    def trained_size(self, size: Size) -> Size:
        """The (width, height) that the model sees of a saved image of `size`."""
        return RESIZE_RULES[self.family].apply(self.first_step(size, self))

    def trainer_flags(self) -> str:
        """The settings under which the saved images keep their size and answers their end."""
        tokens = self.max_pixels // RESIZE_RULES[self.family].factor ** 2 + _TEXT_TOKENS
        cutoff = max(_CUTOFF, math.ceil(tokens / 256) * 256)
        return (
            f"template: {self.template}, image_max_pixels: {self.max_pixels},"
            f" image_min_pixels: {self.min_pixels}, cutoff_len: {cutoff}"
        )


def llamafactory_step(size: Size, target: Target) -> Size:
    """LLaMA-Factory's own resize (hiyouga/LLaMA-Factory src/llamafactory/data/mm_plugin.py,
    `_preprocess_image` of MMPluginMixin and Qwen2VLPlugin)."""
    width, height = size
    for limit, beyond in (
        (target.max_pixels, width * height > target.max_pixels),
        (target.min_pixels, width * height < target.min_pixels),
    ):
        if beyond:
            scale = math.sqrt(limit / (width * height))
            width, height = int(width * scale), int(height * scale)
    if min(width, height) < 28:
        width, height = max(width, 28), max(height, 28)
    if width / height > 200:
        width = height * 180
    if height / width > 200:
        height = width * 180
    return width, height


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target(
            "llamafactory-qwen2.5-vl",
            "qwen2.5-vl",
            "qwen2_vl",
            LLAMAFACTORY_MIN_PIXELS,
            LLAMAFACTORY_MAX_PIXELS,
            llamafactory_step,
        ),
        Target(
            "llamafactory-qwen3-vl",
            "qwen3-vl",
            "qwen3_vl",
            LLAMAFACTORY_MIN_PIXELS,
            LLAMAFACTORY_MAX_PIXELS,
            llamafactory_step,
        ),
    )
}
DEFAULT_TARGET = "llamafactory-qwen2.5-vl"


def find_target(name: str, max_pixels: int | None = None) -> Target:
    """A target by name, with another limit for the image if the trainer is run with one.

    Raises:
        OptionError: unknown name, or a limit out of the range in which it works.
    """
    if name not in TARGETS:
        raise OptionError(f"unknown target {name!r}", "--target", TARGETS)
    target = TARGETS[name]
    if max_pixels is None:
        return target
    hub = RESIZE_RULES[target.family]
    # Rounding sides down can nearly halve an image, and below the minimum the model enlarges it.
    lowest, highest = 2 * max(hub.min_pixels, target.min_pixels), hub.max_pixels
    if not lowest <= max_pixels <= highest:
        raise OptionError(
            f"{target.name} works with {lowest} to {highest} pixels, not {max_pixels}",
            "--max-pixels",
        )
    return replace(target, max_pixels=max_pixels)
