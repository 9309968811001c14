"""All that can be found out about a training before it starts: `groundkit train RECIPE --check`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from groundkit import images
from groundkit.errors import DataError, GroundkitError
from groundkit.models.patches import PatchForm
from groundkit.recipe import Recipe
from groundkit.train.adapters import trained_parts
from groundkit.train.answers import answer_loss, answer_scores
from groundkit.train.batches import Collator
from groundkit.train.examples import Example
from groundkit.train.plan import plan_epoch, prefix_tokens

_FEW = 3


class Finding(NamedTuple):
    """What was looked at.

    Attributes:
        said: what was found.
        problem: what is wrong; empty if nothing is.
    """

    name: str
    said: str
    problem: str = ""


def check(
    recipe: Recipe, model: Any, examples: Sequence[Example], collator: Collator, size: int
) -> Iterator[Finding]:
    """Looks at images, tokens, answers, gradients and what is trained, one after another.

    Args:
        size: samples of a batch.
    """
    yield check_images(examples)
    yield check_answers(examples)
    yield check_tokens(recipe, examples, collator)
    yield from check_trained(model)
    yield from check_step(model, examples, collator, size)


def check_images(examples: Sequence[Example]) -> Finding:
    """Every image is decoded, and has the size that its samples say."""
    problems = []
    sizes = {one.image: one.saved for one in examples}
    for path, saved in sizes.items():
        try:
            height, width = images.read_pixels(path).shape[:2]
            if (width, height) != saved:
                problems.append(f"{path} is {width}x{height}, not {saved[0]}x{saved[1]}")
        except DataError as error:
            problems.append(str(error))
    said = f"{len(sizes):,} of {len(examples):,} samples, all decoded"
    return Finding("images", said, _some(problems))


def check_answers(examples: Sequence[Example]) -> Finding:
    """Every answer has tokens to learn, and a box in them."""
    problems = [one.id for one in examples if not any(one.numbers)]
    lengths = [len(one.answer) for one in examples]
    said = f"{min(lengths)} to {max(lengths)} tokens, none cut"
    return Finding("answers", said, f"no number in {_some(problems)}" if problems else "")


def check_tokens(recipe: Recipe, examples: Sequence[Example], collator: Collator) -> Finding:
    """The longest sample fits into a sequence."""
    form = collator.form

    def length(one: Example) -> int:
        return prefix_tokens(one, form) + one.own_tokens

    longest = max(examples, key=length)
    width, height = longest.seen
    said = f"longest {length(longest):,} tokens, {form.tokens(longest.seen):,} of them the image"
    said += f" of {width}x{height} ({longest.id})"
    limit = recipe.data.pack_tokens
    packed = recipe.data.pack == "shared-image"
    too_long = packed and length(longest) > limit
    return Finding("tokens", said, f"more than data.pack_tokens {limit:,}" if too_long else "")


def check_trained(model: Any) -> Iterator[Finding]:
    """How many weights of each part learn, and in which types."""
    for part, (trained, every) in trained_parts(model).items():
        yield Finding(f"trained: {part}", f"{trained:,} of {every:,} ({trained / every:.2%})")
    types = {str(weight.dtype).removeprefix("torch.") for weight in model.parameters()}
    large = sum(weight.numel() for weight in model.parameters()) > 1_000_000_000
    problem = "a large model in float32 takes twice the room" if types == {"float32"} else ""
    yield Finding("types", ", ".join(sorted(types)), problem if large else "")


def check_step(
    model: Any, examples: Sequence[Example], collator: Collator, size: int
) -> Iterator[Finding]:
    """A forward and a backward on the largest batch, for which there must be room too."""
    batches = plan_epoch(examples, size, seed=0, epoch=0)
    largest = max(batches, key=lambda batch: _cost(collator.packs(batch), collator.form))
    batch = collator(largest)
    model.train()
    loss: Any = answer_loss(answer_scores(model, batch, collator.form), batch)
    loss.backward()
    value = float(loss.detach())
    rows, length = batch["input_ids"].shape
    said = f"{len(largest)} samples as {rows} x {length:,} tokens, loss {value:.3f}"
    yield Finding("largest batch", said, "" if math.isfinite(value) else "the loss is not finite")
    yield _gradients(model)
    model.zero_grad(set_to_none=True)


def _cost(packs: Iterable[list[Example]], form: PatchForm) -> int:
    return sum(prefix_tokens(pack[0], form) + sum(one.own_tokens for one in pack) for pack in packs)


def _gradients(model: Any) -> Finding:
    norms = {
        name: float(weight.grad.norm())
        for name, weight in model.named_parameters()
        if weight.requires_grad and weight.grad is not None
    }
    trained = [name for name, weight in model.named_parameters() if weight.requires_grad]
    none = [name for name in trained if name not in norms]
    total = math.sqrt(sum(norm**2 for norm in norms.values()))
    problem = ""
    if none:
        problem = f"no gradient reaches {_some(none)}"
    elif not math.isfinite(total):
        problem = "not finite"
    elif not total:
        problem = "zero: nothing would be learned"
    return Finding("gradients", f"norm {total:.4g} of {len(norms):,} tensors", problem)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_FEW])
    return f"{shown} and {len(names) - _FEW:,} more" if len(names) > _FEW else shown


def conclude(findings: Sequence[Finding]) -> None:
    """Raises a GroundkitError if something is wrong."""
    wrong = [finding.name for finding in findings if finding.problem]
    if wrong:
        raise GroundkitError(f"this training would go wrong: {', '.join(wrong)}")
