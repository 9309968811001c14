"""The contract of a model that is to be asked, before it is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from groundkit.contract import Contract, contract_for_family, contract_of, guess_family
from groundkit.errors import OptionError
from groundkit.families import find_family
from groundkit.models.load import find_model
from groundkit.store import decode


class FamilyOptions(NamedTuple):
    """What the command line says about a model without a contract."""

    name: str | None = None
    min_pixels: int | None = None
    max_pixels: int | None = None

    @property
    def given(self) -> bool:
        """Whether it says anything."""
        return self != FamilyOptions()


def contract_of_model(name: str, adapter: Path | None, family: FamilyOptions) -> Contract:
    """The contract of a local model: its file's, or else its family's.

    Raises:
        OptionError: no such model, options that contradict its file, or an unknown family.
        DataError: files that cannot be used.
    """
    where = Path(find_model(name))
    for folder in (adapter, where):
        if folder is not None and (found := contract_of(folder)):
            return _agreed(found, folder, family)
    return _of_family(name, _model_type(where), family)


def contract_of_server(model: str, family: FamilyOptions) -> Contract:
    """The contract of a model behind a server, which has its folder's name or that of a hub."""
    folder = Path(model)
    if folder.is_dir() and (found := contract_of(folder)):
        return _agreed(found, folder, family)
    return _of_family(model, _model_type(folder), family)


def _agreed(found: Contract, folder: Path, family: FamilyOptions) -> Contract:
    if family.given:
        what = f"{folder} has a groundkit.json, which says how its numbers are meant"
        raise OptionError(what, "--model-family", hint="leave the family and its limits out")
    return found


def _of_family(name: str, model_type: str, family: FamilyOptions) -> Contract:
    known = family.name or guess_family(_own_name(name), model_type)
    if known is None:
        what = f"in which frame {name} writes coordinates is not known"
        raise OptionError(what, "--model", hint="declare it: --model-family NAME")
    contract = contract_for_family(known)
    rule = getattr(find_family(known, family.min_pixels, family.max_pixels), "rule", None)
    if rule is None:
        return contract
    return replace(contract, min_pixels=rule.min_pixels, max_pixels=rule.max_pixels)


def _own_name(name: str) -> str:
    """What a model is called: of a folder only its own name, for what it lies in may be called
    anything; of one in the hub's cache that of its repository."""
    path = Path(name)
    if not path.is_dir() and not path.is_absolute():
        return name
    path = path.absolute()
    cached = [part for part in path.parts if part.startswith("models--")]
    return cached[-1] if cached else path.name


class _Config(msgspec.Struct):
    model_type: str = ""


def _model_type(folder: Path) -> str:
    path = folder / "config.json"
    return decode(path.read_bytes(), _Config, str(path)).model_type if path.is_file() else ""
