"""The nouns, in the order in which data meets them.

Screen       a screenshot and the elements on it, in pixels of the original image
Element      one thing on a screen: a box, what its source calls it, its names
Sample       a question about a screen, with its prompt, its answer and how it was made
Gold         what a right answer to a question is: what scoring needs of a sample or a benchmark
Prediction   what a model wrote about one sample, raw, with the terms of the model's contract
Verdict      what scoring made of one prediction

All are frozen. `store.read_jsonl` decodes them strictly: a wrong type, a missing field or a NaN
names the file, the line and the field. Keys that a record does not know are ignored, so that
other tools may add their own. docs/formats.md explains every field with an example.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from groundkit.geometry import Box, FrameName, IntBox, Point, Size
from groundkit.vocabulary import Lang

Split = Literal["train", "val"]
Placement = Literal["inside", "near"]
NameSource = Literal["text", "description", "descendants", "resource_id"]
Status = Literal["scored", "missing", "refused", "unparsable", "invalid"]


class Element(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing on a screen.

    Attributes:
        id: unique on its screen.
        box: pixels of the original screenshot.
        type: what the source calls it: an Android class, an ARIA role, an HTML tag, a label.
        fallback_types: tried in order if `type` is in no table: superclasses, role, tag.
        text: what is written on it.
        description: its accessible name: content-desc, aria-label, alt text.
        resource_id: the developer's identifier.
        parent: id of the enclosing element.
        visible: False if the source says that it is not shown.
        clickable: whether the source says that it reacts to a click.
    """

    id: str
    box: Box
    type: str = ""
    fallback_types: tuple[str, ...] = ()
    text: str = ""
    description: str = ""
    resource_id: str = ""
    parent: str | None = None
    visible: bool = True
    clickable: bool = False


class Screen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A screenshot and the elements on it.

    Attributes:
        id: unique over all sources of a dataset.
        image: path of the screenshot, relative to the file that names it.
        width, height: size of the screenshot in pixels, after its EXIF orientation is applied.
        elements: in drawing or document order unless `ordered` is false; parents need not come
            first.
        ordered: whether later elements are drawn over earlier ones. False where a person or a
            detector listed what can be seen.
        group: app, domain or trace; a split never separates one group. Empty: the screen alone.
        source: name of the reader that made the record.
    """

    id: str
    image: str
    width: int
    height: int
    elements: tuple[Element, ...]
    ordered: bool = True
    group: str = ""
    source: str = "groundkit"


class LocatedScreen(NamedTuple):
    """A screen as a reader hands it on.

    Attributes:
        image: where the screenshot lies; checked to be inside the source folder.
        where: file and line that name the screen, for messages.
    """

    screen: Screen
    image: Path
    where: str


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """The mark drawn at the point of a prompt.

    Attributes:
        shape: star, dot or ring.
        color: the colour named in the prompt, in English.
        radius: of the circle around the mark, in pixels of the saved image.
        clipped: whether the edge of the image cuts it.
    """

    shape: Literal["star", "dot", "ring"]
    color: str
    radius: float
    clipped: bool


class Gold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a right answer to a question is: a box, several, a polygon, or that there is nothing.

    Coordinates are pixels of an image of `width` x `height`: the saved image of a dataset (frame
    `resized`), or the screenshot itself of a benchmark.

    Attributes:
        id: unique in its dataset.
        image: path of that image, relative to the file that holds this record.
        width, height: of that image.
        original: width and height of the screenshot before it was resized; None if it was not.
        box: of the element asked for; None if there are `boxes`, a `polygon` or `absent`.
        boxes: of all elements asked for, where a question has several answers.
        polygon: outline of the element, x and y alternating.
        absent: whether the right answer is that there is no such element.
        areas: of each of `boxes`, where it is not width times height: COCO's are of the outline.
        crowds: boxes around crowds, in which detections are neither right nor wrong (COCO).
        type: key of `vocabulary.TYPE_WORDS`; empty if unknown.
        name: the element's name; None if unknown.
        point: the point asked about, if any.
        instruction: what was asked for, where it is not a point.
        screen: the screen that the question is about; empty: `image` tells. What is asked about
            one screen is not independent: intervals are clustered by it.
        group: app, domain or trace.
        labels: further groupings to break figures down by, for example `{"platform": "web"}`; one
            with several values counts for each of them.
    """

    id: str
    image: str
    width: int
    height: int
    original: Size | None = None
    box: Box | None = None
    boxes: tuple[Box, ...] = ()
    polygon: tuple[float, ...] = ()
    absent: bool = False
    areas: tuple[float, ...] = ()
    crowds: tuple[Box, ...] = ()
    type: str = ""
    name: str | None = None
    point: tuple[float, float] | None = None
    instruction: str = ""
    lang: Lang | None = None
    screen: str = ""
    group: str = ""
    source: str = ""
    split: str = ""
    labels: dict[str, str | tuple[str, ...]] = {}


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One question about one point of a saved image, with its answer: a row of samples.jsonl.

    Coordinates are whole pixels of the saved image (frame `resized`). What it has in common with
    `Gold` has the same names, so that its rows read as gold records.

    Attributes:
        id: unique in its dataset.
        image: path of the saved image, relative to the file that holds this record.
        width, height: of the saved image.
        original: width and height of the screenshot before it was resized.
        box: of the element asked for.
        type: key of `vocabulary.TYPE_WORDS`.
        name: the element's name.
        point: the point asked about.
        prompt: the user text, with the `<image>` tag.
        answer: the text that a model should write.
        frame: of every coordinate in prompt and answer.
        element: id of the element on its screen.
        name_source: where the name came from.
        placement: whether the point lies in the element's own region or near it, outside of all.
        marker: what was drawn at the point; None if the image is unmarked.
    """

    id: str
    image: str
    width: int
    height: int
    original: Size
    box: IntBox
    type: str
    name: str
    point: Point
    lang: Lang = "zh"
    screen: str = ""
    group: str = ""
    source: str = ""
    split: Split = "train"
    prompt: str
    answer: str
    element: str
    name_source: NameSource
    placement: Placement
    marker: Marker | None = None
    frame: Literal["resized"] = "resized"


class Terms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What of a model's contract its numbers depend on.

    Attributes:
        frame: of the numbers that the model reads and writes.
        factor: both sides of an image that the model sees are multiples of it; None, as the limits,
            where the frame does not depend on the resizing.
        min_pixels, max_pixels: limits of width times height of that image.
    """

    frame: FrameName
    factor: int | None = None
    min_pixels: int | None = None
    max_pixels: int | None = None


