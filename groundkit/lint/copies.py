"""Images that are in two splits under different names: the same bytes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from groundkit.lint.findings import Findings


@dataclass
class Copies:
    """Compares what lies in the files; only those of one length in two splits are read."""

    findings: Findings
    # By length in bytes: the file, and the split, the place and the name by which it was first met.
    _files: defaultdict[int, dict[Path, tuple[str, str, str]]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def add(self, file: Path, split: str, where: str, name: str) -> None:
        """Looks at the image of one more row."""
        if split:
            self._files[file.stat().st_size].setdefault(file, (split, where, name))

    def finish(self) -> None:
        """Says which images are in two splits."""
        for alike in self._files.values():
            if len({split for split, _, _ in alike.values()}) < 2:
                continue
            first: dict[bytes, tuple[str, str]] = {}
            for file, (split, where, name) in alike.items():
                digest = blake2b(file.read_bytes()).digest()
                other, twin = first.setdefault(digest, (split, name))
                if other != split:
                    what = f"image {name[:80]!r} has the bytes of {twin[:80]!r} in {other}"
                    self.findings.add("leak", f"{where}: {what}")
