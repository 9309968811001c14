import io
import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
from rich.console import Console

from groundkit.metrics import boxes as bx
from groundkit.metrics.evaluate import Evaluation
from groundkit.report.console import headline, print_report, report_console
from groundkit.vocabulary import TYPE_WORDS
from tests.metrics.builders import answer, evaluate, make_gold, predict, spread, write_rows


def show(path, rows, width=80, worst=5, **console) -> str:
    out = Console(file=io.StringIO(), width=width, **console)
    print_report(evaluate(write_rows(path / "p.jsonl", rows), worst=worst), out)
    return out.file.getvalue()


def mixed(count=300):
    """Every kind of answer, many types and sources."""
    golds = spread(count)
    types = list(TYPE_WORDS)
    rows = []
    for row, gold in enumerate(golds):
        changes = {"type": types[row % len(types)], "source": f"source{row % 20}"}
        gold = make_gold(
            gold.id, gold.box, width=gold.width, height=gold.height, name=gold.name, **changes
        )
        text = (None, "no idea", "[]", answer(gold, (0, 0, 30, 30)))[row % 40 % 4]
        rows.append(predict(gold, text if row % 40 < 4 else None))
    return rows


def test_the_first_line_is_the_one_that_matters(tmp_path):
    golds = [make_gold(str(n)) for n in range(4)]
    texts = [None, answer(golds[1], (120, 100, 220, 140)), "hm", "[]"]
    rows = [predict(gold, text) for gold, text in zip(golds, texts, strict=True)]
    # a full overlap and one of 3200 in 4800 px², over four samples
    assert show(tmp_path, rows).splitlines()[0] == (
        "centre-hit 50.0 %  mean IoU 0.417  on 4 samples (1 refused, 1 unparsable)"
    )


def test_a_long_headline_breaks_before_the_brackets(tmp_path):
    golds = [make_gold(str(n)) for n in range(9)]
    texts = [None, "hm", "[]", "[9, 9, 1, 1]", *[None] * 5]
    dataset = write_rows(tmp_path / "s.jsonl", [*golds, make_gold("missing")])
    file = write_rows(tmp_path / "p.jsonl", map(predict, golds, texts))
    summary = evaluate(file, dataset)
    first = "centre-hit 60.0 %  mean IoU 0.600  on 10 samples"
    second = "(1 missing, 1 refused, 1 unparsable, 1 invalid)"
    assert headline(summary, 80).plain == f"{first}\n{second}"
    assert headline(summary, len(first) + 1 + len(second)).plain == f"{first} {second}"
    assert headline(summary, len(first) + len(second)).plain == f"{first}\n{second}"


def test_the_headline_has_no_colour_that_praises(tmp_path):
    summary = evaluate(write_rows(tmp_path / "p.jsonl", [predict(make_gold(), "hm")]))
    assert {str(span.style) for span in headline(summary, 80).spans} == {"bold"}


@pytest.mark.parametrize("width", [80, 120])
def test_nothing_is_cut_or_wider_than_the_console(tmp_path, width):
    text = show(tmp_path, mixed(), width)
    assert max(map(len, text.splitlines())) <= width
    for part in ("Overall", "Answers", "By type", "By size", "By source", "Worst cases"):
        assert f"{part}" in text
    # The ellipsis stands for text that did not fit.
    assert "…" not in text
    assert ("█" in text) == (width == 120)


def test_a_dash_stands_where_points_and_nameless_answers_say_nothing(tmp_path):
    """All answers are points that name nothing: neither 0.000 nor 0.0 % would be true."""
    golds = spread(40)
    middles = [bx.centres(np.array([gold.box], dtype=float))[0].tolist() for gold in golds]
    rows = [predict(gold, str(middle)) for gold, middle in zip(golds, middles, strict=True)]
    text = show(tmp_path, rows, 120)
    assert re.search(r"^  type +–", text, re.M)
    assert re.search(r"^  cer +–", text, re.M)
    (row,) = re.findall(r"^button +10 +(.+?) *$", text, re.M)
    assert re.split(r" +", row.replace("█", ""))[:7] == ["100.0", "–", "–", "0.0", "–", "–", "–"]
    found = evaluate(tmp_path / "p.jsonl")
    assert (found.overall.naming, found.overall.metrics["type"].value) == (0, 0.0)


def test_one_answer_with_a_name_shows_figures_of_names(tmp_path):
    rows = [predict(gold, "(1, 2)") for gold in spread(39)] + [predict(make_gold("last"))]
    text = show(tmp_path, rows, 120)
    assert re.search(r"^  type +2\.5 %", text, re.M)
    assert re.search(r"^button .* – .* 0\.0 ", text, re.M) is None


