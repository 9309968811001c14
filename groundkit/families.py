"""What the models that people evaluate write their coordinates in.

`--model-family NAME` declares the frame of the numbers and, where that frame is the resized image,
the limits that the model's own processor resizes with. A fine-tuned model writes what it was
trained on, which may be another frame: then `--frame` says so.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from groundkit.errors import OptionError
from groundkit.geometry import RESIZE_RULES, FrameName, ResizeRule


class Family(NamedTuple):
    """How one family of models writes coordinates.

    Attributes:
        frame: of the numbers.
        rule: how its processor resizes a screenshot; None if the frame does not depend on it.
        types: `model_type` in the config.json of its checkpoints, as far as they are of Qwen-VL's
            architecture.
        lasting: whether all its generations write so: InternVL2, InternVL3 ...
    """

    frame: FrameName
    rule: ResizeRule | None = None
    types: tuple[str, ...] = ()
    lasting: bool = False


class Guess(NamedTuple):
    """A family that nobody named.

    Attributes:
        source: what told it: `name` or `model_type`.
    """

    family: str
    source: str


_QWEN25 = RESIZE_RULES["qwen2.5-vl"]
_ON2, _ON25 = ("qwen2_vl",), ("qwen2_5_vl",)

# Frames: prompts, parsers and model cards of the families, as collected from their repositories.
# Limits, where they are not those of the base model: UI-TARS 1.5 (bytedance/UI-TARS,
# action_parser.py MIN_PIXELS, MAX_PIXELS), InfiGUI-G1 (InfiXAI/InfiGUI-G1, eval scripts).
MODEL_FAMILIES: dict[str, Family] = {
    "qwen-vl": Family("norm1000"),
    "qwen2-vl": Family("norm1000", types=_ON2),
    "qwen2.5-vl": Family("resized", _QWEN25, _ON25),
    "qwen3-vl": Family("norm1000", types=("qwen3_vl", "qwen3_vl_moe")),
    "ui-tars": Family("norm1000", types=_ON2),
    "ui-tars-1.5": Family("resized", ResizeRule(28, 100 * 28 * 28, 16384 * 28 * 28), _ON25),
    "infigui-g1": Family("resized", ResizeRule(28, _QWEN25.min_pixels, 5600 * 28 * 28), _ON25),
    "gui-g2": Family("resized", _QWEN25, _ON25),
    "gta1": Family("resized", _QWEN25, _ON25),
    "holo1": Family("resized", _QWEN25, _ON25),
    "os-atlas": Family("norm1000", types=_ON2),
    "uground-v1": Family("norm1000", types=_ON2),
    "internvl": Family("norm1000", lasting=True),
    "minicpm-v": Family("norm1000", lasting=True),
    "cogagent": Family("norm1000"),
    "aria-ui": Family("norm1000"),
    "seed-vl": Family("norm1000"),
    "gemini": Family("norm1000", lasting=True),
    "florence-2": Family("norm1000"),
    "step-gui": Family("norm999"),
    "gelab-zero": Family("norm999"),
    "deepseek-vl2": Family("norm999"),
    "paligemma": Family("norm1024", lasting=True),
    "molmo": Family("percent"),
    "seeclick": Family("norm1"),
    "showui": Family("norm1", types=_ON2),
    "aguvis": Family("norm1", types=_ON2),
    "kimi-vl": Family("norm1"),
    "moondream": Family("norm1", lasting=True),
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


def guess_family(name: str, model_type: str = "") -> Guess | None:
    """The family that a model's own name stands for, or else its `model_type` in config.json.

    `Qwen/Qwen2.5-VL-7B-Instruct` and `qwen2_5_vl` are both `qwen2.5-vl`. A name with the number of
    another generation is none of the family: `Molmo2-8B` is not `molmo`.

    Args:
        name: of a folder, or the id of a repository, of which only the part after the owner counts.

    Raises:
        OptionError: the name holds families that write differently, or one that is built on another
            architecture than `model_type`.
    """
    own = _words(name.rstrip("/").rpartition("/")[2])
    found = [family for family in MODEL_FAMILIES if _is_named(family, own)]
    base = next((one for one in _BASES if model_type in MODEL_FAMILIES[one].types), None)
    if not found:
        return Guess(base, "model_type") if base else None
    best = max(found, key=lambda family: len(_words(family)))
    shown = MODEL_FAMILIES[best]
    for other in found:
        if (MODEL_FAMILIES[other].frame, MODEL_FAMILIES[other].rule) != (shown.frame, shown.rule):
            raise _unsure(
                f"the name {name[-60:]} holds {best} and {other}, which write differently"
            )
    known = base or (shown.types and model_type and best in _BASES)
    if known and model_type not in shown.types:
        raise _unsure(
            f"{name[-60:]} sounds like {best}, which is not of the type {model_type} that its"
            " config.json says"
        )
    return Guess(best, "name")


_BASES = ("qwen2-vl", "qwen2.5-vl", "qwen3-vl")
_VERSION = re.compile(r"(?<![a-z])v(?=\d)")
_WORD = re.compile(r"[a-z]+|\d+(?:[._]\d+)?")


def _words(name: str) -> list[str]:
    """Words and numbers: `UI-TARS-v1_5` is ui, tars, 1.5."""
    plain = _VERSION.sub("", name.casefold())
    return [word.replace("_", ".") for word in _WORD.findall(plain)]


def _is_named(family: str, words: list[str]) -> bool:
    """Whether the words of a name hold those of a family, and no other generation of it."""
    own = _words(family)
    for start in range(len(words) - len(own) + 1):
        end = start + len(own)
        if words[start:end] == own and (
            MODEL_FAMILIES[family].lasting or not _is_later(words[end:])
        ):
            return True
    return False


def _is_later(rest: list[str]) -> bool:
    """Whether a name goes on with the number of a generation; 7B is a size, 20241220 a day."""
    if not rest or not rest[0][0].isdigit():
        return False
    return rest[1:2] != ["b"] and float(rest[0]) < 100


def _unsure(what: str) -> OptionError:
    return OptionError(what, "--model", hint="say which: --model-family NAME")
