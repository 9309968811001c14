"""The forms in which models write coordinates, the most explicit first.

Each form is a pattern and what it means. What a pattern may try again is bounded, so that no text
takes more than time linear in its length, and a number is only ever taken as it stands.
Sources are the parsers, prompts and output files of the families that are named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from groundkit.grammar.found import (
    EDGES,
    MAX_PLACES,
    Found,
    TooManyError,
    read_bracketed,
    read_call,
    read_content,
    read_edges,
    read_listed,
    read_locations,
    read_molmo,
    read_sized,
)
from groundkit.grammar.numbers import LIST, NUMBER, PAIR, SEPARATOR
from groundkit.grammar.parts import lower_case


class Form(NamedTuple):
    """One way to write coordinates.

    Attributes:
        rule: its name.
        about: which models write it, for people.
        rank: forms of a smaller rank make those of a greater one a side remark.
        hints: strings of which every such text holds one, in lower case.
        pattern: finds candidates.
        read: the coordinates of a candidate, or None.
    """

    rule: str
    about: str
    rank: int
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Found | None]


_KEYS = (
    *("bbox_2d", "box_2d", "bbox", "box", "point_2d", "points", "point", "coordinates"),
    *("coordinate", "coords", "position", "start_box", "start_point", "start_coordinate"),
)
# What is done at a place, in the action spaces of the families and in pyautogui, and keys, which
# stand before parentheses too. What else is called takes colours, sizes, seconds.
_ACTIONS = (
    *("click", "click_absolute", "left_click", "right_click", "middle_click", "double_click"),
    *("triple_click", "long_click", "mouse_click", "leftclick", "rightclick", "middleclick"),
    *("doubleclick", "tripleclick", "longclick", "left_single", "left_double", "right_single"),
    *("tap", "double_tap", "doubletap", "long_tap", "touch", "press", "long_press", "longpress"),
    *("move", "move_to", "moveto", "mouse_move", "mousemove", "hover", "drag", "drag_to"),
    *("dragto", "left_click_drag", "swipe", "box", "bbox", "point", "position", "coordinate"),
    "coordinates",
)
_DONE = (
    *("click", "tap", "single", "double", "touch", "press", "move", "hover", "drag", "swipe"),
    *("box", "point", "position", "coordinate"),
)
# Keys whose strings hold the answer itself; those of all others are labels and thoughts.
ANSWERS = (
    frozenset(_KEYS)
    | frozenset(EDGES)
    | {
        *("action", "actions", "action_input", "answer", "arguments", "args", "code", "command"),
        *("content", "function", "output", "parameters", "response", "result", "tool_call"),
    }
)
# JSON within a string has a backslash before its quotes.
_QUOTE = r"\\?[\"'`]?"
_VALUE = rf"{_QUOTE}\s?[:=]\s{{0,9}}{_QUOTE}({NUMBER})"
_NEXT = rf"{_QUOTE}[,;]?\s{{0,30}}{_QUOTE}"
_RUN = (
    r"[\[(][\s\d.,;+\-%()\[\]\"']*"
    r"(?:(?i:nan|inf(?:inity)?|(?<=\d)e(?=[+-]?\d))[\s\d.,;+\-%()\[\]\"']*)*"
)
_INSIDE = r"([^<]+)"
# A word before parentheses makes them those of a call.
_OPEN = r"\((?<![A-Za-z0-9_].)"
# But for `OK(125,250),(250,500)`, which is what is left of a Qwen-VL's answer where a server takes
# the special tokens out. Nobody calls anything so.
_NAMED_CORNERS = r"\([0-9]{1,9},[0-9]{1,9}\),\([0-9]{1,9},[0-9]{1,9}\)"
# Labels end in such words too: a search box, a start point.
_PLACE_AND_CORNERS = rf"(?i:box|bbox|point|position|coordinates?){_NAMED_CORNERS}"


def _any_of(words: tuple[str, ...]) -> str:
    """One of some words, as a group. The first letter stands for itself, so that a text is skipped
    through from one such letter to the next."""
    initials = sorted({word[0] for word in words})
    groups = []
    for initial in initials:
        rests = sorted({word[1:] for word in words if word[0] == initial}, reverse=True)
        groups.append(f"(?<=[{initial}{initial.upper()}])(?i:{'|'.join(rests)})")
    letters = "".join(initials)
    return rf"([{letters}{letters.upper()}](?<!\w.)(?:{'|'.join(groups)}))(?!\w)"


def _sides(*names: str) -> str:
    """`"x1": 1, "y1": 2, ...`, in any order, no name twice; of each edge one or more names."""
    name = _any_of(tuple(word for group in names for word in group.split()))
    pattern, seen = name + _VALUE, r"\1"
    for place in range(1, len(names)):
        pattern += rf"{_NEXT}(?!(?:{seen})(?!\w)){name}{_VALUE}"
        seen += rf"|\{2 * place + 1}"
    return pattern


def _form(
    rule: str,
    about: str,
    rank: int,
    hints: tuple[str, ...],
    pattern: str,
    read: Callable[[re.Match[str]], Found | None],
) -> Form:
    return Form(rule, about, rank, hints, re.compile(pattern), read)


def _tagged(rule: str, about: str, opening: str, closing: str) -> Form:
    pattern = rf"(?i:{re.escape(opening)}){_INSIDE}(?i:{re.escape(closing)})"
    return _form(rule, about, 0, (opening,), pattern, read_content)


FORMS: tuple[Form, ...] = (
    _tagged("box", "<box>: groundkit, InternVL, MiniCPM-V", "<box>", "</box>"),
    _tagged("bbox", "<bbox>: lmms-eval", "<bbox>", "</bbox>"),
    _tagged(
        *("box-token", "<|box_start|>: Qwen2-VL, OS-Atlas, UI-TARS"),
        *("<|box_start|>", "<|box_end|>"),
    ),
    _form(
        *("box-token-end", "the opening was forced: OS-Atlas", 0, ("<|box_end|>",)),
        rf"\A\s*[\[(]{{0,2}}({PAIR}(?:\)\s?,\s?\({PAIR})?)[\])]{{1,2}}(?i:<\|box_end\|>)",
        read_content,
    ),
    _tagged("det", "<|det|>: DeepSeek-VL2", "<|det|>", "<|/det|>"),
    _tagged("point", "<point>: UI-TARS 1.5, Seed", "<point>", "</point>"),
    _form(
        *("point-tag", "<point x= y=>: Molmo", 0, ("<point",)),
        *(r"<(?i:points?)\s[^<>]+>", read_molmo),
    ),
    _form(
        *("loc", "<loc0256>: PaliGemma, Florence-2", 0, ("<loc",)),
        *(r"(?:<(?i:loc)_?\d{1,4}>){2,}", read_locations),
    ),
    _form(
        *("keyed", '"bbox_2d": [...]: Qwen, Gemini, tool calls', 1),
        ("box", "point", "coord", "position"),
        rf"{_any_of(_KEYS)}({_QUOTE})\s{{0,9}}([:=])\s{{0,9}}({_QUOTE})({_RUN}|{LIST})",
        read_listed,
    ),
    _form(
        *("corners", "x_min, xmin, left: Moondream", 1, ("max", "bottom")),
        _sides("x_min xmin left", "y_min ymin top", "x_max xmax right", "y_max ymax bottom"),
        read_edges,
    ),
    _form(
        *("xyxy", "x1=, y1=, x2=, y2=", 1, ("x1",)),
        *(_sides("x1", "y1", "x2", "y2"), read_edges),
    ),
    _form(
        *("xywh", "x=, y=, width=, height=", 1, ("width", 'w"', "w'", "w=", "w:")),
        *(_sides("x left", "y top", "width w", "height h"), read_sized),
    ),
    _form(
        *("x-y", "x=0.5, y=0.25: Aguvis, Kimi-VL, Holo", 1, ("x",)),
        *(_sides("x", "y"), read_edges),
    ),
    _form(
        *("call", "click(500, 300): websight, Holo", 1, _DONE),
        rf"(?!{_PLACE_AND_CORNERS}){_any_of(_ACTIONS)}\(\s{{0,9}}({LIST})\s{{0,9}}[,)]",
        read_call,
    ),
    _form(
        *("corner-pairs", "(1,2),(3,4): Qwen-VL", 2, ("(",)),
        rf"({_OPEN}\s?{PAIR}\s?\)\s?[,;]?\s?\(\s?{PAIR}\s?\)|{_NAMED_CORNERS})",
        read_content,
    ),
    _form(
        *("brackets", "[1, 2, 3, 4], (1, 2)", 2, ("(", "[")),
        rf"((?:\[|{_OPEN})\s{{0,9}}{NUMBER}(?:{SEPARATOR}{NUMBER}){{0,3}}\s{{0,9}}[\])])",
        read_bracketed,
    ),
    _form(
        *("bare", "50%, 25%: nothing but numbers", 3, ("",)),
        *(rf"\A\s*({LIST})\s*\.?\s*\Z", read_content),
    ),
)
RULES = {form.rule: form.about for form in FORMS}


def find_forms(text: str) -> Iterator[tuple[Form, list[Found]]]:
    """The forms of the smallest rank that find something, and what each finds.

    Raises:
        TooManyError: there are more than MAX_PLACES boxes or points.
    """
    lower = lower_case(text)
    rank = FORMS[-1].rank
    for form in FORMS:
        if form.rank > rank:
            return
        if _holds_any(lower, form.hints) and (found := _find(form, text)):
            rank = form.rank
            yield form, found


def _holds_any(text: str, hints: tuple[str, ...]) -> bool:
    for hint in hints:  # noqa: SIM110 - a third of the time of any()
        if hint in text:
            return True
    return False


def _find(form: Form, text: str) -> list[Found]:
    # Counted before any of them is read, which takes longer than to find it.
    matches = list(islice(form.pattern.finditer(text), MAX_PLACES + 1))
    if len(matches) > MAX_PLACES:
        raise TooManyError
    return [read for match in matches if (read := form.read(match))]
