"""Many screens into one dataset folder: several processes, restartable, the same bytes always.

    OUT/.work/part-000000.jsonl ...   what became of each chunk of screens, written when it is done
    OUT/images/                       every image, written under its final name when it is complete
    OUT/samples.jsonl, ...            written at the end from the parts, in order
    OUT/dataset.json                  last: a folder without it is unfinished

A run that was killed is started again with the same command: chunks that have a part are not made
again. Bytes do not depend on the number of workers: a screen's random numbers come from the seed
and its id, and parts are joined in the order of the sources.
"""

from __future__ import annotations

import hashlib
import itertools
import multiprocessing
import os
import shutil
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

import cv2

from groundkit import __version__
from groundkit.dataset.finish import finish
from groundkit.dataset.folder import read_manifest
from groundkit.dataset.manifest import MARKER_FILE, Manifest
from groundkit.dataset.screen import DatasetOptions, ScreenPart, process_screen
from groundkit.errors import DataError, GroundkitError, OptionError
from groundkit.records import LocatedScreen
from groundkit.store import encode_line, read_jsonl, write_bytes

OnError = Literal["skip", "stop"]
SourceItem = LocatedScreen | GroundkitError

_CHUNK = 4
_WORK = ".work"
_PLAN_FILE = "plan.json"
# Chunks waiting for a worker: enough to keep all busy, few enough to keep memory flat.
_AHEAD = 3


class _Chunk(NamedTuple):
    """Consecutive items of the sources, with what identifies them after a restart."""

    number: int
    items: list[SourceItem]
    digest: str

    def part(self, out: Path) -> Path:
        return out / _WORK / f"part-{self.number:06d}-{self.digest}.jsonl"


def make_dataset(
    screens: Iterable[SourceItem],
    out: Path,
    options: DatasetOptions,
    *,
    workers: int = 1,
    on_error: OnError = "skip",
    overwrite: bool = False,
    on_progress: Callable[[ScreenPart], None] = lambda part: None,
) -> Manifest:
    """Makes a dataset folder from screens.

    Args:
        screens: from a reader; an error in their place is a screen that could not be read.
        workers: processes; 1 works in this one.
        on_error: `skip` notes the error and goes on, `stop` raises it; what is done is kept.
        overwrite: replaces a dataset or an unfinished one with other options.
        on_progress: called with each finished screen, in order.

    Raises:
        OptionError: `out` holds something else.
        DataError: nothing could be made, or `on_error` is `stop` and a screen failed.
    """
    finished = _prepare(out, options, overwrite)
    if finished:
        return finished
    parts: list[Path] = []
    with _runner(workers) as run:
        for chunk, future in _run_chunks(_chunks(screens, out), out, options, run):
            future.result()
            parts.append(chunk.part(out))
            for part in read_jsonl(parts[-1], ScreenPart):
                on_progress(part)
                if part.error and on_error == "stop":
                    raise DataError(part.error, hint="stopped at the first error, as asked")
    manifest = finish(parts, out, options)
    shutil.rmtree(out / _WORK)
    return manifest


def _prepare(out: Path, options: DatasetOptions, overwrite: bool) -> Manifest | None:
    """Makes `out` ready, or returns the manifest of a dataset that is finished already."""
    marker, plan = out / MARKER_FILE, out / _WORK / _PLAN_FILE
    if overwrite:
        _remove_dataset(out)
    if marker.exists():
        manifest = read_manifest(out)
        if manifest.options == options:
            shutil.rmtree(out / _WORK, ignore_errors=True)
            return manifest
        raise OptionError(
            f"{out} holds a finished dataset that was made with other options",
            hint="choose another --out or pass --overwrite",
        )
    wanted = encode_line({"version": __version__, "options": options})
    if plan.exists() and plan.read_bytes() != wanted:
        raise OptionError(
            f"{out} holds an unfinished dataset with other options",
            hint="run it with the same options to finish it, or pass --overwrite",
        )
    if not plan.exists() and out.exists() and any(out.iterdir()):
        raise OptionError(
            f"{out} is not empty and holds no dataset", hint="choose an empty or a new folder"
        )
    write_bytes(plan, wanted)
    (out / "images").mkdir(exist_ok=True)
    return None


