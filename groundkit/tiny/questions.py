"""From a synthetic screen to questions: the same rules, points and marks as `make-dataset`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundkit.dataset.marker import draw_marker, plan_marker
from groundkit.dataset.points import Boxes
from groundkit.dataset.prompts import IMAGE_TAG, write_prompt
from groundkit.dataset.rules import judge_elements
from groundkit.dataset.screen import DatasetOptions, choose_queries
from groundkit.geometry import IntBox, Point, Size
from groundkit.images import Pixels
from groundkit.records import Marker, Screen
from groundkit.tiny.words import QUESTIONS, STAR_QUESTIONS
from groundkit.vocabulary import LANGS, Lang

NEAR_SHARE = 0.1
_OWN_WORDING = 0.7  # share of the words of `dataset.prompts`
_STAR_ONLY = 0.3  # share of questions about a single star that say no coordinates


class Target(NamedTuple):
    """An element with a point of which it is the only right answer, in pixels of the image."""

    box: IntBox
    type: str
    name: str
    point: Point


class Question(NamedTuple):
    """What is asked and what is right. The answer's name may be another one, not to be learned."""

    text: str
    target: Target
    lang: Lang


def find_targets(screen: Screen, size: Size, count: int, seed: int) -> tuple[list[Target], Boxes]:
    """Up to `count` elements with a point each, and the boxes of all that a person sees."""
    options = DatasetOptions(per_screen=count, near_share=NEAR_SHARE, seed=seed)
    judged = judge_elements(screen, size, options.rules)
    judged, queries = choose_queries(screen, judged, size, options)
    targets = [
        Target(judged[index].box, judged[index].type, name.text, query.point)
        for index, query in queries.items()
        if (name := judged[index].name) is not None
    ]
    rivals = np.array([row.box for row in judged if row.is_rival], dtype=np.int64)
    return targets, rivals.reshape(-1, 4)


def scatter(rng: np.random.Generator, rivals: Boxes, count: int) -> tuple[NDArray[np.int64], Boxes]:
    """Points anywhere on elements, (N, 2), with the smallest box that holds each, (N, 4)."""
    chosen = rivals[rng.integers(len(rivals), size=count)]
    points = rng.integers(chosen[:, :2], np.maximum(chosen[:, 2:], chosen[:, :2] + 1))
    areas = np.prod(rivals[:, 2:] - rivals[:, :2], axis=1)
    low, high = rivals[:, :2], rivals[:, 2:]
    holds = np.all((points[:, None] >= low) & (points[:, None] < high), axis=2)
    smallest = np.where(holds, areas, np.iinfo(np.int64).max).argmin(axis=1)
    held = holds.any(axis=1)
    return points[held], rivals[smallest[held]]


def draw_stars(pixels: Pixels, targets: Sequence[Target], rivals: Boxes) -> list[Marker]:
    """Draws a star at the point of each target, in place; colour and size as `make-dataset`."""
    clean = pixels.copy()
    markers = [plan_marker(clean, t.point, t.box, "star", rivals) for t in targets]
    for target, marker in zip(targets, markers, strict=True):
        draw_marker(pixels, target.point, marker)
    return markers


def ask(
    rng: np.random.Generator, target: Target, marker: Marker | None, alone: bool = False
) -> Question:
    """A question about a target in one of many wordings.

    Args:
        marker: the star at its point, None if there is none.
        alone: whether that is the only star of the image, so that the star may say it all.
    """
    lang = LANGS[int(rng.integers(len(LANGS)))]
    if marker and alone and rng.random() < _STAR_ONLY:
        words = STAR_QUESTIONS[lang]
        return Question(
            fill(words[int(rng.integers(len(words)))], target, marker, lang), target, lang
        )
    if rng.random() < _OWN_WORDING:
        return Question(fill("", target, marker, lang), target, lang)
    words = QUESTIONS[lang]
    return Question(fill(words[int(rng.integers(len(words)))], target, marker, lang), target, lang)


def fill(template: str, target: Target, marker: Marker | None, lang: Lang) -> str:
    """The text of a question without the tag of the image, which the chat template places."""
    return write_prompt(target.point, marker, lang, template).removeprefix(IMAGE_TAG)
