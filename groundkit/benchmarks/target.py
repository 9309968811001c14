"""What a row of a benchmark asks for, before anything is decided about its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from groundkit.errors import DataError
from groundkit.geometry import Size
from groundkit.prediction_files.chunks import Row
from groundkit.prediction_files.golds import four_numbers, is_number, word
from groundkit.prediction_files.paths import MISSING, look_up

Order = Literal["xywh", "xyxy"]
Label = str | tuple[str, ...]

_SIZE_PATHS = ("img_size", "image_size", "resolution")
_SHOWN_KEYS = 12


@dataclass(frozen=True, kw_only=True)
class Target:
    """One question of a benchmark.

    Attributes:
        where: file and row, for messages.
        image: as the row names it.
        instruction: what to look for.
        box: four numbers, in an order and a frame that only the whole file tells; None if there is
            a `polygon` or nothing.
        polygon: pixels, x and y alternating.
        absent: whether there is no such element.
        size: width and height in pixels, if the row has them.
        id: the file's own; empty if it has none.
        type: the benchmark's word for the element.
        screen: what to cluster by, if that is not `image`.
        order: of this row's box, where the row itself settles it.
    """

    where: str
    image: str
    instruction: str
    box: tuple[float, float, float, float] | None = None
    polygon: tuple[float, ...] = ()
    absent: bool = False
    size: Size | None = None
    id: str = ""
    type: str = ""
    group: str = ""
    split: str = ""
    screen: str = ""
    order: Order | None = None
    labels: dict[str, Label] = field(default_factory=dict)


@dataclass(frozen=True)
class Fields:
    """The fields of one row, checked as they are taken.

    Attributes:
        row: of the file.
        where: file and row, for messages.
        stem: name of the file without its suffix.
    """

    row: Row
    where: str
    stem: str

    def find(self, *paths: str) -> Any:
        """What lies at the first path that leads to something, or None."""
        for path in paths:
            value = look_up(self.row, path)
            if value is not MISSING and value is not None:
                return value
        return None

    def text(self, *paths: str) -> str:
        """A text or a whole number at one of the paths.

        Raises:
            DataError: there is none.
        """
        value = self.find(*paths)
        if value is None:
            keys = tuple(self.row)[:_SHOWN_KEYS]
            raise DataError(f"no {' or '.join(paths)}; the row has {', '.join(keys)}", self.where)
        return word(value, paths[0], self.where)

    def optional(self, *paths: str) -> str:
        """As `text`, empty if there is none."""
        value = self.find(*paths)
        return "" if value is None else word(value, paths[0], self.where)

    def box(self, *paths: str) -> tuple[float, float, float, float]:
        """Four finite numbers at one of the paths.

        Raises:
            DataError: there is no such thing.
        """
        value = self.find(*paths)
        if value is None:
            self.text(*paths)
        return four_numbers(value, paths[0], self.where)

    def size(self) -> Size | None:
        """Width and height of the image, if the row has them."""
        value = self.find(*_SIZE_PATHS)
        if value is None:
            value = [self.find("width", "img_width"), self.find("height", "img_height")]
        if not isinstance(value, list) or len(value) != 2 or not all(map(is_number, value)):
            return None
        width, height = (int(side) for side in value)
        return (width, height) if min(width, height) > 0 else None

    def labels(self, *names: str) -> dict[str, Label]:
        """The labels of these names that the row has."""
        found: dict[str, Label] = {}
        for name in names:
            value = self.find(name)
            if isinstance(value, str) and value:
                found[name] = value
            elif isinstance(value, list) and value:
                found[name] = tuple(str(item) for item in value)
        return found


@dataclass(frozen=True)
class Schema:
    """How the published copies of one benchmark are written.

    Attributes:
        name: as in `--benchmark`.
        help: one line.
        read: a row to its questions. Raises DataError.
        order: what the boxes of the copy with these keys are said to be; None: nobody knows. It
            decides only where the numbers of a file could be both.
        mirrored: whether there are copies of either order, so that keys, which people change, are
            no proof: where nothing in the numbers speaks for `order`, it is asked for.
    """

    name: str
    help: str
    read: Callable[[Fields], Iterator[Target]]
    order: Callable[[Row], Order | None]
    mirrored: bool = False
