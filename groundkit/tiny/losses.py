"""What the tiny model is trained with beside its answers: every star tells its element's box.

An answer teaches one box an image. So while the base is made, throw-away heads read boxes at many
points: from the cells of the vision tower as distances to the edges, for stars and for bare points,
and from the cells in the middle of the language model as the numbers themselves. What the heads
need is then there for the answer to pick up.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from groundkit.tiny.architecture import HIDDEN

MIDDLE = 2
"""The language model's layers before its cells are asked for numbers; the others can read them."""
_WAVES = 4


class Heads(nn.Module):
    """The throw-away heads."""

    def __init__(self) -> None:
        super().__init__()
        self.star = nn.Sequential(
            nn.Linear(HIDDEN, 2 * HIDDEN), nn.GELU(), nn.Linear(2 * HIDDEN, 4)
        )
        self.spot = nn.Sequential(
            nn.Linear(HIDDEN + 4 * _WAVES, 2 * HIDDEN), nn.GELU(), nn.Linear(2 * HIDDEN, 4)
        )
        self.numbers = nn.Linear(HIDDEN, 4 * HIDDEN)
        self.places = nn.Linear(HIDDEN, 2 * HIDDEN)


def edge_targets(points: Tensor, corner: Tensor) -> Tensor:
    """Signed distances of the four edges from `corner`, compressed: 1 px matters near, not far.

    Args:
        points: (N, 8) of `batches.Batch`; corner: (N, 2), where distances are counted from.
    """
    distances = points[:, 4:8] - corner.repeat(1, 2)
    return torch.asinh(distances / 8)


def boxes_of(edges: Tensor, corner: Tensor) -> Tensor:
    """The inverse of `edge_targets`."""
    return 8 * torch.sinh(edges.clamp(-6, 6)) + corner.repeat(1, 2)


def iou(some: Tensor, others: Tensor) -> Tensor:
    """Of boxes (N, 4) pairwise."""
    low = torch.maximum(some[:, :2], others[:, :2])
    high = torch.minimum(some[:, 2:], others[:, 2:])
    both = (high - low).clamp(min=0).prod(1)
    area = (some[:, 2:] - some[:, :2]).clamp(min=0).prod(1)
    return both / (area + (others[:, 2:] - others[:, :2]).prod(1) - both).clamp(min=1e-6)


def edge_loss(
    head: nn.Module, cells: Tensor, points: Tensor, with_place: bool
) -> tuple[Tensor, float]:
    """Loss of the edges read from vision cells (B, n, d), and the mean IoU."""
    if not len(points):
        return cells.sum() * 0, math.nan
    states = cells[points[:, 0], points[:, 3]]
    point = points[:, 1:3].float()
    if with_place:
        inside = (point % 28) / 28
        waves = inside[..., None] * math.pi * 2.0 ** torch.arange(_WAVES)
        waves = torch.cat([waves.sin(), waves.cos()], -1).flatten(1)
        states = torch.cat([states, waves], 1)
    edges = head(states)
    wanted = edge_targets(points.float(), point)
    loss = functional.smooth_l1_loss(edges, wanted, beta=0.1, reduction="none").sum(1).mean()
    found = iou(boxes_of(edges.detach(), point), points[:, 4:8].float()).mean()
    return loss, float(found)


def number_loss(logits: Tensor, boxes: Tensor) -> Tensor:
    """Cross entropy of (N, 4, numbers) with (N, 4)."""
    return functional.cross_entropy(logits.flatten(0, 1), boxes.flatten())


class Forward(NamedTuple):
    """What a pass through the model leaves.

    Attributes:
        cells: of the vision tower, (B, n, d).
        middle, end: states of the language model, (B, S, d).
        looks: how far the numbers of answers look away from the cell of the point asked about;
        reads: and, a layer before, from the numbers of the point in the question.
    """

    cells: Tensor
    middle: Tensor
    end: Tensor
    looks: Tensor
    reads: Tensor


def forward(model: Any, batch: dict[str, Tensor], grid: tuple[int, int]) -> Forward:
    """One pass for all questions of a batch."""
    size = batch["ids"].shape
    cells = see(model.model.visual, batch["patches"], grid)
    states = model.get_input_embeddings()(batch["ids"])
    image = (batch["ids"] == model.config.image_token_id)[..., None]
    states = states.masked_scatter(image, cells.float())
    branch = batch["branch"]
    allowed = (branch[:, None, :] == 0) | (branch[:, None, :] == branch[:, :, None])
    allowed &= torch.ones(size[1], size[1], dtype=torch.bool).tril()
    # Added to scores: a mask of booleans would silently hide nothing from plain attention.
    mask = torch.zeros(allowed.shape, dtype=cells.dtype).masked_fill(~allowed, -1e4)[:, None]
    text = model.model.language_model
    positions = batch["positions"]
    rotations = text.rotary_emb(states, positions)
    middle, looks, reads = states, states.sum() * 0, states.sum() * 0
    for number, layer in enumerate(text.layers):
        if number == MIDDLE - 1:
            reads = read_loss(layer, states, rotations, batch, mask)
        if number == MIDDLE:
            middle = states
            looks = look_loss(layer, states, rotations, batch, image[0, :, 0])
        out = layer(
            states,
            attention_mask=mask,
            position_ids=positions[0],
            position_embeddings=rotations,
            use_cache=False,
        )
        states = out[0] if isinstance(out, tuple) else out
    return Forward(cells, middle, text.norm(states), looks, reads)


