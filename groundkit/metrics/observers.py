"""What looks at scored rows, batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from groundkit.metrics.boxes import Edges
from groundkit.metrics.judge import Judged, judge
from groundkit.metrics.rows import Batch

Self = TypeVar("Self", bound="Accumulator")


class Observer(Protocol):
    """Sees every batch, in the order of the file."""

    def add(self, batch: Batch, judged: Judged, /) -> None:
        """Looks at one more batch."""


class Accumulator(Observer, Protocol):
    """An observer whose work may be shared among processes: what it keeps after some batches is
    the same, to the last bit, however these are cut into runs that are merged in order."""

    def fresh(self: Self) -> Self:
        """One like this that has seen nothing and can be sent to another process."""
        ...

    def merge(self: Self, other: Self, /) -> None:
        """Takes in what another saw, whose batches come after these."""


def observe(batches: Iterable[Batch], edges: Edges, observers: Sequence[Observer]) -> None:
    """Judges batches and shows each to all observers."""
    for batch in batches:
        judged = judge(batch, edges)
        for observer in observers:
            observer.add(batch, judged)
        # Let go before the next is read, which then gets this memory, near the processor.
        del batch, judged
