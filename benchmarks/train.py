"""What training gains by sharing an image among the questions about it.

    python benchmarks/train.py [--steps 4] [--small]

Forward, backward and AdamW through a Trainer on the same samples, each step all questions about
one screen: questions that share their image (packed), the same questions each with its image
(plain), and trl's SFTTrainer with its collator for images. Every case runs in a process of its own
with one thread; the step that took the least processor time counts, preparing its batch included.
Losses are compared step by step. Memory is the peak of the process above what it holds before
training. All flush denormals (groundkit/models/devices.py); what that gains is told separately.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

os.environ.update(OMP_NUM_THREADS="1", HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")

import cv2
import numpy as np
import torch
from common import write_result
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from transformers import (
    PrinterCallback,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    TrainerCallback,
)
from trl import SFTConfig, SFTTrainer

from groundkit.contract import Contract
from groundkit.dataset.prompts import IMAGE_TAG, write_prompt
from groundkit.grammar import write_answer
from groundkit.models.load import load_model
from groundkit.models.patches import form_of
from groundkit.predict.prompts import Prompt
from groundkit.recipe import GuardKeys, ModelKeys
from groundkit.records import Sample
from groundkit.tiny.architecture import tiny_config
from groundkit.train.answers import keep_answers
from groundkit.train.batches import Collator
from groundkit.train.examples import Example, make_examples
from groundkit.train.guards import Guard
from groundkit.train.plan import plan_epoch
from groundkit.train.trainer import GroundingTrainer, Training

KINDS = ("packed", "plain", "trl")
FLOORS = {8: 5.0, 16: 9.0}
MEMORY = 0.5
LORA = r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"
SETTINGS: dict[str, Any] = {
    "learning_rate": 1e-4,
    "lr_scheduler_type": "constant",
    "max_grad_norm": 1e9,
    "weight_decay": 0.0,
    "use_cpu": True,
    "bf16": False,
    "gradient_checkpointing": False,
    "dataloader_pin_memory": False,
    "report_to": [],
    "save_strategy": "no",
    "logging_strategy": "no",
    "disable_tqdm": True,
    "remove_unused_columns": False,
    "seed": 0,
}


class Case(NamedTuple):
    """What is trained on what.

    Attributes:
        flush: whether denormals are flushed.
    """

    model: str
    tuning: str
    size: tuple[int, int]
    queries: int
    flush: bool = True


class Run(NamedTuple):
    """Of a case in one way: samples a CPU second, MiB above the start, MiB at all, losses."""

    speed: float
    memory: float
    peak: float
    losses: list[float]


class Clock(TrainerCallback):
    """CPU seconds at the ends of steps."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        self.times.append(time.process_time())

    def on_step_end(self, *_: Any, **__: Any) -> None:
        self.times.append(time.process_time())


class Ours(GroundingTrainer):
    """Ours, which notes its losses."""

    losses: list[float]

    def compute_loss(self, *arguments: Any, **words: Any) -> Any:
        loss = super().compute_loss(*arguments, **words)
        self.losses.append(float(loss.detach()))
        return loss


class Theirs(SFTTrainer):
    """trl's, which notes its losses."""

    losses: list[float]

    def compute_loss(self, *arguments: Any, **words: Any) -> Any:
        loss = super().compute_loss(*arguments, **words)
        self.losses.append(float(loss.detach()))
        return loss


