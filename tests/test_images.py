"""Screenshots of every kind and in every state of damage. Expected pixels come from Pillow."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps, PngImagePlugin

from groundkit import images
from groundkit.errors import DataError
from groundkit.images import encode, read_pixels, read_size, resize

WIDTH, HEIGHT = 60, 40


@pytest.fixture
def picture():
    return make_picture()


def make_picture():
    """A picture without any symmetry: colour ramps, a red corner, a blue bar."""
    x, y = np.meshgrid(np.linspace(0, 200, WIDTH), np.linspace(0, 200, HEIGHT))
    pixels = np.stack([x, y, (x + y) / 2], axis=-1).astype(np.uint8)
    pixels[:10, :20] = (250, 10, 10)
    pixels[30:, 30:40] = (10, 10, 250)
    return Image.fromarray(pixels)


def to_bytes(image, form, **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def read(folder, data, name="a.png"):
    """The pixels of a file with these bytes, as RGB; its size must be what the header says."""
    path = folder / name
    path.write_bytes(data)
    pixels = read_pixels(path)
    assert pixels.dtype == np.uint8
    assert pixels.shape == (*read_size(path)[::-1], 3)
    assert pixels.flags["C_CONTIGUOUS"]
    return pixels[:, :, ::-1]


def as_rgb(image):
    return np.asarray(image.convert("RGB"))


def on_white(image):
    """The textbook formula, in floats."""
    layer = np.asarray(image.convert("RGBA")).astype(float)
    share = layer[:, :, 3:] / 255
    return layer[:, :, :3] * share + 255 * (1 - share)


# --- kinds ----------------------------------------------------------------------------------

LOSSLESS = {
    "PNG": ("RGB", "PNG", {}),
    "PNG, hard compressed": ("RGB", "PNG", {"compress_level": 9}),
    "grey PNG": ("L", "PNG", {}),
    "black and white PNG": ("1", "PNG", {}),
    "palette PNG": ("P", "PNG", {}),
    "BMP": ("RGB", "BMP", {}),
    "GIF": ("P", "GIF", {}),
    "TIFF": ("RGB", "TIFF", {"compression": "tiff_lzw"}),
    "WebP": ("RGB", "WEBP", {"lossless": True}),
    "opaque RGBA PNG": ("RGBA", "PNG", {}),
}


@pytest.mark.parametrize("case", LOSSLESS)
def test_lossless_forms_are_read_exactly(case, picture, tmp_path):
    mode, form, options = LOSSLESS[case]
    image = picture.convert(mode)
    np.testing.assert_array_equal(read(tmp_path, to_bytes(image, form, **options)), as_rgb(image))


LOSSY = {
    "JPEG": ("RGB", "JPEG", {"quality": 95}),
    "progressive JPEG": ("RGB", "JPEG", {"quality": 95, "progressive": True}),
    "grey JPEG": ("L", "JPEG", {"quality": 95}),
    "WebP": ("RGB", "WEBP", {"quality": 95}),
}


@pytest.mark.parametrize("case", LOSSY)
def test_lossy_forms_are_read_as_pillow_reads_them(case, picture, tmp_path):
    mode, form, options = LOSSY[case]
    data = to_bytes(picture.convert(mode), form, **options)
    expected = as_rgb(Image.open(io.BytesIO(data))).astype(int)
    # The decoders may differ in how they round and in how they scale the colours up.
    assert np.abs(read(tmp_path, data, "a.jpg") - expected).max() <= 4


def test_cmyk_jpeg(picture, tmp_path):
    data = to_bytes(picture.convert("CMYK"), "JPEG", quality=95)
    pixels = read(tmp_path, data, "a.jpg")
    np.testing.assert_array_equal(pixels, as_rgb(Image.open(io.BytesIO(data))))
    assert np.abs(pixels.astype(int) - as_rgb(picture)).mean() < 10


def test_transparency_lies_on_white(picture, tmp_path):
    image = picture.convert("RGBA")
    alpha = np.tile(np.linspace(0, 255, WIDTH).astype(np.uint8), (HEIGHT, 1))
    image.putalpha(Image.fromarray(alpha))
    pixels = read(tmp_path, to_bytes(image, "PNG"))
    assert (pixels[:, 0] == 255).all()
    assert np.abs(pixels - on_white(image)).max() <= 1


def test_grey_with_alpha_lies_on_white(picture, tmp_path):
    image = picture.convert("LA")
    image.putalpha(64)
    assert np.abs(read(tmp_path, to_bytes(image, "PNG")) - on_white(image)).max() <= 1


@pytest.mark.parametrize(
    "transparency",
    [
        pytest.param(0, id="one colour"),
        pytest.param(bytes([0, 64, 128, 255]), id="an alpha for each colour"),
    ],
)
def test_palette_with_transparency_lies_on_white(transparency, tmp_path):
    image = Image.fromarray(np.tile([0, 1, 2, 3], (4, 5)).astype(np.uint8), "P")
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
    data = to_bytes(image, "PNG", transparency=transparency)
    pixels = read(tmp_path, data)
    assert (pixels[:, 0] == 255).all()
    assert (pixels[:, 3] == 9).all()
    assert np.abs(pixels - on_white(Image.open(io.BytesIO(data)))).max() <= 1


def test_rgb_with_a_transparent_colour_lies_on_white(picture, tmp_path):
    pixels = read(tmp_path, to_bytes(picture, "PNG", transparency=(250, 10, 10)))
    assert (pixels[:10, :20] == 255).all()
    np.testing.assert_array_equal(pixels[10:], as_rgb(picture)[10:])


def test_16_bit_grey_is_scaled_not_clipped(tmp_path):
    values = np.linspace(0, 65535, WIDTH * HEIGHT).astype(np.uint16).reshape(HEIGHT, WIDTH)
    pixels = read(tmp_path, to_bytes(Image.fromarray(values), "PNG"))
    assert np.abs(pixels - (values / 257.0)[:, :, None]).max() <= 1


def test_16_bit_grey_of_a_tiff_is_scaled_too(tmp_path):
    values = np.linspace(0, 65535, WIDTH * HEIGHT).astype(np.uint16).reshape(HEIGHT, WIDTH)
    Image.fromarray(values).save(tmp_path / "a.tiff")
    pixels = read_pixels(tmp_path / "a.tiff")
    assert np.abs(pixels[:, :, 0].astype(int) - values // 257).max() <= 1


@pytest.mark.parametrize("mode", ["I", "F"])
def test_32_bits_are_refused_because_nobody_says_which_number_is_white(tmp_path, mode):
    data = to_bytes(Image.new(mode, (40, 30)), "TIFF")
    with pytest.raises(DataError, match="32 bits a channel; 8 and 16 are possible"):
        read(tmp_path, data)


def test_16_bit_colour_is_scaled_not_clipped(tmp_path):
    values = np.linspace(0, 65535, WIDTH * HEIGHT * 3).astype(np.uint16)
    values = values.reshape(HEIGHT, WIDTH, 3)
    ok, data = cv2.imencode(".png", values[:, :, ::-1])
    assert ok
    assert np.abs(read(tmp_path, data.tobytes()) - values / 257.0).max() <= 1


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_the_first_frame_of_an_animation(form, picture, tmp_path):
    second = ImageOps.invert(picture)
    options = {"lossless": True} if form == "WEBP" else {}
    data = to_bytes(picture, form, save_all=True, append_images=[second], duration=50, **options)
    first = Image.open(io.BytesIO(data))
    assert first.n_frames == 2
    pixels = read(tmp_path, data)
    np.testing.assert_array_equal(pixels, as_rgb(first))
    assert np.abs(pixels.astype(int) - as_rgb(picture)).mean() < 5


# --- orientation ----------------------------------------------------------------------------


def with_orientation(image, value, form, **options):
    exif = Image.Exif()
    exif[0x0112] = value
    return to_bytes(image, form, exif=exif, **options)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_exif_orientation_is_applied(form, mode, orientation, picture, tmp_path):
    if (form, mode) == ("JPEG", "RGBA"):
        mode = "CMYK"
    options = {"lossless": True} if form == "WEBP" else {}
    data = with_orientation(picture.convert(mode), orientation, form, **options)
    expected = as_rgb(ImageOps.exif_transpose(Image.open(io.BytesIO(data)))).astype(int)
    tolerance = 4 if form == "JPEG" else 0
    assert np.abs(read(tmp_path, data) - expected).max() <= tolerance


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_none(orientation, picture, tmp_path):
    data = with_orientation(picture, orientation, "PNG")
    np.testing.assert_array_equal(read(tmp_path, data), as_rgb(picture))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_orientation_in_xmp_is_left_alone(mode, picture, tmp_path):
    """Browsers and OpenCV read EXIF alone; Pillow's exif_transpose would turn this one."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", '<rdf:Description tiff:Orientation="6"/>')
    data = to_bytes(picture.convert(mode), "PNG", pnginfo=info)
    np.testing.assert_array_equal(read(tmp_path, data), as_rgb(picture))


