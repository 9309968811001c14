from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from groundkit.errors import DataError
from groundkit.models.patches import PatchForm
from groundkit.train.examples import Example
from groundkit.train.plan import pack, plan_epoch, prefix_tokens

FORM = PatchForm(14, 2, 2, (0.5,) * 3, (0.5,) * 3)


def example(number: int, image: str, **fields) -> Example:
    made = Example(
        *(f"s{number}", Path(image), (56, 56), (56, 56), (1, 2, 3), (4, 5), (6, 7, 8)),
        numbers=(False, True, False),
    )
    return replace(made, **fields)


EXAMPLES = [example(n, f"{n // 4}.png") for n in range(22)]


def ids(batches):
    return [[one.id for one in batch] for batch in batches]


def test_every_sample_comes_once_and_images_stay_together():
    batches = plan_epoch(EXAMPLES, 6, seed=0, epoch=0)
    assert Counter(one for batch in ids(batches) for one in batch) == Counter(
        one.id for one in EXAMPLES
    )
    assert [len(batch) for batch in batches] == [6, 6, 6, 4]
    line = [one.image for batch in batches for one in batch]
    changes = sum(one != other for one, other in pairwise(line))
    assert changes == len(set(line)) - 1


def test_an_epoch_is_the_same_again_and_another_is_not():
    first = ids(plan_epoch(EXAMPLES, 6, seed=0, epoch=0))
    assert ids(plan_epoch(EXAMPLES, 6, seed=0, epoch=0)) == first
    assert ids(plan_epoch(EXAMPLES, 6, seed=0, epoch=1)) != first
    assert ids(plan_epoch(EXAMPLES, 6, seed=1, epoch=0)) != first


@pytest.mark.parametrize("world", [1, 2, 3, 5])
def test_processes_have_equally_many_batches(world):
    """Those that are missing are the first again, as in torch's DistributedSampler."""
    batches = ids(plan_epoch(EXAMPLES, 6, seed=0, epoch=0, world=world))
    assert len(batches) % world == 0
    assert batches[:4] == ids(plan_epoch(EXAMPLES, 6, seed=0, epoch=0))
    assert all(batch == batches[index % 4] for index, batch in enumerate(batches))


def test_weights_say_how_often():
    many = [example(n, f"{n}.png", weight=2.5 if n < 200 else 0.25) for n in range(400)]
    drawn = Counter(one for batch in ids(plan_epoch(many, 8, 0, 0)) for one in batch)
    heavy = [drawn[f"s{n}"] for n in range(200)]
    light = [drawn[f"s{n}"] for n in range(200, 400)]
    assert set(heavy) == {2, 3} and set(light) == {0, 1}
    # Standard deviations of the means: sqrt(.25 / 200) = .035 and sqrt(.1875 / 200) = .031.
    assert sum(heavy) / 200 == pytest.approx(2.5, abs=0.11)
    assert sum(light) / 200 == pytest.approx(0.25, abs=0.1)


def test_a_pack_has_one_image_and_one_prefix():
    other = example(9, "0.png", prefix=(1, 9, 3))
    packs = pack([*EXAMPLES[:6], other], FORM, 1000)
    assert [[one.id for one in group] for group in packs] == [
        ["s0", "s1", "s2", "s3"],
        ["s4", "s5"],
        ["s9"],
    ]


def test_packs_are_filled_up_to_their_limit():
    """Before the image 2 tokens, 2 x 2 cells of it, then 5 a question: 6 + 2 * 5 = 16."""
    assert prefix_tokens(EXAMPLES[0], FORM) == 6
    assert [len(group) for group in pack(EXAMPLES[:4], FORM, 16)] == [2, 2]
    assert [len(group) for group in pack(EXAMPLES[:4], FORM, 20)] == [2, 2]
    assert [len(group) for group in pack(EXAMPLES[:4], FORM, 21)] == [3, 1]


def test_a_sample_that_is_too_long_is_named():
    with pytest.raises(DataError, match=r"s0: 11 tokens, more than data\.pack_tokens 10; raise"):
        pack(EXAMPLES[:4], FORM, 10)
