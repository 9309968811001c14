"""One screenshot in, its samples and their images out."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from groundkit import images
from groundkit.dataset.covers import Covers
from groundkit.dataset.marker import Shape, draw_marker, is_markable, plan_marker
from groundkit.dataset.points import Boxes, choose_point, rival_outlines
from groundkit.dataset.prompts import write_prompt
from groundkit.dataset.rules import (
    MAX_ELEMENTS,
    ElementRules,
    JudgedElement,
    judge_elements,
)
from groundkit.dataset.split import perceptual_hash
from groundkit.dataset.targets import DEFAULT_TARGET, find_target
from groundkit.dataset.types import FALLBACK_TYPE, raw_type
from groundkit.errors import DataError
from groundkit.geometry import IntBox, Point, Size
from groundkit.grammar import write_answer
from groundkit.records import LocatedScreen, Marker, Placement, Sample, Screen
from groundkit.store import write_bytes
from groundkit.vocabulary import Lang, type_of_word, type_word


class DatasetOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides the bytes of a dataset, apart from its sources.

    Attributes:
        target, max_pixels: the trainer and the limit that it is run with (see `targets`).
        langs: languages of prompt and answer; with two, each point makes two samples.
        marker: shape drawn at the point, or `none`: then the samples of a screen share its image.
        template: prompt in one's own words (see `prompts`), empty for ours.
        per_screen: points asked about on each screen, as far as it has elements.
        near_share: share of points placed near the element instead of in it.
        val_share: share of the screens to validate on (see `split`).
    """

    target: str = DEFAULT_TARGET
    max_pixels: int | None = None
    langs: tuple[Lang, ...] = ("zh",)
    marker: Shape | Literal["none"] = "star"
    template: str = ""
    per_screen: int = 4
    near_share: float = 0.1
    val_share: float = 0.1
    seed: int = 0
    image_format: Literal["jpg", "png"] = "jpg"
    rules: ElementRules = ElementRules()


class ElementRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One element as the rules left it: a row of elements.jsonl or, with a reason, drops.jsonl.

    `box` is in whole pixels of the saved image, clipped to it; `type` is ours, `raw_type` the
    source's; `rival` says that a point on it is not asked about as somebody else's.
    """

    screen: str
    element: str
    type: str
    raw_type: str
    name: str
    name_source: str
    box: IntBox
    rival: bool
    reason: str = ""


class ScreenPart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one screen, or the error that it ended in.

    `unknown_types` are the sources' words for those kept elements of which no word is a type.
    """

    screen: str = ""
    group: str = ""
    source: str = ""
    image_hash: str = ""
    samples: tuple[Sample, ...] = ()
    elements: tuple[ElementRow, ...] = ()
    unknown_types: tuple[str, ...] = ()
    error: str = ""


class Query(NamedTuple):
    """A point asked about."""

    point: Point
    placement: Placement


def process_screen(located: LocatedScreen, out: Path, options: DatasetOptions) -> ScreenPart:
    """Makes the samples of one screen and writes their images under `out`/images.

    Deterministic: the random numbers come from the seed and the screen's id alone.

    Raises:
        DataError: the image cannot be used or contradicts the annotation.
    """
    screen = located.screen
    if len(screen.elements) > MAX_ELEMENTS:
        raise DataError(f"{len(screen.elements):,} elements; at most {MAX_ELEMENTS:,} are possible")
    pixels = images.read_pixels(located.image)
    height, width = pixels.shape[:2]
    if (width, height) != (screen.width, screen.height):
        raise DataError(
            f"the annotation says {screen.width}x{screen.height}, the image is {width}x{height}"
        )
    saved = find_target(options.target, options.max_pixels).saved_size((width, height))
    judged = judge_elements(screen, saved, options.rules)
    judged, queries = choose_queries(screen, judged, saved, options)
    rivals = _boxes([row for row in judged if row.is_rival])
    resized = images.resize(pixels, saved)
    canvas = np.empty_like(resized)  # one for all: fresh megabytes cost as much as drawing
    samples: list[Sample] = []
    names = _ImageNames(screen.id, options)
    shared = options.marker == "none" and bool(queries)
    if shared:
        write_bytes(out / names.shared, images.encode(resized, names.suffix))
    for number, (index, query) in enumerate(queries.items()):
        marker = None
        if options.marker != "none":
            marker = plan_marker(resized, query.point, judged[index].box, options.marker, rivals)
            np.copyto(canvas, resized)
            draw_marker(canvas, query.point, marker)
            write_bytes(out / names.marked(number), images.encode(canvas, names.suffix))
        image = names.shared if shared else names.marked(number)
        samples += _write_samples(screen, judged[index], query, marker, image, saved, options)
    return ScreenPart(
        screen=screen.id,
        group=screen.group or screen.id,
        source=screen.source,
        image_hash=perceptual_hash(resized).hex(),
        samples=tuple(samples),
        elements=tuple(_element_row(screen.id, row) for row in judged),
        unknown_types=tuple(row.element.type for row in judged if _is_unknown(row)),
    )


