"""A folder of screens: pictures, screens.jsonl, and synth.json, which says how they were made.

screens.jsonl gets its name last and goes first, so that a folder that holds it is complete.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import cv2
import msgspec
import numpy as np

from groundkit import __version__, images
from groundkit.errors import DataError, OptionError
from groundkit.geometry import Size
from groundkit.processes import AHEAD, in_order, leave_with_parent, process_context
from groundkit.records import Screen
from groundkit.store import atomic_write, decode, encode_line, write_bytes
from groundkit.synth.fonts import CJK_HINT, FontChoice, find_fonts
from groundkit.synth.screen import (
    SIZES,
    check_size,
    image_name,
    make_screen,
    resolve_design,
    seeded,
)
from groundkit.vocabulary import LANGS, Lang

MANIFEST = "synth.json"
SCREENS = "screens.jsonl"
IMAGES = "images"

_PARTIAL = re.compile(r"\..+\.\d+\.partial")
_IMAGE_NAME = re.compile(rf"[a-z]+--?\d+-(\d{{6,}})\.png|{_PARTIAL.pattern}")
_CHUNK = 16


class SynthOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides what is on the screens, apart from the fonts.

    Attributes:
        n: how many.
        design: one of the designs, or `mixed`.
        sizes: names of `SIZES` or sizes such as `390x844`, from which each screen gets one.
        langs: each screen gets one of them.
        fonts: `system` for what is installed, `bundled` for the one font that Pillow brings.
    """

    n: int
    design: str = "mixed"
    seed: int = 0
    sizes: tuple[str, ...] = ("small",)
    langs: tuple[Lang, ...] = LANGS
    fonts: FontChoice = "system"


class SynthManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What synth.json holds: how the screens were made.

    Attributes:
        version: of groundkit.
        options: that they were made with.
        files: hash of each font file that was drawn from: other fonts, other pictures.
    """

    version: str
    options: SynthOptions
    files: dict[str, str]


def write_screens(
    out: Path,
    options: SynthOptions,
    *,
    workers: int = 1,
    overwrite: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> bool:
    """Makes `out` a folder of screens, the same with any number of workers.

    Args:
        overwrite: replace screens that were made with other options.
        on_progress: is told how many screens are done.

    Returns:
        Whether they were made now; they are not if `out` holds just these screens already.

    Raises:
        OptionError: the options cannot be met, or `out` holds something else.
        DataError: it cannot be written.
    """
    sizes = _check(options)
    manifest = SynthManifest(
        version=__version__, options=options, files=find_fonts(options.fonts).hashes()
    )
    check_folder(out)
    if (out / SCREENS).exists():
        if read_manifest(out) == manifest:
            return False
        if not overwrite:
            raise OptionError(
                f"{out} holds screens that were made with other options, fonts or another version",
                hint="choose another --out or pass --overwrite",
            )
    for name in (SCREENS, MANIFEST):
        (out / name).unlink(missing_ok=True)
    with atomic_write(out / SCREENS) as file:
        done = 0
        for lines in _run(out, options, sizes, workers):
            file.writelines(lines)
            done += len(lines)
            if on_progress:
                on_progress(done)
        _remove_others(out, options)
        write_bytes(out / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    return True


def parse_sizes(words: tuple[str, ...]) -> list[tuple[Size, ...]]:
    """The sizes that names and `WIDTHxHEIGHT` stand for.

    Raises:
        OptionError: not a size, or not one that a screen can have.
    """
    found: list[tuple[Size, ...]] = []
    for word in words:
        if word in SIZES:
            found.append(SIZES[word])
            continue
        match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", word)
        if not match:
            raise OptionError(f"not a size: {word!r}", "--size", (*SIZES, "WIDTHxHEIGHT"))
        size = (int(match[1]), int(match[2]))
        check_size(size)
        found.append((size,))
    return found


def _check(options: SynthOptions) -> list[tuple[Size, ...]]:
    """The sizes of the options, all of which are possible."""
    if options.n < 1:
        raise OptionError(f"{options.n} screens", "--n", hint="at least 1")
    resolve_design(options.design, options.seed, 0)
    if "zh" in options.langs and not find_fonts(options.fonts).has_cjk:
        raise OptionError("no font here has Chinese letters", "--lang", hint=CJK_HINT)
    return parse_sizes(options.sizes)


def read_manifest(out: Path) -> SynthManifest | None:
    """synth.json of a folder, None if there is none of ours."""
    try:
        data = (out / MANIFEST).read_bytes()
        return decode(data, SynthManifest, str(out / MANIFEST))
    except (OSError, DataError):
        return None


def check_folder(out: Path) -> None:
    """Raises an OptionError unless `out` is a folder of ours or can become one."""
    for folder in (out, *out.parents):
        if folder.exists() and not folder.is_dir():
            raise OptionError(f"{folder} is not a folder", "--out")
    path = out / IMAGES
    # Behind a link lies the folder of somebody else.
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise OptionError(f"{path} is a link or a file, not a folder", "--out")
    if not out.exists() or read_manifest(out):
        return
    # A run that was killed leaves images, and one that was killed later its manifest too.
    names = {each.name for each in out.iterdir()} - {IMAGES}
    strange = [name for name in names if not _PARTIAL.fullmatch(name)]
    if path.is_dir():
        strange += [each.name for each in path.iterdir() if not _IMAGE_NAME.fullmatch(each.name)]
    if strange:
        raise OptionError(
            f"{out} is not empty and holds no screens of ours", hint="choose a new or empty folder"
        )


def _remove_others(out: Path, options: SynthOptions) -> None:
    """Removes images of ours that are of other screens, and what a killed run has left."""
    for path in sorted((out / IMAGES).iterdir()):
        match = _IMAGE_NAME.fullmatch(path.name)
        if match and path.is_file() and not _is_wanted(path.name, match[1], options):
            path.unlink()
    own = f".{SCREENS}.{os.getpid()}.partial"  # still being written
    for path in sorted(out.iterdir()):
        if _PARTIAL.fullmatch(path.name) and path.name != own and path.is_file():
            path.unlink()


def _is_wanted(name: str, index: str | None, options: SynthOptions) -> bool:
    if index is None or int(index) >= options.n:
        return False
    design = resolve_design(options.design, options.seed, int(index))
    return image_name(design.name, options.seed, int(index)) == f"{IMAGES}/{name}"


def _run(
    out: Path, options: SynthOptions, sizes: list[tuple[Size, ...]], workers: int
) -> Iterator[list[bytes]]:
    """The lines of screens.jsonl, chunk by chunk in order."""
    starts = range(0, options.n, _CHUNK)
    chunks = (range(start, min(start + _CHUNK, options.n)) for start in starts)
    (out / IMAGES).mkdir(exist_ok=True)
    if workers <= 1 or len(starts) == 1:
        yield from (_write_chunk(out, options, sizes, chunk) for chunk in chunks)
        return
    workers = min(workers, len(starts))
    pool = ProcessPoolExecutor(workers, process_context(__name__), initializer=_start_worker)

    def run(chunk: range) -> Future[list[bytes]]:
        return pool.submit(_write_chunk, out, options, sizes, chunk)

    try:
        yield from (lines for _, lines in in_order(chunks, run, AHEAD * workers))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start_worker() -> None:
    cv2.setNumThreads(1)
    leave_with_parent()


def _write_chunk(
    out: Path, options: SynthOptions, sizes: list[tuple[Size, ...]], chunk: range
) -> list[bytes]:
    return [encode_line(_write_screen(out, options, sizes, index)) for index in chunk]


def _write_screen(
    out: Path, options: SynthOptions, sizes: list[tuple[Size, ...]], index: int
) -> Screen:
    """Writes the picture of a screen, returns what is on it."""
    rng = seeded("folder", options.seed, index)
    size, lang = rng.choice(rng.choice(sizes)), rng.choice(options.langs)
    made = make_screen(
        options.design, options.seed, index, size=size, lang=lang, fonts=options.fonts
    )
    bgr = np.ascontiguousarray(made.image[..., ::-1])
    write_bytes(out / made.screen.image, images.encode(bgr, ".png"))
    return made.screen
