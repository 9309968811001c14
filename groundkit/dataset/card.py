"""The dataset card: what a person needs to know before training on the dataset."""

from __future__ import annotations

import json
from collections.abc import Mapping

from groundkit.dataset.manifest import Manifest
from groundkit.dataset.rules import REASONS
from groundkit.records import Sample


def write_card(manifest: Manifest, example: Sample) -> str:
    """README.md of a dataset, in Markdown."""
    options, split = manifest.options, manifest.split
    total = sum(manifest.samples.values())
    record = json.dumps(
        {"prompt": example.prompt, "answer": example.answer, "image": example.image},
        ensure_ascii=False,
        indent=2,
    )
    marker = (
        "Images carry no marker; the samples of one screen share its image."
        if options.marker == "none"
        else f"A {options.marker} is drawn with its centre on exactly the point of the prompt."
    )
    return f"""# Point queries on {manifest.screens} screens

{total} samples: {manifest.samples.get("train", 0)} to train on, {manifest.samples.get("val", 0)} \
to validate on. Made by groundkit {manifest.version}, seed {options.seed}.

```json
{record}
```

Coordinates are integer pixels of the saved image, boxes `[x1, y1, x2, y2]`. {marker}
{_frame_note(manifest)}
## Train with exactly these settings

Target `{options.target}`: every image is saved at a size that this trainer keeps. With other
limits it resizes the images, and then **every box is wrong**:

    {manifest.trainer_flags}

LLaMA-Factory: `dataset_dir:` this folder, `dataset: groundkit_train`{_eval_set(manifest)}.

## Split

Whole groups (app, domain or trace) go to one split, near-duplicate images join their groups.

| | train | val | in both |
|---|---|---|---|
| groups | {split.groups.get("train", 0)} | {split.groups.get("val", 0)} | {split.groups_crossing} |
| images | {split.images.get("train", 0)} | {split.images.get("val", 0)} | {split.images_crossing} |

Near-duplicate pairs: {split.near_duplicates} in all, {split.near_duplicates_crossing} across the \
split.

## Samples

{_table("type", manifest.types)}

{_table("name taken from", manifest.name_sources)}

{_table("point placed", manifest.placements)}

## Elements

{manifest.elements_kept} elements passed the rules. The others, one by one in drops.jsonl:

{_table("dropped because", {f"{name}: {REASONS[name]}": n for name, n in manifest.drops.items()})}
{_unknown(manifest.unknown_types)}
## Files

- `samples.jsonl`: every sample with its point, box, type, name and provenance
- `train.json`, `val.json`, `dataset_info.json`: the same for LLaMA-Factory
- `images/`: {manifest.images} images
- `elements.jsonl`, `drops.jsonl`: all elements of the screens, kept and dropped
- `errors.jsonl`: {manifest.errors} screens that could not be used
- `dataset.json`: options and counts; written last
"""


def _table(title: str, counts: Mapping[str, int]) -> str:
    rows = "\n".join(f"| {_cell(name)} | {count} |" for name, count in counts.items())
    return f"| {title} | |\n|---|---|\n{rows}" if rows else f"| {title} | |\n|---|---|"


def _cell(text: str) -> str:
    """Words of a source may hold anything; a table cell may not."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _unknown(words: Mapping[str, int]) -> str:
    if not words:
        return ""
    return f"\nKept as `element`, because their source names no type that we know:\n\n\
{_table('source says', {word or '(nothing)': n for word, n in words.items()})}\n"


def _frame_note(manifest: Manifest) -> str:
    """Qwen3-VL was trained on another frame; who trains it on pixels should know."""
    if "qwen3" not in manifest.options.target:
        return ""
    return "Qwen3-VL itself answers in 0-1000; trained on this dataset it learns pixels.\n"


def _eval_set(manifest: Manifest) -> str:
    return ", `eval_dataset: groundkit_val`" if manifest.samples.get("val") else ""
