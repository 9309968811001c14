"""Makes the checkpoint that ships with groundkit.

    python -m groundkit.tiny.pretrain --out DIR

COST. Some 4,200 CPU seconds where the CPU multiplies bfloat16 (AVX-512): an hour and five minutes,
of two cores one whole and a tenth of the other; 2.8 GB. Elsewhere a step takes nearly twice as
long. A run that was killed goes on from its last checkpoint with the same command, with the batches
it would have had.

Two stages look at pictures only, with the throw-away heads of `losses`; the others train the whole
model, on larger and larger images. Muon for the matrices, AdamW for the rest, and a learning rate
that falls to almost nothing over the last part: half of what the model can do appears there.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import os
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from groundkit.errors import DataError
from groundkit.store import atomic_write
from groundkit.tiny import losses
from groundkit.tiny.architecture import HIDDEN
from groundkit.tiny.batches import Batch, normalise
from groundkit.tiny.build import build_model, export
from groundkit.tiny.data import Stage, batches, stage_at
from groundkit.tiny.muon import Muon
from groundkit.tiny.tokenizer import build_tokenizer, number_ids

_ANSWERS = 2.0  # how much the answers count beside each of the other losses
STAGES = (
    Stage(2500, (5, 6, 7, 8), 576, looks_only=True),
    Stage(5000, (7, 8, 9, 10, 11, 12, 13, 14, 15, 16), 560, looks_only=True),
    Stage(7000, (6, 7, 8, 9, 10), 420, questions=4),
    Stage(15500, (6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16), 480, questions=4),
)


@dataclass(frozen=True)
class Config:
    """Settings of a run.

    Attributes:
        muon, adamw: learning rates of matrices and of everything else.
        rates: which share of them a step has, as points of a line from the first step to the last.
        save_every: seconds between checkpoints.
    """

    seed: int = 0
    muon: float = 4e-3
    adamw: float = 2e-3
    rates: tuple[tuple[int, float], ...] = (
        (0, 0.025),
        (39, 1),
        (7500, 1),
        (9750, 0.75),
        (15500, 0),
    )
    clip: float = 1.0
    save_every: float = 120.0


class Trainer:
    """Model, heads and optimizers, and one step of them."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.tokenizer = build_tokenizer()
        self.model: Any = build_model(self.tokenizer, config.seed).train()
        torch.manual_seed(config.seed)
        self.heads = losses.Heads()
        self.step = 0
        # Half precision halves a step where the CPU multiplies it, and is slower where it does not;
        # plain products of attention are then twice as fast as the fused ones.
        self.half = torch.cpu._is_avx512_bf16_supported()
        self.model.model.language_model.config._attn_implementation = "eager"
        self.numbers = torch.tensor(number_ids(self.tokenizer))
        self.value = torch.full((len(self.tokenizer),), -1)
        self.value[self.numbers] = torch.arange(len(self.numbers))
        named = [*self.model.named_parameters(), *self.heads.named_parameters()]
        self.parameters = [parameter for _, parameter in named]
        matrices = [p for name, p in named if p.ndim == 2 and "embed" not in name and len(p) > 4]
        chosen = set(map(id, matrices))
        others = [p for p in self.parameters if id(p) not in chosen]
        self.optimizers: list[tuple[torch.optim.Optimizer, float]] = [
            (Muon(matrices, lr=config.muon), config.muon),
            (torch.optim.AdamW(others, config.adamw, (0.9, 0.95), weight_decay=0), config.adamw),
        ]

    def train_step(self, batch: Batch) -> dict[str, float]:
        """Updates everything from one batch; returns figures."""
        steps, shares = np.array(self.config.rates).T
        rate = float(np.interp(self.step, steps, shares))
        for optimizer, base in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = base * rate
        with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            loss, figures = self.losses(batch, stage_at(STAGES, self.step).looks_only)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.parameters, self.config.clip)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            for optimizer, _ in self.optimizers:
                optimizer.step()
                optimizer.zero_grad()
        self.step += 1
        return figures

    def losses(self, batch: Batch, looks_only: bool) -> tuple[Tensor, dict[str, float]]:
        """The sum of all losses, and figures."""
        tensors = {
            name: torch.from_numpy(value)
            for name, value in vars(batch).items()
            if name not in ("patches", "grid")
        }
        tensors["patches"] = torch.from_numpy(normalise(batch.patches))
        figures: dict[str, float] = {}
        if looks_only:
            cells = losses.see(self.model.model.visual, tensors["patches"], batch.grid)
            answer = cells.sum() * 0
        else:
            cells, middle, end, looks, reads = losses.forward(self.model, tensors, batch.grid)
            answer, figures = self._answers(tensors, end)
            numbers, iou = self._numbers(tensors, middle)
            places = self._places(tensors, middle, batch.grid)
            answer = _ANSWERS * answer + numbers + looks + reads + places
            told = {"places": places, "looks": looks, "reads": reads}
            figures |= {name: float(value.detach()) for name, value in told.items()}
            figures["middle"] = iou
        for name in ("stars", "spots"):
            head = self.heads.star if name == "stars" else self.heads.spot
            loss, iou = losses.edge_loss(head, cells, tensors[name], name == "spots")
            answer = answer + loss
            figures[name] = iou
        return answer, figures

    def _answers(self, batch: dict[str, Tensor], states: Tensor) -> tuple[Tensor, dict[str, float]]:
        """The weighted loss of the answers; figures are of forced answers, before the update."""
        told = batch["weights"] > 0
        weights, wanted = batch["weights"][told], batch["targets"][told]
        logits = states[told] @ self.model.lm_head.weight.T
        loss = functional.cross_entropy(logits, wanted, reduction="none")
        edges = batch["numbers"][told]
        total = (loss * weights).sum() / weights.sum()
        with torch.no_grad():
            guessed = logits[edges][:, self.numbers].argmax(1).view(-1, 4).float()
            right = self.value[wanted[edges]].view(-1, 4).float()
            iou = losses.iou(guessed, right)
        return total, {
            "loss": float(total.detach()),
            "number": float(loss[edges].detach().mean()),
            "iou": float(iou.mean()),
            "iou50": float((iou > 0.5).float().mean()),
        }

    def _numbers(self, batch: dict[str, Tensor], states: Tensor) -> tuple[Tensor, float]:
        """The loss of boxes read from the cells of stars in the middle of the language model."""
        stars = batch["stars"]
        if not len(stars):
            return states.sum() * 0, float("nan")
        first = int((batch["ids"][0] == self.model.config.image_token_id).int().argmax())
        cells = self.model.model.language_model.norm(states[stars[:, 0], first + stars[:, 3]])
        table = self.model.lm_head.weight[self.numbers]
        logits = self.heads.numbers(cells).view(-1, 4, HIDDEN) @ table.T
        iou = losses.iou(logits.detach().argmax(2).float(), stars[:, 4:8].float())
        return losses.number_loss(logits, stars[:, 4:8]), float(iou.mean())

    def _places(self, batch: dict[str, Tensor], states: Tensor, grid: tuple[int, int]) -> Tensor:
        """The loss of where each cell is, in pixels, read from the middle of the language model."""
        image = batch["ids"] == self.model.config.image_token_id
        cells = self.model.model.language_model.norm(states[image])
        rows, columns = torch.meshgrid(
            torch.arange(grid[0] // 2), torch.arange(grid[1] // 2), indexing="ij"
        )
        places = torch.stack([columns, rows], -1).reshape(-1, 2) * 28 + 14
        places = places.repeat(len(batch["ids"]), 1)
        table = self.model.lm_head.weight[self.numbers[:512]]
        logits = self.heads.places(cells).view(-1, 2, HIDDEN) @ table.T
        return losses.number_loss(logits, places)

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on."""
        return {
            "step": self.step,
            "vocabulary": self._vocabulary(),
            "model": self.model.state_dict(),
            "heads": self.heads.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer, _ in self.optimizers],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from a state.

        Raises:
            DataError: it was made with other tokens: words of the screens have changed.
        """
        if state["vocabulary"] != self._vocabulary():
            raise DataError("the state was made with another tokenizer", hint="start anew")
        self.step = state["step"]
        self.model.load_state_dict(state["model"])
        self.heads.load_state_dict(state["heads"])
        for (optimizer, _), saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)

    def _vocabulary(self) -> str:
        """A hash of the tokenizer, which follows the words of the synthetic screens."""
        entries = sorted(self.tokenizer.get_vocab().items())
        return hashlib.blake2b(repr(entries).encode(), digest_size=8).hexdigest()