def look_loss(
    layer: Any,
    states: Tensor,
    rotations: tuple[Tensor, Tensor],
    batch: dict[str, Tensor],
    image: Tensor,
) -> Tensor:
    """Cross entropy of every head's attention among the cells, where a number is about to be
    written, with the cell of the point asked about.

    Without it the model hardly learns to look there: the box is read from all cells at once.

    Args:
        image: which places of a sequence are cells, (S,).
    """
    looks = batch["looks"]
    states = layer.input_layernorm(states)
    attn = layer.self_attn
    cos, sin = rotations
    rows, places = looks[:, 0], looks[:, 1]
    asked = _heads(attn.q_proj(states[rows, places]), attn.head_dim)
    asked = _turn(asked, cos[rows, places][:, None], sin[rows, places][:, None])
    cells = _heads(attn.k_proj(states[:, image]), attn.head_dim)
    cells = _turn(cells, cos[:, image][:, :, None], sin[:, image][:, :, None])
    scores = torch.einsum("nhd,nchd->nhc", asked, cells[rows]) / math.sqrt(attn.head_dim)
    wanted = looks[:, 2:3].expand(-1, scores.shape[1])
    return functional.cross_entropy(scores.flatten(0, 1), wanted.flatten())


def read_loss(
    layer: Any,
    states: Tensor,
    rotations: tuple[Tensor, Tensor],
    batch: dict[str, Tensor],
    mask: Tensor,
) -> Tensor:
    """Cross entropy of the attention of the first head with the x that the question says, and of
    the second with the y, where a number is about to be written.

    It is learned in a hundred steps, and looking at the cell then takes half the time.
    """
    looks = batch["looks"]
    looks = looks[looks[:, 3] >= 0]
    if not len(looks):
        return states.sum() * 0
    states = layer.input_layernorm(states)
    attn = layer.self_attn
    cos, sin = rotations
    rows, places = looks[:, 0], looks[:, 1]
    asked = _heads(attn.q_proj(states[rows, places]), attn.head_dim)
    asked = _turn(asked, cos[rows, places][:, None], sin[rows, places][:, None])
    keys = _turn(_heads(attn.k_proj(states), attn.head_dim), cos[:, :, None], sin[:, :, None])
    scores = torch.einsum("nhd,nshd->nhs", asked[:, :2], keys[rows, :, :2])
    scores = scores / math.sqrt(attn.head_dim) + mask[rows, 0, places][:, None]
    return functional.cross_entropy(scores.flatten(0, 1), looks[:, 3:].flatten())


def _heads(x: Tensor, width: int) -> Tensor:
    """(..., H * width) to (..., H, width)."""
    return x.view(*x.shape[:-1], -1, width)


def see(visual: Any, patches: Tensor, grid: tuple[int, int]) -> Tensor:
    """The vision tower for images of one size, all at once: (B, P, 588) to (B, n, d).

    Only the two equal frames are folded into one, and no image is looked at by itself.
    """
    count, length, _ = patches.shape
    weight = visual.patch_embed.proj.weight  # (d, 3, 2, 14, 14)
    states = patches @ weight.sum(2).flatten(1).T
    rows, columns = torch.meshgrid(torch.arange(grid[0]), torch.arange(grid[1]), indexing="ij")
    order = torch.stack([rows, columns]).reshape(2, grid[0] // 2, 2, grid[1] // 2, 2)
    places = order.permute(0, 1, 3, 2, 4).reshape(2, -1)
    cos, sin = visual.rotary_pos_emb(states, places.T)
    cos, sin = cos[None, None], sin[None, None]
    for block in visual.blocks:
        attn = block.attn
        qkv = attn.qkv(block.norm1(states)).view(count, length, 3, attn.num_heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        q, k = _turn(q, cos, sin), _turn(k, cos, sin)
        seen = _attend(q, k, v)
        states = states + attn.proj(seen.transpose(1, 2).reshape(count, length, -1))
        states = states + block.mlp(block.norm2(states))
    merged: Tensor = visual.merger(states.flatten(0, 1)).view(count, length // 4, -1)
    return merged


def _turn(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    first, second = x.chunk(2, -1)
    return x * cos + torch.cat([-second, first], -1) * sin


def _attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Attention in plain products: with half precision on a CPU twice as fast as the fused one."""
    scores: Tensor = (q * q.shape[-1] ** -0.5) @ k.mT
    return scores.softmax(-1) @ v
