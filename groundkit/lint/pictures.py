"""Images that are missing, cannot be read, or have another size than their row says."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from groundkit.errors import DataError
from groundkit.images import read_size
from groundkit.lint.findings import Findings
from groundkit.lint.rows import Row, size_of, text_of
from groundkit.store import resolve_inside


class _Look(NamedTuple):
    """What was seen of an image: where it lies and how large it is, or what is wrong with it."""

    file: Path
    size: tuple[int, int] = (0, 0)
    problem: str = ""


def _look(root: Path, image: str, where: str) -> _Look:
    try:
        file = resolve_inside(root, image, where)
        return _Look(file, read_size(file))
    except DataError as error:
        return _Look(root, problem=error.what)
    except (OSError, ValueError):  # a name that no file can have
        return _Look(root, problem="no file can have this name")


@dataclass
class Pictures:
    """Looks at the header of each image once.

    Attributes:
        certain: whether a user named their folder, so that no image at all is an error.
    """

    findings: Findings
    certain: bool
    _sizes: dict[tuple[Path, str], _Look] = field(default_factory=dict)
    _missing: list[tuple[str, str]] = field(default_factory=list)
    _found: bool = False

    def add(self, where: str, row: Row, root: Path) -> Path | None:
        """Looks at the image of one more row, and hands back where it lies if it does.

        Args:
            root: the folder that its name starts from.
        """
        image = text_of(row, "image")
        if not image:
            return None
        if (root, image) not in self._sizes:
            self._sizes[root, image] = _look(root, image, where)
        file, size, problem = self._sizes[root, image]
        if problem:
            self._missing.append((where, f"{where}: {problem}"))
            return None
        self._found = True
        said = size_of(row)
        # 1 x 1 stands for boxes between 0 and 1 of an image whose size is not known.
        if said is not None and said not in (size, (1, 1)):
            told = f"{said[0]:.0f}x{said[1]:.0f}"
            self.findings.add("image-size", f"{where}: {size[0]}x{size[1]}, not {told}")
        return file

    def finish(self) -> None:
        """Says which images are missing, or that none is where they were looked for."""
        if self._missing and not self._found and not self.certain:
            self.findings.add("no-image", self._missing[0][0], len(self._missing))
            return
        for _, example in self._missing:
            self.findings.add("missing-image", example)