def make_samples(folder: Path, case: Case, screens: int) -> list[Sample]:
    """Questions in the words of a dataset about screens of blurred noise."""
    rng = np.random.default_rng(0)
    width, height = case.size
    samples = []
    for screen in range(screens):
        path = folder / f"{screen}.png"
        cv2.imwrite(str(path), cv2.resize(rng.integers(0, 255, (28, 16, 3), np.uint8), case.size))
        for number in range(case.queries):
            x, y = int(rng.integers(width)), int(rng.integers(height))
            box = (x // 2, y // 2, x // 2 + 60, y // 2 + 30)
            samples.append(
                Sample(
                    id=f"{screen}-{number}",
                    image=path.name,
                    width=width,
                    height=height,
                    original=case.size,
                    box=box,
                    type="button",
                    name="Save changes",
                    point=(x, y),
                    lang="en",
                    prompt=write_prompt((x, y), None, "en"),
                    answer=write_answer("button", "Save changes", box),
                    element="e",
                    name_source="text",
                    placement="inside",
                )
            )
    return samples


def make_model(case: Case, contract: Contract) -> tuple[Any, Any]:
    """(model, processor)"""
    loaded = load_model("tiny", device="cpu", contract=contract)
    model = loaded.model
    if case.model == "10M":
        config = tiny_config(loaded.processor.tokenizer).to_dict()
        config["text_config"] |= {"hidden_size": 256, "intermediate_size": 768}
        config["text_config"] |= {"num_attention_heads": 8, "num_key_value_heads": 8}
        config["text_config"] |= {"num_hidden_layers": 6, "layer_types": ["full_attention"] * 6}
        config["vision_config"] |= {"depth": 6, "hidden_size": 192, "intermediate_size": 576}
        config["vision_config"] |= {"num_heads": 6, "out_hidden_size": 256}
        config["vision_config"] |= {"fullatt_block_indexes": list(range(6))}
        torch.manual_seed(0)
        model = Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(**config))
    if case.tuning == "LoRA":
        torch.manual_seed(0)
        model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules=LORA))
    return model, loaded.processor


def make_trainer(case: Case, kind: str, folder: Path, steps: int) -> Any:
    contract = Contract(max_pixels=448 * 784)
    model, processor = make_model(case, contract)
    samples = make_samples(folder, case, steps)
    prompt = Prompt("ours", "", True)
    examples = make_examples(samples, folder, processor, contract, prompt)
    settings = SFTConfig(
        **SETTINGS,
        max_steps=steps,
        per_device_train_batch_size=case.queries,
        output_dir=str(folder / "out"),
        max_length=None,
        train_sampling_strategy="sequential",
    )
    if kind == "trl":
        order = [one.id for batch in plan_epoch(examples, case.queries, 0, 0) for one in batch]
        named = {sample.id: sample for sample in samples}
        trainer: Any = Theirs(
            model=model,
            args=settings,
            processing_class=processor,
            train_dataset=rows([named[name] for name in order], folder),
        )
    else:
        trainer = Ours(make_training(model, processor, examples, kind, folder), settings)
    trainer.losses = []
    return trainer


def make_training(
    model: Any, processor: Any, examples: list[Example], kind: str, folder: Path
) -> Training:
    keep_answers(model.get_base_model() if hasattr(model, "peft_config") else model)
    tokenizer = processor.tokenizer
    image = tokenizer.convert_tokens_to_ids(processor.image_token)
    form = form_of(processor.image_processor)
    return Training(
        *(model, processor, ModelKeys(name="tiny"), examples),
        collator=Collator(form, image, tokenizer.pad_token_id, packed=kind == "packed"),
        guard=Guard(GuardKeys(), folder),
        watch=None,
        metrics=folder / "metrics.jsonl",
    )


def rows(samples: list[Sample], folder: Path) -> Dataset:
    """As trl takes them."""
    return Dataset.from_list(
        [
            {
                "images": [str(folder / sample.image)],
                "prompt": [{"role": "user", "content": sample.prompt.removeprefix(IMAGE_TAG)}],
                "completion": [{"role": "assistant", "content": sample.answer}],
            }
            for sample in samples
        ]
    )


def memory(field: str) -> float:
    """MiB of this process: VmRSS now, VmHWM at most so far."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise KeyError(field)


def run(case: Case, kind: str, steps: int, pipe: Any) -> None:
    """In a process of its own."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        trainer = make_trainer(case, kind, Path(name), steps)
        torch.set_flush_denormal(case.flush)
        clock = Clock()
        trainer.add_callback(clock)
        trainer.remove_callback(PrinterCallback)
        before = memory("VmRSS")
        trainer.train()
    seconds = min(after - start for start, after in pairwise(clock.times))
    peak = memory("VmHWM")
    pipe.send(Run(case.queries / seconds, peak - before, peak, trainer.losses))


