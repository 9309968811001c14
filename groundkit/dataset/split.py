"""Training and validation screens that do not leak into each other.

A split never separates the screens of one group (app, domain, trace), and near-duplicate images
join their groups: WebUI's split by domain has half of its test pages in training (js0nwu/webui#1).
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
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


class SplitPlan(NamedTuple):
    """Which group goes where, and the proof that nothing crosses.

    Attributes:
        split_of_group: every group's split.
        joined: pairs of groups that near-duplicate images joined.
        near_duplicates: pairs of near-duplicate screens found.
        crossing: near-duplicate pairs whose screens are in different splits; 0 unless broken.
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


def near_duplicates(hashes: Sequence[bytes]) -> list[tuple[int, int]]:
    """Index pairs (i < j) that link all hashes differing in at most NEAR_DUPLICATE_BITS bits.

    Equal hashes are linked to their first occurrence only: a thousand copies of one login page
    make a thousand pairs, not half a million.
    """
    first_of: dict[bytes, int] = {}
    pairs: list[tuple[int, int]] = []
    for index, value in enumerate(hashes):
        if first_of.setdefault(value, index) != index:
            pairs.append((first_of[value], index))
    distinct = np.array(list(first_of.values()))
    words: NDArray[np.uint64] = np.frombuffer(b"".join(first_of), dtype=np.uint64)
    words = words.reshape(-1, HASH_SIDE * HASH_SIDE // 64)
    block = 256
    for start in range(0, len(words), block):
        rows = words[start : start + block, None]
        differing = np.bitwise_count(rows ^ words[None, start:]).sum(axis=2)
        first, second = np.nonzero(differing <= NEAR_DUPLICATE_BITS)
        new = first < second
        low, high = distinct[first[new] + start], distinct[second[new] + start]
        pairs += zip(low.tolist(), high.tolist(), strict=True)
    return pairs


def plan_split(
    groups: Sequence[str], hashes: Sequence[bytes], val_share: float, seed: int
) -> SplitPlan:
    """Assigns whole clusters of groups to validation until it holds `val_share` of the screens.

    Args:
        groups: the group of each screen.
        hashes: the perceptual hash of each screen.
        val_share: wanted share of screens; 0 puts all into training. With at least two clusters
            and a share above 0, validation gets at least one.
    """
    pairs = near_duplicates(hashes)
    cluster_of = _join_groups(groups, pairs)
    clusters: dict[str, list[str]] = defaultdict(list)
    for group, cluster in cluster_of.items():
        clusters[cluster].append(group)
    sizes = Counter(cluster_of[group] for group in groups)
    order = sorted(sizes, key=lambda name: hashlib.blake2b(f"{seed}:{name}".encode()).digest())
    val = _fill(order, sizes, round(val_share * len(groups)))
    if not val and val_share > 0 and len(order) > 1:
        val = {min(order, key=lambda name: sizes[name])}
    split_of_group: dict[str, Split] = {
        group: "val" if cluster in val else "train" for group, cluster in cluster_of.items()
    }
    crossing = sum(split_of_group[groups[i]] != split_of_group[groups[j]] for i, j in pairs)
    return SplitPlan(split_of_group, len(cluster_of) - len(sizes), len(pairs), crossing)


def _fill(order: Sequence[str], sizes: Counter[str], wanted: int) -> set[str]:
    """Takes clusters in order as long as they fit."""
    taken: set[str] = set()
    count = 0
    for name in order:
        if count + sizes[name] <= wanted:
            taken.add(name)
            count += sizes[name]
    return taken


def _join_groups(groups: Sequence[str], pairs: Sequence[tuple[int, int]]) -> dict[str, str]:
    """Each group's cluster, named after its first group in the alphabet (union-find)."""
    parent = {group: group for group in sorted(set(groups))}

    def find(group: str) -> str:
        while parent[group] != group:
            parent[group] = parent[parent[group]]
            group = parent[group]
        return group

    for first, second in pairs:
        low, high = sorted((find(groups[first]), find(groups[second])))
        parent[high] = low
    return {group: find(group) for group in parent}
