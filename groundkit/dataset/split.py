"""Training and validation screens that do not leak into each other.

A split never separates the screens of one group (app, domain, trace), and near-duplicate images
join their groups: WebUI's split by domain has half of its test pages in training (js0nwu/webui#1).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from groundkit.images import Pixels
from groundkit.records import Split

HASH_SIDE = 16
NEAR_DUPLICATE_BITS = 10
"""Two of the 256 bits in a hash differ at random noise; screens of one page with other contents
differ in tens (docs/design/split.md)."""

# Hashes compared at a time, rows by columns: memory stays at some 30 MB for any number of screens.
_BLOCK = (256, 1024)

Indices = NDArray[np.intp]
Words = NDArray[np.uint64]


class SplitPlan(NamedTuple):
    """Which group goes where, and the proof that nothing crosses.

    Attributes:
        split_of_group: every group's split.
        joined: pairs of groups that near-duplicate images joined.
        near_duplicates: pairs of near-duplicate screens found; of equal ones, with the first alone.
        crossing: near-duplicate pairs of a training and a validation screen, counted after the
            split; 0 unless broken.
    """

    split_of_group: dict[str, Split]
    joined: int
    near_duplicates: int
    crossing: int


def perceptual_hash(pixels: Pixels) -> bytes:
    """A 256-bit difference hash: is a cell of a 16x16 grid darker than its right neighbour?

    (N. Krawetz, "Kind of Like That", 2013, at 16x16 instead of 8x8: screens share large empty
    areas.) A step of fewer than 3 grey levels counts as none, so that compression noise in flat
    areas flips no bits.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    # Two halvings first: OpenCV averages whole factors fifty times as fast as others.
    for _ in range(2):
        half = (grey.shape[1] // 2, grey.shape[0] // 2)
        if min(half) > 2 * HASH_SIDE:
            grey = cv2.resize(grey, half, interpolation=cv2.INTER_AREA)
    cells = cv2.resize(grey, (HASH_SIDE + 1, HASH_SIDE), interpolation=cv2.INTER_AREA)
    rises = np.diff(cells.astype(np.int16), axis=1) >= 3
    return np.packbits(rises).tobytes()


def near_duplicates(hashes: Sequence[bytes]) -> Iterator[tuple[Indices, Indices]]:
    """Blocks of index pairs (i < j) that link all hashes differing in at most NEAR_DUPLICATE_BITS
    bits.

    Equal hashes are linked to their first occurrence only: a thousand copies of one login page
    make a thousand pairs, not half a million.
    """
    first_of: dict[bytes, int] = {}
    first = np.array([first_of.setdefault(value, i) for i, value in enumerate(hashes)], np.intp)
    copies = np.flatnonzero(first != np.arange(len(first)))
    yield first[copies], copies
    distinct = np.array(list(first_of.values()), np.intp)
    words = _words(list(first_of))
    for low, high in _near_pairs(words, words):
        new = low < high
        yield distinct[low[new]], distinct[high[new]]


def crossing_pairs(train: Sequence[bytes], val: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Index pairs of a training and a validation hash that are near-duplicates."""
    for low, high in _near_pairs(_words(val), _words(train)):
        yield from zip(high.tolist(), low.tolist(), strict=True)


def _words(hashes: Sequence[bytes]) -> Words:
    """Hashes as an array of shape (N, 4)."""
    return np.frombuffer(b"".join(hashes), np.uint64).reshape(-1, HASH_SIDE * HASH_SIDE // 64)


def _near_pairs(rows: Words, columns: Words) -> Iterator[tuple[Indices, Indices]]:
    """Indices of the near-duplicates between two lists, block by block. Of a list with itself,
    the blocks below the diagonal are left out."""
    height, width = _BLOCK
    for top in range(0, len(rows), height):
        for left in range(0, len(columns), width):
            if rows is columns and left + width <= top:
                continue
            differing = _differing(rows[top : top + height], columns[left : left + width])
            row, column = np.nonzero(differing <= NEAR_DUPLICATE_BITS)
            yield row + top, column + left


def _differing(rows: Words, columns: Words) -> NDArray[np.uint16]:
    """How many bits differ between each row and each column."""
    # Word by word: a sum over an axis of length four takes several times as long.
    total = np.zeros((len(rows), len(columns)), np.uint16)
    for row, column in zip(rows.T, columns.T, strict=True):
        total += np.bitwise_count(row[:, None] ^ column)
    return total


def plan_split(
    groups: Sequence[str], hashes: Sequence[bytes], val_share: float, seed: int
) -> SplitPlan:
    """Assigns whole clusters of groups to validation until it holds `val_share` of the screens.

    Args:
        groups: the group of each screen.
        hashes: the perceptual hash of each screen.
        val_share: wanted share of screens; 0 puts all into training. With at least two clusters
            and a share above 0, validation gets at least one, and training too.
    """
    cluster_of, pairs = _join_groups(groups, near_duplicates(hashes))
    sizes = Counter(cluster_of[group] for group in groups)
    order = sorted(sizes, key=lambda name: hashlib.blake2b(f"{seed}:{name}".encode()).digest())
    # All but the smallest cluster, at most: nothing can be trained on an empty set.
    most = len(groups) - min(sizes.values(), default=0)
    val = _fill(order, sizes, min(round(val_share * len(groups)), most))
    if not val and val_share > 0 and len(order) > 1:
        val = {min(order, key=lambda name: sizes[name])}
    split_of_group: dict[str, Split] = {
        group: "val" if cluster in val else "train" for group, cluster in cluster_of.items()
    }
    # Counted from the images again, not from the clusters.
    seen: dict[Split, set[bytes]] = {"train": set(), "val": set()}
    for group, value in zip(groups, hashes, strict=True):
        seen[split_of_group[group]].add(value)
    crossing = sum(1 for _ in crossing_pairs(list(seen["train"]), list(seen["val"])))
    return SplitPlan(split_of_group, len(cluster_of) - len(sizes), pairs, crossing)


def _fill(order: Sequence[str], sizes: Counter[str], wanted: int) -> set[str]:
    """Takes clusters in order as long as they fit."""
    taken: set[str] = set()
    count = 0
    for name in order:
        if count + sizes[name] <= wanted:
            taken.add(name)
            count += sizes[name]
    return taken


def _join_groups(
    groups: Sequence[str], links: Iterator[tuple[Indices, Indices]]
) -> tuple[dict[str, str], int]:
    """Each group's cluster, named after its first group in the alphabet, and the number of links
    between screens that made them (union-find)."""
    names, number_of = np.unique(np.array(groups, dtype=object), return_inverse=True)
    parent = list(range(len(names)))

    def find(group: int) -> int:
        while parent[group] != group:
            parent[group] = parent[parent[group]]
            group = parent[group]
        return group

    count = 0
    for first, second in links:
        if not len(first):
            continue
        count += len(first)
        roots = np.arange(len(names))
        for group in np.unique(np.concatenate([number_of[first], number_of[second]])).tolist():
            roots[group] = find(group)
        one, other = roots[number_of[first]], roots[number_of[second]]
        # A block of similar frames has a quarter of a million links between a few clusters.
        codes = np.unique((one * len(names) + other)[one != other])
        for code in codes.tolist():
            low, high = sorted(map(find, divmod(code, len(names))))
            parent[high] = low
    return {name: names[find(group)] for group, name in enumerate(names)}, count
