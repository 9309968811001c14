"""How long sequences are: what an image and its questions become."""

from __future__ import annotations

from groundkit.geometry import Size
from groundkit.memory.setup import Setup
from groundkit.memory.shape import ModelShape, Vision

_AROUND_IMAGE = 2
"""The tokens before and after those of an image."""


def image_patches(vision: Vision, size: Size) -> int:
    """Patches of an image of (width, height) pixels as the model sees it."""
    return (size[0] // vision.patch) * (size[1] // vision.patch)


def image_tokens(vision: Vision, size: Size) -> int:
    """Tokens of an image in the language model: a merged square of patches each."""
    return (size[0] // vision.factor) * (size[1] // vision.factor)


def patches(shape: ModelShape, setup: Setup) -> int:
    """Patches that go through the vision tower at once on a device."""
    return setup.sequences * image_patches(shape.vision, setup.image)


def sequence_tokens(shape: ModelShape, setup: Setup) -> int:
    """Tokens of one sequence: the image and all its text."""
    return image_tokens(shape.vision, setup.image) + _AROUND_IMAGE + setup.words


def tokens(shape: ModelShape, setup: Setup) -> int:
    """Tokens that go through the language model at once on a device, with gradients."""
    return setup.sequences * sequence_tokens(shape, setup)
