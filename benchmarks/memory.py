"""What `groundkit.memory` predicts against what a training on the CPU really holds.

    python benchmarks/memory.py [--models tiny 10m 60m]

Each case is a step of AdamW in a process of its own. Static bytes are summed over weights,
gradients and states. After the forward pass and at the peak of the step every live storage is
counted once, by a dispatch mode that sees each tensor made and hears of its end; so the figures are
the same in every run. A prediction is without the allowances for context and fragmentation.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from common import write_result

from groundkit.memory.config import shape_from
from groundkit.memory.plan import plan_memory
from groundkit.memory.setup import Setup

# (hidden, intermediate, layers, heads, kv heads, vocabulary), (vision hidden, intermediate, depth)
MODELS = {
    "tiny": ((128, 384, 4, 4, 4, 2619), (96, 288, 4)),
    "10m": ((256, 768, 6, 8, 2, 8000), (192, 576, 6)),
    "60m": ((512, 1408, 12, 8, 2, 16000), (320, 864, 10)),
}
SIZES = ((224, 224), (448, 784))
TEXT, ROWS, RANK = 100, 2, 16
STATIC = ("weights", "adapters", "gradients", "optimizer states")
AFTER_FORWARD = ("activations, language", "activations, merger", "activations, vision")
WORST = 0.08
TARGET = r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"


def config_of(name: str) -> dict[str, Any]:
    (hidden, wide, layers, heads, kv, vocab), (inner, inner_wide, depth) = MODELS[name]
    sections = hidden // heads // 2
    return {
        "model_type": "qwen2_5_vl",
        "text_config": {
            "vocab_size": vocab,
            "hidden_size": hidden,
            "intermediate_size": wide,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "num_key_value_heads": kv,
            "rope_parameters": {"rope_type": "default", "mrope_section": [1] * sections},
            "bos_token_id": None,
            "eos_token_id": 1,
            "pad_token_id": 0,
        },
        "vision_config": {
            "depth": depth,
            "hidden_size": inner,
            "intermediate_size": inner_wide,
            "num_heads": inner // 32,
            "out_hidden_size": hidden,
            "fullatt_block_indexes": list(range(1, depth, 4)),
        },
        "image_token_id": 5,
        "video_token_id": 6,
        "vision_start_token_id": 7,
        "vision_end_token_id": 8,
        "tie_word_embeddings": True,
    }


def setup_of(case: dict[str, Any]) -> Setup:
    return Setup(
        mode=case["mode"],
        parts=("llm",) if case["mode"] == "lora" else ("llm", "vision", "merger"),
        rank=RANK,
        dtype="bfloat16" if case["kind"] == "bfloat16" else "float32",
        mixed=case["kind"] == "mixed",
        checkpointing=case["checkpointing"],
        rows=ROWS,
        text=TEXT,
        image=tuple(case["size"]),
    )


def predict(case: dict[str, Any]) -> dict[str, float]:
    plan = plan_memory(shape_from(config_of(case["model"])), setup_of(case))
    static = sum(map(plan.of, STATIC))
    stays = "logits that stay"
    setup = setup_of(case)
    # log_softmax keeps its own numbers, float32, until the backward pass takes them
    kept = sum(map(plan.of, (*AFTER_FORWARD, stays))) + plan.of(stays) / setup.compute * 4
    if not setup.checkpointing:
        kept += plan.of("weights cast to bfloat16")
    return {
        "static": static,
        "forward": kept,
        "peak": plan.tensors - static - plan.of("pixel values"),
    }


def measure(case: dict[str, Any]) -> dict[str, float]:
    """The same figures of a real step."""
    import torch

    model = build(case)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, foreach=False)
    batch = make_batch(case)

    def forward() -> Any:
        with torch.autocast("cpu", torch.bfloat16, enabled=case["kind"] == "mixed"):
            return model(**batch)

    forward().loss.backward()
    optimizer.step()
    gradients = [parameter.grad for parameter in trained]
    states = [t for state in optimizer.state.values() for t in state.values() if t.dim()]
    held = [*model.parameters(), *gradients, *states]
    static = sum(t.numel() * t.element_size() for t in held)
    live = live_storages([*held, *model.buffers(), *batch.values()])
    start = live.now
    with live:
        out = forward()
        after = live.now
        out.loss.backward()
    return {"static": static, "forward": after - start, "peak": live.peak - start}


def build(case: dict[str, Any]) -> Any:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    torch.manual_seed(0)
    model: Any = Qwen2_5_VLForConditionalGeneration(
        Qwen2_5_VLConfig.from_dict(config_of(case["model"]))
    )
    if case["kind"] == "bfloat16":
        model = model.bfloat16()
    if case["mode"] == "lora":
        model = get_peft_model(model, LoraConfig(r=RANK, target_modules=TARGET))
    if case["checkpointing"]:
        if case["mode"] == "lora":
            model.enable_input_require_grads()
        model.gradient_checkpointing_enable({"use_reentrant": False})
    return model.train()


def make_batch(case: dict[str, Any]) -> dict[str, Any]:
    import torch

    height, width = (side // 14 for side in reversed(case["size"]))
    count = height * width
    ids = [7, *[5] * (count // 4), 8, *range(10, 10 + TEXT)]
    tokens = torch.tensor([ids] * ROWS)
    return {
        "input_ids": tokens,
        "labels": tokens,
        "attention_mask": torch.ones_like(tokens),
        "mm_token_type_ids": (tokens == 5).int(),
        "pixel_values": torch.rand(ROWS * count, 1176),
        "image_grid_thw": torch.tensor([[1, height, width]] * ROWS),
        "use_cache": False,
    }


def live_storages(start: list[Any]) -> Any:
    """A dispatch mode with `now` and `peak`: bytes of the storages that are alive."""
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils._pytree import tree_leaves

    class Live(TorchDispatchMode):
        def __init__(self) -> None:
            super().__init__()
            self.now = self.peak = 0
            self._sizes: dict[int, int] = {}

        def see(self, found: Any) -> None:
            if not isinstance(found, torch.Tensor):
                return
            storage = found.untyped_storage()
            key = storage._cdata
            if key not in self._sizes:
                self._sizes[key] = storage.nbytes()
                self.now += storage.nbytes()
                self.peak = max(self.peak, self.now)
                weakref.finalize(storage, self._drop, key)

        def _drop(self, key: int) -> None:
            self.now -= self._sizes.pop(key)

        def __torch_dispatch__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            out = func(*args, **(kwargs or {}))
            for leaf in tree_leaves(out):
                self.see(leaf)
            return out

    live = Live()
    for tensor in start:
        live.see(tensor)
    return live


def cases(models: list[str]) -> list[dict[str, Any]]:
    found = []
    for model, mode, checkpointing, size in itertools.product(
        models, ("full", "lora"), (False, True), SIZES
    ):
        others = model == "10m" and size == SIZES[0]
        kinds = ("float32", "bfloat16", "mixed") if others else ("float32",)
        # Adapters are float32: on bfloat16 weights they need autocast, which is how trainers run.
        for kind in kinds if mode == "full" else ("float32",):
            case = {"model": model, "mode": mode, "checkpointing": checkpointing}
            found.append({**case, "kind": kind, "size": size})
    return found


def in_child(case: dict[str, Any]) -> dict[str, float]:
    command = [sys.executable, __file__, "--case", json.dumps(case)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def row_of(case: dict[str, Any], told: dict[str, float], found: dict[str, float]) -> str:
    width, height = case["size"]
    cells = [case["model"], case["mode"], case["kind"], "yes" if case["checkpointing"] else "no"]
    cells.append(f"{width}x{height}")
    for key in ("static", "forward", "peak"):
        cells.append(f"{told[key] / 1e6:.2f} / {found[key] / 1e6:.2f}")
        cells.append(f"{told[key] / found[key] - 1:+.1%}")
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--case", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.case:
        print(json.dumps(measure(json.loads(arguments.case))))
        return
    rows, worst = [], dict.fromkeys(("static", "forward", "peak"), 0.0)
    planned = cases(arguments.models)
    with ThreadPoolExecutor(2) as pool:  # that wait; the work is in processes
        measured = list(pool.map(in_child, planned))
    for case, found in zip(planned, measured, strict=True):
        told = predict(case)
        rows.append(row_of(case, told, found))
        for key in worst:
            worst[key] = max(worst[key], abs(told[key] / found[key] - 1))
    columns = ("model", "mode", "numbers", "checkpoints", "image", "static", "", "kept", "")
    heads = (*columns, "peak", "")
    write_result(
        "memory",
        [
            f"Predicted / measured, MB (10^6), {ROWS} rows with {TEXT} tokens of text.",
            "Static: weights, gradients, states. Kept: what the forward pass leaves. Peak: the",
            "most beside static and input at any time of the step.",
            "",
            f"| {' | '.join(heads)} |",
            f"|{'---|' * len(heads)}",
            *rows,
            "",
            "largest error: " + ", ".join(f"{key} {value:.1%}" for key, value in worst.items()),
        ],
        "torch",
        "transformers",
        "peft",
    )
    assert worst["static"] == 0, "static bytes are exact"
    assert max(worst.values()) <= WORST, f"{worst} is above {WORST}"


if __name__ == "__main__":
    main()
