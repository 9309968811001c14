"""ScreenSpot-Pro: one JSON file for each application, or all in one.

img_filename, bbox (xyxy, pixels), instruction, instruction_cn, id, application, platform, img_size,
ui_type (text or icon), group (Dev, Creative, CAD, Scientific, Office, OS).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundkit.benchmarks.target import Fields, Schema, Target

_LABELS = ("platform", "ui_type", "group", "application")


def _read(fields: Fields) -> Iterator[Target]:
    yield Target(
        where=fields.where,
        image=fields.text("img_filename", "image_path", "image.path", "image"),
        instruction=fields.text("instruction", "prompt_to_evaluate"),
        box=fields.box("bbox"),
        size=fields.size(),
        id=fields.optional("id"),
        type=fields.optional("ui_type"),
        group=fields.optional("application"),
        labels=fields.labels(*_LABELS),
    )


SCHEMAS = (
    Schema(
        "screenspot-pro",
        "ScreenSpot-Pro: the folder of annotations, or one file of it",
        _read,
        lambda row: "xyxy",
    ),
)
