"""The contract of a model that is to be asked or trained, before it is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec

from groundkit.contract import Contract, contract_for_family, contract_of
from groundkit.errors import OptionError
from groundkit.families import find_family, guess_family
from groundkit.geometry import FRAME_NAMES, FrameName
from groundkit.models.find import TINY, notes_of, tiny_folder
from groundkit.store import decode


class FamilyOptions(NamedTuple):
    """What the command line says about a model without a contract.

    Attributes:
        name: of the family, in place of `frame`.
        frame: of the numbers, of a model of no family that is known.
    """

    name: str | None = None
    min_pixels: int | None = None
    max_pixels: int | None = None
    frame: str | None = None

    @property
    def given(self) -> bool:
        """Whether it says anything."""
        return self != FamilyOptions()


class Found(NamedTuple):
    """A contract and who says so.

    Attributes:
        note: what was concluded from a name, for the user to check; empty if somebody said it.
    """

    contract: Contract
    note: str = ""


_NOTHING = FamilyOptions()


def contract_of_model(
    name: str, adapter: Path | None = None, family: FamilyOptions = _NOTHING
) -> Found:
    """The contract of a local model: its file's, or else its family's.

    Raises:
        OptionError: no such model, options that contradict its file, or an unknown family.
        DataError: files that cannot be used.
    """
    return _contract(name, (adapter, notes_of(name)), family)


def contract_of_server(model: str, family: FamilyOptions = _NOTHING) -> Found:
    """The contract of a model behind a server, which has its folder's name or that of a hub."""
    folder = tiny_folder() if model == TINY else Path(model)
    return _contract(model, (folder,), family)


def _contract(name: str, folders: tuple[Path | None, ...], family: FamilyOptions) -> Found:
    for folder in folders:
        if folder is not None and (found := contract_of(folder)):
            return Found(_agreed(found, folder, family))
    if family.frame is not None:
        return Found(Contract(frame=_frame(family), factor=None, min_pixels=None, max_pixels=None))
    if family.name is not None:
        return Found(_of_family(family.name, family))
    return _guessed(name, _model_type(folders[-1]), family)


def _agreed(found: Contract, folder: Path, family: FamilyOptions) -> Contract:
    if family.given:
        what = f"{folder} has a groundkit.json, which says how its numbers are meant"
        option = "--frame" if family.frame else "--model-family"
        raise OptionError(what, option, hint="leave the frame, the family and its limits out")
    return found


def _frame(family: FamilyOptions) -> FrameName:
    """The frame that was declared, which must need no limits."""
    if family != FamilyOptions(frame=family.frame):
        what = "a frame that needs no family and no limits"
        raise OptionError(what, "--frame", hint="give --frame or --model-family")
    choices = [name for name in FRAME_NAMES if name != "resized"]
    if family.frame == "resized":
        what = "what a model resizes images to depends on its limits"
        raise OptionError(what, "--frame", hint="--model-family qwen2.5-vl --max-pixels N")
    frame = next((name for name in choices if name == family.frame), None)
    if frame is None:
        raise OptionError(f"unknown frame {str(family.frame)[:40]!r}", "--frame", choices)
    return frame


def _guessed(name: str, model_type: str, family: FamilyOptions) -> Found:
    guess = guess_family(_own_name(name), model_type)
    if guess is None:
        what = f"in which frame {name} writes coordinates is not known"
        raise OptionError(what, "--model", hint="declare it: --model-family NAME or --frame NAME")
    contract = _of_family(guess.family, family)
    told = f"its type, {model_type}," if guess.source == "model_type" else "its name"
    note = f"no groundkit.json: by {told} the model is {guess.family}, which {_terms(contract)}"
    return Found(contract, f"{note}; if not, --model-family")


def _terms(contract: Contract) -> str:
    if contract.rule is None:
        return f"writes {contract.frame}"
    limits = f"{contract.min_pixels:,} to {contract.max_pixels:,}"
    return f"writes pixels of the image resized to {limits} pixels, multiples of {contract.factor}"


def _of_family(known: str, family: FamilyOptions) -> Contract:
    contract = contract_for_family(known)
    rule = getattr(find_family(known, family.min_pixels, family.max_pixels), "rule", None)
    if rule is None:
        return contract
    return msgspec.structs.replace(contract, min_pixels=rule.min_pixels, max_pixels=rule.max_pixels)


def _own_name(name: str) -> str:
    """What a model is called: of a folder only its own name, for what it lies in may be called
    anything; of one in the hub's cache that of its repository."""
    path = Path(name)
    if not path.is_dir() and not path.is_absolute():
        return name
    path = path.absolute()
    cached = [part for part in path.parts if part.startswith("models--")]
    return cached[-1].replace("--", "/") if cached else path.name


class _Config(msgspec.Struct):
    model_type: str = ""


def _model_type(folder: Path | None) -> str:
    path = None if folder is None else folder / "config.json"
    if path is None or not path.is_file():
        return ""
    return decode(path.read_bytes(), _Config, str(path)).model_type
