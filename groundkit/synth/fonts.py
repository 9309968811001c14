"""The fonts that screens are drawn with: what is installed, as far as it can draw our words.

Fonts are chosen by the names of their files. A folder of fonts also holds symbols, emoji, maths and
scripts of the world, in which a screen would look like nothing that people see.
"""

from __future__ import annotations

import functools
import hashlib
import io
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

from groundkit.errors import OptionError

Kind = Literal["sans", "serif", "mono", "cjk"]
FontChoice = Literal["system", "bundled"]

BUNDLED = "bundled"
"""Stands for the path of the font inside Pillow (Aileron Regular, Latin letters only)."""

CJK_HINT = "install a Chinese font: apt-get install fonts-wqy-microhei, or fonts-noto-cjk"

# kind: beginnings of file names without spaces, hyphens and underscores, in lower case.
_STEMS: dict[Kind, str] = {
    "cjk": "notosanscjk notoserifcjk notosanssc notoserifsc sourcehansans sourcehanserif wqyzenhei"
    " wqymicrohei droidsansfallback uming ukai pingfang hiraginosansgb stheiti heiti songti msyh"
    " simsun simhei simkai dengxian deng lxgwwenkai",
    "mono": "dejavusansmono liberationmono notosansmono freemono ubuntumono robotomono"
    " sourcecodepro firamono firacode ibmplexmono droidsansmono couriernew cour consola menlo"
    " monaco jetbrainsmono inconsolata hack cousine",
    "serif": "dejavuserif liberationserif notoserif freeserif georgia timesnewroman times cambria"
    " ptserif sourceserif ibmplexserif merriweather lora playfairdisplay gelasio caladea tinos"
    " crimson garamond palatino baskerville robotoslab bitter",
    "sans": "dejavusans liberationsans notosans freesans ubuntu cantarell roboto opensans lato"
    " montserrat inter sourcesans firasans ibmplexsans ptsans arial verdana tahoma trebuc segoeui"
    " calibri carlito helvetica droidsans arimo nunito poppins worksans raleway candara comfortaa"
    " quicksand dosis",
}
# What may follow: the weights that we draw, nothing narrow, slanted or for another script.
_WEIGHTS = re.compile(r"(?P<bold>bold|bd|b|w6)?(regular|book|roman|r|w3|ui|medium|text)?")
_SUFFIXES = (".ttf", ".otf", ".ttc")
# In the collections of Noto and Source Han the first face is Japanese.
_SIMPLIFIED_FACE = {"notosanscjk": 2, "notoserifcjk": 2, "sourcehansans": 2, "sourcehanserif": 2}


@dataclass(frozen=True)
class Face:
    """One font file, or one of the fonts in it."""

    path: str
    index: int = 0

    @property
    def name(self) -> str:
        return self.path if self.path == BUNDLED else Path(self.path).name

    def open(self, size: int) -> FreeTypeFont:
        """The font at a size in pixels per em."""
        return _open(self.path, self.index, size)


@dataclass(frozen=True)
class Family:
    """A regular font and its bold one; without one, boldness is painted on."""

    name: str
    kind: Kind
    regular: Face
    bold: Face | None = None


@dataclass(frozen=True)
class FontSet:
    """The families to draw from, in the order of their names."""

    families: tuple[Family, ...]

    def of_kind(self, *kinds: str) -> tuple[Family, ...]:
        """The families of some kinds; all Latin ones if there are none."""
        found = tuple(family for family in self.families if family.kind in kinds)
        return found or tuple(family for family in self.families if family.kind != "cjk")

    @property
    def has_cjk(self) -> bool:
        return any(family.kind == "cjk" for family in self.families)

    def hashes(self) -> dict[str, str]:
        """File name: first 16 hex digits of the SHA-256 of the file."""
        faces = [face for f in self.families for face in (f.regular, f.bold) if face]
        return {face.name: _hash(face.path) for face in sorted(faces, key=lambda face: face.name)}