def _remove_dataset(out: Path) -> None:
    """Removes a dataset of ours, finished or not; never a folder of anything else."""
    if (out / MARKER_FILE).exists() or (out / _WORK / _PLAN_FILE).exists():
        # The marker goes first: a removal that is killed must not leave it on half a dataset.
        (out / MARKER_FILE).unlink(missing_ok=True)
        shutil.rmtree(out)


def _chunks(screens: Iterable[SourceItem], out: Path) -> Iterator[_Chunk]:
    """The sources in chunks, each screen id once, the folder being made left out."""
    seen: set[str] = set()
    items = iter(screens)
    for number in itertools.count():
        chunk = [_once(item, seen) for item in itertools.islice(items, _CHUNK)]
        if not chunk:
            return
        yield _Chunk(number, chunk, _digest(chunk))


def _once(item: SourceItem, seen: set[str]) -> SourceItem:
    if isinstance(item, GroundkitError):
        return item
    if item.screen.id in seen:
        return DataError(f"a second screen with the id {item.screen.id!r}", item.where)
    seen.add(item.screen.id)
    return item


def _digest(items: Iterable[SourceItem]) -> str:
    """Changes when an annotation or an image changes, so that a stale part is not reused."""
    digest = hashlib.blake2b(digest_size=8)
    for item in items:
        if isinstance(item, GroundkitError):
            digest.update(str(item).encode())
            continue
        digest.update(encode_line(item.screen) + str(item.image).encode())
        try:
            stat = item.image.stat()
            digest.update(f"{stat.st_size}:{stat.st_mtime_ns}".encode())
        except OSError:
            digest.update(b"no image")
    return digest.hexdigest()


Run = Callable[[list[SourceItem], Path, Path, DatasetOptions], "Future[None]"]


def _run_chunks(
    chunks: Iterator[_Chunk], out: Path, options: DatasetOptions, run: Run
) -> Iterator[tuple[_Chunk, Future[None]]]:
    """Keeps a few chunks in the air and hands them back in order."""
    waiting: deque[tuple[_Chunk, Future[None]]] = deque()
    for chunk in chunks:
        part = chunk.part(out)
        if part.exists():
            done: Future[None] = Future()
            done.set_result(None)
            waiting.append((chunk, done))
        else:
            waiting.append((chunk, run(chunk.items, part, out, options)))
        if len(waiting) > _AHEAD * (os.cpu_count() or 1):
            yield waiting.popleft()
    yield from waiting


@contextmanager
def _runner(workers: int) -> Iterator[Run]:
    """Runs chunks in this process or in a pool of others."""
    if workers <= 1:
        cv2.setNumThreads(1)
        yield _run_here
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)
    try:
        yield lambda *args: pool.submit(_process_chunk, *args)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _run_here(
    items: list[SourceItem], part: Path, out: Path, options: DatasetOptions
) -> Future[None]:
    future: Future[None] = Future()
    _process_chunk(items, part, out, options)
    future.set_result(None)
    return future


def _start_worker() -> None:
    """One thread a process, and no process that outlives a killed parent."""
    cv2.setNumThreads(1)
    parent = multiprocessing.parent_process()

    def leave_with_parent() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=leave_with_parent, daemon=True).start()


def _process_chunk(items: list[SourceItem], part: Path, out: Path, options: DatasetOptions) -> None:
    """Makes the images of a chunk, then its part: a part that exists is complete."""
    write_bytes(part, b"".join(encode_line(_process(item, out, options)) for item in items))


def _process(item: SourceItem, out: Path, options: DatasetOptions) -> ScreenPart:
    if isinstance(item, GroundkitError):
        return ScreenPart(error=str(item))
    try:
        return process_screen(item, out, options)
    except DataError as error:
        where = error.where or item.where
        return ScreenPart(error=str(DataError(error.what, where, error.choices, error.hint)))
