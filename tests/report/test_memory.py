from __future__ import annotations

import io

import msgspec
import pytest
from rich.console import Console

from groundkit.geometry import RESIZE_RULES
from groundkit.memory.advice import advise
from groundkit.memory.largest import Card
from groundkit.memory.plan import plan_memory
from groundkit.memory.published import PUBLISHED
from groundkit.memory.setup import Setup
from groundkit.report.memory import memory_dict, print_memory

SEVEN = PUBLISHED["qwen2.5-vl-7b"]
LORA = Setup(mode="lora", parts=("llm",))
PLAN = plan_memory(SEVEN, LORA)


def advice(gib):
    return advise(SEVEN, LORA, Card(gib, (1920, 1080), RESIZE_RULES["qwen2.5-vl"]))


def show(width=80, gib=None):
    out = Console(file=io.StringIO(), width=width)
    print_memory(PLAN, out, gib, None if gib is None else advice(gib))
    return out.file.getvalue()


def test_the_first_line_says_whether_it_fits():
    assert show().splitlines()[0] == "24.24 GiB on each device"
    assert show(gib=24).splitlines()[0] == "24.24 GiB on each device, too much for 24 GiB"
    assert show(gib=40).splitlines()[0] == "24.24 GiB on each device, fits 40 GiB"


def test_every_part_is_there_and_brackets_are_explained():
    text = show()
    for row in PLAN.rows:
        assert row.name in text
    layer = PLAN.of("layer at work, language") / 2**30
    assert f"({layer:.2f})" in text
    assert "not there at the peak (loss)" in text


def test_advice_names_what_to_change():
    text = show(gib=24)
    assert "It fits with" in text and "logits=fused" in text
    assert "images up to" in text and "0 rows at once" in text
    assert "It fits with" not in show(gib=40)


@pytest.mark.parametrize("width", [50, 80, 120])
def test_nothing_is_wider_than_the_console_or_cut(width):
    text = show(width, gib=24)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    assert ("█" in text) == (width >= 70)


def test_the_file_holds_plain_numbers():
    found = msgspec.json.decode(msgspec.json.encode(memory_dict(PLAN, advice(24))))
    assert found["plan"]["total"] == PLAN.total
    assert found["advice"]["changes"][0]["fields"] == {"logits": "fused"}
    assert "advice" not in memory_dict(PLAN)
