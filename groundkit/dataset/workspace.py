"""The folder that a build works in: whose it is, what may be removed, who holds it.

    OUT/.work/plan.json, lock, part-*.jsonl   an unfinished build
    OUT/.work/new/                            the dataset that it makes, moved to OUT when complete

A folder is ours if it holds a finished dataset (dataset.json decodes as a manifest), an unfinished
one (.work/plan.json is a plan of ours) or nothing but the beginnings of one. Nothing else is ever
touched, and of our own only regular files with names that we write.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from groundkit import __version__
from groundkit.dataset.folder import read_manifest
from groundkit.dataset.manifest import MARKER_FILE, Manifest
from groundkit.dataset.screen import DatasetOptions
from groundkit.errors import DataError, OptionError
from groundkit.metrics.outputs import DATASET_FILES, IMAGES, SAMPLES
from groundkit.records import Sample
from groundkit.store import decode, encode_line, read_jsonl, write_bytes

WORK = ".work"
_NEW = "new"
_PLAN = "plan.json"
_LOCK = "lock"
# Made of a finished dataset by `preview`.
_PREVIEWS = ("preview.html", "preview.png")
_FILES = tuple(name for name in DATASET_FILES if name != MARKER_FILE)

_PARTIAL = r"\..+\.\d+\.partial"
_IMAGE_NAME = re.compile(r"[A-Za-z0-9._-]*-[0-9a-f]{16}(-\d+)?\.(jpg|png)")
_NAMES_IN = {
    f"{WORK}/{_NEW}/{IMAGES}": re.compile(rf"{_IMAGE_NAME.pattern}|{_PARTIAL}"),
    f"{WORK}/{_NEW}": re.compile("|".join([*map(re.escape, (*_FILES, MARKER_FILE)), _PARTIAL])),
    WORK: re.compile(rf"part-\d+-[0-9a-f]{{16}}\.jsonl|{re.escape(_PLAN)}|{_PARTIAL}"),
}
"""What we write into each folder of an unfinished build, innermost first. Not the lock: as long as
it is held it must stay."""


class _Plan(msgspec.Struct, frozen=True):
    """What an unfinished build is making; the options of another version may differ in form."""

    version: str
    options: Any


def new_dataset(out: Path) -> Path:
    """The folder in which the dataset of a build grows until it is complete."""
    return out / WORK / _NEW


def is_in_work(out: Path) -> bool:
    """Whether a build is going on in `out`, or was killed there."""
    return (out / WORK).exists()


def find_finished(out: Path, options: DatasetOptions) -> Manifest | None:
    """The manifest of a dataset that is finished and was made with these options.

    Raises:
        OptionError: it was made with others, or by another version.
    """
    if not holds_dataset(out):
        return None
    manifest = read_manifest(out)
    if manifest.version == __version__ and manifest.options == options:
        return manifest
    raise OptionError(
        f"{out} holds a finished dataset that was made {_how(manifest.version)}",
        hint="choose another --out or pass --overwrite",
    )


def check(out: Path) -> None:
    """Raises an OptionError unless `out` is a folder of ours or can become one."""
    for folder in (out, *out.parents):
        if folder.exists() and not folder.is_dir():
            raise OptionError(f"{folder} is not a folder", "--out")
    for name in (WORK, IMAGES):
        path = out / name
        # Behind a link lies the folder of somebody else.
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise OptionError(f"{path} is a link or a file, not a folder", "--out")
    if not _is_ours(out):
        raise OptionError(
            f"{out} is not empty and holds no dataset", hint="choose an empty or a new folder"
        )


def prepare(out: Path, options: DatasetOptions, overwrite: bool) -> None:
    """Makes `out` ready to be built in, keeping what an unfinished build of the same has made.

    Raises:
        OptionError: it holds an unfinished dataset with other options.
    """
    plan = out / WORK / _PLAN
    wanted = encode_line(_Plan(__version__, options))
    found = plan.read_bytes() if plan.exists() else b""
    if found != wanted:
        if found and not overwrite:
            raise OptionError(
                f"{out} holds an unfinished dataset that was begun {_how(_version_of(found))}",
                hint="run it as it was begun to finish it, or pass --overwrite",
            )
        _remove_work(out)
        write_bytes(plan, wanted)
    (new_dataset(out) / IMAGES).mkdir(parents=True, exist_ok=True)


def publish(out: Path) -> None:
    """Moves the new dataset from the working files to `out`, in place of the one before.

    Does nothing unless the new one is complete. A run that is killed meanwhile is brought to its
    end by the next call: the old marker goes first and the new one comes last.
    """
    new = new_dataset(out)
    if not holds_dataset(new):
        return
    (out / MARKER_FILE).unlink(missing_ok=True)
    if (new / SAMPLES).exists():  # it is moved after the images
        _move_images(new, out)
    for name in _PREVIEWS:  # they show what is no longer there
        (out / name).unlink(missing_ok=True)
    for name in _FILES:
        if (new / name).exists():
            (new / name).replace(out / name)
    (new / MARKER_FILE).replace(out / MARKER_FILE)


def leave(out: Path) -> None:
    """Takes our working files away, at the end or when nothing could be made."""
    _remove_work(out)
    (out / WORK / _LOCK).unlink(missing_ok=True)
    with suppress(OSError):  # somebody else's file is in it
        (out / WORK).rmdir()


def discard(out: Path) -> None:
    """Undoes `prepare`, so that the next try with other options starts afresh."""
    leave(out)
    if not any(out.iterdir()):
        out.rmdir()


@contextmanager
def held(out: Path) -> Iterator[None]:
    """Keeps a second build out of the folder; the system lets go if this process is killed.

    Raises:
        OptionError: another build holds it, or it cannot be made.
    """
    try:
        (out / WORK).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OptionError(f"cannot make the folder {out}: {error.strerror}", "--out") from error
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with (out / WORK / _LOCK).open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            taken = os.fstat(lock.fileno()).st_nlink == 0  # its last holder has removed it
        except BlockingIOError:
            taken = True
        if taken:
            raise OptionError(f"another make-dataset is working in {out}", "--out")
        yield


def holds_dataset(folder: Path) -> bool:
    """Whether dataset.json is a manifest of ours; other tools use the name too."""
    try:
        read_manifest(folder)
    except (DataError, OSError):
        return False
    return True


def _how(version: str) -> str:
    """In what a dataset that is not the wanted one differs from it."""
    if version == __version__:
        return "with other options"
    return f"by groundkit {version}, and this is groundkit {__version__}"


def _version_of(plan: bytes) -> str:
    """The version that began a build; empty if this is no plan of ours."""
    try:
        return decode(plan, _Plan, _PLAN).version
    except DataError:
        return ""


def _is_ours(out: Path) -> bool:
    if not out.exists() or holds_dataset(out) or holds_dataset(new_dataset(out)):
        return True
    plan = out / WORK / _PLAN
    if plan.is_file() and _version_of(plan.read_bytes()):
        return True
    return {path.name for path in out.iterdir()} <= {WORK} and _is_work_ours(out)


def _is_work_ours(out: Path) -> bool:
    """Whether everything among the working files is of a name that we write."""
    for folder, names in _NAMES_IN.items():
        if not (out / folder).is_dir():
            continue
        for path in (out / folder).iterdir():
            is_folder = path.is_dir() and f"{folder}/{path.name}" in _NAMES_IN
            if not (is_folder or names.fullmatch(path.name) or path.name == _LOCK):
                return False
    return True


def _remove_work(out: Path) -> None:
    """Removes an unfinished build. The plan goes last, in the order of names: parts without their
    plan could be taken for those of other options."""
    for folder, names in _NAMES_IN.items():
        _remove_files(out / folder, names)
        if folder != WORK:
            with suppress(OSError):  # not there, or not empty
                (out / folder).rmdir()


def _remove_files(folder: Path, names: re.Pattern[str], keep: set[int] | None = None) -> None:
    """Removes the regular files of these names, apart from those with the hash of a name in
    `keep`."""
    if folder.is_symlink() or not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if keep and hash(f"{folder.name}/{path.name}") in keep:
            continue
        if names.fullmatch(path.name) and path.is_file():
            path.unlink()


def _move_images(new: Path, out: Path) -> None:
    """Moves every image and removes those that no sample refers to: of the dataset before, of
    sources that have changed since, of a run that was killed half-way through one."""
    (out / IMAGES).mkdir(exist_ok=True)
    if (new / IMAGES).is_dir():
        for path in (new / IMAGES).iterdir():
            if _IMAGE_NAME.fullmatch(path.name):
                path.replace(out / IMAGES / path.name)
    # Hashes: the names of a million images would fill the memory.
    wanted = {hash(sample.image) for sample in read_jsonl(new / SAMPLES, Sample)}
    _remove_files(out / IMAGES, _NAMES_IN[f"{WORK}/{_NEW}/{IMAGES}"], keep=wanted)
