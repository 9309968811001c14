"""Several questions about one image: the image is encoded once and the text before it read once.

The prefix of a chat, up to the last token of its image, is the same for all questions about an
image. It is run through the model once for each image; its keys and values are then laid out for
the questions, whose own tokens follow behind padding. Positions are those that the model's
`get_rope_index` gives, so the answers are those of each question by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from groundkit.models.load import LoadedModel

if TYPE_CHECKING:
    import torch

_KNOWN = frozenset({"qwen2_vl", "qwen2_5_vl"})
"""Model types whose modules are used here directly."""

Choose = Callable[[Any, Any], Any]


class _Prefix(NamedTuple):
    """Chats cut behind their images.

    Attributes:
        ids: of the tokens of the prefix, the image as one token.
        rests: tokens that follow, of each question.
    """

    ids: list[int]
    rests: list[list[int]]


class SharedPrefix:
    """Writes answers for models of the Qwen2-VL and Qwen2.5-VL architecture."""

    def __init__(self, loaded: LoadedModel, max_new_tokens: int, ends: Sequence[int]) -> None:
        model = loaded.model
        # What PEFT wraps has the adapter in its layers.
        self._model = model.get_base_model() if hasattr(model, "get_base_model") else model
        self._processor, self._tokenizer = loaded.processor, loaded.processor.tokenizer
        self._limit, self._ends = max_new_tokens, list(ends)
        self.usable = getattr(model.config, "model_type", "") in _KNOWN

    def write(
        self,
        chats: Sequence[str],
        names: Sequence[str],
        pictures: dict[str, Any],
        choose: Choose | None,
    ) -> list[list[int]] | None:
        """The tokens of the answers, or None if these chats cannot share.

        Args:
            chats: with one place of an image each.
            names: of their images, all of one size.
            choose: a logits processor; None for the likeliest token.
        """
        prefix = self._cut(chats) if self.usable else None
        if prefix is None:
            return None
        import torch

        images = list(dict.fromkeys(names))
        owner = [images.index(name) for name in names]
        with torch.inference_mode():
            cache, length, first = self._read_prefix(prefix.ids, [pictures[i] for i in images])
            cache.batch_select_indices(torch.tensor(owner, device=self._model.device))
            return self._continue(cache, length, first, prefix.rests, choose)

    def _cut(self, chats: Sequence[str]) -> _Prefix | None:
        """None if the chats differ before their images or have not one image each."""
        image = self._model.config.image_token_id
        tokens = [self._tokenizer(chat, add_special_tokens=False).input_ids for chat in chats]
        if any(ids.count(image) != 1 for ids in tokens):
            return None
        ends = [ids.index(image) + 1 for ids in tokens]
        first = tokens[0][: ends[0]]
        if any(ids[:end] != first for ids, end in zip(tokens, ends, strict=True)):
            return None
        return _Prefix(first, [ids[end:] for ids, end in zip(tokens, ends, strict=True)])

    def _read_prefix(self, ids: list[int], pictures: list[Any]) -> tuple[Any, int, int]:
        """The cache with a row an image, the number of its tokens, and the position after them."""
        import torch

        device, core = self._model.device, self._model.model
        seen = self._processor.image_processor(images=pictures, return_tensors="pt").to(device)
        grid = seen["image_grid_thw"]
        merged = self._model.config.vision_config.spatial_merge_size**2
        cells = int(grid[0].prod()) // merged
        row = torch.tensor([*ids[:-1], *[ids[-1]] * cells], device=device)
        tokens = row.expand(len(pictures), -1)
        kinds = (tokens == self._model.config.image_token_id).int()
        positions, _ = core.get_rope_index(tokens, mm_token_type_ids=kinds, image_grid_thw=grid)
        out = self._model(
            input_ids=tokens,
            attention_mask=torch.ones_like(tokens),
            position_ids=positions,
            pixel_values=seen["pixel_values"].to(self._model.dtype),
            image_grid_thw=grid,
            use_cache=True,
            logits_to_keep=1,
        )
        return out.past_key_values, tokens.shape[1], int(positions[:, 0].max()) + 1

    def _continue(
        self, cache: Any, length: int, first: int, rests: list[list[int]], choose: Choose | None
    ) -> list[list[int]]:
        """Answers of B questions to a cache of B rows.

        Args:
            length: of the prefix in the cache.
            first: position of the token that follows it.
        """
        import torch

        device = self._model.device
        ids, mask, positions = self._lay_out(length, first, rests)
        pad, ends = self._tokenizer.pad_token_id, torch.tensor(self._ends, device=device)
        written: list[torch.Tensor] = []
        running = torch.ones(len(rests), dtype=torch.bool, device=device)
        for _ in range(self._limit):
            scores = self._model(
                input_ids=ids,
                attention_mask=mask,
                position_ids=positions,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            ).logits[:, -1]
            scores = scores.float() if choose is None else choose(ids, scores.float())
            token = scores.argmax(-1).where(running, pad)
            written.append(token)
            running &= ~torch.isin(token, ends)
            if not running.any():
                break
            ids = token[:, None]
            mask = torch.cat([mask, mask.new_ones(len(rests), 1)], dim=1)
            positions = positions[:, :, -1:] + 1
        rows: list[list[int]] = torch.stack(written, dim=1).tolist()
        return rows

    def _lay_out(
        self, length: int, first: int, rests: list[list[int]]
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Tokens (B, S) with padding on the left, mask (B, length + S), positions (3, B, S)."""
        import torch

        width = max(map(len, rests))
        pad = self._tokenizer.pad_token_id
        ids = torch.tensor([[pad] * (width - len(rest)) + rest for rest in rests])
        shown = torch.tensor([[0] * (width - len(rest)) + [1] * len(rest) for rest in rests])
        mask = torch.cat([torch.ones(len(rests), length, dtype=shown.dtype), shown], dim=1)
        # Padding comes before the first token; where it stands does not matter, nobody looks.
        places = (first + shown.cumsum(1) - 1).clamp(min=0)
        device = self._model.device
        return ids.to(device), mask.to(device), places.expand(3, -1, -1).to(device)
