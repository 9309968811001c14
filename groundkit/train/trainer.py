"""The trainer of transformers, on packs, watched by answers and guarded.

Not trl's SFTTrainer: it replaces the model's forward and prepares datasets for its own collator,
both of which packs need otherwise. Its settings (SFTConfig) and its losses are the same:
benchmarks/train.py compares them step by step.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import Dataset, SequentialSampler
from transformers import PrinterCallback, Trainer

from groundkit.errors import GroundkitError
from groundkit.models.patches import PatchForm
from groundkit.models.problems import is_memory_error
from groundkit.recipe import ModelKeys
from groundkit.train.adapters import groups_of
from groundkit.train.answers import answer_loss, answer_scores
from groundkit.train.batches import Collator
from groundkit.train.examples import Example
from groundkit.train.guards import Guard
from groundkit.train.plan import plan_epoch
from groundkit.train.watch import Watch

Batches = list[Example]


class Epochs(Dataset[Batches]):
    """The batches of an epoch, as `plan_epoch` has them; accelerate hands them out in turn."""

    def __init__(self, examples: Sequence[Example], size: int, seed: int, world: int) -> None:
        self._arguments = (examples, size, seed)
        self._world = world
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Plans another epoch."""
        examples, size, seed = self._arguments
        self._batches = plan_epoch(examples, size, seed, epoch, self._world)

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, number: int) -> Batches:
        return self._batches[number]


class _One:
    """A collator of batches that come one at a time."""

    def __init__(self, collator: Collator) -> None:
        self.collator = collator

    def __call__(self, batches: list[Batches]) -> dict[str, Any]:
        (batch,) = batches
        return self.collator(batch)


@dataclass(frozen=True)
class Training:
    """What is trained on what.

    Attributes:
        keys: of the model.
        processor: of the model.
        guard: looks at gradients.
        watch: asks the model in training; None for no evaluation.
        metrics: file for a line each time something is logged.
    """

    model: Any
    processor: Any
    keys: ModelKeys
    examples: Sequence[Example]
    collator: Collator
    guard: Guard
    watch: Watch | None
    metrics: Path


