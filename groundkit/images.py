"""Screenshots in and out, whatever a capture tool wrote.

Pixels are BGR uint8 arrays of shape (height, width, 3), as OpenCV has them. Orientation from EXIF
is applied and transparency lies on white, because trainers disagree about both: what we save has
neither.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageOps, UnidentifiedImageError

from groundkit.errors import DataError
from groundkit.geometry import Size

Pixels = NDArray[np.uint8]

MAX_IMAGE_PIXELS = 100_000_000
"""Larger pictures are refused before they are decoded: no screen is 10,000 pixels square, but a
few kilobytes of PNG can be."""

JPEG_QUALITY = 95

# EXIF orientation (Exif 2.32, tag 0x0112) as the OpenCV rotation and flip that undoes it.
_UPRIGHT: dict[int, tuple[int | None, bool]] = {
    2: (None, True),
    3: (cv2.ROTATE_180, False),
    4: (cv2.ROTATE_180, True),
    5: (cv2.ROTATE_90_CLOCKWISE, True),
    6: (cv2.ROTATE_90_CLOCKWISE, False),
    7: (cv2.ROTATE_90_COUNTERCLOCKWISE, True),
    8: (cv2.ROTATE_90_COUNTERCLOCKWISE, False),
}
_ORIENTATION_TAG = 0x0112


def read_size(path: Path) -> Size:
    """(width, height) of an upright image, from its header alone.

    Raises:
        DataError: not an image, or one of more than MAX_IMAGE_PIXELS.
    """
    with _open(path, _read(path)) as header:
        return _upright_size(header)


def read_pixels(path: Path) -> Pixels:
    """The decoded image, upright and opaque.

    Raises:
        DataError: not an image, truncated, or one of more than MAX_IMAGE_PIXELS.
    """
    data = _read(path)
    with _open(path, data) as header:
        if header.format == "PNG" and b"IEND" not in data[-1024:]:
            raise DataError("the image is truncated", str(path))
        if header.mode == "RGB" and header.format in ("PNG", "JPEG") and not _has_alpha(header):
            return _decode_fast(path, data, _orientation(header))
        return _decode_any(path, header)


def encode(pixels: Pixels, suffix: str) -> bytes:
    """The image as the bytes of a `.jpg` (quality 95) or `.png` file; same pixels, same bytes."""
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY] if suffix == ".jpg" else []
    ok, data = cv2.imencode(suffix, pixels, options)
    if not ok:
        raise ValueError(f"OpenCV cannot encode an image of shape {pixels.shape} as {suffix}")
    return data.tobytes()


def resize(pixels: Pixels, size: Size) -> Pixels:
    """The image at (width, height): area averaging to shrink well below, else bicubic.

    Bicubic is what the Qwen-VL processors use; it aliases when it shrinks by more than a third.
    """
    height, width = pixels.shape[:2]
    if (width, height) == size:
        return pixels
    scale = min(size[0] / width, size[1] / height)
    method = cv2.INTER_AREA if scale < 0.7 else cv2.INTER_CUBIC
    return _as_pixels(cv2.resize(pixels, size, interpolation=method))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read the image: {error.strerror}", str(path)) from error


def _open(path: Path, data: bytes) -> PillowImage.Image:
    """The image with its header read and its size checked; pixels are decoded later."""
    try:
        with warnings.catch_warnings():
            # Pillow warns about bombs from 89 million pixels on; our own limit decides.
            warnings.simplefilter("ignore")
            image = PillowImage.open(io.BytesIO(data))
            width, height = image.size
    except UnidentifiedImageError:
        raise DataError("not an image that can be read", str(path)) from None
    except (PillowImage.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise DataError(f"not a usable image: {error}", str(path)) from None
    if width * height > MAX_IMAGE_PIXELS:
        raise DataError(
            f"the image claims {width}x{height} pixels, more than {MAX_IMAGE_PIXELS:,}", str(path)
        )
    return image


def _orientation(image: PillowImage.Image) -> int:
    """EXIF orientation, 1 if there is none. Pillow's getexif would decode a whole PNG for it."""
    exif = image.info.get("exif")
    if not exif:
        return 1
    tags = PillowImage.Exif()
    try:
        tags.load(exif)
        value = tags.get(_ORIENTATION_TAG, 1)
    except (ValueError, SyntaxError, OSError, KeyError, TypeError):
        return 1
    return value if value in _UPRIGHT else 1


def _upright_size(image: PillowImage.Image) -> Size:
    width, height = image.size
    return (height, width) if _orientation(image) >= 5 else (width, height)


def _has_alpha(image: PillowImage.Image) -> bool:
    return "transparency" in image.info


def _decode_fast(path: Path, data: bytes, orientation: int) -> Pixels:
    """The common case, by OpenCV: it decodes a JPEG three times as fast as Pillow."""
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    pixels: Any = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if pixels is None:
        raise DataError("the image is truncated or damaged", str(path))
    rotation, mirrored = _UPRIGHT.get(orientation, (None, False))
    if rotation is not None:
        pixels = cv2.rotate(pixels, rotation)
    if mirrored:
        pixels = cv2.flip(pixels, 1)
    return _as_pixels(pixels)


def _decode_any(path: Path, image: PillowImage.Image) -> Pixels:
    """Every other format and mode, by Pillow: palette, alpha, grey, 16 bit, CMYK, WebP, ..."""
    try:
        upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith("I;16"):
            # Pillow would clip 16 bits to white instead of scaling them.
            upright = PillowImage.fromarray((np.asarray(upright) >> 8).astype(np.uint8))
        if upright.has_transparency_data:
            layer = upright.convert("RGBA")
            upright = PillowImage.new("RGBA", layer.size, "white")
            upright.alpha_composite(layer)
        rgb = np.asarray(upright.convert("RGB"))
    except (OSError, ValueError, SyntaxError, PillowImage.DecompressionBombError) as error:
        raise DataError(f"the image is truncated or damaged: {error}", str(path)) from None
    return _as_pixels(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))


def _as_pixels(array: Any) -> Pixels:
    """Tells the type checker what OpenCV returns."""
    pixels: Pixels = np.ascontiguousarray(array, dtype=np.uint8)
    return pixels
