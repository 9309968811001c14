"""The loss of answers, and the mask under which the questions of a pack do not see each other."""

from __future__ import annotations

import functools
import types
from typing import TYPE_CHECKING, Any

from groundkit.errors import OptionError
from groundkit.models.patches import PatchForm, to_values
from groundkit.train.batches import PADDING

if TYPE_CHECKING:
    import torch

KNOWN = ("qwen2_vl", "qwen2_5_vl")
"""Types of models whose positions `batches` makes."""
MASKED = ("sdpa", "eager")
"""Kinds of attention that look at a mask of every token with every token."""


def visible(branches: torch.Tensor) -> torch.Tensor:
    """Which token sees which, (B, 1, S, S): what is before it in the prefix and in its own branch.

    Padding sees itself, for a row that sees nothing is NaN in some kinds of attention.

    Args:
        branches: (B, S); 0 for the prefix, PADDING behind the end.
    """
    import torch

    query, key = branches[:, :, None], branches[:, None, :]
    length = branches.shape[1]
    earlier = torch.ones(length, length, dtype=torch.bool, device=branches.device).tril()
    related = (key == 0) | (key == query)
    seen = related & earlier & (query != PADDING)
    seen |= torch.eye(length, dtype=torch.bool, device=branches.device)
    return seen[:, None]


def keep_answers(model: Any) -> None:
    """Teaches a Qwen-VL of transformers to give the scores at some places alone.

    Its `forward` then takes `places` (A, 2), row and column, and returns scores (A, V): those of
    all places of a pack would be most of the memory. Called as before it does as before, and what
    wraps it (PEFT, DDP, FSDP) wraps this.

    Raises:
        OptionError: its attention ignores masks, or it counts positions in another way.
    """
    architecture = str(getattr(model.config, "model_type", ""))
    if architecture not in KNOWN:
        what = f"where the tokens of {architecture or 'this model'} stand is not known"
        raise OptionError(what, "model.name", KNOWN)
    kind = getattr(model.config, "_attn_implementation", "sdpa")
    if kind not in MASKED:
        what = f"{kind} does not look at the mask that keeps questions of a pack apart"
        raise OptionError(what, "model.attention", MASKED)

    @functools.wraps(type(model).forward)  # `generate` looks at the names of its arguments
    def forward(self: Any, *args: Any, places: Any = None, **inputs: Any) -> Any:
        if places is None:
            return type(self).forward(self, *args, **inputs)
        states = self.model(**inputs, use_cache=False)[0]
        return self.lm_head(states[places[:, 0], places[:, 1]])

    model.forward = types.MethodType(forward, model)


def answer_scores(model: Any, batch: dict[str, Any], form: PatchForm) -> torch.Tensor:
    """The scores (A, V) of the tokens that follow each place of a batch of `Collator`.

    Args:
        model: that went through `keep_answers`, wrapped or not.
    """
    import torch

    core = model.module if hasattr(model, "module") else model
    dtype = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else core.dtype
    mask = visible(batch["branches"])
    if core.config._attn_implementation == "eager":
        # Added to scores: plain attention would hide nothing behind booleans.
        mask = torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill(~mask, -1e9)
    scores: torch.Tensor = model(
        input_ids=batch["input_ids"],
        attention_mask=mask,
        position_ids=batch["position_ids"],
        pixel_values=to_values(batch["patches"], form, core.dtype),
        image_grid_thw=batch["image_grid_thw"],
        places=batch["places"],
    )
    return scores


def answer_loss(
    scores: torch.Tensor, batch: dict[str, Any], total: torch.Tensor | None = None
) -> torch.Tensor:
    """The sum of the cross entropies of the learned tokens by their weights, over `total`; the mean
    of this batch without."""
    import torch

    each = torch.nn.functional.cross_entropy(scores.float(), batch["targets"], reduction="none")
    weights = batch["weights"]
    loss: torch.Tensor = (each * weights).sum() / (weights.sum() if total is None else total)
    return loss
