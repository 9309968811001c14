"""What is no image, or no longer one: refused in one line, in silence, before it can do harm."""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from groundkit import images
from groundkit.errors import DataError
from groundkit.images import read_pixels, read_size
from tests.test_images import as_rgb, make_picture, read, to_bytes, with_orientation


@pytest.fixture
def picture():
    return make_picture()


def failure(path, function=read_pixels):
    with pytest.raises(DataError) as caught:
        function(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")


TRUNCATED = {
    "PNG": ("RGB", "PNG", {}),
    "RGBA PNG": ("RGBA", "PNG", {}),
    "grey PNG": ("L", "PNG", {}),
    "JPEG": ("RGB", "JPEG", {}),
    "progressive JPEG": ("RGB", "JPEG", {"progressive": True}),
    "grey JPEG": ("L", "JPEG", {}),
    "WebP": ("RGB", "WEBP", {}),
    "BMP": ("RGB", "BMP", {}),
}


@pytest.mark.parametrize("case", TRUNCATED)
def test_a_truncated_image_is_refused(case, picture, tmp_path):
    mode, form, options = TRUNCATED[case]
    data = to_bytes(picture.convert(mode).resize((300, 200)), form, **options)
    path = tmp_path / "a.png"
    # Not one byte too few: the last twelve of a PNG are its end mark, without pixels.
    for length in [1, 8, 20, 40, *range(60, len(data) - 12, len(data) // 50), len(data) - 12]:
        path.write_bytes(data[:length])
        assert "image" in failure(path)


def test_what_follows_a_png_does_not_matter(picture, tmp_path):
    """Phones leave the tail of the old file behind a cropped screenshot."""
    data = to_bytes(picture, "PNG") + b"\0" * 5000
    np.testing.assert_array_equal(read(tmp_path, data), as_rgb(picture))


def overwritten(data, start, length=400):
    """The bytes with random ones from `start` on; 255 would be a marker of JPEG."""
    return data[:start] + np.random.default_rng(0).bytes(length) + data[start + length :]


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("RGB", {}),
        ("RGB", {"progressive": True}),
        ("RGB", {"restart_marker_rows": 1}),
        ("L", {}),
        ("CMYK", {}),
    ],
)
def test_a_jpeg_with_a_damaged_middle_is_refused_in_silence(mode, options, tmp_path, capfd):
    """Its decoder goes on with a shifted picture and only prints a line."""
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (200, 300, 3), np.uint8))
    data = to_bytes(noise.convert(mode), "JPEG", quality=95, **options)
    path = tmp_path / "a.jpg"
    path.write_bytes(overwritten(data, len(data) // 2))
    message = failure(path)
    assert message.startswith("the image is truncated or damaged: ")
    assert capfd.readouterr() == ("", "")
    path.write_bytes(data)  # nothing of the damaged one is left behind
    assert read_pixels(path).shape == (200, 300, 3)


def test_a_png_with_a_wrong_checksum_is_refused_in_silence(picture, tmp_path, capfd):
    data = bytearray(to_bytes(picture, "PNG"))
    data[data.rindex(b"IEND") - 5] ^= 1  # the last byte of the checksum before
    path = tmp_path / "a.png"
    path.write_bytes(data)
    assert failure(path) == "the image is truncated or damaged: libpng error: IDAT: CRC error"
    assert capfd.readouterr() == ("", "")


def test_a_harmless_warning_of_a_decoder_is_silent(picture, tmp_path, capfd):
    """libpng warns about many colour profiles that are in use."""
    profile = zlib.compress(b"\0" * 128)
    body = b"iCCPx\0\0" + profile
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    data = to_bytes(picture, "PNG")
    np.testing.assert_array_equal(read(tmp_path, data[:33] + chunk + data[33:]), as_rgb(picture))
    assert capfd.readouterr() == ("", "")


def test_what_others_print_while_an_image_is_decoded_is_passed_on(capfd):
    with images._listening() as heard:
        os.write(2, b"\r12 screens\nCorrupt JPEG data: bad Huffman code\n13 screens\n")
    assert heard == ["Corrupt JPEG data: bad Huffman code"]
    assert capfd.readouterr() == ("", "\r12 screens\n13 screens\n")


def test_a_process_without_stderr_decodes(picture, tmp_path):
    path = tmp_path / "a.jpg"
    picture.save(path)
    code = (
        "import os, sys; from pathlib import Path; from groundkit.images import read_pixels;"
        "os.close(2); print(read_pixels(Path(sys.argv[1])).shape)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(images.__file__).parents[1])},
    )
    assert run.stdout == "(40, 60, 3)\n"


def test_pillow_starts_no_other_program(tmp_path, monkeypatch):
    """An EPS file in disguise: Pillow would hand its program to ghostscript."""
    started = tmp_path / "started"
    ghostscript = tmp_path / "gs"
    ghostscript.write_text(f"#!/bin/sh\n{shutil.which('touch')} {started}\n")
    ghostscript.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    path = tmp_path / "a.png"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n")
    assert failure(path).startswith("not an image that can be read; valid: PNG, JPEG")
    assert not started.exists()


def png_claiming(width, height):
    """A PNG of 60 bytes with this size in its header and one row of nothing."""

    def chunk(kind, body):
        checksum = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"")), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