class Prediction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a model wrote about one sample.

    Attributes:
        id: of the sample.
        text: the model's words, untouched.
        frame: the coordinate frame of the numbers in `text`; None if the row does not say.
        seen: width and height of what the model saw, where that is not the gold record's image:
            what `resized` means in this row.
        contract: of the model, as far as its numbers depend on it; None if nobody says. What
            contradicts it is not scored.
        draw: which of several answers to the same question this is, from 0; scores are of the
            first.
        model: who wrote it.
        score: the model's confidence, for metrics that rank answers.
        scores: its confidence in each box of the text, in their order.
        gold: the right answer, if the file is to be scored without its dataset.
        problem: why there is no answer; the text is empty then.
    """

    id: str
    text: str
    frame: FrameName | None = None
    seen: Size | None = None
    contract: Terms | None = None
    draw: int = 0
    model: str = ""
    score: float | None = None
    scores: tuple[float, ...] = ()
    gold: Gold | None = None
    problem: str = ""


class Verdict(msgspec.Struct, frozen=True):
    """What scoring made of one prediction. Boxes and lengths are pixels of the gold record's image.

    Made by position, unlike the other records: by keyword it takes twice as long.

    Attributes:
        status: `scored` if a box or a point could be read; all others count as wrong, but for
            `refused` where there is nothing to find.
        reason: why it is not a full score, in words; empty if it is.
        rule: the grammar rule that read the text; empty if none did.
        box: the predicted box, after conversion from the frame of the prediction; in a file whole
            numbers stand with or without a fraction.
        point: the predicted point, or the centre of the box.
        gold_box: the box asked for, the first of several or the one around a polygon; None if
            there is nothing to find.
        iou: intersection over union with the gold region, 0 if there is no box.
        hit: whether the point lies in the gold region, or a refusal is right.
        on_edge: whether the point lies on the edge of the gold region.
        distance: between the two centres; None if there is no box or nothing to find.
        edits, name_length: Levenshtein distance to the gold name and the length of that name.
        out_of_image: whether the box leaves the image.
        size: bucket of the gold box: tiny, small, medium, large; none if there is nothing to find.
    """

    id: str
    status: Status
    reason: str
    rule: str
    box: Box | None
    point: tuple[float, float] | None
    gold_box: Box | None
    iou: float
    hit: bool
    on_edge: bool
    distance: float | None
    type_correct: bool
    name_correct: bool
    edits: int
    name_length: int
    out_of_image: bool
    type: str
    size: str
    screen: str
    source: str
    split: str
    image: str
