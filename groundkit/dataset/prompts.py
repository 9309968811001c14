"""The words of a question.

The Chinese form is fixed to the letter, ASCII brackets and full-width stop included; the English
one says the same. A template of one's own is a text with `{x}`, `{y}`, `{marker}` and `{color}`.
"""

from __future__ import annotations

import re
from pathlib import Path

from groundkit.errors import OptionError
from groundkit.records import Marker
from groundkit.vocabulary import Lang

_MARKED = {
    "zh": "点[{x},{y}]所处位置(也即是图中{color}{marker}中心所处位置)的信息是什么?"
    "需要优先匹配最近UI元素的box。",
    "en": "What is at point [{x},{y}] (that is, at the centre of the {color} {marker} in the"
    " image)? Match the box of the nearest UI element first.",
}
_UNMARKED = {
    "zh": "点[{x},{y}]所处位置的信息是什么?需要优先匹配最近UI元素的box。",
    "en": "What is at point [{x},{y}]? Match the box of the nearest UI element first.",
}
_SHAPE_WORDS = {
    "star": {"zh": "五角星", "en": "five-pointed star"},
    "dot": {"zh": "圆点", "en": "dot"},
    "ring": {"zh": "圆环", "en": "ring"},
}
_COLOR_WORDS = {
    "green": {"zh": "绿色", "en": "green"},
    "magenta": {"zh": "品红色", "en": "magenta"},
}
IMAGE_TAG = "<image>"
_FIELDS = ("x", "y", "marker", "color")
_FIELD = re.compile(r"\{(\w*)\}")


def write_prompt(
    point: tuple[float, float], marker: Marker | None, lang: Lang, template: str = ""
) -> str:
    """The user text for a point, in `template` or, if that is empty, in our own words."""
    words = template or (_MARKED if marker else _UNMARKED)[lang]
    values = {"x": str(point[0]), "y": str(point[1])}
    if marker:
        values["marker"] = _SHAPE_WORDS[marker.shape][lang]
        values["color"] = _COLOR_WORDS[marker.color][lang]
    text = _FIELD.sub(lambda match: values[match[1]], words)
    return text if IMAGE_TAG in text else IMAGE_TAG + text


def read_template(path: Path, marked: bool) -> str:
    """A template file, checked.

    Raises:
        OptionError: unreadable, without `{x}` and `{y}`, with an unknown field or several
            `<image>` tags, or about a marker that is not drawn.
    """
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(f"cannot read the template: {error}", str(path)) from None
    check_template(text, str(path), marked)
    return text


def check_template(text: str, where: str, marked: bool) -> None:
    """Raises an OptionError that names `where` unless a template can be used; see
    `read_template`."""
    fields = set(_FIELD.findall(text))
    allowed = _FIELDS if marked else _FIELDS[:2]
    for field in sorted(fields.difference(allowed)):
        raise OptionError(
            f"the template has a field {{{field}}} that nothing fills",
            where,
            [f"{{{name}}}" for name in allowed],
        )
    if not {"x", "y"} <= fields:
        raise OptionError("the template needs {x} and {y}, the point asked about", where)
    if text.count(IMAGE_TAG) > 1:
        raise OptionError(f"the template has several {IMAGE_TAG} tags; a sample has one", where)