BOMBS = {
    "just over our limit": (10_001, 5_000, "claims more than 50,000,000 pixels: 10001x5000"),
    "in one direction": (50_000_001, 1, "claims more than 50,000,000 pixels: 50000001x1"),
    "over Pillow's limit too": (60_000, 60_000, "claims more than 50,000,000 pixels"),
    "as large as can be": (2**31 - 1, 2**31 - 1, "claims more than 50,000,000 pixels"),
}


@pytest.mark.parametrize("function", [read_size, read_pixels])
@pytest.mark.parametrize("case", BOMBS)
def test_a_decompression_bomb_is_refused(case, function, tmp_path):
    width, height, message = BOMBS[case]
    path = tmp_path / "bomb.png"
    path.write_bytes(png_claiming(width, height))
    assert message in failure(path, function)


def test_the_largest_size_is_not_a_bomb(tmp_path):
    path = tmp_path / "large.png"
    path.write_bytes(png_claiming(10_000, 5_000))
    assert read_size(path) == (10_000, 5_000)
    assert images.MAX_IMAGE_PIXELS == 10_000 * 5_000


NOT_IMAGES = {
    "empty": (b"", "not an image that can be read"),
    "text": (b"hello\n", "not an image that can be read"),
    "HTML": (b"<html><body>404</body></html>", "not an image that can be read"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not an image that can be read"),
    "zeros": (b"\0" * 1000, "not an image that can be read"),
    "only the PNG signature": (b"\x89PNG\r\n\x1a\n", "not an image that can be read"),
}


@pytest.mark.parametrize("function", [read_size, read_pixels])
@pytest.mark.parametrize("case", NOT_IMAGES)
def test_what_is_no_image_is_refused(case, function, tmp_path):
    data, message = NOT_IMAGES[case]
    path = tmp_path / "a.png"
    path.write_bytes(data)
    kinds = failure(path, function).removeprefix(f"{message}; valid: ").split(", ")
    assert kinds[:6] == ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"]


@pytest.mark.parametrize("function", [read_size, read_pixels])
def test_a_missing_file_and_a_folder_are_named(function, tmp_path):
    missing = failure(tmp_path / "missing.png", function)
    assert missing == "cannot read the image: No such file or directory"
    assert failure(tmp_path, function) == "cannot read the image: Is a directory"


MUTATED = ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"]


@pytest.mark.parametrize("form", MUTATED)
def test_damage_is_an_error_or_a_picture_of_the_size_announced(form, picture, tmp_path):
    rng = random.Random(form)
    data = with_orientation(picture, 6, form) if form in MUTATED[:3] else to_bytes(picture, form)
    path = tmp_path / "a.png"
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(rng.choice([1, 2, 8])):
            damaged[rng.randrange(min(len(data), rng.choice([40, 200, 100_000])))] = rng.choice(
                [0, 255, rng.randrange(256)]
            )
        path.write_bytes(damaged)
        try:
            size = read_size(path)
            shape = read_pixels(path).shape
        except DataError:
            continue
        assert shape == (size[1], size[0], 3)
