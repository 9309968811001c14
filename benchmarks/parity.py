"""Whether groundkit gives the figures and the verdicts that other scorers gave.

    python benchmarks/parity.py DUMPS EXPECTED.json

DUMPS is a folder of published results, EXPECTED.json what is known of each, by its name there:

- a results file of ScreenSpot-Pro's scorer, which holds its verdict about every answer, by the name
  of the file; figures are n, hits, wrong_format, micro, text, icon, macro6 (cells of platform and
  type) or macro12 (of group and type), dist014, wilson95, se_naive and se_clustered_by_image;
- a folder with annotations and a *results.json of COCO, as "FOLDER (bbox)"; figures are the twelve
  of its summary: AP, AP50, AP75, APs, APm, APl, AR1, AR10, AR100, ARs, ARm, ARl.

Each is scored by `groundkit eval`, as a user would. A figure agrees if it rounds to all digits that
are known of it, give or take 1e-7. Exit code 1 if a figure or the verdict about a row differs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

RIGHT, UNREADABLE = "correct", "wrong_format"
NEAR = "dist@0.14(unit=image)"
CELLS = {"macro6": "platform+ui_type", "macro12": "group+ui_type"}
COCO = {
    "AP": "ap",
    "AP50": "ap@0.5",
    "AP75": "ap@0.75",
    **{f"AP{size[0]}": f"ap(area={size})" for size in ("small", "medium", "large")},
    **{f"AR{count}": f"ar@{count}" for count in (1, 10, 100)},
    **{f"AR{size[0]}": f"ar@100(area={size})" for size in ("small", "medium", "large")},
}


# Implementations of COCO's evaluation differ by that much in the area classes. A share of
# samples moves by far more if one of them does.
SLACK = Decimal("1e-7")


class Check(NamedTuple):
    """One figure of one file."""

    file: str
    figure: str
    theirs: Any
    ours: Any

    @property
    def agrees(self) -> bool:
        """Whether ours rounds to theirs."""
        theirs, ours = (one if isinstance(one, list) else [one] for one in self[2:])
        return len(theirs) == len(ours) and all(map(_rounds_to, ours, theirs))


def _rounds_to(ours: float | None, theirs: float) -> bool:
    if ours is None:
        return False
    step = Decimal(1).scaleb(int(Decimal(repr(theirs)).as_tuple().exponent))
    return abs(Decimal(ours) - Decimal(repr(theirs))) <= step / 2 + SLACK


def score(*words: str | Path, verdicts: Path | None = None) -> dict[str, Any]:
    """The report of `groundkit eval`."""
    command = [sys.executable, "-m", "groundkit", "eval", *map(str, words), "--json", "-"]
    command += [] if verdicts is None else ["--verdicts", str(verdicts)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def check_dump(path: Path, known: dict[str, Any]) -> Iterator[Check]:
    """The figures of a results file of ScreenSpot-Pro's scorer, and its verdicts row by row."""
    (cells,) = {CELLS[name] for name in known if name in CELLS} or {"ui_type"}
    options = ("--parity", "sspro", "--average", cells, "--metric", NEAR)
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "verdicts.jsonl"
        report = score(path, *options, verdicts=file)
        verdicts = [json.loads(line) for line in file.read_bytes().splitlines()]
    rows = json.loads(path.read_bytes())["details"]
    ours = _figures(report, verdicts)
    for name, value in known.items():
        yield Check(path.name, name, value, ours[name])
    if len(rows) != len(verdicts):
        yield Check(path.name, "rows", len(rows), len(verdicts))
        return
    pairs = zip(rows, verdicts, strict=True)
    differ = [ours["id"] for row, ours in pairs if (row["correctness"] == RIGHT) != ours["hit"]]
    yield Check(path.name, f"verdicts of {len(rows):,} rows that differ", 0, len(differ))
    for name in differ[:10]:
        print(f"    {path.name}: {name}", file=sys.stderr)


def _figures(report: dict[str, Any], verdicts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    overall, metrics = report["overall"], report["overall"]["metrics"]
    hit, kinds = metrics["hit"], report["groups"]["ui_type"]
    return {
        "n": overall["n"],
        "hits": sum(verdict["hit"] for verdict in verdicts),
        UNREADABLE: overall["status"]["unparsable"] + overall["status"]["invalid"],
        "micro": hit["value"],
        "text": kinds["text"]["metrics"]["hit"]["value"],
        "icon": kinds["icon"]["metrics"]["hit"]["value"],
        "dist014": metrics[NEAR]["value"],
        "wilson95": [hit["interval"]["low"], hit["interval"]["high"]],
        "se_naive": hit["se_iid"],
        "se_clustered_by_image": hit["se"],
        **dict.fromkeys(CELLS, hit["macro"]),
    }


def check_coco(folder: Path, known: dict[str, Any]) -> Iterator[Check]:
    """The summary of COCO's own evaluation."""
    (results,) = folder.glob("*results.json")
    (gold,) = set(folder.glob("*.json")) - {results}
    report = score(results, "--benchmark", "coco", "--gold", gold, "--parity", "coco")
    for name, value in known.items():
        ours = report["overall"]["metrics"][COCO[name]]["value"]
        yield Check(folder.name, name, value, ours)


def check_all(folder: Path, expected: dict[str, dict[str, Any]]) -> Iterator[Check]:
    """All that is known of all dumps."""
    for name, known in expected.items():
        if name.endswith(".json"):
            yield from check_dump(folder / name, known)
        else:
            yield from check_coco(folder / name.removesuffix(" (bbox)"), known)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("dumps", type=Path, metavar="DUMPS")
    parser.add_argument("expected", type=Path, metavar="EXPECTED.json")
    words = parser.parse_args()
    checks = list(check_all(words.dumps, json.loads(words.expected.read_bytes())))
    print("| file | figure | official | groundkit | agrees |")
    print("|---|---|---|---|---|")
    for check in checks:
        cells = check.file, check.figure, check.theirs, check.ours, ("no", "yes")[check.agrees]
        print(f"| {' | '.join(map(str, cells))} |")
    agreeing = sum(check.agrees for check in checks)
    print(f"\n{agreeing} of {len(checks)} agree")
    sys.exit(agreeing < len(checks))


if __name__ == "__main__":
    main()
