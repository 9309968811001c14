"""Many screens into one dataset folder: several processes, restartable, the same bytes always.

    OUT/.work/part-000000-....jsonl   what became of a chunk of screens, written when it is done
    OUT/.work/new/images/             every image, written under its final name when it is complete
    OUT/.work/new/samples.jsonl, ...  written at the end from the parts, in order
    OUT/dataset.json                  moved with the rest when all is made, and last: a folder
                                      without it is unfinished

A dataset that is in OUT already, to be overwritten, is whole until then. A run that was killed is
started again with the same command: chunks that have a part are not made again. Bytes do not depend
on the number of workers: a screen's random numbers come from the seed and its id, and parts are
joined in the order of the sources.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

import cv2

from groundkit.dataset import workspace
from groundkit.dataset.finish import finish
from groundkit.dataset.manifest import Manifest
from groundkit.dataset.screen import DatasetOptions, ScreenPart, process_screen
from groundkit.errors import DataError, GroundkitError, OptionError
from groundkit.processes import AHEAD, in_order, leave_with_parent, process_context
from groundkit.records import LocatedScreen
from groundkit.store import encode_line, read_jsonl, write_bytes

OnError = Literal["skip", "stop"]
SourceItem = LocatedScreen | GroundkitError

_CHUNK = 4


class _Chunk(NamedTuple):
    """Consecutive items of the sources.

    Attributes:
        digest: of annotations and images, equal on every machine; when one of them changes, so
            does the name of the part, and a stale one is not reused.
    """

    number: int
    items: list[SourceItem]
    digest: bytes

    def part(self, out: Path) -> Path:
        return out / workspace.WORK / f"part-{self.number:06d}-{self.digest.hex()}.jsonl"


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
        overwrite: replaces a dataset, once the new one is complete, or an unfinished one with
            other options.
        on_progress: called with each finished screen, in order; not at all if the same dataset
            is there already.

    Raises:
        OptionError: `out` holds something else, or is being built in.
        DataError: nothing could be made, or `on_error` is `stop` and a screen failed.
    """
    chunks = _chunks(screens)
    workspace.check(out)
    if not overwrite and not workspace.is_in_work(out):
        finished = workspace.find_finished(out, options)
        if finished:
            return _same_sources(finished, chunks, out)
    with workspace.held(out):
        workspace.publish(out)  # if the run that completed it was killed right then
        # Asked again: another run may have finished it before this one held the folder.
        manifest = None if overwrite else workspace.find_finished(out, options)
        if manifest:
            _same_sources(manifest, chunks, out)
        else:
            workspace.prepare(out, options, overwrite)
            manifest = _build(chunks, out, options, workers, on_error, on_progress)
        workspace.leave(out)
    return manifest


def _build(
    chunks: Iterator[_Chunk],
    out: Path,
    options: DatasetOptions,
    workers: int,
    on_error: OnError,
    on_progress: Callable[[ScreenPart], None],
) -> Manifest:
    parts: list[Path] = []
    sources = hashlib.blake2b(digest_size=8)
    with _runner(workers) as run:
        for chunk in _run_chunks(chunks, out, options, run, workers):
            sources.update(chunk.digest)
            parts.append(chunk.part(out))
            for part in read_jsonl(parts[-1], ScreenPart):
                on_progress(part)
                if part.error and on_error == "stop":
                    raise DataError(part.error, hint="stopped at the first error, as asked")
    manifest = finish(parts, workspace.new_dataset(out), options, sources.hexdigest())
    if manifest is None:
        error = _nothing_made(parts)
        workspace.discard(out)
        raise error
    workspace.publish(out)
    return manifest


def _same_sources(finished: Manifest, chunks: Iterable[_Chunk], out: Path) -> Manifest:
    """The finished dataset, if it was made from these sources."""
    sources = hashlib.blake2b(digest_size=8)
    for chunk in chunks:
        sources.update(chunk.digest)
    if sources.hexdigest() != finished.sources_hash:
        raise OptionError(
            f"{out} holds a finished dataset of other sources, or they have changed",
            hint="choose another --out or pass --overwrite",
        )
    return finished


