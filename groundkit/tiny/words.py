"""Texts that the tiny model has seen: other wordings of the question, and names of elements."""

from __future__ import annotations

from groundkit.synth.words import TOPICS
from groundkit.vocabulary import Lang

SYSTEM = "You are a helpful assistant."

# Beside the words of `dataset.prompts`. The fields are those of a template.
QUESTIONS: dict[Lang, tuple[str, ...]] = {
    "zh": (
        "点[{x},{y}]处是什么元素?",
        "[{x},{y}]处的UI元素是什么?请给出box。",
        "请识别点[{x},{y}]处的元素。",
        "坐标({x},{y})处的元素是什么?",
    ),
    "en": (
        "What is at [{x},{y}]?",
        "Which UI element is at point [{x},{y}]? Give its box.",
        "Find the element at ({x}, {y}).",
        "Name the element at point [{x},{y}] and its box.",
    ),
}

# Questions that say no coordinates; the answer is where the mark is.
STAR_QUESTIONS: dict[Lang, tuple[str, ...]] = {
    "zh": (
        "图中{color}{marker}处是什么元素?",
        "{color}{marker}中心所处位置的信息是什么?",
    ),
    "en": (
        "What is at the {color} {marker}?",
        "Which UI element is at the centre of the {color} {marker}?",
    ),
}

_LONGEST = 24  # characters
NAMES: dict[Lang, tuple[str, ...]] = {
    lang: tuple(
        sorted({word for words in topics.values() for word in words if len(word) <= _LONGEST})
    )
    for lang, topics in TOPICS.items()
}
"""Names of elements: what is written on the synthetic screens."""
