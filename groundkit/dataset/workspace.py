"""The folder that a build works in: whose it is, what may be removed, who holds it.

A folder is ours if it holds a finished dataset (dataset.json decodes as a manifest), an unfinished
one (.work/plan.json) or nothing but the beginnings of one. Nothing else is ever touched, and of
our own only the files that we write.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from groundkit import __version__
from groundkit.dataset.folder import read_manifest
from groundkit.dataset.manifest import MARKER_FILE, Manifest
from groundkit.dataset.screen import DatasetOptions
from groundkit.errors import DataError, OptionError
from groundkit.store import encode_line, write_bytes

WORK = ".work"
_IMAGES = "images"
_PLAN = "plan.json"
# What we write into the two folders: images as `screen` names them, and what a build keeps.
_IMAGE_NAME = re.compile(r".*-[0-9a-f]{16}(-\d+)?\.(jpg|png)|\..*\.\d+\.partial")
_WORK_NAME = re.compile(r"lock|plan\.json|part-\d+-[0-9a-f]+\.jsonl|\..*\.\d+\.partial")
_FILES = (
    "README.md",
    "dataset_info.json",
    "drops.jsonl",
    "elements.jsonl",
    "errors.jsonl",
    "preview.html",
    "preview.png",
    "samples.jsonl",
    "train.json",
    "val.json",
)


def find_finished(out: Path, options: DatasetOptions) -> Manifest | None:
    """The manifest of a dataset that is finished and was made with these options.

    Raises:
        OptionError: it was made with others, or by another version.
    """
    if not _holds_dataset(out):
        return None
    manifest = read_manifest(out)
    if manifest.version != __version__:
        raise OptionError(
            f"{out} holds a dataset made by groundkit {manifest.version}, this is {__version__}",
            hint="choose another --out or pass --overwrite",
        )
    if manifest.options != options:
        raise OptionError(
            f"{out} holds a finished dataset that was made with other options",
            hint="choose another --out or pass --overwrite",
        )
    return manifest


def check(out: Path) -> None:
    """Raises an OptionError unless `out` is a folder of ours or can become one."""
    for folder in (out, *out.parents):
        if folder.exists() and not folder.is_dir():
            raise OptionError(f"{folder} is not a folder", "--out")
    if (out / _IMAGES).is_symlink():
        raise OptionError(f"{out / _IMAGES} is a link: its target is not ours to clear", "--out")
    if not _is_ours(out):
        raise OptionError(
            f"{out} is not empty and holds no dataset", hint="choose an empty or a new folder"
        )


def prepare(out: Path, options: DatasetOptions, overwrite: bool) -> None:
    """Makes `out` ready to be built in, keeping the parts of an unfinished build.

    Raises:
        OptionError: it holds an unfinished dataset with other options.
    """
    plan = out / WORK / _PLAN
    wanted = encode_line({"version": __version__, "options": options})
    if overwrite:
        _clear(out, plan)
    elif plan.exists() and plan.read_bytes() != wanted:
        raise OptionError(
            f"{out} holds an unfinished dataset with other options",
            hint="run it with the same options to finish it, or pass --overwrite",
        )
    write_bytes(plan, wanted)
    (out / _IMAGES).mkdir(exist_ok=True)
    for stray in out.glob(".*.partial"):
        stray.unlink()


def leave(out: Path) -> None:
    """Takes the working files away, at the end or when nothing could be made."""
    _remove(out / WORK, _is_work)


def discard(out: Path) -> None:
    """Undoes `prepare`, so that the next try with other options starts afresh."""
    remove_images(out, lambda path: True)
    leave(out)
    if not any(out.iterdir()):
        out.rmdir()


def remove_images(out: Path, unwanted: Callable[[Path], bool]) -> None:
    """Removes those of the images that we wrote which are `unwanted`."""
    _remove(out / _IMAGES, lambda path: bool(_IMAGE_NAME.fullmatch(path.name)) and unwanted(path))


def _is_work(path: Path) -> bool:
    return bool(_WORK_NAME.fullmatch(path.name))


def _remove(folder: Path, ours: Callable[[Path], bool]) -> None:
    """Removes our files from a folder of ours, and the folder if nothing else is in it."""
    if not folder.is_dir():
        return
    for path in list(folder.iterdir()):
        if ours(path) and path.is_file():
            path.unlink(missing_ok=True)
    with suppress(OSError):  # somebody else's files are in it
        folder.rmdir()


@contextmanager
def held(out: Path) -> Iterator[None]:
    """Keeps a second build out of the folder; the system lets go if this process is killed.

    Raises:
        OptionError: another build holds it.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    (out / WORK).mkdir(parents=True, exist_ok=True)
    with (out / WORK / "lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OptionError(f"another make-dataset is working in {out}", "--out") from None
        yield


def _holds_dataset(out: Path) -> bool:
    """Whether dataset.json is a manifest of ours; other tools use the name too."""
    try:
        read_manifest(out)
    except (DataError, OSError):
        return False
    return True


def _is_ours(out: Path) -> bool:
    if not out.exists() or (out / WORK / _PLAN).exists() or _holds_dataset(out):
        return True
    if {path.name for path in out.iterdir()} - {WORK}:
        return False
    return not (out / WORK).is_dir() or all(map(_is_work, (out / WORK).iterdir()))


def _clear(out: Path, plan: Path) -> None:
    """Removes what we wrote. The plan goes in first and the marker out first: a removal that is
    killed leaves an unfinished dataset, which --overwrite removes again."""
    write_bytes(plan, b"being removed\n")
    (out / MARKER_FILE).unlink(missing_ok=True)
    for name in _FILES:
        (out / name).unlink(missing_ok=True)
    for part in (out / WORK).glob("part-*.jsonl"):
        part.unlink()
    remove_images(out, lambda path: True)