class GroundingTrainer(Trainer):  # type: ignore[misc]
    """Trains on the answers of packs of examples."""

    def __init__(self, training: Training, settings: Any, callbacks: Sequence[Any] = ()) -> None:
        self._form: PatchForm = training.collator.form
        self._keys, self._guard, self._watch = training.keys, training.guard, training.watch
        self._metrics, self._processor = training.metrics, training.processor
        self._start, self._samples, self._tokens = time.monotonic(), 0, 0
        self.optimizer: Any = None
        self.control: Any = None
        self.wrapped = ""
        size = settings.per_device_train_batch_size
        batches = Epochs(training.examples, size, settings.seed, settings.world_size)
        # A batch of ours is one item of theirs.
        settings.per_device_train_batch_size = 1
        super().__init__(
            model=training.model,
            args=settings,
            data_collator=_One(training.collator),
            train_dataset=batches,
            eval_dataset=batches,  # for its checks: `evaluate` asks the watch
            callbacks=list(callbacks),
        )
        self.remove_callback(PrinterCallback)
        self.loss_is_scaled_for_ga = True  # by all tokens of a step: see compute_loss

    def _get_train_sampler(self, train_dataset: Any = None) -> SequentialSampler:
        return SequentialSampler(self.train_dataset)  # the plan is in order

    def create_optimizer(self, model: Any = None) -> Any:
        """With learning rates of their own for the vision tower and the merger."""
        if self.optimizer is None:
            kind, options = self.get_optimizer_cls_and_kwargs(self.args, self.model)
            groups = groups_of(
                self.model if model is None else model,
                self._keys,
                self.args.learning_rate,
                self.args.weight_decay,
            )
            self.optimizer = kind(groups, **options)
        return self.optimizer

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> torch.Tensor:
        """The mean loss of the tokens of answers, over all batches of a step and all processes: the
        same whatever their number."""
        self._check_wrapped(model)
        samples = inputs.pop("samples")
        self._guard.samples += samples
        self._samples += len(samples)
        self._tokens += inputs["input_ids"].numel()
        scores = answer_scores(model, inputs, self._form)
        # Gradients of processes are averaged.
        return answer_loss(scores, inputs, num_items_in_batch / self.args.world_size)

    def _get_num_items_in_batch(self, batch_samples: list[Any], device: Any) -> torch.Tensor:
        """Weights of all tokens that are learned in a step."""
        total = torch.stack([batch["weights"].sum() for batch in batch_samples]).sum().to(device)
        gathered: torch.Tensor = self.accelerator.gather(total)
        return gathered.sum()

    def _check_wrapped(self, model: Any) -> None:
        """Raises a GroundkitError if several processes train without each other."""
        self.wrapped = type(model).__name__
        alone = model is self.accelerator.unwrap_model(model)
        if alone and self.args.world_size > 1 and "FSDP" not in self.wrapped:
            what = f"{self.args.world_size} processes run, but the model is a plain {self.wrapped}"
            raise GroundkitError(what, "launch.strategy")

    def training_step(self, *arguments: Any, **more: Any) -> torch.Tensor:
        """A step; without room for it the error says of what size it was."""
        try:
            step: torch.Tensor = super().training_step(*arguments, **more)
        except RuntimeError as error:
            if not is_memory_error(error):
                raise
            raise self._no_room(arguments[1]) from None
        return step

    def _no_room(self, inputs: dict[str, Any]) -> GroundkitError:
        rows, length = inputs["input_ids"].shape
        pixels = int(inputs["image_grid_thw"].prod(1).sum()) * self._form.patch**2
        what = f"no room for a batch of {rows} x {length:,} tokens and {pixels:,} pixels"
        hint = "lower trainer.per_device_train_batch_size, set trainer.gradient_checkpointing:"
        hint += " true, or make the dataset with fewer --max-pixels"
        return GroundkitError(
            f"{what} ({', '.join(inputs['samples'][:3])}, …)", "trainer", hint=hint
        )

    def _get_grad_norm(self, model: Any, grad_norm: Any = None) -> Any:
        norm = super()._get_grad_norm(model, grad_norm)
        self._guard.check(float(norm), self.state.global_step + 1, model)
        return norm

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Asks the model; `eval_iou`, `eval_hit` and the others, the same in all processes."""
        if self._watch is None:
            return {}
        from accelerate.utils import broadcast_object_list

        model = self.accelerator.unwrap_model(self.model)
        training = model.training
        model.eval()
        step = self.state.global_step
        found = [self._watch.figures(model, self._processor, step, self._keys.name)]
        model.train(training)
        broadcast_object_list(found)
        figures = {f"eval_{name}": value for name, value in found[0].items()}
        self.log(figures)
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, figures
        )
        return figures

    def best_figures(self) -> dict[str, float] | None:
        """Those of the checkpoint that was loaded at the end as the best; None if there is none."""
        best = self.state.best_global_step
        for line in self.state.log_history:
            if best and line["step"] == best and "eval_iou" in line:
                return {name: line[name] for name in line if name.startswith("eval_")}
        return None

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Also into metrics.jsonl, with what was done in which time."""
        logs = dict(logs)
        if "loss" in logs:
            seconds = time.monotonic() - self._start
            logs["samples_per_second"] = round(self._samples / seconds, 2)
            logs["tokens_per_second"] = round(self._tokens / seconds, 1)
            logs["passed_over"] = self._guard.passed_over
        super().log(logs, start_time)
        if self.is_world_process_zero():
            line = {"step": self.state.global_step, **logs}
            with self._metrics.open("a", encoding="utf-8") as file:
                file.write(json.dumps({k: _finite(v) for k, v in line.items()}) + "\n")


def _finite(value: Any) -> Any:
    """JSON has no NaN."""
    return str(value) if isinstance(value, float) and value - value != 0 else value
