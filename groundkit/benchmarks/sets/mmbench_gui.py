"""MMBench-GUI, level 2 (grounding): L2_annotations.json.

image_path (inside a folder of the platform's name), image_size, instruction, grounding_type (basic
or advanced), bbox (xyxy between 0 and 1), platform, app_name.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundkit.benchmarks.target import Fields, Schema, Target


def _read(fields: Fields) -> Iterator[Target]:
    platform, image = fields.optional("platform"), fields.text("image_path", "img_filename")
    inside = platform and not image.startswith(platform + "/")
    yield Target(
        where=fields.where,
        image=f"{platform}/{image}" if inside else image,
        instruction=fields.text("instruction", "prompt_to_evaluate"),
        box=fields.box("bbox"),
        size=fields.size(),
        id=fields.optional("id"),
        type=fields.optional("ui_type", "data_type"),
        group=fields.optional("app_name", "application"),
        labels=fields.labels("platform", "grounding_type", "data_type", "ui_type", "app_name"),
    )


SCHEMAS = (
    Schema("mmbench-gui", "MMBench-GUI level 2: L2_annotations.json", _read, lambda row: "xyxy"),
)