def measure(case: Case, kind: str, steps: int) -> Run:
    context = multiprocessing.get_context("fork")  # libraries are loaded once
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=run, args=(case, kind, steps, theirs))
    process.start()
    theirs.close()
    found: Run = ours.recv()
    process.join()
    return found


def compare(case: Case, runs: dict[str, Run]) -> float:
    """The largest relative difference of a loss from trl's."""
    wanted = runs["trl"].losses
    return max(
        abs(ours - theirs) / theirs
        for kind in ("packed", "plain")
        for ours, theirs in zip(runs[kind].losses, wanted, strict=True)
    )


def describe_case(case: Case) -> str:
    return f"{case.model} {case.tuning} {case.size[0]}x{case.size[1]} {case.queries}"


def describe(case: Case, runs: dict[str, Run]) -> str:
    packed, plain, trl = (runs[kind] for kind in KINDS)
    cells = [
        *describe_case(case).split(),
        *(f"{runs[kind].speed:.2f}" for kind in KINDS),
        f"{packed.speed / plain.speed:.1f}",
        f"{packed.speed / trl.speed:.1f}",
        *(f"{runs[kind].memory:.0f}" for kind in KINDS),
        f"{packed.memory / trl.memory:.2f}",
        f"{packed.peak:.0f} / {trl.peak:.0f}",
        f"{compare(case, runs):.0e}",
    ]
    return f"| {' | '.join(cells)} |"


def failures(case: Case, runs: dict[str, Run]) -> list[str]:
    """What misses its floor."""
    found = []
    name, packed, trl = describe_case(case), runs["packed"], runs["trl"]
    if compare(case, runs) > 1e-3:
        found.append(f"{name}: losses differ by {compare(case, runs):.1e}")
    if case.size == (448, 784) and packed.speed < FLOORS[case.queries] * trl.speed:
        found.append(f"{name}: {packed.speed / trl.speed:.1f} times as fast as trl")
    if case.size == (448, 784) and packed.memory > MEMORY * trl.memory:
        found.append(f"{name}: {packed.memory / trl.memory:.2f} of the memory of trl")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=4, help="of the tiny model; half of the other")
    parser.add_argument("--small", action="store_true", help="only the tiny model")
    arguments = parser.parse_args()
    phone, small = (448, 784), (224, 224)
    shapes = [(phone, 8), (phone, 16), (small, 8)]
    cases = [Case("tiny", tuning, *shape) for tuning in ("full", "LoRA") for shape in shapes]
    if not arguments.small:
        cases += [Case("10M", "full", phone, 8), Case("10M", "LoRA", phone, 16)]
    lines, missed = [], []
    for case in cases:
        # The fast cases are those that a busy machine disturbs most.
        steps = arguments.steps if case.model == "tiny" else -(-arguments.steps // 2)
        runs = {kind: measure(case, kind, steps) for kind in KINDS}
        lines.append(describe(case, runs))
        print(lines[-1], flush=True)
        missed += failures(case, runs)
    kept = measure(cases[0]._replace(flush=False), "packed", arguments.steps)
    flushed = measure(cases[0], "packed", arguments.steps)
    write_result(
        "train",
        [
            "Samples per CPU second, and MiB at the peak above what the process held before.",
            "",
            "| model | tuning | screen | questions | packed | plain | trl | packed / plain"
            " | packed / trl | packed MiB | plain MiB | trl MiB | packed / trl"
            " | whole processes MiB | loss differs by |",
            "|---" * 15 + "|",
            *lines,
            "",
            f"floors at 448x784 against trl: {FLOORS[8]:.0f} times the samples at 8 questions,"
            f" {FLOORS[16]:.0f} times at 16, at most {MEMORY} of the memory",
            f"denormals flushed, {describe_case(cases[0])}, packed:"
            f" {flushed.speed:.2f} samples per CPU second, kept: {kept.speed:.2f}",
            f"missed: {'; '.join(missed) or 'none'}",
        ],
        "torch",
        "transformers",
        "trl",
    )
    assert not missed, missed


if __name__ == "__main__":
    main()
