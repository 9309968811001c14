"""Pictures as a Qwen-VL's vision tower takes them, made without its processor.

The processor resizes, divides and sorts in floats of 4 bytes, twice for the two frames of a still
picture. Here a picture has its size already, its patches are sorted as bytes, and become floats on
the device of the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundkit.errors import DataError
from groundkit.geometry import Size
from groundkit.images import Pixels

if TYPE_CHECKING:
    import torch

Patches = NDArray[np.uint8]


class PatchForm(NamedTuple):
    """What an image processor does.

    Attributes:
        patch: side of a patch in pixels.
        merge: patches along a side of the cell that becomes one token.
        frames: how often a still picture is repeated.
        mean, std: of each channel, of values from 0 to 1.
    """

    patch: int
    merge: int
    frames: int
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def grid(self, size: Size) -> tuple[int, int]:
        """Rows and columns of patches of a picture of `size` (width, height)."""
        return size[1] // self.patch, size[0] // self.patch

    def tokens(self, size: Size) -> int:
        """Tokens that a picture becomes."""
        rows, columns = self.grid(size)
        return rows * columns // self.merge**2


def form_of(image_processor: Any) -> PatchForm:
    """What an image processor of transformers does.

    Raises:
        DataError: it does something else than a Qwen-VL's.
    """
    names = ("patch_size", "merge_size", "temporal_patch_size", "image_mean", "image_std")
    values: list[Any] = [getattr(image_processor, name, None) for name in names]
    if None in values:
        kind = type(image_processor).__name__
        raise DataError(f"pictures for {kind} are not known: Qwen-VL's are", "preprocessor_config")
    patch, merge, frames, mean, std = values
    return PatchForm(patch, merge, frames, tuple(mean), tuple(std))


def to_patches(pixels: Pixels, form: PatchForm) -> Patches:
    """A picture (BGR) as patches (P, 3 * patch * patch), those of a cell together.

    Raises:
        DataError: its sides are no multiples of a cell.
    """
    height, width = pixels.shape[:2]
    cell = form.patch * form.merge
    if height % cell or width % cell:
        raise DataError(f"{width}x{height} is not made of cells of {cell}x{cell}", "image")
    shape = (height // cell, form.merge, form.patch, width // cell, form.merge, form.patch, 3)
    cells = pixels[:, :, ::-1].reshape(shape).transpose(0, 3, 1, 4, 6, 2, 5)
    return np.ascontiguousarray(cells).reshape(-1, 3 * form.patch**2)


def to_values(patches: torch.Tensor, form: PatchForm, dtype: torch.dtype) -> torch.Tensor:
    """What the vision tower is given for patches (P, 3 * patch * patch), bytes, on their device:
    (P, 3 * frames * patch * patch)."""
    import torch

    values = patches.reshape(len(patches), 3, 1, -1).to(torch.float32) / 255
    mean, std = (
        torch.tensor(numbers, device=patches.device).reshape(1, 3, 1, 1)
        for numbers in (form.mean, form.std)
    )
    values = (values - mean) / std
    return values.expand(-1, -1, form.frames, -1).reshape(len(patches), -1).to(dtype)
