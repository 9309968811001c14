"""The samples of a dataset that are to be answered, checked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from groundkit.errors import DataError, OptionError
from groundkit.metrics.gold import Golds, to_arrays
from groundkit.metrics.intake import check_split
from groundkit.metrics.outputs import samples_file
from groundkit.prediction_files.rows import read_chunks
from groundkit.records import Gold, Sample
from groundkit.store import encode_line, home, real

_GOLD_FIELDS = tuple(name for name in Gold.__struct_fields__ if name in Sample.__struct_fields__)


class Asked(NamedTuple):
    """The samples to answer.

    Attributes:
        samples: in the order of the file.
        folder: that their images' paths start from.
        digest: of the samples, 16 hex digits.
    """

    samples: list[Sample]
    folder: Path
    digest: str


def choose_samples(dataset: Path, split: str = "all", limit: int | None = None) -> Asked:
    """The samples of a split, the first `limit` of them.

    Args:
        dataset: a samples.jsonl or the folder that holds it.
        split: `train`, `val` or `all`.

    Raises:
        DataError: the samples cannot be read or are wrong, or none is in the split.
        OptionError: an unknown split, or a limit below one.
    """
    check_split(split)
    if limit is not None and limit < 1:
        raise OptionError(f"{limit} samples are none", "--limit")
    path = samples_file(dataset)
    chosen = (sample for sample in read_samples(path) if split in ("all", sample.split))
    samples = list(islice(chosen, limit))
    if not samples:
        raise no_samples(path, split)
    digest = blake2b(digest_size=8)
    for sample in samples:
        digest.update(encode_line(sample))
    return Asked(samples, home(path), digest.hexdigest())


def no_samples(path: Path, split: str) -> DataError:
    """That there is nothing to answer."""
    what = "the file holds no samples" if split == "all" else f"no sample is in {split!r}"
    return DataError(what, str(path))


def read_samples(path: Path) -> Iterator[Sample]:
    """The samples of a file, as strictly as `eval --dataset` reads them.

    Raises:
        DataError: names the file, the line and what is wrong.
    """
    seen: set[str] = set()
    for chunk in read_chunks(path, Sample):
        to_arrays(Golds(map(gold_of, chunk.records)), chunk.where)
        for row, sample in enumerate(chunk.records):
            x1, y1, x2, y2 = sample.box
            if not (0 <= x1 <= x2 <= sample.width and 0 <= y1 <= y2 <= sample.height):
                raise DataError("the gold box leaves the image", chunk.where(row))
            if sample.id in seen:
                raise DataError(f"the id {sample.id!r} occurs twice", chunk.where(row))
            seen.add(sample.id)
            if not (0 <= sample.point[0] <= sample.width and 0 <= sample.point[1] <= sample.height):
                raise DataError("the point lies outside the image", f"{chunk.where(row)}: point")
            yield sample


def gold_of(sample: Sample) -> Gold:
    """What scoring needs of a sample."""
    return Gold(**{name: getattr(sample, name) for name in _GOLD_FIELDS})


def gold_for(sample: Sample, images: Path) -> Gold:
    """The gold record of a sample in another file.

    Args:
        images: the folder of the dataset as seen from that file.
    """
    return replace(gold_of(sample), image=(images / sample.image).as_posix())


def images_seen_from(samples: Path, output: Path) -> Path:
    """The folder that image paths of a samples.jsonl start from, as seen from an output file."""
    # Of the real folders: `..` out of a linked folder leads elsewhere.
    return Path(os.path.relpath(real(home(samples)), real(home(output))))
