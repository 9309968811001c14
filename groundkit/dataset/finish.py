"""From the parts of a build to the files that people and trainers read."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import msgspec

from groundkit import __version__
from groundkit.dataset.card import write_card
from groundkit.dataset.manifest import MARKER_FILE, Manifest, SplitCheck
from groundkit.dataset.screen import DatasetOptions, ScreenPart
from groundkit.dataset.split import SplitPlan, plan_split
from groundkit.dataset.targets import find_target
from groundkit.records import Sample, Split
from groundkit.store import atomic_write, encode_line, read_jsonl, write_bytes

SPLITS: tuple[Split, ...] = ("train", "val")


def finish(
    parts: Sequence[Path], out: Path, options: DatasetOptions, sources_hash: str
) -> Manifest | None:
    """Splits the screens, writes every file of the dataset and, last, its marker.

    Returns:
        The manifest, or None if there is not one sample; then nothing is written.
    """
    plan = _plan(parts, options)
    if not plan.split_of_group:
        return None
    tally = _write_rows(parts, out, plan)
    manifest = _manifest(tally, plan, options, sources_hash)
    for split in SPLITS:
        _write_llamafactory(out, split)
    write_bytes(out / "dataset_info.json", _dataset_info())
    write_bytes(out / "README.md", write_card(manifest, _first_sample(out)).encode())
    pretty = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    write_bytes(out / MARKER_FILE, pretty + b"\n")
    return manifest


def _read(parts: Iterable[Path]) -> Iterator[ScreenPart]:
    for path in parts:
        yield from read_jsonl(path, ScreenPart)


def _plan(parts: Iterable[Path], options: DatasetOptions) -> SplitPlan:
    groups: list[str] = []
    hashes: list[bytes] = []
    for part in _read(parts):
        if part.samples:
            groups.append(part.group)
            hashes.append(bytes.fromhex(part.image_hash))
    return plan_split(groups, hashes, options.val_share, options.seed)


class _Tally:
    """Counts of what is written, for the manifest."""

    def __init__(self) -> None:
        self.screens = self.errors = self.kept = 0
        self.samples: Counter[str] = Counter()
        self.drops: Counter[str] = Counter()
        self.types: Counter[str] = Counter()
        self.name_sources: Counter[str] = Counter()
        self.placements: Counter[str] = Counter()
        self.unknown_types: Counter[str] = Counter()
        self.images: dict[str, set[int]] = {split: set() for split in SPLITS}
        self.groups: dict[str, set[str]] = {split: set() for split in SPLITS}
        self.digest = hashlib.blake2b(digest_size=8)

    def add_sample(self, sample: Sample) -> None:
        self.samples[sample.split] += 1
        self.types[sample.type] += 1
        self.name_sources[sample.name_source] += 1
        self.placements[sample.placement] += 1
        self.groups[sample.split].add(sample.group)
        # A set of hashes: the names of a million images would fill the memory.
        self.images[sample.split].add(hash(sample.image))


def _write_rows(parts: Iterable[Path], out: Path, plan: SplitPlan) -> _Tally:
    tally = _Tally()
    with ExitStack() as stack:
        names = ("samples", "elements", "drops", "errors")
        files = {name: stack.enter_context(atomic_write(out / f"{name}.jsonl")) for name in names}
        for part in _read(parts):
            _write_part(part, files, plan, tally)
    return tally


def _manifest(
    tally: _Tally, plan: SplitPlan, options: DatasetOptions, sources_hash: str
) -> Manifest:
    target = find_target(options.target, options.max_pixels)
    return Manifest(
        version=__version__,
        options=options,
        trainer_flags=target.trainer_flags(),
        screens=tally.screens,
        errors=tally.errors,
        samples=dict(tally.samples),
        images=len(set.union(*tally.images.values())),
        elements_kept=tally.kept,
        drops=dict(tally.drops.most_common()),
        types=dict(tally.types.most_common()),
        unknown_types=dict(tally.unknown_types.most_common(20)),
        name_sources=dict(tally.name_sources.most_common()),
        placements=dict(tally.placements.most_common()),
        split=SplitCheck(
            groups={split: len(tally.groups[split]) for split in SPLITS},
            images={split: len(tally.images[split]) for split in SPLITS},
            near_duplicates=plan.near_duplicates,
            groups_joined=plan.joined,
            images_crossing=len(set.intersection(*tally.images.values())),
            groups_crossing=len(set.intersection(*tally.groups.values())),
            near_duplicates_crossing=plan.crossing,
        ),
        sources_hash=sources_hash,
        samples_hash=tally.digest.hexdigest(),
    )


def _write_part(
    part: ScreenPart, files: dict[str, IO[bytes]], plan: SplitPlan, tally: _Tally
) -> None:
    if part.error:
        tally.errors += 1
        files["errors"].write(encode_line({"error": part.error}))
        return
    tally.screens += 1
    tally.unknown_types.update(part.unknown_types)
    for sample in part.samples:
        placed = msgspec.structs.replace(sample, split=plan.split_of_group[part.group])
        line = encode_line(placed)
        files["samples"].write(line)
        tally.digest.update(line)
        tally.add_sample(placed)
    for row in part.elements:
        files["drops" if row.reason else "elements"].write(encode_line(row))
        if row.reason:
            tally.drops[row.reason] += 1
        else:
            tally.kept += 1


def _first_sample(out: Path) -> Sample:
    return next(read_jsonl(out / "samples.jsonl", Sample))


def _write_llamafactory(out: Path, split: Split) -> None:
    """LLaMA-Factory's sharegpt form: a JSON array of messages and images."""
    with atomic_write(out / f"{split}.json") as file:
        separator = b"[\n"
        for sample in read_jsonl(out / "samples.jsonl", Sample):
            if sample.split == split:
                file.write(separator + msgspec.json.encode(llamafactory_record(sample)))
                separator = b",\n"
        file.write(b"\n]\n" if separator == b",\n" else b"[]\n")


def llamafactory_record(sample: Sample) -> dict[str, Any]:
    """One sample as LLaMA-Factory reads it: as many `<image>` tags as images."""
    return {
        "messages": [
            {"role": "user", "content": sample.prompt},
            {"role": "assistant", "content": sample.answer},
        ],
        "images": [sample.image],
    }


def _dataset_info() -> bytes:
    """dataset_info.json; ASCII, because LLaMA-Factory opens it without naming an encoding."""
    info = {
        f"groundkit_{split}": {
            "file_name": f"{split}.json",
            "formatting": "sharegpt",
            "columns": {"messages": "messages", "images": "images"},
            "tags": {
                "role_tag": "role",
                "content_tag": "content",
                "user_tag": "user",
                "assistant_tag": "assistant",
            },
        }
        for split in SPLITS
    }
    return msgspec.json.format(msgspec.json.encode(info), indent=2) + b"\n"
