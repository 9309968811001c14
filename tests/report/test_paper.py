"""Tables for papers: what they hold, and that names of others cannot break them."""

from __future__ import annotations

import re

import pytest

from groundkit.errors import OptionError
from groundkit.metrics.compare import compare
from groundkit.report.paper import write_tables
from tests.metrics.builders import evaluate, predict, spread, write_rows

WRONG = "<ref>text</ref><box>[[1284, 724, 1288, 728]]</box>"


def answers(tmp_path, right, name="predictions.jsonl", **changes):
    rows = []
    for number, gold in enumerate(spread(40)):
        rows.append(predict(gold, None if number < right else WRONG, **changes))
    return write_rows(tmp_path / name, rows)


def written(tmp_path, report, suffix):
    path = tmp_path / f"table{suffix}"
    write_tables(report, path)
    return path.read_text(encoding="utf-8")


def test_markdown(tmp_path):
    text = written(tmp_path, evaluate(answers(tmp_path, 34)), ".md")
    assert "| metric | value | 95 % | mean of 4 |\n| --- | ---: | ---: | ---: |\n" in text
    assert re.search(r"^\| hit \| 85\.0 % \| 70\.9–92\.9 \| 85\.0 % \|$", text, re.M)
    assert re.search(r"^\| button \| 10 \| 90\.0 % \|", text, re.M)
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        assert len({line.count("|") for line in block.splitlines()}) == 1


def test_latex(tmp_path):
    text = written(tmp_path, evaluate(answers(tmp_path, 34)), ".tex")
    assert r"\begin{tabular}{lrrr}" in text
    assert r"hit & 85.0 \% & 70.9--92.9 & 85.0 \% \\" in text
    assert text.count(r"\begin{table}") == text.count(r"\end{table}") > 2
    body = [line for line in text.splitlines() if not line.startswith("%")]
    assert not re.search(r"(?<!\\)[%#_$]", "\n".join(body))


@pytest.mark.parametrize("suffix", [".md", ".tex"])
def test_a_comparison(tmp_path, suffix):
    old, new = answers(tmp_path, 34, "my_old.jsonl"), answers(tmp_path, 20, "new.jsonl")
    text = written(tmp_path, compare([old, new]), suffix)
    row = next(line for line in text.splitlines() if re.match(r"(\| )?hit ", line))
    # McNemar: none of 14 on one side, 2 / 2**14.
    assert re.findall(r"[-+]?\d+\.\d+", row)[:3] == ["85.0", "50.0", "-35.0"]
    # One screen, so that there is no interval and no smallest difference.
    cells = [cell.strip() for cell in re.split(r"[|&]", row.strip("|\\ "))]
    assert cells[-3:] == ["0.0001", "--" if suffix == ".tex" else "–", "mcnemar"]
    assert "could show" in text
    assert r"my\_old" in text


def test_names_of_others_cannot_break_a_table(tmp_path):
    golds = spread(2)
    rows = [predict(golds[0]), predict(golds[1])]
    first, second = (
        write_rows(tmp_path / "a|b_&%.jsonl", rows),
        write_rows(tmp_path / "c.jsonl", rows),
    )
    report = compare([first, second])
    assert r"a\|b\_\&%" in written(tmp_path, report, ".md")
    assert r"a|b\_\&\%" in written(tmp_path, report, ".tex")


def test_another_ending(tmp_path):
    with pytest.raises(OptionError, match=r"valid: \.md, \.tex"):
        write_tables(evaluate(answers(tmp_path, 3)), tmp_path / "table.csv")