def test_long_tables_end_in_others(tmp_path):
    text = show(tmp_path, mixed(300))
    assert "22 others" in text  # 34 types, 12 shown
    assert "8 others" in text  # 20 sources
    assert "* fewer than 10 samples" in text  # 300 rows of 34 types


def test_the_asterisk_of_few_samples_does_not_move_the_digits(tmp_path):
    types = ["text"] * 12 + ["button"] * 9
    rows = [predict(make_gold(str(n), type=name)) for n, name in enumerate(types)]
    text = show(tmp_path, rows)
    table = text[text.index("By type") :].splitlines()
    n = table[3].index("12") + 1
    assert (table[1][n], table[3][n], table[4][n : n + 2]) == ("n", "2", "9*")


def test_the_columns_say_what_they_hold(tmp_path):
    text = show(tmp_path, mixed(40))
    assert re.search(r"n +hit % +IoU +IoU≥.5 +dist px +type % +name % +CER", text)
    assert "dist px: median over the answers with a box" in text
    # nothing to explain where no table was shown
    assert "dist px" not in show(tmp_path, [predict(make_gold())])


def test_distances_say_how_many_boxes_they_cover(tmp_path):
    golds = [make_gold(str(n)) for n in range(3)]
    text = show(tmp_path, map(predict, golds, ["hm", None, None]))
    (mean,) = [line for line in text.splitlines() if line.startswith("  dist  ")]
    assert mean.split()[:3] == ["dist", "0.0", "px"]
    assert "distances of 2 answers" in text
    assert "distances of 1 answer" in show(tmp_path, map(predict, golds, ["hm", None, "hm"]))
    assert "distances of" not in show(tmp_path, map(predict, golds), worst=0)


def test_a_report_of_millions_fits_80_columns(tmp_path):
    """Every count with as many digits as it can have."""
    report = evaluate(write_rows(tmp_path / "p.jsonl", mixed(40)))
    million = 7_654_321
    status = dict.fromkeys(report.overall.status, million)
    far = msgspec.structs.replace(report.overall.metrics["dist"], n=million, value=1234.5)
    metrics = {**report.overall.metrics, "dist": far}
    overall = msgspec.structs.replace(report.overall, n=million + 1, metrics=metrics, status=status)
    counts = type(report.counts)(**dict.fromkeys(report.counts.__struct_fields__, million))
    out = Console(file=io.StringIO(), width=80)
    print_report(msgspec.structs.replace(report, overall=overall, counts=counts), out)
    lines = out.file.getvalue().splitlines()
    assert lines[0].endswith("on 7,654,322 samples")
    assert lines[1] == (
        "(7,654,321 missing, 7,654,321 refused, 7,654,321 unparsable, 7,654,321 invalid)"
    )
    (mean,) = [line for line in lines if line.startswith("  dist  ")]
    assert mean.split()[:3] == ["dist", "1234.5", "px"]
    assert "distances of 7,654,321 answers" in "\n".join(lines)
    assert ["duplicate", "rows", "7,654,321"] in [line.split() for line in lines]
    assert max(map(len, lines)) <= 80


def test_without_colour_there_are_no_escapes(tmp_path):
    assert "\x1b" not in show(tmp_path, mixed(), no_color=True)
    assert "\x1b[" in show(tmp_path, mixed(), force_terminal=True, color_system="truecolor")


def test_warnings_come_right_after_the_headline(tmp_path):
    lines = show(tmp_path, [predict(gold, "[]") for gold in spread(40)]).splitlines()
    assert lines[3] == "! 40 of 40 (100.0 %) answers say that there is no such element"


