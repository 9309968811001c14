"""Shapes of the checkpoints on the hub, so that a plan needs neither the network nor a download.

Source: config.json of Qwen/Qwen2.5-VL-{3B,7B,32B,72B}-Instruct and Qwen/Qwen2-VL-{2B,7B}-Instruct.
"""

from __future__ import annotations

from pathlib import Path

from groundkit.errors import OptionError
from groundkit.memory.config import FILE, read_shape
from groundkit.memory.shape import ModelShape, Text, Vision


def _tower(out: int, intermediate: int) -> Vision:
    return Vision(
        depth=32, hidden=1280, intermediate=intermediate, heads=16, out=out, full_blocks=4
    )


def _older_tower(out: int) -> Vision:
    return Vision(depth=32, hidden=1280, intermediate=4 * 1280, heads=16, out=out)


# (hidden, intermediate, layers, heads, key and value heads, vocabulary)
def _text(sizes: tuple[int, int, int, int, int, int], tied: bool = False) -> Text:
    hidden, intermediate, layers, heads, kv_heads, vocab = sizes
    return Text(
        vocab=vocab,
        hidden=hidden,
        intermediate=intermediate,
        layers=layers,
        heads=heads,
        kv_heads=kv_heads,
        head=hidden // heads,
        tied=tied,
    )


_QWEN2_2B = _text((1536, 8960, 28, 12, 2, 151936), tied=True)
_QWEN25_3B = _text((2048, 11008, 36, 16, 2, 151936), tied=True)
_QWEN2_7B = _text((3584, 18944, 28, 28, 4, 152064))
_QWEN25_32B = _text((5120, 27648, 64, 40, 8, 152064))
_QWEN25_72B = _text((8192, 29568, 80, 64, 8, 152064))

PUBLISHED: dict[str, ModelShape] = {
    "qwen2.5-vl-3b": ModelShape(
        model_type="qwen2_5_vl", text=_QWEN25_3B, vision=_tower(2048, intermediate=3420)
    ),
    "qwen2.5-vl-7b": ModelShape(
        model_type="qwen2_5_vl", text=_QWEN2_7B, vision=_tower(3584, intermediate=3420)
    ),
    "qwen2.5-vl-32b": ModelShape(
        model_type="qwen2_5_vl", text=_QWEN25_32B, vision=_tower(5120, intermediate=3456)
    ),
    "qwen2.5-vl-72b": ModelShape(
        model_type="qwen2_5_vl", text=_QWEN25_72B, vision=_tower(8192, intermediate=3456)
    ),
    "qwen2-vl-2b": ModelShape(model_type="qwen2_vl", text=_QWEN2_2B, vision=_older_tower(1536)),
    "qwen2-vl-7b": ModelShape(model_type="qwen2_vl", text=_QWEN2_7B, vision=_older_tower(3584)),
}


def find_shape(name: str) -> ModelShape:
    """The shape of a model: a published one by its name or its id on the hub, else a folder with a
    config.json, or that file.

    `qwen2.5-vl-7b` and `Qwen/Qwen2.5-VL-7B-Instruct` are the same.

    Raises:
        OptionError: no folder of that name, and none of the published models.
        DataError: the config.json cannot be used.
    """
    path = Path(name).expanduser()
    if path.is_file() or (path / FILE).is_file():
        return read_shape(path)
    plain = name.rpartition("/")[2].casefold().removesuffix("-instruct")
    if plain in PUBLISHED:
        return PUBLISHED[plain]
    raise OptionError(
        f"the shape of {name[:80]!r} is not known",
        "--model",
        choices=(*PUBLISHED, "a folder with config.json"),
        hint="download its config.json and name the folder",
    )
