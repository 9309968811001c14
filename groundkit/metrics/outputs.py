"""Where a verb may write: never over a file that it reads, nor over a file of a dataset."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from groundkit.errors import OptionError
from groundkit.store import is_stream, own_descriptor, real

SAMPLES = "samples.jsonl"
IMAGES = "images"
DATASET_FILES = (
    "README.md",
    "dataset.json",
    "dataset_info.json",
    "drops.jsonl",
    "elements.jsonl",
    "errors.jsonl",
    "preview.html",
    "preview.png",
    SAMPLES,
    "train.json",
    "val.json",
)
"""All that `make-dataset` and `preview` write beside the images."""


def samples_file(dataset: Path) -> Path:
    """The samples.jsonl of a dataset that is named by it or by its folder."""
    return dataset / SAMPLES if dataset.is_dir() else dataset


def check_output(option: str, output: Path, samples: Path | None = None) -> None:
    """Refuses to replace a file of a dataset, by whatever path.

    Args:
        option: that names the output.
        samples: of the dataset that is read; others are known by the samples.jsonl in them.

    Raises:
        OptionError: names the option.
    """
    if any(_is_dataset_file(output, folder, samples) for folder in _datasets(output, samples)):
        raise OptionError(
            f"{str(output)!r} would replace a file of the dataset", option, hint="name another file"
        )


def _datasets(output: Path, samples: Path | None) -> Iterator[Path]:
    """Folders of datasets that the output may be in."""
    if samples is not None:
        yield real(samples.parent)
        yield real(samples).parent
    target = real(output)
    images = (folder.parent for folder in target.parents if folder.name == IMAGES)
    yield from (folder for folder in (target.parent, *images) if (folder / SAMPLES).is_file())


def _is_dataset_file(output: Path, folder: Path, samples: Path | None) -> bool:
    files = [folder / name for name in DATASET_FILES]
    files += [] if samples is None else [samples]
    target, exists = real(output), output.exists()
    return (
        any(real(file) == target for file in files)
        or (exists and any(file.exists() and file.samefile(output) for file in files))
        or target.is_relative_to(real(folder / IMAGES))
    )


def check_reports(
    predictions: Path,
    dataset: Path | None = None,
    baseline: Path | None = None,
    *,
    json: Path | None = None,
    verdicts: Path | None = None,
    html: Path | None = None,
    table: Path | None = None,
) -> None:
    """Refuses to write a file that is also read or of a dataset, or two reports into one file.

    Raises:
        OptionError: names the option.
    """
    taken = {os.path.realpath(predictions): "the predictions"}
    samples = None if dataset is None else samples_file(dataset)
    if samples is not None:
        taken.setdefault(os.path.realpath(samples), "the dataset")
    if baseline is not None:
        taken.setdefault(os.path.realpath(baseline), "the baseline")
    outputs = {"--json": json, "--verdicts": verdicts, "--html": html, "--table": table}
    for option, path in outputs.items():
        if path is None:
            continue
        descriptor = own_descriptor(path)
        # A terminal may well be read and written, and /dev/null written twice.
        if is_stream(path) and descriptor is None:
            continue
        place = os.path.realpath(path) if descriptor is None else f"descriptor {descriptor}"
        what = taken.setdefault(place, option)
        if what != option:
            problem = f"{str(path)!r} is the file of {what}"
            raise OptionError(problem, option, hint="name another file")
        if descriptor is None:
            check_output(option, path, samples)
