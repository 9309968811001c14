from __future__ import annotations

import pytest

from groundkit.errors import OptionError
from groundkit.memory.setup import Setup, check_setup


@pytest.mark.parametrize(
    ("setup", "said"),
    [
        (Setup(rows=0), "rows is 0"),
        (Setup(devices=0), "devices is 0"),
        (Setup(text=10, answer=11), "longer than all text"),
        (Setup(vllm=1.0), "shares"),
        (Setup(method="grpo", vllm=0.3), "which card"),
        (Setup(parts=()), "which parts"),
        (Setup(method="dpo", packed=True), "dpo has no packed sequences"),
        (Setup(image=(0, 28)), "an image of 0x28"),
    ],
)
def test_what_cannot_be_is_named(setup, said):
    with pytest.raises(OptionError, match=said):
        check_setup(setup)


# Sequences with gradients at once, from the trainers of trl 1.16: dpo runs what was chosen and
# what was rejected together.
@pytest.mark.parametrize(
    ("setup", "sequences", "words"),
    [
        (Setup(rows=2), 2, 100),
        (Setup(rows=2, queries=4), 8, 100),
        (Setup(rows=2, queries=4, packed=True), 2, 400),
        (Setup(rows=2, method="dpo"), 4, 100),
        (Setup(rows=2, method="kto"), 2, 100),
        (Setup(rows=2, method="grpo", completion=64), 2, 124),
    ],
)
def test_sequences(setup, sequences, words):
    assert (setup.sequences, setup.words) == (sequences, words)


@pytest.mark.parametrize(
    ("setup", "stored", "compute", "autocast"),
    [
        (Setup(dtype="float32"), 4, 2, True),
        (Setup(dtype="float32", mixed=False), 4, 4, False),
        (Setup(dtype="bfloat16"), 2, 2, False),
        (Setup(dtype="float32", strategy="zero2"), 2, 2, False),
        (Setup(dtype="float32", strategy="fsdp"), 4, 2, True),
    ],
)
def test_types_of_numbers(setup, stored, compute, autocast):
    assert (setup.stored, setup.compute, setup.autocast) == (stored, compute, autocast)
