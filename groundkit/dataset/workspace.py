"""The folder that a build works in: whose it is, what may be removed, who holds it.

A folder is ours if it holds a finished dataset (dataset.json decodes as a manifest), an unfinished
one (.work/plan.json) or nothing but the beginnings of one. Nothing else is ever touched, and of
our own only the files that we write.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundkit import __version__
from groundkit.dataset.folder import read_manifest
from groundkit.dataset.manifest import MARKER_FILE, Manifest
from groundkit.dataset.screen import DatasetOptions
from groundkit.errors import DataError, OptionError
from groundkit.store import encode_line, write_bytes

WORK = ".work"
_PLAN = "plan.json"
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
    if manifest.options != options or manifest.version != __version__:
        raise OptionError(
            f"{out} holds a finished dataset that was made with other options",
            hint="choose another --out or pass --overwrite",
        )
    return manifest


def check(out: Path) -> None:
    """Raises an OptionError unless `out` is a folder of ours or can become one."""
    if out.exists() and not out.is_dir():
        raise OptionError(f"{out} is not a folder", "--out")
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
    (out / "images").mkdir(exist_ok=True)
    for stray in out.glob(".*.partial"):
        stray.unlink()


def leave(out: Path) -> None:
    """Takes the working files away, at the end or when nothing could be made."""
    shutil.rmtree(out / WORK, ignore_errors=True)


def discard(out: Path) -> None:
    """Undoes `prepare`, so that the next try with other options starts afresh."""
    shutil.rmtree(out / "images", ignore_errors=True)
    leave(out)
    if not any(out.iterdir()):
        out.rmdir()


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
    return {path.name for path in out.iterdir()} <= {WORK}


def _clear(out: Path, plan: Path) -> None:
    """Removes what we wrote. The plan goes in first and the marker out first: a removal that is
    killed leaves an unfinished dataset, which --overwrite removes again."""
    write_bytes(plan, b"being removed\n")
    (out / MARKER_FILE).unlink(missing_ok=True)
    for name in _FILES:
        (out / name).unlink(missing_ok=True)
    for part in (out / WORK).glob("part-*.jsonl"):
        part.unlink()
    shutil.rmtree(out / "images", ignore_errors=True)
