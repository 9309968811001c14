"""The folder of a run: what was asked for, with what, and what came of it.

recipe.yaml       the recipe, every key written out
run.json          versions, machine, hash of the samples, what is trained
metrics.jsonl     a line each time something is logged
eval/             the answers of each evaluation
bad_steps.jsonl   steps that were passed over
checkpoints/      of the trainer, to go on from
model/            the result, with its contract: an adapter or whole weights
"""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
import yaml

from groundkit import __version__
from groundkit.errors import DataError, OptionError
from groundkit.recipe import Recipe, read_recipe
from groundkit.store import decode, write_bytes

RECIPE, RUN, METRICS, EVAL, MODEL = (
    *("recipe.yaml", "run.json", "metrics.jsonl", "eval", "model"),
)
CHECKPOINTS = "checkpoints"
_PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate")
# What may differ when a run goes on.
_FREE = ("launch", "output")


class RunNotes(msgspec.Struct, kw_only=True):
    """What a run was made with.

    Attributes:
        groundkit: its version; packages: versions of others.
        data: hash of the samples that are trained on.
        samples: how many there are.
        trained: (trained, all) weights of each part.
        world: processes.
        wrapped: class of the model as the trainer runs it.
    """

    groundkit: str
    packages: dict[str, str]
    machine: str
    data: str
    samples: int
    trained: dict[str, tuple[int, int]]
    world: int
    wrapped: str = ""


def open_folder(recipe: Recipe) -> tuple[Path, bool]:
    """The folder of a run, made if need be, and whether a run is to go on in it.

    Raises:
        OptionError: it holds something else, or a run of another recipe, or one that is finished.
    """
    folder = Path(recipe.output)
    if folder.is_file():
        raise OptionError(f"{recipe.output!r} is a file", "output", hint="name a new folder")
    if (folder / MODEL).exists():
        what = f"the run in {recipe.output!r} is finished"
        raise OptionError(what, "output", hint="name a new folder: --set output=NAME")
    known = folder / RECIPE
    if not known.exists():
        if folder.exists() and any(folder.iterdir()):
            what = f"{recipe.output!r} holds something that is no run"
            raise OptionError(what, "output", hint="name a new folder")
        return _make(folder), False
    _check_same(read_recipe(known), recipe)
    return folder, True


def _make(folder: Path) -> Path:
    try:
        (folder / EVAL).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot write: {error.strerror or error}", str(folder)) from None
    return folder


def _check_same(before: Recipe, now: Recipe) -> None:
    for field in msgspec.structs.fields(Recipe):
        name = field.name
        if name not in _FREE and getattr(before, name) != getattr(now, name):
            what = f"the unfinished run in {now.output!r} has another {name}"
            raise OptionError(what, "output", hint="name a new folder: --set output=NAME")


def write_recipe_file(recipe: Recipe, folder: Path) -> None:
    """Writes the recipe with every key."""
    plain = msgspec.to_builtins(recipe)
    text = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)
    write_bytes(folder / RECIPE, text.encode())


def write_notes(notes: RunNotes, folder: Path) -> None:
    """Writes run.json."""
    write_bytes(folder / RUN, msgspec.json.format(msgspec.json.encode(notes), indent=2) + b"\n")


def note_wrapped(name: str, folder: Path) -> None:
    """Adds to run.json how the trainer ran the model."""
    path = folder / RUN
    notes = decode(path.read_bytes(), RunNotes, str(path))
    write_notes(msgspec.structs.replace(notes, wrapped=name), folder)


def make_notes(**fields: Any) -> RunNotes:
    """Notes with the versions and the machine of here."""
    packages = {name: metadata.version(name) for name in _PACKAGES}
    machine = f"{platform.machine()}, Python {platform.python_version()}, {platform.system()}"
    return RunNotes(groundkit=__version__, packages=packages, machine=machine, **fields)


def last_checkpoint(folder: Path) -> str | None:
    """The newest checkpoint that is whole."""
    found = (folder / CHECKPOINTS).glob("checkpoint-*/trainer_state.json")
    numbered = [(int(path.parent.name.rpartition("-")[2]), path.parent) for path in found]
    return str(max(numbered)[1]) if numbered else None
