"""The result file of ScreenSpot-Pro's scorer, and of those that copied it.

`{"metrics": ..., "details": [...]}`; a row has `pred` (the point that the scorer took from
`raw_response`, or null), the gold `bbox` in pixels, xyxy, for a positive question, and the scorer's
`correctness` (likaixin2000/ScreenSpot-Pro-GUI-Grounding, eval_screenspot_pro.py). The official
scorer writes `pred` in pixels of the original image, earlier copies between 0 and 1. The text is
`pred`, because `raw_response` may be in the frame of a crop that nobody recorded.
"""

from __future__ import annotations

from collections.abc import Iterable

from groundkit.geometry import FrameName
from groundkit.prediction_files.chunks import Row
from groundkit.prediction_files.formats.base import LABEL, Format
from groundkit.prediction_files.golds import is_number, written

_LABELS = ("platform", "ui_type", "group", "application")
# What our grammar reads as the answer that there is no such element.
_REFUSAL = "[-1, -1]"


def _recognises(row: Row) -> bool:
    asked = row.keys() >= {"prompt_to_evaluate", "pred"}
    return asked and not row.keys().isdisjoint({"correctness", "raw_response", "bbox"})


def _prepare(row: Row) -> Row:
    """The row with `pred` as text. Of a question about nothing the file keeps only the verdict:
    `correct` means that the model said so."""
    if row.get("gt_type") == "negative":
        said = _REFUSAL if row.get("correctness") == "correct" else written(row.get("pred"))
        return {**row, "pred": said, "absent": True}
    return {**row, "pred": written(row.get("pred"))}


def _find_frame(rows: Iterable[Row]) -> FrameName:
    """Fractions, if no point of the file lies outside of 0 to 1."""
    for row in rows:
        pred = row.get("pred")
        numbers = pred if isinstance(pred, list) else []
        if any(is_number(n) and not 0 <= n <= 1 for n in numbers):
            return "pixel"
    return "norm1"


FORMAT = Format(
    name="sspro",
    help="results of ScreenSpot-Pro's scorer: img_path, prompt_to_evaluate, pred, bbox",
    fields={
        "text": ("pred",),
        "box": ("bbox",),
        "absent": ("absent",),
        "width": ("image_size.0", "img_size.0"),
        "height": ("image_size.1", "img_size.1"),
        "image": ("img_path", "img_filename"),
        "instruction": ("prompt_to_evaluate",),
        "type": ("ui_type",),
        "group": ("application",),
        **{LABEL + name: (name,) for name in _LABELS},
    },
    recognises=_recognises,
    prepare=_prepare,
    find_frame=_find_frame,
)
