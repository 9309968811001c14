"""Fonts are found by name, checked for their letters, and missing ones are noticed."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from PIL import ImageFont

from groundkit.errors import OptionError
from groundkit.synth import fonts
from groundkit.synth.fonts import BUNDLED, Face, Family, FontSet, covers, find_fonts
from groundkit.synth.words import letters
from tests.synth.test_screen import needs_chinese


def bundled_file(folder, name):
    """Pillow's own font as a file."""
    path = folder / name
    path.write_bytes(ImageFont.load_default(10).path.getvalue())
    return path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An otherwise empty machine."""
    monkeypatch.setattr(fonts, "font_folders", lambda: [tmp_path])
    return tmp_path


def test_the_bundled_font_is_the_last_resort(folder):
    found = find_fonts()
    assert [family.name for family in found.families] == [BUNDLED]
    assert found == find_fonts("bundled")
    assert not found.has_cjk


def test_a_folder_that_is_not_there_is_no_matter(monkeypatch, tmp_path):
    monkeypatch.setattr(fonts, "font_folders", lambda: [tmp_path / "missing"])
    assert len(find_fonts().families) == 1


def test_fonts_are_found_in_any_folder_below(folder):
    (folder / "deep" / "er").mkdir(parents=True)
    bundled_file(folder / "deep" / "er", "Roboto-Regular.ttf")
    bundled_file(folder / "deep", "Roboto-Bold.ttf")
    roboto = next(family for family in find_fonts().families if family.name == "roboto")
    assert (roboto.regular.name, roboto.bold.name) == ("Roboto-Regular.ttf", "Roboto-Bold.ttf")


def test_damaged_fonts_and_symbols_are_left_out(folder):
    (folder / "Roboto-Regular.ttf").write_bytes(b"not a font")
    (folder / "Lato-Regular.ttf").write_bytes(b"")
    bundled_file(folder, "FontAwesome.ttf")
    bundled_file(folder, "Roboto-Italic.ttf")
    (folder / "Inter-Regular.ttf").mkdir()
    assert [family.name for family in find_fonts().families] == [BUNDLED]


def test_a_chinese_font_without_chinese_letters_is_none(folder):
    bundled_file(folder, "wqy-microhei.ttc")
    assert not find_fonts().has_cjk


def test_a_bold_font_alone_is_no_family(folder):
    bundled_file(folder, "Roboto-Bold.ttf")
    assert len(find_fonts().families) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DejaVuSans.ttf", ("sans", "dejavusans", False)),
        ("DejaVuSans-Bold.ttf", ("sans", "dejavusans", True)),
        ("DejaVuSansMono.ttf", ("mono", "dejavusansmono", False)),
        ("DejaVuSerif-Bold.ttf", ("serif", "dejavuserif", True)),
        ("LiberationMono-Regular.ttf", ("mono", "liberationmono", False)),
        ("NotoSansCJK-Regular.ttc", ("cjk", "notosanscjk", False)),
        ("wqy-zenhei.ttc", ("cjk", "wqyzenhei", False)),
        ("arialbd.ttf", ("sans", "arial", True)),
        ("timesbd.ttf", ("serif", "times", True)),
        ("Inter[wght].ttf", ("sans", "inter", False)),
        ("DejaVuSans-Oblique.ttf", None),
        ("DejaVuSansCondensed.ttf", None),
        ("DejaVuMathTeXGyre.ttf", None),
        ("NotoSansArabic-Regular.ttf", None),
        ("NotoColorEmoji.ttf", None),
        ("Roboto-Thin.ttf", None),
        ("Symbola.ttf", None),
    ],
    ids=str,
)
def test_file_names_say_what_a_font_is(name, expected):
    assert fonts._classify(Path(name)) == expected


def test_letters_that_a_font_lacks_are_noticed():
    face = Face(BUNDLED)
    assert covers(face, letters("en"))
    assert not covers(face, letters("zh"))
    assert not covers(face, "a\u8bbe")
    assert not covers(face, "a\u2003"), "a blank is not a letter"


def test_letters_are_those_of_all_words():
    assert {"A", "z", "0", "$", "?"} <= set(letters("en"))
    assert {"设", "置", "¥", "。", "A"} <= set(letters("zh"))
    assert " " not in letters("zh")
    assert all(ord(char) < 127 for char in letters("en"))


def test_kinds_fall_back_on_what_there_is():
    sans = Family("a", "sans", Face(BUNDLED))
    chinese = Family("b", "cjk", Face(BUNDLED))
    found = FontSet((sans, chinese))
    assert found.of_kind("serif") == (sans,)
    assert found.of_kind("cjk") == (chinese,)
    assert found.has_cjk


def test_the_hash_is_of_the_file(folder):
    path = bundled_file(folder, "Roboto-Regular.ttf")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    assert find_fonts().hashes() == {"Roboto-Regular.ttf": digest, BUNDLED: digest}
    shutil.copy(path, folder / "copy.ttf")


def test_another_choice_is_refused():
    with pytest.raises(OptionError, match="valid: system, bundled"):
        find_fonts("comic")


@needs_chinese
def test_a_chinese_font_draws_every_word():
    for family in find_fonts().of_kind("cjk"):
        assert covers(family.regular, letters("zh"))
