"""UI-Vision, element grounding: element_grounding_{basic,functional,spatial}.json.

image_path, image_size, prompt_to_evaluate, bbox (xyxy, pixels), platform (the application),
category. The label `setting` is what the file's name says.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundkit.benchmarks.target import Fields, Schema, Target

_SETTINGS = ("basic", "functional", "spatial")


def _read(fields: Fields) -> Iterator[Target]:
    labels = fields.labels("platform", "category", "element_type", "ui_type")
    setting = fields.stem.lower().rpartition("_")[2]
    if setting in _SETTINGS:
        labels["setting"] = setting
    yield Target(
        where=fields.where,
        image=fields.text("image_path", "img_filename", "image.path"),
        instruction=fields.text("prompt_to_evaluate", "instruction"),
        box=fields.box("bbox"),
        size=fields.size(),
        id=fields.optional("id"),
        type=fields.optional("ui_type", "element_type"),
        group=fields.optional("platform"),
        labels=labels,
    )


SCHEMAS = (Schema("ui-vision", "UI-Vision: element_grounding_*.json", _read, lambda row: "xyxy"),)
