"""Screenshots in and out, whatever a capture tool wrote.

Pixels are BGR uint8 arrays of shape (height, width, 3), as OpenCV has them. Orientation from EXIF
is applied and transparency lies on white, because trainers disagree about both: what we save has
neither.
"""

from __future__ import annotations

import functools
import importlib.util
import io
import math
import os
import re
import struct
import tempfile
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
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

MAX_IMAGE_PIXELS = 50_000_000
"""Larger pictures are refused before they are decoded: 8K has 33 million pixels, a few kilobytes of
PNG can claim thousands, and each one takes up to 13 bytes on its way (palette and transparency)."""

# Tried in this order. Pillow reads many more, some by starting other programs (EPS: ghostscript).
_FORMATS = ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"]
if importlib.util.find_spec("PIL.AvifImagePlugin"):  # Pillow 11.3 and later
    _FORMATS.append("AVIF")

JPEG_QUALITY = 95

# Colour at full resolution, or a 6-pixel star loses its own on a red button: docs/design/resize.md.
_JPEG_OPTIONS = [
    cv2.IMWRITE_JPEG_QUALITY,
    JPEG_QUALITY,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
]

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

# What libjpeg and libpng print, and OpenCV's log. libjpeg prints the first of its warnings only, so
# that even a harmless one may hide a real one; libpng's warnings are about metadata.
_MESSAGE = re.compile(
    rb"(?P<damage>libpng error|Corrupt JPEG data|Premature end of JPEG|Inconsistent progression"
    rb"|Invalid SOS param|Application transferred|Unknown Adobe color|Warning: unknown JFIF)"
    rb"[^\n]*\n?|libpng warning[^\n]*\n?|\[[ A-Z]+:\d+@[^\n]*\n?"
)
_decoding = threading.Lock()

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
        jpeg = header.format in ("JPEG", "MPO")  # MPO: several JPEGs, as cameras write
        if jpeg:
            plain = header.mode in ("RGB", "L")
        else:
            transparent = header.has_transparency_data
            plain = header.format == "PNG" and header.mode == "RGB" and not transparent
        if plain or jpeg:  # a CMYK one too: only OpenCV's decoder tells of damage
            pixels = _decode_fast(path, data)
        if not plain:
            pixels = _decode_any(path, header)
        return _turn_upright(pixels, orientation)


def encode(pixels: Pixels, suffix: str) -> bytes:
    """The image as the bytes of a `.jpg` (quality 95, colour at full resolution) or `.png` file;
    same pixels, same bytes."""
    ok, data = cv2.imencode(suffix, pixels, encoder_options(suffix))
    if not ok:
        raise ValueError(f"OpenCV cannot encode an image of shape {pixels.shape} as {suffix}")
    return data.tobytes()


def encoder_options(suffix: str) -> list[int]:
    """What `encode` tells cv2.imencode."""
    return list(_JPEG_OPTIONS) if suffix == ".jpg" else []


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
            image = PillowImage.open(file, formats=_FORMATS)
            width, height = image.size
    except UnidentifiedImageError:
        raise DataError("not an image that can be read", str(path), _FORMATS) from None
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
    with _decoding, _listening() as heard:
        pixels: Any = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if pixels is None or heard:
        what = ": ".join(["the image is truncated or damaged", *heard])
        raise DataError(what, str(path))
    return _as_pixels(pixels)


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Catches what decoders print on stderr; the list has the first complaint about damage.

    There is no other way to hear of it: libjpeg goes on after damaged data, with a shifted picture
    and a line on stderr. What others print meanwhile (a progress display) is passed on.
    """
    heard: list[str] = []
    file = _listening_file(os.getpid())
    try:
        stderr: int | None = os.dup(2)
    except OSError:  # a process without stderr
        stderr = None
    os.dup2(file, 2)
    try:
        yield heard
    finally:
        if stderr is None:
            os.close(2)
        else:
            os.dup2(stderr, 2)
            os.close(stderr)
        if length := os.lseek(file, 0, os.SEEK_CUR):
            os.lseek(file, 0, os.SEEK_SET)
            said = os.read(file, length)
            os.lseek(file, 0, os.SEEK_SET)
            os.ftruncate(file, 0)
            heard += _complaints(said, stderr)


def _complaints(said: bytes, stderr: int | None) -> list[str]:
    """The first line of `said` about damage; lines of anybody else go to stderr."""
    others = _MESSAGE.sub(b"", said)
    if others and stderr is not None:
        os.write(2, others)
    damage = (match[0] for match in _MESSAGE.finditer(said) if match["damage"])
    return [line.decode(errors="replace").strip() for line in damage][:1]


@functools.lru_cache(maxsize=1)
def _listening_file(process: int) -> int:
    """A nameless file that stays open; a forked process gets one of its own."""
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _decode_any(path: Path, image: PillowImage.Image) -> Pixels:
    """Every other format and mode, by Pillow: palette, alpha, grey, 16 bit, CMYK, WebP, ..."""
    if image.mode in ("I", "F") and not _has_16_bits(image):
        # Nobody says which of their numbers is white.
        raise DataError("an image of 32 bits a channel; 8 and 16 are possible", str(path))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about tags that we do not read
            rgb = np.asarray(_opaque(image))
    except _DAMAGE as error:
        raise DataError(f"the image is truncated or damaged: {error}", str(path)) from None
    return _as_pixels(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))


def _has_16_bits(image: PillowImage.Image) -> bool:
    return image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG")


def _opaque(image: PillowImage.Image) -> PillowImage.Image:
    """The image as RGB, what is transparent on white."""
    if _has_16_bits(image):
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
