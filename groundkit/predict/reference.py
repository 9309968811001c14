"""Reference predictions: what answers cost nothing would score.

oracle      the gold answer: what a perfect model writes; anything below 1 is a fault of the data
point-box   a box of constant size around the point asked about: what the point alone gives away
centre      the same box at the centre of the image: what knowing nothing gives
random      a random box

All but the oracle name no element, so their type and name are wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Literal, get_args

from groundkit.errors import OptionError
from groundkit.geometry import IntBox, Point, Size, round_box
from groundkit.grammar import write_box
from groundkit.metrics.intake import check_split
from groundkit.metrics.outputs import check_output, samples_file
from groundkit.predict.samples import gold_for, images_seen_from, no_samples, read_samples
from groundkit.records import Prediction, Sample
from groundkit.store import atomic_write, encode_line, is_stream

Reference = Literal["oracle", "point-box", "centre", "random"]
REFERENCES: tuple[Reference, ...] = get_args(Reference)
BOX_SIZE: Size = (64, 32)
"""Width and height of a button in pixels of the saved image."""


def predict_reference(
    dataset: Path,
    output: Path,
    reference: Reference,
    *,
    split: str = "all",
    seed: int = 0,
    box_size: Size = BOX_SIZE,
) -> int:
    """Writes a self-contained predictions.jsonl; the same arguments give the same bytes.

    Image paths in it are relative to the folder of `output`.

    Args:
        dataset: a samples.jsonl or the folder that holds it.
        split: `train`, `val` or `all`.
        seed: of `random`; each sample has its own draw, whatever the order of the rows.
        box_size: of `point-box` and `centre`, in pixels of the saved image.

    Returns:
        How many predictions were written.

    Raises:
        DataError: the samples cannot be read or are wrong, or none is in the split.
        OptionError: an unknown reference or split, an empty box, or `output` is a file of the
            dataset.
    """
    answer = _writer(reference, seed, box_size)
    check_split(split)
    samples = samples_file(dataset)
    if not is_stream(output):
        check_output("--output", output, samples)
    images = images_seen_from(samples, output)
    count = 0
    with atomic_write(output) as file:
        for sample in read_samples(samples):
            if split in ("all", sample.split):
                file.write(encode_line(_prediction(sample, answer(sample), reference, images)))
                count += 1
        if not count:
            raise no_samples(samples, split)
    return count


def _writer(reference: Reference, seed: int, box_size: Size) -> Callable[[Sample], str]:
    if min(box_size) < 1:
        raise OptionError(f"a box of {box_size[0]}x{box_size[1]} pixels is empty")
    writers: dict[str, Callable[[Sample], str]] = {
        "oracle": lambda sample: sample.answer,
        "point-box": lambda sample: write_box(
            box_around(sample.point, box_size, (sample.width, sample.height))
        ),
        "centre": lambda sample: write_box(
            box_around(
                (sample.width // 2, sample.height // 2), box_size, (sample.width, sample.height)
            )
        ),
        "random": lambda sample: write_box(
            random_box(sample.id, seed, (sample.width, sample.height))
        ),
    }
    if reference not in writers:
        raise OptionError(f"unknown reference {reference!r}", choices=REFERENCES)
    return writers[reference]


def _prediction(sample: Sample, text: str, reference: Reference, images: Path) -> Prediction:
    return Prediction(
        id=sample.id,
        text=text,
        frame=sample.frame,
        model=f"reference-{reference}",
        gold=gold_for(sample, images),
    )


def box_around(point: Point, box_size: Size, image: Size) -> IntBox:
    """The box of `box_size` whose centre is `point`, cut at the edges of the image."""
    left, top = point[0] - box_size[0] // 2, point[1] - box_size[1] // 2
    return round_box((left, top, left + box_size[0], top + box_size[1]), image)


def random_box(sample_id: str, seed: int, image: Size) -> IntBox:
    """A box with an area, uniform over all pairs of columns and pairs of rows of the image.

    It depends on the id, the seed and the size of the image only.
    """
    digest = blake2b(f"{seed}:{sample_id}".encode(), digest_size=32).digest()
    draws = [int.from_bytes(digest[start : start + 8], "little") for start in range(0, 32, 8)]
    x1, x2 = _two_different(draws[0], draws[1], image[0])
    y1, y2 = _two_different(draws[2], draws[3], image[1])
    return x1, y1, x2, y2


def _two_different(first: int, second: int, length: int) -> tuple[int, int]:
    """Two edges out of 0 to `length`, in order."""
    a = first % (length + 1)
    b = second % length
    b += b >= a
    return min(a, b), max(a, b)