def _is_unknown(row: JudgedElement) -> bool:
    """Whether an element is kept as one because its source names no type that we know: not one
    that can be clicked and holds others, nor one that its source calls an element."""
    if row.reason or row.type != FALLBACK_TYPE or type_of_word(row.element.type):
        return False
    return raw_type(row.element) == FALLBACK_TYPE


def choose_queries(
    screen: Screen, judged: list[JudgedElement], saved: Size, options: DatasetOptions
) -> tuple[list[JudgedElement], dict[int, Query]]:
    """Up to `per_screen` elements in random order, each with a point; those for which no point
    was found are dropped with a reason."""
    seed = hashlib.blake2b(f"{options.seed}:{screen.id}".encode(), digest_size=16).digest()
    rng = np.random.default_rng(int.from_bytes(seed, "big"))
    judged = [_without_room(row, options) for row in judged]
    rivals = [index for index, row in enumerate(judged) if row.is_rival]
    askable = [place for place, index in enumerate(rivals) if not judged[index].reason]
    around = _Surroundings(judged, screen, saved, options)
    tries = 20 * options.per_screen + 20  # of a heap of overlapping boxes none may have a point
    queries: dict[int, Query] = {}
    for place in rng.permutation(askable)[:tries].tolist():
        if len(queries) == options.per_screen:
            break
        index = rivals[place]
        query = None
        if rng.random() < options.near_share:
            query = around.query(rng, place, index, "near")
        query = query or around.query(rng, place, index, "inside")
        if query:
            queries[index] = query
        else:
            judged[index] = judged[index]._replace(reason="no-unique-point")
    return judged, queries


def _without_room(row: JudgedElement, options: DatasetOptions) -> JudgedElement:
    """The element, dropped if a mark on it would hide too much of it."""
    if row.reason or options.marker == "none" or is_markable(row.box, options.marker):
        return row
    return row._replace(reason="too-small")


class _Surroundings:
    """What decides whether a point of an element has one answer."""

    def __init__(
        self, judged: list[JudgedElement], screen: Screen, saved: Size, options: DatasetOptions
    ) -> None:
        self._saved = saved
        self._duplicate_iou = options.rules.duplicate_iou
        self._rivals = _boxes([row for row in judged if row.is_rival])
        self._outlines = _boxes([row for row in judged if row.is_outline])
        self._covers = Covers(judged, screen.ordered)

    def query(
        self, rng: np.random.Generator, place: int, index: int, placement: Placement
    ) -> Query | None:
        """A point of the element at `index`, which is the rival at `place`."""
        x1, y1, x2, y2 = self._rivals[place].tolist()
        point = choose_point(
            rng,
            place,
            self._rivals,
            self._saved,
            placement,
            self._covers.over(index),
            rival_outlines((x1, y1, x2, y2), self._outlines, placement, self._duplicate_iou),
        )
        return Query(point, placement) if point else None


def _boxes(rows: list[JudgedElement]) -> Boxes:
    return np.array([row.box for row in rows], dtype=np.int64).reshape(-1, 4)


def _write_samples(
    screen: Screen,
    target: JudgedElement,
    query: Query,
    marker: Marker | None,
    image: str,
    saved: Size,
    options: DatasetOptions,
) -> list[Sample]:
    """The sample of a query in each language."""
    name = target.name
    assert name is not None  # an element without a name is never asked about
    return [
        Sample(
            id=f"{_id_part(screen.id)}:{_id_part(target.element.id)}:{lang}",
            image=image,
            width=saved[0],
            height=saved[1],
            original=(screen.width, screen.height),
            box=target.box,
            type=target.type,
            name=name.text,
            point=query.point,
            lang=lang,
            screen=screen.id,
            group=screen.group or screen.id,
            source=screen.source,
            prompt=write_prompt(query.point, marker, lang, options.template),
            answer=write_answer(type_word(target.type, lang), name.text, target.box),
            element=target.element.id,
            name_source=name.source,
            placement=query.placement,
            marker=marker,
        )
        for lang in options.langs
    ]


def _id_part(id: str) -> str:
    """An id that can be joined to others by colons and still tell them apart."""
    return id.replace("%", "%25").replace(":", "%3A")


class _ImageNames:
    """File names of a screen's images: readable, safe on every system, one screen one stem."""

    def __init__(self, screen_id: str, options: DatasetOptions) -> None:
        readable = re.sub(r"[^A-Za-z0-9._-]+", "_", screen_id).strip("._")[:60]
        digest = hashlib.blake2b(screen_id.encode(), digest_size=8).hexdigest()
        self._stem = f"images/{readable}-{digest}"
        self.suffix = f".{options.image_format}"
        self.shared = self._stem + self.suffix

    def marked(self, number: int) -> str:
        return f"{self._stem}-{number}{self.suffix}"


def _element_row(screen_id: str, row: JudgedElement) -> ElementRow:
    return ElementRow(
        screen=screen_id,
        element=row.element.id,
        type=row.type,
        raw_type=row.element.type,
        name=row.name.text if row.name else "",
        name_source=row.name.source if row.name else "",
        box=row.box,
        rival=row.is_rival,
        reason=row.reason,
    )
