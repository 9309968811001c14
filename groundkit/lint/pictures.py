"""Images that are missing, cannot be read, or have another size than their row says."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from groundkit.errors import DataError
from groundkit.images import read_size
from groundkit.lint.findings import Findings
from groundkit.lint.rows import Row, size_of, text_of
from groundkit.store import resolve_inside


@dataclass
class Pictures:
    """Looks at the header of each image once.

    Attributes:
        root: the folder that their names start from.
        certain: whether a user named it, so that no image at all is an error.
    """

    findings: Findings
    root: Path
    certain: bool
    _sizes: dict[str, tuple[int, int] | str] = field(default_factory=dict)
    _missing: list[tuple[str, str]] = field(default_factory=list)
    _found: bool = False

    def add(self, where: str, row: Row) -> None:
        """Looks at the image of one more row."""
        image = text_of(row, "image")
        if not image:
            return
        if image not in self._sizes:
            self._sizes[image] = self._look(image, where)
        size = self._sizes[image]
        if isinstance(size, str):
            self._missing.append((where, f"{where}: {size}"))
            return
        self._found = True
        said = size_of(row)
        # 1 x 1 stands for boxes between 0 and 1 of an image whose size is not known.
        if said is not None and said not in (size, (1, 1)):
            told = f"{said[0]:.0f}x{said[1]:.0f}"
            self.findings.add("image-size", f"{where}: {size[0]}x{size[1]}, not {told}")

    def _look(self, image: str, where: str) -> tuple[int, int] | str:
        try:
            return read_size(resolve_inside(self.root, image, where))
        except DataError as error:
            return error.what
        except (OSError, ValueError):  # a name that no file can have
            return "no file can have this name"

    def finish(self) -> None:
        """Says which images are missing, or that none is where they were looked for."""
        if self._missing and not self._found and not self.certain:
            self.findings.add("no-image", self._missing[0][0], len(self._missing))
            return
        for _, example in self._missing:
            self.findings.add("missing-image", example)