def test_worst_cases_name_the_image_the_gold_and_the_text(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    gold = make_gold("s1", image="images/s1.png")
    text = "<ref>按钮-地址</ref><box>[[900, 400, 950, 450]]</box>"
    found = show(tmp_path, [predict(gold, text)], width=120)
    found = found[found.index("Worst cases") :]
    assert "centre outside the gold box" in found
    assert found.splitlines()[1].split() == ["1", "s1"]
    assert found.splitlines()[3].split() == ["image", "images/s1.png"]
    assert "text-地址 [100, 100, 200, 140]" in found
    assert "<box>[[900, 400, 950, 450]]</box>" in found
    # from (150, 120) to (925, 425); that the IoU is below 0.5 can be seen
    assert "why    IoU 0.000, 833 px off: centre outside the gold box, wrong type" in found


HOSTILE = "[red]alarm[/red] [/] \x1b[2J \\[bold] [link=http://x]y[/link] :smile: \u202e <script>"


def test_text_of_others_is_printed_as_it_is(tmp_path):
    gold = make_gold(HOSTILE, name=HOSTILE, source=HOSTILE, image=HOSTILE)
    rows = [predict(gold, HOSTILE, model=HOSTILE), predict(make_gold("b"))]
    text = show(tmp_path, rows, width=400, force_terminal=True, color_system=None)
    assert "\x1b" not in text
    assert "\u202e" not in text
    expected = HOSTILE.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")
    # as model, label of a source, example, id, image, gold name and answer
    assert text.count(expected[:38]) == 7
    # cut where they are long, and a path has no `//`
    assert text.count(expected) == 4


def test_one_sample_and_no_worst_cases(tmp_path):
    text = show(tmp_path, [predict(make_gold())], worst=0)
    assert "on 1 sample\n" in text
    assert "Worst cases" not in text
    assert "All samples: type text, size medium < 96 px, source coco, split train" in text


# Ours, or numbers.
KEPT = frozenset({"flags", "status", "size", "split", "better_reading", "metrics", "headline"})


def hostile(value, key=""):
    """A report, as JSON has it, with every free string replaced by one of somebody else."""
    if key in KEPT:
        return value
    if isinstance(value, list):
        return [hostile(part) for part in value]
    if isinstance(value, dict):
        suffix = HOSTILE if key in ("type", "source") else ""
        return {name + suffix: hostile(part, name) for name, part in value.items()}
    return HOSTILE if isinstance(value, str) else value


def test_no_string_of_a_report_can_reach_the_terminal(tmp_path):
    rows = [msgspec.structs.replace(row, model="m") for row in mixed(40)]
    real = msgspec.to_builtins(evaluate(write_rows(tmp_path / "p.jsonl", rows)))
    report = msgspec.convert(hostile(real), Evaluation)
    assert report.signature == report.models[0] == report.worst[0].verdict.id == HOSTILE
    assert report.failures[0].problem == report.worst[0].verdict.type == HOSTILE
    assert f"text{HOSTILE}" in report.groups["type"]
    flags = [msgspec.structs.replace(flag, message=HOSTILE) for flag in report.flags]
    out = Console(file=io.StringIO(), width=400, force_terminal=True, color_system=None)
    print_report(msgspec.structs.replace(report, flags=flags), out)
    text = out.file.getvalue()
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_working_directory_that_is_gone(tmp_path, monkeypatch):
    file = write_rows(tmp_path / "p.jsonl", [predict(make_gold(image="images/a.png"), "hm")])
    report = evaluate(file)
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    out = Console(file=io.StringIO(), width=400)
    print_report(report, out)
    assert f"image  {tmp_path}/images/a.png" in out.file.getvalue()


def test_the_signature_is_the_last_thing_and_breaks_between_its_fields(tmp_path):
    file = write_rows(tmp_path / "p.jsonl", mixed(40))
    signature = evaluate(file).signature
    for width in (80, 120):
        lines = show(tmp_path, mixed(40), width).splitlines()
        last = lines[len(lines) - lines[::-1].index("") :]
        assert "".join(last) == signature
        assert len(last) > 1
        assert all(line.endswith("|") for line in last[:-1])


def piped(reader, *command):
    """Exit code, output and errors of `command | reader`; the reader's code is 0."""
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f'"$@" | {reader}', "bash", sys.executable, *command],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    return done.returncode, done.stdout, done.stderr


def test_a_reader_that_leaves_raises_what_the_command_line_expects():
    """More than a pipe holds, so that the program is still writing when `head` has gone."""
    script = (
        "import os, sys\n"
        "from groundkit.report.console import report_console\n"
        "try:\n"
        "    for _ in range(20_000): report_console().print('one of many lines')\n"
        "except BrokenPipeError as error:\n"
        "    assert error.errno is None\n"
        "    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())\n"
        "    sys.exit(7)\n"
    )
    assert piped("head -1", "-c", script) == (7, "one of many lines\n", "")


@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_eval_into_a_reader_that_leaves_is_no_error(tmp_path, reader):
    """`true` has gone before the first line is written."""
    file = write_rows(tmp_path / "p.jsonl", mixed(40))
    code, output, errors = piped(reader, "-m", "groundkit", "eval", str(file))
    assert (code, errors) == (0, "")
    assert output.count("\n") == (1 if reader == "head -1" else 0)


def test_the_console_writes_to_standard_output(capsys):
    report_console().print("地址")
    assert capsys.readouterr().out == "地址\n"


