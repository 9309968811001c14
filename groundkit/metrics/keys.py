"""One number for each gold record: what tells records, and with them sets of samples, apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from groundkit.metrics.boxes import Floats
from groundkit.metrics.gold import GoldArrays, Golds
from groundkit.metrics.words import compact

Keys = NDArray[np.uint64]

# Odd, and far from each other: powers of the 64-bit golden ratio of SplitMix64.
_FACTORS = np.array([pow(0x9E3779B97F4A7C15, power, 1 << 64) for power in range(1, 15)], np.uint64)
_TEXTS = 4
_NO_POINT = (np.inf, np.inf)


def row_keys(golds: Golds, arrays: GoldArrays) -> Keys:
    """One number for each gold record, shape (N,), of everything in it that a report is made of."""
    columns = golds.columns
    # A name that is not known is not the empty name.
    names = ["\0" if name is None else name for name in columns["name"]]
    total = _checks(columns["id"]) * _FACTORS[0] + _checks(names) * _FACTORS[1]
    total += _few_checks(golds) * _FACTORS[2]
    if arrays.regions or not arrays.present.all():
        total += _region_checks(golds) * _FACTORS[3]
    numbers = [arrays.boxes, arrays.sizes, arrays.originals, _points(columns["point"])]
    # The bytes of the floats: as whole numbers 1.2 and 1.7 would be the same.
    bits = np.concatenate(numbers, axis=1).view(np.uint64)
    result: Keys = total + bits @ _FACTORS[_TEXTS:]  # modulo 2 ** 64
    return result


def _few_checks(golds: Golds) -> Keys:
    """Of type, source and split together, whose combinations are few."""
    columns = [golds.words[name] for name in ("type", "source", "split")]
    (types, type_of), (sources, source_of), (splits, split_of) = columns
    found, rows = compact((type_of * len(sources) + source_of) * len(splits) + split_of)
    pairs, split = np.divmod(found, len(splits))
    words = [
        f"{types[pair // len(sources)]}\0{sources[pair % len(sources)]}\0{splits[last]}"
        for pair, last in zip(pairs.tolist(), split.tolist(), strict=True)
    ]
    return _checks(words)[rows]


def _checks(texts: Sequence[str]) -> Keys:
    return np.fromiter(map(crc32, map(str.encode, texts)), np.uint64, len(texts))


def _region_checks(golds: Golds) -> Keys:
    """Of right answers that are not one box."""
    found = np.zeros(len(golds), np.uint64)
    for row, gold in enumerate(golds):
        if gold.box is None:
            found[row] = crc32(repr((gold.boxes, gold.polygon, gold.absent)).encode())
    return found


def _points(points: Sequence[tuple[float, float] | None]) -> Floats:
    if points.count(None) == len(points):
        return np.full((len(points), 2), np.inf)
    numbers = chain.from_iterable([point or _NO_POINT for point in points])
    return np.fromiter(numbers, np.float64, 2 * len(points)).reshape(-1, 2)
