"""The metrics of other scorers, under the names of these.

A parity mode is nothing but metrics of the catalog: what a scorer computes, without the bugs of
its parser. docs/evaluation.md says what each leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from groundkit.errors import OptionError
from groundkit.metrics.metric import Metric, parse_metric


@dataclass(frozen=True)
class Parity:
    """One scorer.

    Attributes:
        source: whose it is.
        metrics: its figures; the first is the one it is known for.
        about: its conventions, in a sentence.
        elsewhere: its figures on some benchmarks, where it has another rule for these.
    """

    source: str
    metrics: tuple[str, ...]
    about: str
    elsewhere: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


PARITIES: dict[str, Parity] = {
    "sspro": Parity(
        "likaixin2000/ScreenSpot-Pro-GUI-Grounding",
        ("hit",),
        "closed edges, all samples alike, a refusal is right where there is nothing",
    ),
    "seeclick": Parity(
        "njucckevin/SeeClick",
        ("hit(average=platform+ui_type)", "hit"),
        "closed edges, mean of the six cells of platform and type",
    ),
    "osworld-g": Parity(
        "xlang-ai/OSWorld-G",
        ("hit(polygon=half-open,refusal=negative)", "hit(polygon=half-open,absent=skip)"),
        "closed edges of boxes, even-odd rule for polygons; a centre with both coordinates below 0 "
        "is a refusal; with and without the refusals",
    ),
    "vlmevalkit-fixed": Parity(
        "open-compass/VLMEvalKit",
        ("hit(edges=last-pixel)",),
        "boxes of ScreenSpot and ScreenSpot-v2 end with their last pixel; with `--benchmark "
        "screenspot-pro` or `osworld-g` closed edges, `hit`; unparsable answers never hit",
        elsewhere={"screenspot-pro": ("hit",), "osworld-g": ("hit",)},
    ),
    "se-gui": Parity(
        "YXB-NKU/SE-GUI",
        ("hit(edges=half-open)",),
        "left and top edges belong to a box, right and bottom ones do not",
    ),
    "gui-r1": Parity(
        "ritzz-ai/GUI-R1",
        ("hit(edges=open,point=first)",),
        "open edges; of a box the first two numbers are the point",
    ),
    "vlm-r1": Parity(
        "om-ai-lab/VLM-R1",
        ("iou@0.5(pixels=refer,bound=above)", "iou(pixels=refer)"),
        "an IoU above 0.5, where an overlap of one pixel or less is none",
    ),
    "coco": Parity(
        "cocodataset/cocoapi",
        (
            *("ap", "ap@0.5", "ap@0.75"),
            *("ap(area=small)", "ap(area=medium)", "ap(area=large)"),
            *("ar@1", "ar@10", "ar@100"),
            *("ar@100(area=small)", "ar@100(area=medium)", "ar@100(area=large)"),
        ),
        "the twelve figures of COCO's detection summary",
    ),
}


def parity_metrics(name: str, benchmark: str | None = None) -> list[Metric]:
    """The metrics of a parity mode, on a benchmark if that is known.

    Raises:
        OptionError: there is none of that name.
    """
    if name not in PARITIES:
        raise OptionError(f"unknown value {name!r}", "--parity", PARITIES)
    mode = PARITIES[name]
    return [parse_metric(metric) for metric in mode.elsewhere.get(benchmark or "", mode.metrics)]
