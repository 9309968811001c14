"""What the keys of a recipe mean, from the docstrings of `keys.py`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from groundkit.recipe.keys import Recipe

_FIELD = re.compile(r"^    (\w[\w, ]*): (.*(?:\n        .*)*)", re.MULTILINE)


class Key(NamedTuple):
    """A key of a recipe, with its path: `lora.rank`."""

    path: str
    default: str
    about: str


def explain(keys: type[msgspec.Struct] = Recipe, path: str = "") -> Iterator[Key]:
    """All keys, the sections last."""
    about = _docs(keys)
    sections = []
    for field in msgspec.structs.fields(keys):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            sections.append((field.type, f"{path}{field.name}."))
        else:
            yield Key(path + field.name, _default(field), about[field.name])
    for kind, start in sections:
        yield from explain(kind, start)


def _docs(keys: type[msgspec.Struct]) -> dict[str, str]:
    found = inspect.cleandoc(keys.__doc__ or "").partition("Attributes:\n")[2]
    return {
        name: " ".join(text.split())
        for names, text in _FIELD.findall(found)
        for name in names.split(", ")
    }


def _default(field: Any) -> str:
    if field.required:
        return "required"
    value = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return "none" if value is None else str(value) if value != {} else "{}"