def pretrain(config: Config, out: Path, say: Any = print) -> None:
    """Trains and writes the checkpoint to `out`/model; a killed run goes on from `out`/state.pt."""
    trainer = Trainer(config)
    kept = out / "state.pt"
    if kept.exists():
        trainer.restore(torch.load(kept, weights_only=True))
        say(f"going on from step {trainer.step}")
    sums: dict[str, list[float]] = defaultdict(list)
    saved = time.monotonic()
    with batches(STAGES, config.seed, trainer.step, STAGES[-1].until) as stream:
        for batch in stream:
            for name, value in trainer.train_step(batch).items():
                if not math.isnan(value):
                    sums[name].append(value)
            if trainer.step % 50 == 0:
                means = " ".join(f"{name} {sum(v) / len(v):.3f}" for name, v in sums.items())
                say(f"step {trainer.step} cpu {time.process_time():.0f} s: {means}")
                sums.clear()
            if time.monotonic() - saved > config.save_every:
                save_state(trainer.state(), kept)
                saved = time.monotonic()
    save_state(trainer.state(), kept)
    export(trainer.model.eval(), out / "model")


def save_state(state: dict[str, Any], path: Path) -> None:
    """Appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as file:
        torch.save(state, file)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make the checkpoint of the tiny model.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=Config.seed)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    os.environ["OMP_NUM_THREADS"] = "1"
    config = Config(seed=arguments.seed)
    pretrain(config, arguments.out, lambda text: print(text, flush=True))  # noqa: T201


if __name__ == "__main__":
    main()
