import io

import pytest
from rich.console import Console

from groundkit.metrics.evaluate import evaluate
from groundkit.report.console import print_report
from groundkit.vocabulary import TYPE_WORDS
from tests.metrics.builders import answer, make_gold, predict, spread, write_rows


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


@pytest.mark.parametrize("width", [80, 120])
def test_nothing_is_cut_or_wider_than_the_console(tmp_path, width):
    text = show(tmp_path, mixed(), width)
    assert max(map(len, text.splitlines())) <= width
    for part in ("Overall", "Answers", "By type", "By size", "By source", "Worst cases"):
        assert f"{part}" in text
    # The ellipsis stands for text that did not fit.
    assert "…" not in text
    assert ("█" in text) == (width == 120)


def test_long_tables_end_in_others(tmp_path):
    text = show(tmp_path, mixed(300))
    assert "22 others" in text  # 34 types, 12 shown
    assert "8 others" in text  # 20 sources
    assert "* fewer than 10 samples" in text  # 300 rows of 34 types


def test_without_colour_there_are_no_escapes(tmp_path):
    assert "\x1b" not in show(tmp_path, mixed(), no_color=True)
    assert "\x1b[" in show(tmp_path, mixed(), force_terminal=True, color_system="truecolor")


def test_warnings_come_right_after_the_headline(tmp_path):
    lines = show(tmp_path, [predict(gold, "[]") for gold in spread(40)]).splitlines()
    assert lines[3] == "! 40 of 40 (100.0 %) answers say that there is no such element"


def test_worst_cases_name_the_image_the_gold_and_the_text(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    gold = make_gold("s1", image="images/s1.png")
    found = show(tmp_path, [predict(gold, "<box>[[900, 400, 950, 450]]</box>")], width=120)
    found = found[found.index("Worst cases") :]
    assert "centre outside the gold box" in found
    assert found.splitlines()[1].split() == ["1", "s1"]
    assert found.splitlines()[3].split() == ["image", "images/s1.png"]
    assert "text-地址 [100, 100, 200, 140]" in found
    assert "<box>[[900, 400, 950, 450]]</box>" in found
    # from (150, 120) to (925, 425)
    assert "(IoU 0.000, 833 px off)" in found


HOSTILE = "[red]alarm[/red] [/] \x1b[2J \\[bold] [link=http://x]y[/link] :smile: \u202e <script>"


def test_text_of_others_is_printed_as_it_is(tmp_path):
    gold = make_gold(HOSTILE, name=HOSTILE, type=HOSTILE, source=HOSTILE, image=HOSTILE)
    rows = [predict(gold, HOSTILE, model=HOSTILE), predict(make_gold("b"))]
    text = show(tmp_path, rows, width=400, force_terminal=True, color_system=None)
    assert "\x1b" not in text
    assert "\u202e" not in text
    expected = HOSTILE.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")
    # as model, label of a type and a source, rule example, image, id, gold name and answer
    assert text.count(expected[:38]) >= 7
    assert text.count(expected) >= 5


def test_one_sample_and_no_worst_cases(tmp_path):
    text = show(tmp_path, [predict(make_gold())], worst=0)
    assert "on 1 sample\n" in text
    assert "Worst cases" not in text
    assert "All samples: type text, size medium < 96 px, source coco, split train" in text


def test_the_signature_is_the_last_thing(tmp_path):
    text = show(tmp_path, mixed(40))
    assert "groundkit|hit," in "".join(text.splitlines()[-2:])
    assert "v:0.1.0" in text.splitlines()[-1]
