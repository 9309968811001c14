"""Reads the shape of a model from its config.json, as it lies beside weights or on the hub."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from groundkit.errors import DataError
from groundkit.memory.shape import ModelShape, ModelType, Text, Vision
from groundkit.store import decode, read_small

FILE = "config.json"
_LARGEST_FILE = 1 << 20
_MOST = 1 << 24
"""No number of a config.json that is read here is larger."""


def read_shape(path: Path) -> ModelShape:
    """The shape of a model from its config.json, or from the folder that holds it.

    Raises:
        DataError: no such file, no JSON, another kind of model, or a number that is missing.
    """
    path = path / FILE if path.is_dir() else path
    data = read_small(path, _LARGEST_FILE, "a config.json")
    return shape_from(decode(data, dict[str, Any], str(path)), str(path))


def shape_from(config: Mapping[str, Any], where: str = FILE) -> ModelShape:
    """The shape that a decoded config.json describes.

    The text model may be nested under `text_config`, as transformers 5 writes it, or lie flat at
    the top, as the files on the hub have it.

    Raises:
        DataError: another kind of model, or a number that is missing or impossible.
    """
    model_type = _family(config, where)
    text = _Section(_nested(config, "text_config", config, where), f"{where}: text_config")
    vision = _Section(_nested(config, "vision_config", None, where), f"{where}: vision_config")
    tied = config.get("tie_word_embeddings") or text.values.get("tie_word_embeddings") or False
    return ModelShape(
        model_type=model_type, text=_text(text, bool(tied)), vision=_vision(vision, model_type)
    )


def _family(config: Mapping[str, Any], where: str) -> ModelType:
    found = config.get("model_type")
    for model_type in get_args(ModelType):
        if found == model_type:
            known: ModelType = model_type
            return known
    what = f"the memory of a model of type {str(found)[:40]!r} is not known"
    raise DataError(what, f"{where}: model_type", choices=get_args(ModelType))


def _nested(
    config: Mapping[str, Any], key: str, flat: Mapping[str, Any] | None, where: str
) -> Mapping[str, Any]:
    found = config.get(key, flat)
    if not isinstance(found, Mapping):
        raise DataError("not there, or no object", f"{where}: {key}")
    return found


def _text(section: _Section, tied: bool) -> Text:
    hidden, heads = section.number("hidden_size"), section.number("num_attention_heads")
    return Text(
        vocab=section.number("vocab_size"),
        hidden=hidden,
        intermediate=section.number("intermediate_size"),
        layers=section.number("num_hidden_layers"),
        heads=heads,
        kv_heads=section.number("num_key_value_heads", heads),
        head=section.number("head_dim", max(1, hidden // heads)),
        tied=tied,
    )


def _vision(section: _Section, model_type: ModelType) -> Vision:
    shared = {
        "depth": section.number("depth", 32),
        "heads": section.number("num_heads", 16),
        "patch": section.number("patch_size", 16 if model_type == "qwen3_vl" else 14),
        "merge": section.number("spatial_merge_size", 2),
        "temporal": section.number("temporal_patch_size", 2),
        "channels": section.number("in_channels", section.number("in_chans", 3)),
    }
    if model_type == "qwen2_vl":
        # Here `hidden_size` is what the merger writes.
        width = section.number("embed_dim", 1280)
        wide = width * section.number("mlp_ratio", 4)
        out = section.number("hidden_size")
        return Vision(hidden=width, intermediate=wide, out=out, **shared)
    hidden = section.number("hidden_size")
    wide, out = section.number("intermediate_size"), section.number("out_hidden_size")
    if model_type == "qwen3_vl":
        positions = section.number("num_position_embeddings", 2304)
        deepstack = section.length("deepstack_visual_indexes", 3)
        return Vision(
            hidden=hidden,
            intermediate=wide,
            out=out,
            positions=positions,
            deepstack=deepstack,
            **shared,
        )
    full = section.length("fullatt_block_indexes", 4)
    return Vision(hidden=hidden, intermediate=wide, out=out, full_blocks=full, **shared)


class _Section:
    """An object of config.json whose numbers are checked as they are read."""

    def __init__(self, values: Mapping[str, Any], where: str) -> None:
        self.values = values
        self._where = where

    def number(self, key: str, default: int | None = None) -> int:
        found = self.values.get(key)
        found = default if found is None else found
        if isinstance(found, bool) or not isinstance(found, int) or not 0 < found <= _MOST:
            what = "missing" if found is None else f"no count: {str(found)[:40]}"
            raise DataError(what, f"{self._where}.{key}")
        return found

    def length(self, key: str, default: int) -> int:
        found = self.values.get(key)
        return len(found) if isinstance(found, list | tuple) else default
