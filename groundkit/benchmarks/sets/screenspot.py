"""ScreenSpot and ScreenSpot-v2, in their published copies.

official (njucckevin/SeeClick; OS-Copilot/ScreenSpot-v2): img_filename, bbox xywh in pixels,
    instruction, data_type, data_source; files screenspot_{desktop,mobile,web}[_v2].json
rootsautomation/ScreenSpot, Parquet: file_name, bbox xyxy between 0 and 1, ...
OSU-NLP-Group/UGround, JSON Lines: image, bbox xywh in pixels, ..., platform, scale, description
likaixin and microsoft/GUI-Actor, v2: img_filename, bbox xyxy in pixels, ..., img_size, platform
    (what others call data_source), ui_type, group (what others call the platform)

Whatever the copy, the label `platform` is desktop, mobile or web, `data_source` windows, ios,
shop, ..., and `ui_type` text or icon.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundkit.benchmarks.target import Fields, Label, Order, Schema, Target
from groundkit.prediction_files.chunks import Row

_PLATFORMS = ("desktop", "mobile", "web")
# The official images are called pc_..., mobile_... and web_...
_OF_PREFIX = {"pc": "desktop", "mobile": "mobile", "web": "web"}


def read(fields: Fields) -> Iterator[Target]:
    """The question of a row."""
    image = fields.text("img_filename", "file_name", "image.path", "image")
    kind = fields.optional("ui_type", "data_type")
    source = fields.optional("data_source", "platform")
    platform = _platform(fields, image)
    labels: dict[str, Label] = {"platform": platform, "ui_type": kind, "data_source": source}
    yield Target(
        where=fields.where,
        image=image,
        instruction=fields.text("instruction"),
        box=fields.box("bbox"),
        size=fields.size(),
        id=fields.optional("id"),
        type=kind,
        group=source,
        labels={name: value for name, value in labels.items() if value},
    )


def _platform(fields: Fields, image: str) -> str:
    for word in (fields.optional("group"), fields.optional("platform")):
        if word in _PLATFORMS:
            return word
    by_file = next((word for word in _PLATFORMS if word in fields.stem.lower()), "")
    return by_file or _OF_PREFIX.get(image.rpartition("/")[2].partition("_")[0], "")


def order(row: Row) -> Order | None:
    """xyxy for the copies that say `img_size` or `file_name`, xywh for the official files."""
    if "img_size" in row or "ui_type" in row or "file_name" in row:
        return "xyxy"
    return "xywh" if "data_type" in row else None


SCHEMAS = (
    Schema("screenspot", "ScreenSpot: screenspot_*.json, or the Parquet copy", read, order, True),
    Schema("screenspot-v2", "ScreenSpot-v2: screenspot_*_v2.json of any kind", read, order, True),
)
