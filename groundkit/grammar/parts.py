"""Which part of a text is the answer, and which of that is no place for coordinates."""

from __future__ import annotations

import re
from typing import NamedTuple

# What stands behind a thought is searched closely, which has to end soon whatever it holds. 1,400
# boxes of Qwen with labels are as long, with some ten of these marks each.
_MAX_ANSWER, _MAX_MARKS, _MARKS = 96 << 10, 16_000, "[(<:=\"'"

# How a thought starts and ends, in lower case.
_THOUGHTS = (
    *(
        (f"<{word}>", f"</{word}>")
        for word in ("think", "thinking", "thought", "thoughts", "reasoning", "seed:think")
    ),
    ("◁think▷", "◁/think▷"),
    ("<|think|>", "<|/think|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
)
_ACTION = re.compile(r"^[ \t]{0,9}action:", re.MULTILINE)
_TOKENS = re.compile(r"<(?:\|(?:im_end|im_start|endoftext|end|eot_id)\||/?s|eos)>")
_FENCE = re.compile(r"\A\s*```[\w-]{0,20}\s|```\s*\Z")
# A `<` is part of the name unless it starts one of our tags. No tag lies inside, so that text is
# looked through once, whatever it holds.
REF = re.compile(
    r"<ref>([^<]*(?:<(?!/?(?:ref|box)>)[^<]*)*)</ref>"
    r"|<\|object_ref_start\|>([^<]*)<\|object_ref_end\|>|<\|ref\|>([^<]*)<\|/ref\|>"
)
# JSON, or a dict of Python: the key, and a string behind it, which may be cut.
_TEXT = re.compile(
    r'"([^"\\\n]{1,60})"\s{0,9}:\s{0,9}"([^"\\\n]*(?:\\.[^"\\\n]*)*)"?'
    r"|'([^'\\\n]{1,60})'\s{0,9}:\s{0,9}'([^'\\\n]*(?:\\.[^'\\\n]*)*)'?"
)


class Part(NamedTuple):
    """The answer in a text: from `start` to `end`; `thought` is where the thoughts end."""

    thought: int
    start: int
    end: int


def answer_part(text: str) -> Part | None:
    """Behind the last thought, in the last answer tag. None if a thought never ends."""
    lower = lower_case(text)
    thought = _thoughts_end(lower)
    if thought is None:
        return None
    start, end = thought, len(text)
    if "action:" in lower and lower.find("thought:", thought) >= 0:
        # The part of an earlier one would be longer than what is searched.
        for match in _ACTION.finditer(lower, max(thought, end - _MAX_ANSWER - 1)):
            start = match.end()
    tag = lower.rfind("<answer>", start)
    if tag >= 0:
        start = tag + len("<answer>")
        close = lower.find("</answer>", start)
        end = close if close >= 0 else end
    return Part(thought, start, end)


def lower_case(text: str) -> str:
    """`text` in lower case, letter by letter: places stay where they are."""
    # The only letter that becomes two.
    return text.replace("İ", "i").lower()


def _thoughts_end(lower: str) -> int | None:
    """The place behind the last thought, 0 if there is none; None if one never ends."""
    if not ("th" in lower or "reason" in lower):
        return 0
    starts, ends = [], [(0, 0)]
    for opening, closing in _THOUGHTS:
        first, close = lower.find(opening), lower.rfind(closing)
        if close >= 0:
            # The opening may have been forced, so that it is not in the text.
            ends.append((first if first >= 0 else 0, close + len(closing)))
        if first >= 0 and (last := lower.rfind(opening)) > close:
            starts.append(last)
    # Within a thought of another kind a tag is only spoken of.
    if any(all(not first < start < end for first, end in ends) for start in starts):
        return None
    return max(end for _, end in ends)


def too_large(answer: str) -> str:
    """What is too much about an answer; empty if nothing is."""
    if len(answer) > _MAX_ANSWER:
        return f"longer than {_MAX_ANSWER >> 10} KiB"
    # A shorter one has less of them than characters.
    if len(answer) > _MAX_MARKS and sum(map(answer.count, _MARKS)) > _MAX_MARKS:
        return f"more than {_MAX_MARKS:,} brackets, quotes, colons and tags"
    return ""


def blank(part: str, keep: frozenset[str]) -> str:
    """An answer of the same length without what surrounds it, without the names in it and without
    the strings of its JSON.

    A name may hold anything, and so may a label: only strings of the keys in `keep` are left.
    """
    part = _TOKENS.sub(_spaces, part)
    part = _FENCE.sub(_spaces, part)
    if "ref" in part:
        part = REF.sub(_spaces, part)
    if '"' in part or "'" in part:
        part = _TEXT.sub(lambda match: _blank_value(match, keep), part)
    return part


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _blank_value(match: re.Match[str], keep: frozenset[str]) -> str:
    group = 2 if match[1] else 4
    if match[group - 1].lower() in keep:
        return match[0]
    start, end = (place - match.start() for place in match.span(group))
    return match[0][:start] + " " * (end - start) + match[0][end:]
