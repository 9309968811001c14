import pytest

from groundkit.dataset.prompts import read_template, write_prompt
from groundkit.errors import OptionError
from groundkit.records import Marker


def mark(shape="star", color="green"):
    return Marker(shape=shape, color=color, radius=5, clipped=False)


@pytest.mark.parametrize(
    ("marker", "lang", "expected"),
    [
        (
            mark(),
            "zh",
            "<image>点[56,259]所处位置(也即是图中绿色五角星中心所处位置)的信息是什么?"
            "需要优先匹配最近UI元素的box。",
        ),
        (None, "zh", "<image>点[56,259]所处位置的信息是什么?需要优先匹配最近UI元素的box。"),
        (
            mark("dot", "magenta"),
            "zh",
            "<image>点[56,259]所处位置(也即是图中品红色圆点中心所处位置)的信息是什么?"
            "需要优先匹配最近UI元素的box。",
        ),
        (
            mark(),
            "en",
            "<image>What is at point [56,259] (that is, at the centre of the green five-pointed"
            " star in the image)? Match the box of the nearest UI element first.",
        ),
        (
            None,
            "en",
            "<image>What is at point [56,259]? Match the box of the nearest UI element first.",
        ),
    ],
)
def test_words_to_the_letter(marker, lang, expected):
    assert write_prompt((56, 259), marker, lang) == expected


def write(tmp_path, text):
    path = tmp_path / "prompt.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_own_words(tmp_path):
    template = read_template(
        write(tmp_path, "\ufeffBox at ({x}, {y}), the {color} {marker}?\n"), True
    )
    assert write_prompt((1, 2), mark(), "en", template) == (
        "<image>Box at (1, 2), the green five-pointed star?"
    )


def test_own_place_for_the_image(tmp_path):
    template = read_template(write(tmp_path, "{x} {y} <image> ?"), True)
    assert write_prompt((1, 2), mark(), "en", template) == "1 2 <image> ?"


@pytest.mark.parametrize(
    ("text", "marked", "part"),
    [
        ("what is at {x}?", True, "{x} and {y}"),
        ("{x} {y} {colour}", True, "{colour}"),
        ("{x} {y} {marker}", False, "{marker}"),
        ("{x} {y} {}", True, "{}"),
        ("{x} {y} <image><image>", True, "several <image>"),
        (b"\xff\xfe", True, "cannot read"),
    ],
)
def test_template_that_cannot_work_says_why(tmp_path, text, marked, part):
    with pytest.raises(OptionError, match=r"prompt\.txt") as error:
        read_template(write(tmp_path, text), marked)
    assert part in str(error.value)


def test_fields_in_the_template_are_not_attributes(tmp_path):
    path = write(tmp_path, "{x} {y} {x.__class__} {0}")
    with pytest.raises(OptionError, match=r"\{0\}"):
        read_template(path, True)