@pytest.mark.parametrize("length", [0, 6, 10, 14, 20, 25])
def test_damaged_exif_is_no_exif(length, picture, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    data = to_bytes(picture, "JPEG", exif=exif.tobytes()[:length])
    assert read(tmp_path, data, "a.jpg").shape == (HEIGHT, WIDTH, 3)


# --- names ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "name"), [("JPEG", "a.png"), ("PNG", "a.jpg"), ("WEBP", "a.jpeg"), ("GIF", "a")]
)
def test_the_extension_does_not_matter(form, name, picture, tmp_path):
    pixels = read(tmp_path, to_bytes(picture, form), name)
    assert np.abs(pixels.astype(int) - as_rgb(picture)).mean() < 15


def test_a_name_with_chinese_and_spaces(picture, tmp_path):
    pixels = read(tmp_path, to_bytes(picture, "PNG"), "截图 1 – ü.png")
    np.testing.assert_array_equal(pixels, as_rgb(picture))


# --- encoding and resizing ------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_encoding_is_deterministic_and_reads_back(suffix, picture, tmp_path):
    pixels = np.ascontiguousarray(as_rgb(picture)[:, :, ::-1])
    data = encode(pixels, suffix)
    assert encode(pixels.copy(), suffix) == data
    back = read(tmp_path, data, f"a{suffix}").astype(int)
    assert np.abs(back - as_rgb(picture)).mean() < (1e-9 if suffix == ".png" else 5)


