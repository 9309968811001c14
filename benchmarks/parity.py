"""Whether groundkit gives the verdicts that other scorers gave, row by row.

    python benchmarks/parity.py DUMP.json ...

Each DUMP is a results file of ScreenSpot-Pro's scorer, which holds its verdict about every answer;
such files are published with many models. Each is scored by `groundkit eval --verdicts`, as a user
would, and the verdicts are held against those in the file.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

RIGHT = "correct"


class Parity(NamedTuple):
    """Of one file: rows, hits of both, and ids of the rows that differ."""

    name: str
    n: int
    theirs: int
    ours: int
    differ: list[str]


def compare_verdicts(dump: Path) -> Parity:
    """Scores a dump through the command line and compares verdicts in the order of the file."""
    details = json.loads(dump.read_bytes())["details"]
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "verdicts.jsonl"
        command = [sys.executable, "-m", "groundkit", "eval", str(dump), "--parity", "sspro"]
        subprocess.run([*command, "--verdicts", str(path)], check=True, capture_output=True)
        verdicts = [json.loads(line) for line in path.read_bytes().splitlines()]
    theirs = [row["correctness"] == RIGHT for row in details]
    ours = [row["hit"] for row in verdicts]
    if len(ours) != len(theirs):
        raise SystemExit(f"{dump}: {len(theirs)} rows, but {len(ours)} verdicts")
    pairs = zip(theirs, ours, verdicts, strict=True)
    differ = [row["id"] for official, hit, row in pairs if official != hit]
    return Parity(dump.name, len(ours), sum(theirs), sum(ours), differ)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dumps", nargs="+", type=Path, metavar="DUMP.json")
    print("| file | rows | right, official | right, groundkit | verdicts that differ |")
    print("|---|---|---|---|---|")
    failed = False
    for dump in parser.parse_args().dumps:
        found = compare_verdicts(dump)
        failed = failed or bool(found.differ)
        print(f"| {found.name} | {found.n} | {found.theirs} | {found.ours} | {len(found.differ)} |")
        for name in found.differ[:10]:
            print(f"    {name}", file=sys.stderr)
    sys.exit(failed)


if __name__ == "__main__":
    main()