def find_fonts(choice: str = "system") -> FontSet:
    """The fonts of this machine, or only the one that comes with Pillow, the same everywhere.

    Raises:
        OptionError: another choice, or a Pillow that cannot draw fonts.
    """
    if choice == "bundled":
        return _found(())
    if choice != "system":
        raise OptionError(f"no fonts {choice!r}", choices=("system", "bundled"))
    return _found(tuple(map(str, font_folders())))


def font_folders() -> list[Path]:
    """Where fonts usually lie on this system."""
    home = Path.home()
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    if sys.platform == "win32":
        return [Path(os.environ.get("WINDIR", "C:\\Windows")) / "Fonts"]
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
    return [*folders, home / ".local/share/fonts", home / ".fonts"]


@functools.lru_cache(maxsize=8)
def _found(folders: tuple[str, ...]) -> FontSet:
    # Imported here: the words are what a font must be able to draw, and nothing else needs them.
    from groundkit.synth.words import letters

    families = [Family(BUNDLED, "sans", Face(BUNDLED))]
    for family in _families(map(Path, folders)):
        if covers(family.regular, letters("zh" if family.kind == "cjk" else "en")):
            families.append(family)
    return FontSet(tuple(sorted(families, key=lambda family: family.name)))


def _families(folders: Iterable[Path]) -> Iterator[Family]:
    """Families with their files, of each name the first file in alphabetical order."""
    faces: dict[tuple[Kind, str], dict[bool, Face]] = {}
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        if path.suffix.lower() in _SUFFIXES and (found := _classify(path)):
            kind, stem, bold = found
            face = Face(str(path), _SIMPLIFIED_FACE.get(stem, 0))
            faces.setdefault((kind, stem), {}).setdefault(bold, face)
    for (kind, stem), weights in faces.items():
        if False in weights:
            yield Family(stem, kind, weights[False], weights.get(True))


def _classify(path: Path) -> tuple[Kind, str, bool] | None:
    """(kind, family, whether bold) of a font file, None if it is none of ours."""
    name = re.sub(r"[\s_\-\[\],]", "", path.stem.lower()).removesuffix("wght")
    for kind, stems in _STEMS.items():
        for stem in stems.split():
            if name.startswith(stem) and (rest := _WEIGHTS.fullmatch(name[len(stem) :])):
                return kind, stem, bool(rest["bold"])
    return None


def covers(face: Face, characters: str) -> bool:
    """Whether a font draws each of the characters as something of its own: not as nothing and not
    as the box that stands for a missing one."""
    try:
        font = face.open(16)
        missing = _picture(font, "\uffff")
        return all(_picture(font, char) not in (missing, None) for char in characters)
    except OSError:  # a damaged file
        return False


def _picture(font: FreeTypeFont, char: str) -> tuple[object, bytes] | None:
    mask = font.getmask(char, mode="L")
    return (mask.size, bytes(mask)) if mask.getbbox() else None


@functools.lru_cache(maxsize=512)
def _open(path: str, index: int, size: int) -> FreeTypeFont:
    if path == BUNDLED:
        font = ImageFont.load_default(size)
        if not isinstance(font, FreeTypeFont):
            raise OptionError(
                "this Pillow is built without FreeType and draws no fonts",
                hint="install Pillow from PyPI: pip install --force-reinstall pillow",
            )
        return font
    # Basic layout: the other one depends on whether a library (raqm) is installed.
    return ImageFont.truetype(path, size, index=index, layout_engine=ImageFont.Layout.BASIC)


def _hash(path: str) -> str:
    if path == BUNDLED:
        font = ImageFont.load_default(10)
        data = getattr(font, "path", None)
        content = data.getvalue() if isinstance(data, io.BytesIO) else b""
    else:
        content = Path(path).read_bytes()
    return hashlib.sha256(content).hexdigest()[:16]
