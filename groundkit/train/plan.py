"""Which samples are learned from together, in an epoch.

The questions about one image stand next to each other, images in random order; batches of one
number of samples are cut from that. What is in a batch depends on the seed, the epoch and the
number of processes alone, not on how the batch is packed: packed and unpacked training take the
same steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from groundkit.errors import DataError
from groundkit.models.patches import PatchForm
from groundkit.train.examples import Example

Pack = list[Example]
"""Examples with one image and one prefix, to stand in one sequence."""
Batch = list[Pack]


def plan_epoch(
    examples: Sequence[Example], size: int, seed: int, epoch: int, world: int = 1
) -> list[list[Example]]:
    """The batches of an epoch; batch i is for process i % world.

    Args:
        size: samples of a batch; the last may have fewer.
        world: the number of batches is a multiple of it; the first are taken again if need be.
    """
    rng = np.random.default_rng([seed, epoch])
    drawn = _draw(examples, rng)
    groups: dict[object, list[Example]] = {}
    for one in drawn:
        groups.setdefault(_key(one), []).append(one)
    order = list(groups.values())
    rng.shuffle(order)
    for group in order:
        rng.shuffle(group)
    line = [one for group in order for one in group]
    batches = [line[start : start + size] for start in range(0, len(line), size)]
    missing = -len(batches) % world
    return batches + [batches[index % len(batches)] for index in range(missing)]


def _draw(examples: Sequence[Example], rng: np.random.Generator) -> list[Example]:
    """Each example as often as its weight says; what is left of it is a chance."""
    if all(one.weight == 1 for one in examples):
        return list(examples)
    chances = rng.random(len(examples))
    counts = [
        int(one.weight) + (chance < one.weight % 1)
        for one, chance in zip(examples, chances, strict=True)
    ]
    drawn = [one for one, count in zip(examples, counts, strict=True) for _ in range(count)]
    return drawn or list(examples)


def _key(one: Example) -> object:
    """What examples of one pack have in common."""
    return str(one.image), one.prefix, one.seen


def pack(batch: Sequence[Example], form: PatchForm, most: int) -> Batch:
    """A batch as packs of at most so many tokens.

    Raises:
        DataError: an example alone has more.
    """
    packs: Batch = []
    for _, group in groupby(batch, _key):
        packs += _fill(list(group), form, most)
    return packs


def _fill(group: Sequence[Example], form: PatchForm, most: int) -> Batch:
    start = prefix_tokens(group[0], form)
    packs: Batch = []
    length = most
    for one in group:
        if start + one.own_tokens > most:
            what = f"{start + one.own_tokens:,} tokens, more than data.pack_tokens {most:,}"
            raise DataError(what, one.id, hint="raise data.pack_tokens, or use smaller images")
        if length + one.own_tokens > most:
            packs.append([])
            length = start
        packs[-1].append(one)
        length += one.own_tokens
    return packs


def prefix_tokens(one: Example, form: PatchForm) -> int:
    """Tokens of what a pack shares, the image included."""
    return len(one.prefix) - 1 + form.tokens(one.seen)
