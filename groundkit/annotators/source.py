"""Finds the annotation files of a source and hands each to the reader that knows it."""

from __future__ import annotations

import importlib
import itertools
import os
import pkgutil
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

from groundkit.annotators import readers
from groundkit.annotators.reader import Reader, ReadItem, image_beside, is_file, read_document
from groundkit.errors import DataError, OptionError

AUTO = "auto"
# Enough to tell the formats apart, and little beside decoding them.
_HEAD_BYTES = 1 << 20


def discover() -> dict[str, Reader]:
    """The READER of every module in `groundkit/annotators/readers/`, by name, sorted."""
    found = {}
    for module in pkgutil.iter_modules(readers.__path__):
        reader: Reader = importlib.import_module(f"{readers.__name__}.{module.name}").READER
        found[reader.name] = reader
    return dict(sorted(found.items()))


READERS = discover()


def read_source(path: Path, reader: str = AUTO) -> Iterator[ReadItem]:
    """The screens of a source, always in the same order; what cannot be used is an error in place.

    Args:
        path: an annotation file (a screens.jsonl is one), or a folder that is searched for them.
            Images must lie inside the folder, or inside the folder of the file.
        reader: name of a reader, or `auto` to let each file's content decide. In a folder, files
            of no known format are left alone, and so are hidden ones; those that were probably
            meant as annotations are one error at the end.

    Raises:
        OptionError: no reader has this name.
        DataError: there is no such path, the folder holds no annotation of a known format, or no
            reader recognises the file.
    """
    if reader != AUTO and reader not in READERS:
        raise OptionError(f"there is no reader {reader!r}", choices=(AUTO, *READERS))
    chosen = READERS if reader == AUTO else {reader: READERS[reader]}
    if _is_dataset(path):
        raise DataError(
            "this is a dataset that was made already, not screens to make one from",
            str(path),
            hint=f"look at it with groundkit preview {shlex.quote(str(path))}",
        )
    if path.is_dir():
        items = _read_folder(path, chosen)
    elif path.is_file():
        items = _read_named_file(path, chosen)
    else:
        raise DataError("there is no such file or folder", str(path))
    # The first item now, so that a folder without annotations is refused here and not half way.
    first = next(items)
    return itertools.chain([first], items)


def _read_folder(root: Path, chosen: dict[str, Reader]) -> Iterator[ReadItem]:
    found = False
    strays: list[Path] = []
    unreadable: list[OSError] = []
    for path in _walk(root, unreadable.append):
        try:
            reader = _recognise(path, chosen)
        except DataError as problem:
            found = True
            yield problem
            continue
        if reader is not None:
            found = True
            yield from _read_file(reader, path, root)
        elif chosen is READERS and _was_meant(path):
            strays.append(path)
    for error in unreadable:
        found = True
        yield DataError(f"cannot read the folder: {error.strerror}", str(error.filename))
    stray = f"not recognised as annotations: {strays[0]}" if strays else ""
    if strays[1:]:
        stray += f" and {len(strays) - 1} more"
    if not found:
        raise DataError(
            "no annotations of a known format in this folder",
            str(root),
            choices=chosen,
            hint=stray,
        )
    if stray:
        yield DataError(stray, str(root), choices=chosen)


def _was_meant(path: Path) -> bool:
    """Whether a file that no reader knows looks like an annotation by its name.

    Most folders hold other JSON and XML too, so that only the clear cases count.
    """
    suffix = path.suffix.lower()
    if path.stem.startswith("screens") and suffix in (".json", ".jsonl"):
        return True
    try:
        return suffix in (".xml", ".uix") and bool(image_beside(path))
    except DataError:
        return False


def _read_named_file(path: Path, chosen: dict[str, Reader]) -> Iterator[ReadItem]:
    """A file that the user names must be readable; its suffix counts if its content says nothing.

    A broken file is best explained by the reader that it is meant for.
    """
    fitting = list(chosen.values())
    if len(fitting) > 1:
        recognised = _recognise(path, chosen)
        fitting = [recognised] if recognised else _by_suffix(path, chosen)
    if len(fitting) != 1:
        raise DataError(
            "no reader recognises this file",
            str(path),
            choices=chosen,
            hint="name a folder or an annotation file",
        )
    yield from _read_file(fitting[0], path, path.parent)


def _read_file(reader: Reader, path: Path, root: Path) -> Iterator[ReadItem]:
    empty = True
    try:
        for item in reader.read(path, root):
            empty = False
            yield item
    except DataError as error:
        yield error
    else:
        if empty:
            yield DataError("the file names no screen", str(path))


def _walk(root: Path, on_error: Callable[[OSError], None]) -> Iterator[Path]:
    """The files below `root` in sorted order, without hidden ones (macOS leaves `._x.json`) and
    those of datasets that were made from it."""
    for folder, folders, files in os.walk(root, onerror=on_error):
        if _is_dataset(Path(folder)):
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            # A pipe would wait for its writer for ever.
            if not name.startswith(".") and is_file(path):
                yield path


def _is_dataset(folder: Path) -> bool:
    """Whether `make-dataset` made a folder."""
    return is_file(folder / "dataset.json") and is_file(folder / "samples.jsonl")


def _recognise(path: Path, chosen: dict[str, Reader]) -> Reader | None:
    """The reader that knows the content of a file, None if there is none.

    Raises:
        DataError: it has the suffix of an annotation, but cannot be read or is empty.
    """
    fitting = _by_suffix(path, chosen)
    head = read_document(path, _HEAD_BYTES) if fitting else b""
    return next((reader for reader in fitting if reader.recognises(head)), None)


def _by_suffix(path: Path, chosen: dict[str, Reader]) -> list[Reader]:
    return [reader for reader in chosen.values() if path.suffix.lower() in reader.suffixes]
