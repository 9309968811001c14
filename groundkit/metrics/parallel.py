"""A predictions file scored by several processes.

The file is cut into pieces of some 15,000 rows. A worker scores a piece as if it were the whole
file; the pieces are merged in order, so that the report is the same, to the last bit, as that of
one process. If a piece answers a sample that an earlier one answered, it is scored once more by
the process that knows all earlier ones.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

from groundkit.metrics.gold_set import read_gold_set
from groundkit.metrics.intake import Intake, Selection
from groundkit.metrics.observers import Accumulator, observe
from groundkit.metrics.options import Options
from groundkit.metrics.rows import Batch, advise, read_batches
from groundkit.prediction_files.lines import Block
from groundkit.prediction_files.read import read_block
from groundkit.processes import AHEAD, in_order, leave_with_parent, process_context

_PIECE_BLOCKS = 16


class _Piece(NamedTuple):
    """Consecutive blocks of a file.

    Attributes:
        number: of the first of them, from 0.
    """

    number: int
    blocks: list[Block]


class _Part(NamedTuple):
    """What became of a piece."""

    intake: Intake
    observers: Sequence[Accumulator]


@dataclass(frozen=True)
class Work:
    """What a worker needs to know, the same for all pieces.

    Attributes:
        path: of the predictions, for messages.
        dataset: see `read_gold_set`.
        observers: that have seen nothing.
    """

    path: Path
    dataset: Path | None
    options: Options
    observers: Sequence[Accumulator]


class Worker:
    """Scores pieces of a file."""

    def __init__(self, work: Work, selection: Selection) -> None:
        self._work = work
        self._selection = selection

    def batches(self, piece: _Piece, intake: Intake) -> Iterator[Batch]:
        """The rows of a piece that count; `intake` knows of the earlier ones and is filled in."""
        chunks = (read_block(block, self._work.path, advise) for block in piece.blocks)
        return read_batches(chunks, self._selection, intake, piece.number)

    def score(self, piece: _Piece) -> _Part:
        """Scores a piece as if it were the whole file."""
        part = _Part(Intake(), [observer.fresh() for observer in self._work.observers])
        observe(self.batches(piece, part.intake), self._work.options.edges, part.observers)
        return part


def score_in_parallel(
    blocks: Iterable[Block],
    worker: Worker,
    work: Work,
    workers: int,
    observers: Sequence[Accumulator],
    intake: Intake,
) -> None:
    """Scores the blocks of a file in several processes, each of which makes a `Worker` for `work`.

    Args:
        worker: of this process.
        observers, intake: take in what is found.

    Raises:
        DataError: a row cannot be used, or a worker was killed.
    """
    pool = ProcessPoolExecutor(workers, process_context(__name__), _start, (work,))
    try:
        for piece, part in in_order(
            _pieces(blocks), lambda piece: pool.submit(_score, piece), AHEAD * workers
        ):
            if intake.is_apart(part.intake):
                intake.merge(part.intake)
                for mine, theirs in zip(observers, part.observers, strict=True):
                    mine.merge(theirs)
            else:
                observe(worker.batches(piece, intake), work.options.edges, observers)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _pieces(blocks: Iterable[Block]) -> Iterator[_Piece]:
    left = iter(blocks)
    for number in count(0, _PIECE_BLOCKS):
        some = list(islice(left, _PIECE_BLOCKS))
        if not some:
            return
        yield _Piece(number, some)


# Of a worker process, made when it starts.
_worker: Worker


def _start(work: Work) -> None:
    global _worker
    leave_with_parent()
    gc.disable()  # as in `score`
    golds = read_gold_set(work.dataset, work.options)
    _worker = Worker(work, work.options.selection(golds.golds))


def _score(piece: _Piece) -> _Part:
    return _worker.score(piece)
