"""What the models that people evaluate write their coordinates in.

`--model-family NAME` declares the frame of the numbers and, where that frame is the resized image,
the limits that the model's own processor resizes with. A fine-tuned model writes what it was
trained on, which may be another frame: then `--frame` says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from groundkit.errors import OptionError
from groundkit.geometry import RESIZE_RULES, FrameName, ResizeRule


class Family(NamedTuple):
    """How one family of models writes coordinates.

    Attributes:
        frame: of the numbers.
        rule: how its processor resizes a screenshot; None if the frame does not depend on it.
    """

    frame: FrameName
    rule: ResizeRule | None = None


_QWEN25 = RESIZE_RULES["qwen2.5-vl"]

# Frames: prompts, parsers and model cards of the families, as collected from their repositories.
# Limits, where they are not those of the base model: UI-TARS 1.5 (bytedance/UI-TARS,
# action_parser.py MIN_PIXELS, MAX_PIXELS), InfiGUI-G1 (InfiXAI/InfiGUI-G1, eval scripts).
MODEL_FAMILIES: dict[str, Family] = {
    "qwen-vl": Family("norm1000"),
    "qwen2-vl": Family("norm1000"),
    "qwen2.5-vl": Family("resized", _QWEN25),
    "qwen3-vl": Family("norm1000"),
    "ui-tars": Family("norm1000"),
    "ui-tars-1.5": Family("resized", ResizeRule(28, 100 * 28 * 28, 16384 * 28 * 28)),
    "infigui-g1": Family("resized", ResizeRule(28, _QWEN25.min_pixels, 5600 * 28 * 28)),
    "gui-g2": Family("resized", _QWEN25),
    "gta1": Family("resized", _QWEN25),
    "holo1": Family("resized", _QWEN25),
    "os-atlas": Family("norm1000"),
    "uground-v1": Family("norm1000"),
    "internvl": Family("norm1000"),
    "minicpm-v": Family("norm1000"),
    "cogagent": Family("norm1000"),
    "aria-ui": Family("norm1000"),
    "seed-vl": Family("norm1000"),
    "gemini": Family("norm1000"),
    "florence-2": Family("norm1000"),
    "step-gui": Family("norm999"),
    "deepseek-vl2": Family("norm999"),
    "paligemma": Family("norm1024"),
    "molmo": Family("percent"),
    "seeclick": Family("norm1"),
    "showui": Family("norm1"),
    "aguvis": Family("norm1"),
    "kimi-vl": Family("norm1"),
    "moondream": Family("norm1"),
}


def find_family(
    name: str | None, min_pixels: int | None = None, max_pixels: int | None = None
) -> Family | None:
    """The family `name`, None for None, with the limits that the model really ran with.

    Raises:
        OptionError: there is no such family, its numbers do not depend on limits, or these leave
            no size.
    """
    if name is None:
        if min_pixels is not None or max_pixels is not None:
            raise OptionError("limits of which model?", "--min-pixels", hint="add --model-family")
        return None
    family = MODEL_FAMILIES.get(name.casefold())
    if family is None:
        raise OptionError(f"unknown model family {name[:40]!r}", "--model-family", MODEL_FAMILIES)
    if min_pixels is None and max_pixels is None:
        return family
    if family.rule is None:
        what = f"{name} writes {family.frame}, which no resizing changes"
        raise OptionError(what, "--min-pixels, --max-pixels", hint="leave the limits out")
    rule = replace(
        family.rule,
        min_pixels=family.rule.min_pixels if min_pixels is None else min_pixels,
        max_pixels=family.rule.max_pixels if max_pixels is None else max_pixels,
    )
    if not 0 < rule.min_pixels <= rule.max_pixels:
        what = f"no image has from {rule.min_pixels:,} to {rule.max_pixels:,} pixels"
        raise OptionError(what, "--min-pixels, --max-pixels")
    return family._replace(rule=rule)
