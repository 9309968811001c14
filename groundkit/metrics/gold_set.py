"""Which right answers predictions are scored against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from groundkit.errors import OptionError
from groundkit.metrics.gold import read_gold
from groundkit.metrics.options import Options
from groundkit.metrics.outputs import samples_file
from groundkit.records import Gold


@dataclass(frozen=True)
class GoldSet:
    """The right answers.

    Attributes:
        path: of their file; None: the predictions carry them.
        golds: by id; None: those that the predictions carry.
        notes: what was decided about a benchmark's boxes and how predictions are read against it,
            and what looks odd.
    """

    path: Path | None = None
    golds: dict[str, Gold] | None = None
    notes: Sequence[str] = field(default=())


def read_gold_set(dataset: Path | None, options: Options) -> GoldSet:
    """The gold records of a dataset or a benchmark, or none.

    Raises:
        DataError: the file cannot be used.
        OptionError: a benchmark without its annotations, or positions in no file.
    """
    notes = list(_notes(options))
    if options.join == "position" and dataset is None:
        raise OptionError("positions among which gold records?", "--join", hint="add --gold FILE")
    if options.benchmark is None:
        if dataset is None:
            return GoldSet(notes=notes)
        path = samples_file(dataset)
        return GoldSet(path, read_gold(path), notes)
    if dataset is None:
        raise OptionError("where are its annotations?", "--benchmark", hint="add --gold FILE")
    from groundkit.benchmarks.read import read_benchmark

    found = read_benchmark(options.benchmark, dataset, boxes=options.boxes, images=options.images)
    golds = {gold.id: gold for gold in found.golds}
    return GoldSet(dataset, golds, [*found.notes, *notes])


def _notes(options: Options) -> Iterator[str]:
    """What a reader of the figures should know about how predictions are taken."""
    if options.join == "position":
        yield (
            "predictions are joined to the gold records by position: nothing else says that they "
            "belong together"
        )
    family = options.family
    if family is not None and options.frame not in (None, family.frame):
        yield (
            f"numbers are read in {options.frame}, as --frame says, not in {family.frame}, in "
            "which models of that family write"
        )
