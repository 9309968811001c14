"""YAML to a recipe; whatever is wrong with it is said with its place and what would be valid."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

import msgspec
import yaml

from groundkit.errors import DataError, OptionError
from groundkit.recipe.check import check
from groundkit.recipe.keys import Recipe
from groundkit.store import read_small

_LARGEST_FILE = 1 << 20


def read_recipe(path: Path, changes: Sequence[str] = ()) -> Recipe:
    """A recipe from its file.

    Args:
        changes: `trainer.learning_rate=5e-5`, the value in YAML.

    Raises:
        DataError: no YAML, or no recipe: names the key.
        OptionError: a change that cannot be made.
    """
    return to_recipe(apply(parse(read_text(path), str(path)), changes), str(path))


def read_text(path: Path) -> str:
    """The text of a YAML file.

    Raises:
        DataError: it cannot be read, or is none.
    """
    try:
        return read_small(path, _LARGEST_FILE, "a recipe").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError("a recipe is text in UTF-8", str(path)) from None
    except DataError as error:
        hint = "groundkit recipe lists those that come with groundkit"
        raise DataError(error.what, error.where, hint=hint) from None


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML without tags, aliases and keys that come twice; 1e-4 is a number, as everybody writes
    it."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise _problem(self.peek_event(), "a recipe has no aliases")
        event = self.peek_event()
        if getattr(event, "tag", None) is not None:
            raise _problem(event, f"a recipe has no tags: {event.tag[:40]}")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise _problem(key, f"the key {str(key.value)[:40]!r} comes twice")
            seen.add(str(key.value))
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


def _problem(place: Any, what: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(None, None, what, place.start_mark)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+"),
    list("-+0123456789"),
)


def parse(text: str, where: str) -> Any:
    """One YAML document.

    Raises:
        DataError: names the line.
    """
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{where}:{mark.line + 1}" if mark else where
        raise DataError(f"no YAML for a recipe: {error.problem}", place) from None
    except (yaml.YAMLError, ValueError) as error:
        raise DataError(f"no YAML for a recipe: {error}", where) from None
    except RecursionError:
        raise DataError("no YAML for a recipe: too deep", where) from None


def apply(found: Any, changes: Sequence[str]) -> Any:
    """A document with some keys set.

    Raises:
        OptionError: a change is no KEY=VALUE, or its key leads into a value.
    """
    for change in changes:
        name, equals, text = change.partition("=")
        keys = name.strip().split(".")
        if not equals or not all(keys):
            hint = "write it as trainer.learning_rate=5e-5"
            raise OptionError(f"no change: {change[:60]!r}", "--set", hint=hint)
        place = found
        for key in keys[:-1]:
            place = place.setdefault(key, {}) if isinstance(place, dict) else None
        if not isinstance(place, dict):
            raise OptionError(f"{name} leads into a value", "--set")
        place[keys[-1]] = parse(text, f"--set {name}")
    return found


def to_recipe(found: Any, where: str) -> Recipe:
    """A document as a recipe.

    Raises:
        DataError: names the key, and the nearest valid one.
    """
    if not isinstance(found, dict):
        raise DataError("a recipe is a mapping of keys", where, _names(Recipe))
    problem = next(_unknown(found, Recipe, ""), None)
    if problem is not None:
        raise DataError(problem[1], f"{where}: {problem[0]}", problem[2])
    try:
        recipe = msgspec.convert(found, Recipe)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at `$.")
        raise DataError(what, f"{where}: {place.rstrip('`')}" if place else where) from None
    check(recipe, where)
    return recipe


def _unknown(
    found: Mapping[Any, Any], keys: type[msgspec.Struct], path: str
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(place, problem, valid keys) of each key that there is not."""
    types = {field.name: field.type for field in msgspec.structs.fields(keys)}
    for key, value in found.items():
        place = f"{path}{key}"
        if key not in types:
            near = get_close_matches(str(key), types, 1)
            what = f"unknown key; did you mean {path}{near[0]}?" if near else "unknown key"
            yield place, what, () if near else tuple(types)
        elif isinstance(value, dict) and (section := _section(types[key])):
            yield from _unknown(value, section, f"{place}.")


def _section(kind: Any) -> type[msgspec.Struct] | None:
    kinds = (kind, *get_args(kind))
    return next((k for k in kinds if isinstance(k, type) and issubclass(k, msgspec.Struct)), None)


def _names(keys: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(field.name for field in msgspec.structs.fields(keys))
