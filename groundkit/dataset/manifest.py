"""dataset.json: how a dataset was made and what is in it. Its presence says that it is complete."""

from __future__ import annotations

import msgspec

from groundkit.dataset.screen import DatasetOptions

MARKER_FILE = "dataset.json"


class SplitCheck(msgspec.Struct, frozen=True, kw_only=True):
    """The proof that training and validation share nothing.

    Attributes:
        groups, images: number in each split.
        near_duplicates: links between near-duplicate images found in the whole dataset.
        groups_joined: groups that those links moved into one split with another.
        images_crossing, groups_crossing, near_duplicates_crossing: counted after the split on what
            was written; all 0, or the dataset is broken.
    """

    groups: dict[str, int]
    images: dict[str, int]
    near_duplicates: int
    groups_joined: int
    images_crossing: int
    groups_crossing: int
    near_duplicates_crossing: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The content of dataset.json.

    Attributes:
        trainer_flags: what the trainer must be told for the boxes to stay right.
        samples: number in each split.
        drops: number of dropped elements by reason (`rules.REASONS`).
        unknown_types: words of the sources for kept elements of which no word is in the type table,
            with their number.
        sources_hash: blake2b of the annotations and the images, 16 hex digits.
        samples_hash: blake2b of samples.jsonl, 16 hex digits.
    """

    version: str
    options: DatasetOptions
    trainer_flags: str
    screens: int
    errors: int
    samples: dict[str, int]
    images: int
    elements_kept: int
    drops: dict[str, int]
    types: dict[str, int]
    unknown_types: dict[str, int]
    name_sources: dict[str, int]
    placements: dict[str, int]
    split: SplitCheck
    sources_hash: str
    samples_hash: str
