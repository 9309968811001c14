"""What is advised is planned again here, and must fit; one step more must not."""

from __future__ import annotations

import msgspec
import pytest

from groundkit.errors import DataError
from groundkit.geometry import RESIZE_RULES
from groundkit.memory.advice import advise
from groundkit.memory.largest import Card, largest_image, largest_rows
from groundkit.memory.plan import GIB, plan_memory
from groundkit.memory.published import PUBLISHED
from groundkit.memory.setup import Setup

SEVEN, RULE = PUBLISHED["qwen2.5-vl-7b"], RESIZE_RULES["qwen2.5-vl"]
SCREEN, UHD = (1920, 1080), (3840, 2160)
LORA = Setup(mode="lora", parts=("llm",), logits="fused")


def total(setup, card=None):
    return plan_memory(SEVEN, setup, card).total / GIB


def changed(setup, **fields):
    return msgspec.structs.replace(setup, **fields)


def test_the_largest_image_fits_and_the_next_does_not():
    card = Card(20, UHD, RULE)
    found = largest_image(SEVEN, LORA, card)
    assert all(side % 28 == 0 for side in found.size)
    assert found.tokens == found.size[0] * found.size[1] // 784
    assert found.size[0] / found.size[1] == pytest.approx(16 / 9, rel=0.03)
    assert total(changed(LORA, image=found.size)) <= 20
    larger = found.max_pixels + 784
    rule = type(RULE)(28, RULE.min_pixels, larger)
    assert total(changed(LORA, image=rule.apply(UHD))) > 20


def test_the_largest_image_is_no_larger_than_the_screen_or_the_contract():
    assert largest_image(SEVEN, LORA, Card(80, SCREEN, RULE)).size == (1932, 1092)
    narrow = type(RULE)(28, 3136, 1_003_520)
    assert largest_image(SEVEN, LORA, Card(80, SCREEN, narrow)).size == narrow.apply(SCREEN)


def test_no_image_fits_where_the_weights_do_not():
    assert largest_image(SEVEN, LORA, Card(12, SCREEN, RULE)) is None
    assert largest_rows(SEVEN, LORA, Card(12, SCREEN, RULE)) == 0


def test_a_screen_without_a_size_is_an_error():
    with pytest.raises(DataError, match="no pixels"):
        advise(SEVEN, LORA, Card(24, (0, 5), RULE))


def test_the_largest_batch_fits_and_the_next_does_not():
    rows = largest_rows(SEVEN, LORA, Card(40, SCREEN, RULE))
    assert total(changed(LORA, rows=rows)) <= 40 < total(changed(LORA, rows=rows + 1))


def test_nothing_is_advised_where_it_fits():
    found = advise(SEVEN, LORA, Card(24, SCREEN, RULE))
    assert found.fits and found.fits_changed and not found.changes


@pytest.mark.parametrize(
    ("setup", "gib", "names"),
    [
        pytest.param(changed(LORA, logits="full"), 24, ["logits"], id="logits"),
        pytest.param(changed(LORA, checkpointing=False), 24, ["checkpointing"], id="checkpoints"),
        pytest.param(changed(LORA, queries=16, checkpointing=True), 24, ["packed"], id="packing"),
        pytest.param(changed(LORA, rows=16), 24, ["rows"], id="rows"),
        pytest.param(Setup(dtype="float32", devices=8), 80, ["strategy"], id="sharding"),
        pytest.param(changed(LORA, image=(3836, 2156)), 20, ["image"], id="image"),
        pytest.param(LORA, 12, ["mode", "strategy"], id="4 bits"),
        pytest.param(Setup(), 24, ["logits", "mode"], id="adapters"),
    ],
)
def test_the_advice_fits_and_every_step_of_it_is_needed(setup, gib, names):
    found = advise(SEVEN, setup, Card(gib, UHD, RULE))
    assert not found.fits and found.fits_changed
    now, before = setup, total(setup)
    for change in found.changes:
        now = changed(now, **change.fields)
        assert change.total == pytest.approx(total(now))
        assert change.saves == pytest.approx(before - total(now))
        before = total(now)
    assert before <= gib
    for left_out in found.changes:
        rest = setup
        for change in found.changes:
            rest = rest if change is left_out else changed(rest, **change.fields)
        assert total(rest) > gib
    assert set(names) <= {field for change in found.changes for field in change.fields}


def test_what_fits_no_card_says_the_least_it_needs():
    found = advise(PUBLISHED["qwen2.5-vl-72b"], Setup(), Card(4, SCREEN, RULE))
    assert not found.fits_changed
    assert found.changes[-1].total > 4


def test_more_devices_where_none_of_the_rest_helps():
    found = advise(PUBLISHED["qwen2.5-vl-72b"], Setup(), Card(40, SCREEN, RULE))
    last = found.changes[-1].fields
    assert last["strategy"] == "fsdp" and last["devices"] > 1
    assert found.fits_changed
