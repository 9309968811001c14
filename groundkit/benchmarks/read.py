"""A benchmark's annotation files to gold records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from groundkit.benchmarks import coco
from groundkit.benchmarks.boxes import Decision, Hearsay, decide
from groundkit.benchmarks.categories import read_categories
from groundkit.benchmarks.notes import Notes
from groundkit.benchmarks.sets import BENCHMARKS
from groundkit.benchmarks.sets.conversations import is_conversation
from groundkit.benchmarks.target import Fields, Order, Schema, Target
from groundkit.errors import DataError, OptionError
from groundkit.geometry import Box, Size
from groundkit.images import read_size
from groundkit.prediction_files.golds import type_named
from groundkit.prediction_files.keys import Numbering, key
from groundkit.prediction_files.rows import open_rows
from groundkit.records import Gold
from groundkit.store import resolve_inside

ORDERS: tuple[Order, ...] = get_args(Order)
_SUFFIXES = (".json", ".jsonl", ".parquet")
_PACKED = (".gz", ".zst")
_CONVERSATIONS = BENCHMARKS["conversations"]
_CATEGORIES = "classification_result.json"


@dataclass(frozen=True)
class Benchmark:
    """The questions of a benchmark.

    Attributes:
        name: a key of `BENCHMARKS`.
        golds: in the order of the files, ids unique. Boxes and polygons are pixels of an image of
            `width` x `height`; 0 x 0 stands for an unknown size, 1 x 1 for boxes between 0 and 1
            of an image whose size is unknown.
        notes: what was decided and what looks odd, one sentence each.
    """

    name: str
    golds: list[Gold]
    notes: list[str] = field(default_factory=list)


def read_benchmark(
    name: str, path: Path, *, boxes: str | None = None, images: Path | None = None
) -> Benchmark:
    """The gold records of a benchmark.

    Args:
        name: a key of `BENCHMARKS`.
        path: its annotation file, or the folder with them: JSON, JSON Lines or Parquet.
        boxes: `xywh` or `xyxy`; None: as the numbers of each file say.
        images: the folder of the screenshots, for sizes that the files do not have.

    Rows are kept however dirty: a box that leaves its image is counted in the notes.

    Raises:
        DataError: a file or an image cannot be used, or it cannot be told how boxes are meant.
        OptionError: an unknown benchmark or order of boxes.
    """
    if name == coco.NAME:
        return Benchmark(name, coco.read_coco(path))
    if name not in BENCHMARKS:
        raise OptionError(f"unknown value {name!r}", "--benchmark", (*BENCHMARKS, coco.NAME))
    order = next((order for order in ORDERS if order == boxes), None)
    if boxes is not None and order is None:
        raise OptionError(f"unknown value {boxes!r}", "--boxes", ORDERS)
    maker = _Maker(name, order, images)
    golds = [gold for file in _files(path) for gold in maker.read(file)]
    if not golds:
        raise DataError("no questions in it", str(path))
    return Benchmark(name, golds, maker.notes.sentences(maker.ids.repeated))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(
        file
        for file in path.iterdir()
        if _bare(file).suffix.lower() in _SUFFIXES and file.name != _CATEGORIES and file.is_file()
    )
    if not found:
        raise DataError("no annotation files in the folder", str(path), _SUFFIXES)
    return found


def _bare(file: Path) -> Path:
    return file.with_suffix("") if file.suffix.lower() in _PACKED else file


class _Maker:
    """Makes gold records of one benchmark; ids are unique over all of its files."""

    def __init__(self, name: str, order: Order | None, images: Path | None) -> None:
        self.ids = Numbering()
        self.notes = Notes()
        self._name = name
        self._schema: Schema = BENCHMARKS[name]
        self._order = order
        self._images = images
        self._sizes: dict[str, Size] = {}

    def read(self, path: Path) -> Iterator[Gold]:
        """The gold records of one file."""
        rows = open_rows(path)
        first = rows.head()[0]
        schema = _CONVERSATIONS if is_conversation(first) else self._schema
        said = Hearsay(schema.order(first), schema.mirrored, self._order)
        categories = read_categories(path.parent / _CATEGORIES)
        targets: list[Target] = []
        for chunk in rows.chunks(dict[str, Any]):
            for index, row in enumerate(chunk.records):
                fields = Fields(row, chunk.where(index), _bare(path).stem)
                targets += map(self._with_size, schema.read(fields))
        decision = decide(targets, said, str(path))
        if decision is not None:
            self.notes.decide(path, decision, said.known)
        for target in targets:
            yield self._gold(target, decision, categories.get(target.id, ()))

    def _with_size(self, target: Target) -> Target:
        if target.size is not None or self._images is None:
            return target
        size = self._sizes.get(target.image)
        if size is None:
            image = resolve_inside(self._images, target.image, target.where)
            size = self._sizes[target.image] = read_size(image)
        return replace(target, size=size)

    def _gold(self, target: Target, decision: Decision | None, more: tuple[str, ...]) -> Gold:
        box, size = self._place(target, decision)
        labels = {**target.labels, **({"category": more} if more else {})}
        return Gold(
            id=self.ids.name(target.id or key(target.image, target.instruction)),
            image=target.image,
            width=size[0],
            height=size[1],
            box=box,
            polygon=target.polygon,
            absent=target.absent,
            type=type_named(target.type),
            instruction=target.instruction,
            lang="en",
            screen=target.screen or target.image,
            group=target.group,
            source=self._name,
            split=target.split,
            labels=labels,
        )

    def _place(self, target: Target, decision: Decision | None) -> tuple[Box | None, Size]:
        """The box in pixels, and the size of the image that they are of."""
        box = None if decision is None else decision.corners(target)
        size = target.size
        if box is None or decision is None or not decision.normalised:
            self.notes.place(target, box, size)
            return box, size or (0, 0)
        if size is None:
            size = (1, 1)
            self.notes.unsized_fractions += 1
        x1, y1, x2, y2 = box
        box = x1 * size[0], y1 * size[1], x2 * size[0], y2 * size[1]
        self.notes.place(target, box, size)
        return box, size
