"""Screenshots in and out, whatever a capture tool wrote.

Pixels are BGR uint8 arrays of shape (height, width, 3), as OpenCV has them. Orientation from EXIF
is applied and transparency lies on white, because trainers disagree about both: what we save has
neither.
"""

from __future__ import annotations

import io
import math
import struct
import warnings
import zlib
from pathlib import Path
from typing import IO, Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import UnidentifiedImageError

from groundkit.errors import DataError
from groundkit.geometry import Size

Pixels = NDArray[np.uint8]

MAX_IMAGE_PIXELS = 100_000_000
"""Larger pictures are refused before they are decoded: no screen is 10,000 pixels square, but a
few kilobytes of PNG can be."""

JPEG_QUALITY = 95

# Sigma of the blur before an image shrinks to half its sides, over sqrt(2^2 - 1).
_BLUR = 0.45

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

# What Pillow's readers raise on damaged data; found by changing bytes of files of every format.
_DAMAGE = (
    OSError,
    ValueError,
    SyntaxError,
    RuntimeError,
    LookupError,
    TypeError,
    ArithmeticError,
    EOFError,
    struct.error,
    zlib.error,
    PillowImage.DecompressionBombError,
)


def read_size(path: Path) -> Size:
    """(width, height) of an upright image, from its header alone.

    Raises:
        DataError: not an image, or one of more than MAX_IMAGE_PIXELS.
    """
    try:
        with path.open("rb") as file, _open(path, file) as header:
            return _upright_size(header)
    except OSError as error:
        raise DataError(f"cannot read the image: {error.strerror}", str(path)) from error


def read_pixels(path: Path) -> Pixels:
    """The decoded image, upright and opaque.

    Raises:
        DataError: not an image, truncated, or one of more than MAX_IMAGE_PIXELS.
    """
    data = _read(path)
    with _open(path, io.BytesIO(data)) as header:
        # Searched from the end: phones leave the old file's tail behind a cropped screenshot.
        if header.format == "PNG" and data.rfind(b"IEND") < 0:
            raise DataError("the image is truncated", str(path))
        orientation = _orientation(header)  # before decoding, as read_size does
        plain = header.mode == "RGB" and not header.has_transparency_data
        if plain and header.format in ("PNG", "JPEG"):
            pixels = _decode_fast(path, data)
        else:
            pixels = _decode_any(path, header)
        return _turn_upright(pixels, orientation)


def encode(pixels: Pixels, suffix: str) -> bytes:
    """The image as the bytes of a `.jpg` (quality 95) or `.png` file; same pixels, same bytes."""
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY] if suffix == ".jpg" else []
    ok, data = cv2.imencode(suffix, pixels, options)
    if not ok:
        raise ValueError(f"OpenCV cannot encode an image of shape {pixels.shape} as {suffix}")
    return data.tobytes()


def resize(pixels: Pixels, size: Size) -> Pixels:
    """The image at (width, height), bicubic, blurred first as far as it shrinks.

    The Qwen-VL processors use Pillow's antialiased bicubic; this comes closer to it than OpenCV's
    area averaging and takes a fifth of the time of either (docs/design/resize.md).
    """
    height, width = pixels.shape[:2]
    if (width, height) == size:
        return pixels
    shrink = math.sqrt(width * height / (size[0] * size[1]))
    if shrink > 1:
        sigma = _BLUR * math.sqrt(shrink * shrink - 1)
        pixels = _as_pixels(cv2.GaussianBlur(pixels, (0, 0), sigma))
    return _as_pixels(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read the image: {error.strerror}", str(path)) from error


def _open(path: Path, file: IO[bytes]) -> PillowImage.Image:
    """The image with its header read and its size checked; pixels are decoded later."""
    try:
        with warnings.catch_warnings():
            # Pillow warns about bombs from 89 million pixels on; our own limit decides.
            warnings.simplefilter("ignore")
            image = PillowImage.open(file)
            width, height = image.size
    except UnidentifiedImageError:
        raise DataError("not an image that can be read", str(path)) from None
    except PillowImage.DecompressionBombError:  # Pillow's own limit, above ours
        raise DataError(
            f"the image claims more than {MAX_IMAGE_PIXELS:,} pixels", str(path)
        ) from None
    except _DAMAGE as error:
        raise DataError(f"not a usable image: {error}", str(path)) from None
    if width * height > MAX_IMAGE_PIXELS:
        raise DataError(
            f"the image claims more than {MAX_IMAGE_PIXELS:,} pixels: {width}x{height}", str(path)
        )
    return image


def _orientation(image: PillowImage.Image) -> int:
    """EXIF orientation, 1 if there is none. Pillow's getexif would decode a whole PNG for it, and
    would take it from XMP too, which browsers, OpenCV and so the trainers do not."""
    exif = image.info.get("exif")
    if not exif:
        return 1
    tags = PillowImage.Exif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a damaged tag is no tag
            tags.load(exif)
            value = tags.get(_ORIENTATION_TAG, 1)
    except _DAMAGE:
        return 1
    return value if value in _UPRIGHT else 1


def _upright_size(image: PillowImage.Image) -> Size:
    width, height = image.size
    return (height, width) if _orientation(image) >= 5 else (width, height)


def _turn_upright(pixels: Pixels, orientation: int) -> Pixels:
    rotation, mirrored = _UPRIGHT.get(orientation, (None, False))
    if rotation is not None:
        pixels = _as_pixels(cv2.rotate(pixels, rotation))
    if mirrored:
        pixels = _as_pixels(cv2.flip(pixels, 1))
    return pixels


def _decode_fast(path: Path, data: bytes) -> Pixels:
    """The common case, by OpenCV: it decodes a JPEG three times as fast as Pillow."""
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    pixels: Any = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if pixels is None:
        raise DataError("the image is truncated or damaged", str(path))
    return _as_pixels(pixels)


def _decode_any(path: Path, image: PillowImage.Image) -> Pixels:
    """Every other format and mode, by Pillow: palette, alpha, grey, 16 bit, CMYK, WebP, ..."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about tags that we do not read
            rgb = np.asarray(_opaque(image))
    except _DAMAGE as error:
        raise DataError(f"the image is truncated or damaged: {error}", str(path)) from None
    return _as_pixels(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))


def _opaque(image: PillowImage.Image) -> PillowImage.Image:
    """The image as RGB, what is transparent on white."""
    if image.mode.startswith("I;16"):
        # Pillow would clip 16 bits to white instead of scaling them.
        image = PillowImage.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    page = PillowImage.new("RGBA", layer.size, "white")
    page.alpha_composite(layer)
    return page.convert("RGB")


def _as_pixels(array: Any) -> Pixels:
    """Tells the type checker what OpenCV returns."""
    pixels: Pixels = np.ascontiguousarray(array, dtype=np.uint8)
    return pixels
