"""The words of a question to a model, in the frame that the model reads and writes.

ours         the dataset's own prompt: for models trained on groundkit's datasets
qwen2.5-vl   asks for JSON with `bbox_2d` and `label`, as Qwen2.5-VL was trained
ui-tars      asks for one action at the element, as UI-TARS answers
os-atlas     asks for a position "with bbox", as OS-Atlas was trained
FILE         a text with {x} and {y}, the point

All but `ours` are words of ours in the style of that family; the point is in the model's frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from groundkit.contract import Contract
from groundkit.dataset.prompts import (
    IMAGE_TAG,
    check_template,
    read_template,
    write_prompt,
)
from groundkit.errors import DataError, OptionError
from groundkit.geometry import Frame, FrameName, Size, convert
from groundkit.records import Sample
from groundkit.store import decode

OURS = "ours"
STYLES: dict[str, str] = {
    "qwen2.5-vl": (
        "<image>Locate the UI element at the point ({x}, {y}) of the screenshot. Output its"
        " bounding box and a label of its type and name in JSON format:\n"
        '[{"bbox_2d": [x1, y1, x2, y2], "label": "type-name"}]'
    ),
    "ui-tars": (
        "<image>You are a GUI agent. Which UI element is at the point ({x},{y}) of the screenshot?"
        " Answer with the action that clicks it, in its middle.\n\n## Output Format\n"
        "Action: click(start_box='(x1,y1)')"
    ),
    "os-atlas": (
        "<image>In this UI screenshot, what is the position of the element corresponding to the"
        ' command "click the element at ({x},{y})" (with bbox)?'
    ),
}
_DECIMALS: dict[FrameName, int] = {"norm1": 3, "percent": 1}


class Prompt(msgspec.Struct, frozen=True):
    """How samples are asked.

    Attributes:
        style: `ours`, a key of STYLES, or the path of a template.
        template: the words; empty for those of groundkit.
        verbatim: whether the sample's own prompt is used where its numbers are in the right frame.
    """

    style: str
    template: str
    verbatim: bool


class Words(NamedTuple):
    """A question, before and after the place of the image."""

    before: str
    after: str


def choose_prompt(
    name: str | None, contract: Contract, dataset: Path, samples: Sequence[Sample]
) -> Prompt:
    """The prompt of an option.

    Args:
        name: None for what the contract says, or else `ours`.
        dataset: folder of the samples; its dataset.json tells words of its own.

    Raises:
        OptionError: no such style or template, or it names a marker that the images do not have.
    """
    marked = all(sample.marker is not None for sample in samples)
    if name is None and contract.prompt:
        if not marked and ("{marker}" in contract.prompt or "{color}" in contract.prompt):
            what = "the model's questions name a marker, which some images of the dataset lack"
            raise OptionError(what, "--prompt", hint="make-dataset without --marker none, or ours")
        check_template(contract.prompt, "groundkit.json: prompt", marked)
        return Prompt("contract", contract.prompt, False)
    if name is None or name == OURS:
        return Prompt(OURS, _own_words(dataset), True)
    if name in STYLES:
        return Prompt(name, STYLES[name], False)
    path = Path(name).expanduser()
    if not path.is_file():
        choices = (OURS, *STYLES, "a file with {x} and {y}")
        raise OptionError(f"no prompt {name[:60]!r}", "--prompt", choices)
    return Prompt(name, read_template(path, marked), False)


class _Options(msgspec.Struct):
    template: str = ""


class _Manifest(msgspec.Struct):
    options: _Options


def _own_words(dataset: Path) -> str:
    """The template that a dataset was made with, as far as it says."""
    path = dataset / "dataset.json"
    if not path.is_file():
        return ""
    return decode(path.read_bytes(), _Manifest, str(path)).options.template


def ask(sample: Sample, prompt: Prompt, frame: FrameName, seen: Size) -> Words:
    """The question about a sample to a model that writes `frame` and sees an image of `seen`.

    Raises:
        DataError: the sample's numbers would have to be converted and its words are not known.
    """
    point = point_in(sample, frame, seen)
    if prompt.verbatim:
        text = _own_prompt(sample, prompt, point)
    else:
        text = write_prompt(point, sample.marker, sample.lang, prompt.template)
    before, _, after = text.partition(IMAGE_TAG)
    return Words(before, after)


def point_in(sample: Sample, frame: FrameName, seen: Size) -> tuple[float, float]:
    """The point asked about in the frame of a model."""
    size = sample.original if frame == "pixel" else seen
    source = Frame("resized", (sample.width, sample.height))
    x, y = convert(sample.point, source, Frame(frame, size)).tolist()
    if frame in _DECIMALS:
        return round(x, _DECIMALS[frame]), round(y, _DECIMALS[frame])
    return round(x), round(y)


def _own_prompt(sample: Sample, prompt: Prompt, point: tuple[float, float]) -> str:
    if point == sample.point:
        return sample.prompt

    def written(place: tuple[float, float]) -> str:
        return write_prompt(place, sample.marker, sample.lang, prompt.template)

    if written(sample.point) != sample.prompt:
        what = (
            f"the words of {sample.id!r} are not known, so that its point stays in the wrong frame"
        )
        raise DataError(what, "prompt", hint="give them: --prompt FILE with {x} and {y}")
    return written(point)
