"""Options of the verbs that score predictions: how a file is to be read and what is measured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from groundkit.errors import OptionError

if TYPE_CHECKING:
    from groundkit.metrics.options import Options

Frame = Annotated[
    str | None,
    typer.Option(
        help="Read all numbers as pixel, resized, norm1, percent, norm999, norm1000 or "
        "norm1024, whatever the rows say.",
        show_default=False,
    ),
]
ModelFamily = Annotated[
    str | None,
    typer.Option(
        help="Read all numbers as models of this family write them: qwen2.5-vl, qwen3-vl, "
        "ui-tars-1.5, molmo ...; a wrong name lists them all.",
        show_default=False,
    ),
]
MinPixels = Annotated[
    int | None, typer.Option(help="Limit of the family's resizing.", show_default=False)
]
MaxPixels = Annotated[
    int | None, typer.Option(help="Limit of the family's resizing.", show_default=False)
]
EdgeRule = Annotated[
    str,
    typer.Option(help="A centre on the edge hits: closed, half-open (left, top) or open."),
]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        help="One more metric: hit@3, giou, f1@0.5, ap, 'hit(edges=open)', "
        "'hit(average=platform+type)' ...; a wrong name lists them all. May be given several "
        "times.",
        show_default=False,
    ),
]
Parity = Annotated[
    str | None,
    typer.Option(
        help="First the figures of another scorer: sspro, seeclick, osworld-g, "
        "vlmevalkit-fixed, se-gui, gui-r1, vlm-r1 or coco.",
        show_default=False,
    ),
]
Average = Annotated[
    str | None,
    typer.Option(
        help="Groups that count alike in the macro average: type, or platform+type. "
        "Default: those of the benchmark, or type.",
        show_default=False,
    ),
]
Pixels = Annotated[
    str,
    typer.Option(help="Edges of boxes are continuous, or inclusive (+1), or refer."),
]
Table = Annotated[
    Path | None,
    typer.Option(help="Write tables for a paper here: .md or .tex.", show_default=False),
]
Html = Annotated[
    Path | None,
    typer.Option(help="Write one HTML page here, with the samples.", show_default=False),
]
Images = Annotated[
    Path | None,
    typer.Option(
        help="The folder that names of images start from. Default: that of the file they stand in.",
        show_default=False,
    ),
]
Embed = Annotated[
    int, typer.Option(min=0, help="How many samples have their image inside the page.")
]
Split = Annotated[str, typer.Option(help="Which samples: all, train or val.")]
Json = Annotated[
    Path | None,
    typer.Option(help="Write the whole report here; - is stdout.", show_default=False),
]
Seed = Annotated[
    int, typer.Option(min=0, help="Of the resamples behind intervals and tests; 0 is one too.")
]
Benchmark = Annotated[
    str | None,
    typer.Option(
        help="--gold holds the annotations of this benchmark: screenspot, screenspot-v2, "
        "screenspot-pro, osworld-g, refcoco, ui-vision, mmbench-gui, conversations or coco.",
        show_default=False,
    ),
]
Boxes = Annotated[
    str | None,
    typer.Option(
        help="Its boxes are xywh or xyxy. Default: as the numbers of the file say.",
        show_default=False,
    ),
]
Format = Annotated[
    str | None,
    typer.Option(
        help="What the predictions look like: groundkit, llamafactory, ms-swift, lmms-eval, "
        "sspro, coco, openai-batch or plain. Default: what the first rows look like.",
        show_default=False,
    ),
]
Fields = Annotated[
    list[str] | None,
    typer.Option(
        help="NAME=PATH: where the rows hold id, text, box, image ...: "
        "--field text=response.choices.0.message.content. May be given several times.",
        show_default=False,
    ),
]
Join = Annotated[
    str,
    typer.Option(
        help="How predictions find their gold records: id (or else image and instruction), key "
        "(image and instruction, whatever the id), or position (the rows are in the order of "
        "--gold, and as many)."
    ),
]
Dataset = Annotated[
    Path | None,
    typer.Option(
        "--dataset",
        "--gold",
        help="The samples.jsonl asked, or its folder: its samples are the denominator. "
        "Default: the gold records in the predictions.",
        show_default=False,
    ),
]


# Of the benchmarks that are known by figures which not every report has.
_PARITY_OF = {"coco": "coco"}
# Handed on as they are; `Options` checks them.
_AS_THEY_ARE = (
    *("pixels", "split", "format", "join", "benchmark", "boxes", "parity", "average", "seed"),
)


def scoring_options(given: Mapping[str, Any]) -> Options:
    """The options of a command line as one value.

    Args:
        given: the arguments of a verb by name; those that are not about scoring are passed over.

    Raises:
        OptionError: names the option.
    """
    from groundkit.families import find_family
    from groundkit.metrics.options import Options

    given = {**given, "parity": given["parity"] or _PARITY_OF.get(given["benchmark"])}
    return Options(
        frame=given["frame"],
        family=find_family(given["model_family"], given["min_pixels"], given["max_pixels"]),
        edges=given["edges"],
        fields=_fields(given["field"] or []),
        metrics=given["metric"] or (),
        images=given["images"],
        workers=given.get("workers", 1),
        **{name: given[name] for name in _AS_THEY_ARE if name in given},
    )


def _fields(words: list[str]) -> dict[str, str]:
    """`["text=response.text"]` as a table."""
    found = {}
    for word in words:
        name, equals, path = word.partition("=")
        if not (name and equals and path):
            raise OptionError(f"not a field: {word[:60]!r}", "--field", hint="write NAME=PATH")
        found[name] = path
    return found
