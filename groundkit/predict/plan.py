"""Which questions are answered together.

The plan depends on the questions alone, not on what is done already or how many processes there
are: sums of floats depend on what else is in a batch, and the same run must give the same bytes
however often it was killed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from groundkit.geometry import Size
from groundkit.predict.questions import Question

DEFAULT_BATCH = 16


def plan(questions: Iterable[Question], batch_size: int) -> list[list[Question]]:
    """Batches of questions about images of one size, the largest images first: what does not fit
    into memory fails at once. Questions about one image stay together as far as they fit."""
    by_size: dict[Size, dict[str, list[Question]]] = {}
    for question in questions:
        screens = by_size.setdefault(question.seen, {})
        screens.setdefault(str(question.image), []).append(question)
    order = sorted(by_size, key=lambda size: (-size[0] * size[1], size))
    return [batch for size in order for batch in _fill(by_size[size].values(), batch_size)]


def _fill(screens: Iterable[list[Question]], batch_size: int) -> Iterator[list[Question]]:
    batch: list[Question] = []
    for screen in screens:
        for start in range(0, len(screen), batch_size):
            some = screen[start : start + batch_size]
            if len(batch) + len(some) > batch_size:
                yield batch
                batch = []
            batch = batch + some
    if batch:
        yield batch


def share_of(batches: list[list[Question]], rank: int, world: int) -> list[list[Question]]:
    """The batches of one of several processes."""
    return batches[rank::world]