def _nothing_made(parts: Iterable[Path]) -> DataError:
    """Says what became of the screens, and asks about their boxes if those are the likely cause."""
    screens, reasons = Counter[str](), Counter[str]()
    for path in parts:
        for part in read_jsonl(path, ScreenPart):
            screens["in error" if part.error else "read"] += 1
            reasons.update(row.reason for row in part.elements)
    counts = [f"{n} elements {reason}" for reason, n in reasons.most_common(4) if reason]
    said = [f"{screens['read']} screens read, {screens['in error']} in error", *counts]
    doubtful = reasons["inverted"] + reasons["outside"] > reasons.total() / 2
    hint = "are the boxes x1, y1, x2, y2 in pixels of the screenshots?" if doubtful else ""
    return DataError(f"no sample could be made: {', '.join(said)}", hint=hint)


def _chunks(screens: Iterable[SourceItem]) -> Iterator[_Chunk]:
    """The sources in chunks, each screen id once."""
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


def _digest(items: Iterable[SourceItem]) -> bytes:
    """8 bytes of the annotations and the images.

    Times of files are left out: a copy of the sources is the same sources.
    """
    digest = hashlib.blake2b(digest_size=8)
    for item in items:
        if isinstance(item, GroundkitError):
            # The name of a file may hold bytes that are not UTF-8.
            digest.update(item.what.encode(errors="surrogatepass"))
            continue
        digest.update(encode_line(item.screen))
        digest.update(_digest_file(item.image))
    return digest.digest()


def _digest_file(path: Path) -> bytes:
    digest = hashlib.blake2b(digest_size=8)
    if not path.is_file():  # a pipe would be waited for
        return b"no image"
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError:
        return b"no image"
    return digest.digest()


Run = Callable[[list[SourceItem], Path, Path, DatasetOptions], "Future[None]"]


def _run_chunks(
    chunks: Iterator[_Chunk], out: Path, options: DatasetOptions, run: Run, workers: int
) -> Iterator[_Chunk]:
    """Keeps a few chunks in the air and hands them back when they are done, in order."""
    new = workspace.new_dataset(out)

    def start(chunk: _Chunk) -> Future[None]:
        return (
            _nothing() if _is_done(chunk, out) else run(chunk.items, chunk.part(out), new, options)
        )

    ahead = AHEAD * workers if workers > 1 else 0
    return (chunk for chunk, _ in in_order(chunks, start, ahead))


def _nothing() -> Future[None]:
    future: Future[None] = Future()
    future.set_result(None)
    return future


def _is_done(chunk: _Chunk, out: Path) -> bool:
    """Whether an earlier run made this chunk and its images are still there.

    A part is written after its images: one that is newer was overwritten by a run with other
    sources, since the names of images come from the ids of their screens alone.
    """
    part = chunk.part(out)
    if not part.exists():
        return False
    new = workspace.new_dataset(out)
    try:
        written = part.stat().st_mtime_ns
        rows = read_jsonl(part, ScreenPart)
        images = (new / sample.image for row in rows for sample in row.samples)
        return all(image.stat().st_mtime_ns <= written for image in images)
    except (DataError, OSError):  # damaged after it was written, by a power cut for one; gone
        return False


@contextmanager
def _runner(workers: int) -> Iterator[Run]:
    """Runs chunks in this process or in a pool of others."""
    if workers <= 1:
        cv2.setNumThreads(1)
        yield _run_here
        return
    pool = ProcessPoolExecutor(workers, process_context(__name__), initializer=_start_worker)
    for _ in range(workers):
        pool.submit(int)  # they start while the first screens are read
    try:
        yield lambda *args: pool.submit(_process_chunk, *args)
    except BaseException:
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown(wait=False)  # all is done: they may leave while the files are joined


def _run_here(
    items: list[SourceItem], part: Path, out: Path, options: DatasetOptions
) -> Future[None]:
    _process_chunk(items, part, out, options)
    return _nothing()


def _start_worker() -> None:
    cv2.setNumThreads(1)
    leave_with_parent()


def _process_chunk(items: list[SourceItem], part: Path, out: Path, options: DatasetOptions) -> None:
    """Makes the images of a chunk, then its part: a part that exists is complete."""
    write_bytes(part, b"".join(encode_line(_process(item, out, options)) for item in items))


def _process(item: SourceItem, out: Path, options: DatasetOptions) -> ScreenPart:
    if isinstance(item, GroundkitError):
        return ScreenPart(error=str(item))
    try:
        return process_screen(item, out, options)
    except DataError as error:
        # The image of an annotation is named as the annotation names it.
        what = f"image {item.screen.image!r}: {error.what}" if error.where else error.what
        return ScreenPart(error=str(DataError(what, item.where, error.choices, error.hint)))
