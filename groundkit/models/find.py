"""Where a model is: the one that ships, a folder, or a repository of the hub."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

from groundkit.errors import DataError, OptionError
from groundkit.models.problems import explain, failures, need

TINY = "tiny"
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_ADAPTER_FILE = "adapter_config.json"
_CONFIG_FILE = "config.json"
_NOTES = (_CONFIG_FILE, "groundkit.json")


def find_model(name: str) -> str:
    """What `from_pretrained` is given: the path of a folder, or the id of a repository.

    Raises:
        OptionError: it looks like a folder that is not there.
        DataError: the folder holds no model.
    """
    if name == TINY:
        return str(tiny_folder())
    path = Path(name).expanduser()
    if path.is_dir():
        _check_folder(path)
        return str(path.resolve())
    if path.exists():
        raise OptionError(f"{name} is a file; a model is a folder", "--model")
    parts = name.split("/")
    if path.is_absolute() or name.startswith((".", "~")) or len(parts) != 2 or not all(parts):
        raise OptionError(
            f"no model at {name!r}",
            "--model",
            choices=(TINY, "a folder with config.json", "an id on the hub such as Qwen/NAME"),
        )
    return name


def tiny_folder() -> Path:
    """The checkpoint that ships with groundkit.

    Raises:
        DataError: this installation has none.
    """
    folder = Path(str(resources.files("groundkit") / "tiny" / "checkpoint"))
    if not (folder / _CONFIG_FILE).is_file():
        raise DataError("the tiny model is missing", str(folder), hint="install groundkit again")
    return folder


def _check_folder(path: Path) -> None:
    if (path / _CONFIG_FILE).is_file():
        if not any(found for pattern in _WEIGHTS for found in path.glob(pattern)):
            raise DataError("config.json has no weights beside it", str(path))
        return
    if (path / _ADAPTER_FILE).is_file():
        base = _base_of(path)
        raise OptionError(
            f"{path} is an adapter, not a model",
            "--model",
            hint=f"--model {base} --adapter {path}",
        )
    raise DataError("the folder holds no model: no config.json", str(path))


def _base_of(adapter: Path) -> str:
    """The model that an adapter was trained on, as far as it says."""
    try:
        found = json.loads((adapter / _ADAPTER_FILE).read_bytes())
        base = found["base_model_name_or_path"]
    except (OSError, ValueError, KeyError, TypeError):
        return "MODEL"
    return base if isinstance(base, str) and base else "MODEL"


def check_adapter(path: Path) -> None:
    if not (path / _ADAPTER_FILE).is_file():
        raise OptionError(f"no adapter at {str(path)!r}: no {_ADAPTER_FILE}", "--adapter")
    need("peft")


def notes_of(name: str) -> Path:
    """The folder with the config.json and the groundkit.json of a model; of one on the hub these
    two are fetched.

    Raises:
        OptionError: there is no such model here.
        DataError: the hub does not give it.
    """
    where = find_model(name)
    if Path(where).is_dir():
        return Path(where)
    need("huggingface_hub")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(where, allow_patterns=list(_NOTES)))
    except failures() as error:
        raise explain(error, name, where) from None
