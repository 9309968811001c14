"""What a format of prediction files is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from groundkit.geometry import FrameName
from groundkit.prediction_files.chunks import Row

Paths = Mapping[str, tuple[str, ...]]
"""Our name for a thing, to the paths where rows may have it; the first that leads to it counts."""

NAMES: dict[str, str] = {
    "id": "of the sample or the question",
    "text": "what the model wrote",
    "frame": "of the numbers in the text",
    "model": "who wrote it",
    "score": "the model's confidence",
    "scores": "its confidence in each box of the text",
    "gold": "a whole gold record, as groundkit writes it",
    "answer": "the right answer as the model should have written it, in the same frame",
    "box": "of the right answer: x1, y1, x2, y2 in pixels of the image",
    "absent": "whether the right answer is that there is no such element",
    "width": "of the image in pixels",
    "height": "of the image in pixels",
    "image": "path of the image",
    "instruction": "what was asked for",
    "prompt": "what the model was told, with the instruction in it",
    "type": "of the element",
    "name": "of the element",
    "screen": "that the question is about",
    "group": "app, domain or trace",
    "source": "of the sample",
    "split": "of the dataset",
}
"""The names that `--field NAME=PATH` takes, and `labels.ANYTHING` for labels."""

LABEL = "labels."


@dataclass(frozen=True)
class Format:
    """One form of prediction files.

    Attributes:
        name: as in `--format`.
        help: one line: what writes it.
        fields: where rows have what; see NAMES.
        recognises: whether a row is of this form.
        prepare: makes a row what `fields` expect, or None of it if the row tells of a failed
            request, which is counted and is no prediction.
        find_frame: the frame of all numbers, from all rows of the file, which are then held in
            memory; None: as the rows say.
        gather: makes answers of rows that are only parts of one; the rows of the file are then held
            in memory.
        prefer_key: whether a row that names its image and instruction goes by that key even if it
            has an id.
        position: where a row says its position in the data set, from 0; empty: nowhere.
    """

    name: str
    help: str
    fields: Paths
    recognises: Callable[[Row], bool]
    prepare: Callable[[Row], Row | None] | None = None
    find_frame: Callable[[Iterable[Row]], FrameName] | None = None
    gather: Callable[[Iterable[Row]], Iterator[Row]] | None = None
    prefer_key: bool = False
    position: str = ""