def test_a_long_id_stays_in_its_column(tmp_path):
    name = "/".join(f"part-{n:02d}-of-a-long-path" for n in range(12))
    text = show(tmp_path, [predict(make_gold(name), "hm"), predict(make_gold("b"))])
    lines = text[text.index("Worst cases") :].splitlines()[1:]
    end = next(row for row, line in enumerate(lines) if "why" in line)
    assert lines[0].startswith("  1  part-00")
    assert all(line.startswith("     ") for line in lines[1:end])
    assert "".join(line[5:].strip() for line in lines[:end]) == name


def test_a_long_id_in_a_warning_is_not_cut(tmp_path):
    name = "x" * 60 + "y" * 60
    text = show(tmp_path, [predict(make_gold(name))] * 2)
    warning = text[text.index("! 1 of 2") : text.index("Overall")]
    assert "…" + "x" * 19 + "y" * 60 in "".join(line[2:].strip() for line in warning.splitlines())


def test_a_long_label_is_folded_and_not_cut(tmp_path):
    label = "screens-of-a-very-long-source-name"
    golds = [make_gold("a", source=label), make_gold("b", source="web")]
    text = show(tmp_path, map(predict, golds), width=80)
    rows = text[text.index("By source") :].splitlines()[3:6]
    assert label in "".join(re.match(r"\S*", row)[0] for row in rows)


def test_what_no_answer_names_is_not_repeated_for_each_case(tmp_path):
    golds = [make_gold(str(n)) for n in range(3)]
    box = "<box>[[900, 400, 950, 450]]</box>"
    text = show(tmp_path, [predict(gold, box) for gold in golds])
    assert "wrong type" not in text
    assert "px off: centre outside the gold box\n" in re.sub(" +\n", "\n", text)
    named = [predict(golds[0], f"<ref>按钮-x</ref>{box}"), predict(golds[1], box)]
    assert show(tmp_path, named, width=120).count("wrong type, wrong name") == 2


def test_a_refusal_is_said_once(tmp_path):
    text = show(tmp_path, [predict(make_gold("a"), "[]"), predict(make_gold("b"), "hm")])
    assert "1  refused\n" in re.sub(" +\n", "\n", text)
    assert "refused: refusal" not in text
    assert "1  unparsable: no coordinates in the text" in text


def test_what_is_nearly_all_is_not_all(tmp_path):
    rows = [predict(make_gold(str(n))) for n in range(2999)]
    rows.append(predict(make_gold("wrong", type="icon"), "hm"))
    text = show(tmp_path, rows, width=120)
    assert text.startswith("centre-hit >99.9 %  mean IoU 1.000  on 3,000 samples (1 unparsable)")
    (unparsable,) = re.findall(r"unparsable +1 +(.+)", text)
    assert unparsable.strip() == "<0.1 %"


def test_a_wide_report_shows_who_has_no_box(tmp_path):
    golds = [make_gold(str(n), type=name) for n, name in enumerate(["text"] * 4 + ["icon"])]
    rows = [predict(gold, "hm" if row == 0 else None) for row, gold in enumerate(golds)]
    table = show(tmp_path, rows, width=100)
    table = table[table.index("By type") :].splitlines()
    assert table[1].rstrip().endswith("no box %")
    # one of four texts, no icon
    assert [line.split()[-1] for line in table[3:5]] == ["25.0", "0.0"]
    assert "no box %" not in show(tmp_path, rows, width=99)


def test_the_bar_stands_behind_its_number(tmp_path):
    golds = [make_gold("a"), make_gold("b", type="icon")]
    text = show(tmp_path, map(predict, golds), width=120)
    assert text.count("100.0 ██████████") == 2


@pytest.mark.parametrize("width", [40, 50, 60, 66, 69, 70, 79])
def test_a_narrow_report_drops_columns_and_stays_readable(tmp_path, width):
    text = show(tmp_path, mixed(), width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    header = text[text.index("By type") :].splitlines()[1]
    assert header.split()[:4] == ["type", "n", "hit", "%"]
    assert ("CER" in header) is (width >= 70)
    # labels keep their words
    assert "heading" in text


def test_figures_have_their_intervals_beside_them(tmp_path):
    """4 of 4 by Wilson: from 4 / (4 + 1.96 ** 2) on."""
    text = show(tmp_path, [predict(gold) for gold in spread(4)])
    assert "Overall, with 95 % intervals" in text
    (hit,) = [line for line in text.splitlines() if line.startswith("  hit")]
    assert hit.split()[1:4] == ["100.0", "%", "51.0–100.0"]