def test_jpeg_quality_is_as_documented(picture):
    pixels = np.ascontiguousarray(as_rgb(picture)[:, :, ::-1])
    tables = Image.open(io.BytesIO(encode(pixels, ".jpg"))).quantization
    expected = Image.open(io.BytesIO(to_bytes(picture, "JPEG", quality=95))).quantization
    assert tables[0] == expected[0]
    assert images.JPEG_QUALITY == 95


def test_a_small_mark_keeps_its_colour():
    """JPEG usually halves the colour's resolution, which leaves a third of this green."""
    pixels = np.full((28, 28, 3), (0, 0, 220), np.uint8)
    pixels[12:15, 12:15] = (0, 200, 0)
    image = cv2.imdecode(np.frombuffer(encode(pixels, ".jpg"), np.uint8), cv2.IMREAD_COLOR)
    assert np.abs(image[12:15, 12:15].astype(int) - (0, 200, 0)).max() <= 30


def test_an_encoded_image_holds_no_orientation_and_no_alpha(picture):
    data = encode(np.ascontiguousarray(as_rgb(picture)), ".png")
    image = Image.open(io.BytesIO(data))
    assert image.mode == "RGB"
    assert "exif" not in image.info


@pytest.mark.parametrize("size", [(28, 28), (56, 28), (60, 40), (84, 56), (600, 400)])
def test_resize_gives_the_size_asked_for(size, picture):
    pixels = as_rgb(picture)
    resized = resize(pixels, size)
    assert resized.shape == (size[1], size[0], 3)
    assert np.abs(resized.mean(axis=(0, 1)) - pixels.mean(axis=(0, 1))).max() < 4


def test_resize_to_the_same_size_changes_nothing(picture):
    pixels = as_rgb(picture)
    np.testing.assert_array_equal(resize(pixels, (WIDTH, HEIGHT)), pixels)


def test_shrinking_averages_thin_lines():
    lines = np.zeros((280, 280, 3), np.uint8)
    lines[::2] = 255
    shrunk = resize(lines, (28, 28))
    assert np.abs(shrunk.astype(int) - 127).max() <= 1
