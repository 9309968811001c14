import tracemalloc

import cv2
import numpy as np
import pytest

from groundkit.dataset.split import (
    NEAR_DUPLICATE_BITS,
    crossing_pairs,
    near_duplicates,
    perceptual_hash,
    plan_split,
)
from groundkit.images import read_pixels


def bits(*positions):
    value = np.zeros(256, np.uint8)
    value[list(positions)] = 1
    return np.packbits(value).tobytes()


def far(number):
    """Hashes that differ from each other in about half of their bits."""
    return np.random.default_rng(number).bytes(32)


def pairs_of(hashes):
    return [
        pair
        for first, second in near_duplicates(hashes)
        for pair in zip(first.tolist(), second.tolist(), strict=True)
    ]


def test_pairs_up_to_the_limit_are_near_duplicates():
    limit = NEAR_DUPLICATE_BITS
    hashes = [bits(), bits(*range(limit)), bits(*range(limit + 1)), far(1)]
    assert pairs_of(hashes) == [(0, 1), (1, 2)]  # 0 and 2 differ in one bit too many


def test_equal_hashes_link_to_the_first():
    assert pairs_of([far(1), far(2), far(1), far(1)]) == [(0, 2), (0, 3)]


def test_no_hashes():
    assert pairs_of([]) == []


def test_blocks_find_the_same_pairs_as_a_plain_loop():
    """1,300 hashes are six blocks of rows and two of columns."""
    rng = np.random.default_rng(0)
    base = [rng.bytes(32) for _ in range(650)]
    hashes = base + [bytes([base[i][0] ^ 1]) + base[i][1:] for i in range(650)]
    assert sorted(pairs_of(hashes)) == [(i, i + 650) for i in range(650)]


def test_a_recording_of_similar_frames_needs_little_memory():
    """2,000 frames that differ in six bits at most: 2 million pairs, 200 MB as tuples."""
    hashes = [bits(i % 5, 5 + i // 5 % 30, 35 + i // 150) for i in range(2000)]
    tracemalloc.start()
    try:
        plan = plan_split([f"app{i}" for i in range(2000)], hashes, 0.1, seed=0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert plan.near_duplicates == 2000 * 1999 / 2
    assert (plan.joined, plan.crossing) == (1999, 0)
    assert set(plan.split_of_group.values()) == {"train"}
    assert peak < 60e6


def test_crossing_pairs_are_those_of_the_two_lists():
    limit = NEAR_DUPLICATE_BITS
    train = [far(1), bits(*range(limit)), far(2)]
    val = [bits(), far(3), bits(*range(limit + 1)), far(2)]
    assert sorted(crossing_pairs(train, val)) == [(1, 0), (1, 2), (2, 3)]
    assert list(crossing_pairs(train, [])) == list(crossing_pairs([], val)) == []


def test_groups_stay_whole():
    groups = [f"app{i % 10}" for i in range(100)]
    plan = plan_split(groups, [far(i) for i in range(100)], 0.2, seed=0)
    val = [group for group, split in plan.split_of_group.items() if split == "val"]
    assert len(val) == 2  # 20 of 100 screens are two apps of ten
    assert plan.crossing == 0


def test_near_duplicates_pull_their_groups_together():
    groups = ["a", "a", "b", "b", "c", "d"]
    hashes = [far(0), far(1), far(1), far(3), far(4), far(5)]
    for seed in range(20):
        plan = plan_split(groups, hashes, 0.4, seed)
        assert plan.split_of_group["a"] == plan.split_of_group["b"]
        assert (plan.near_duplicates, plan.joined, plan.crossing) == (1, 1, 0)


def test_chain_of_duplicates_is_one_cluster():
    groups = list("abcdef")
    hashes = [bits(*range(8 * i, 8 * i + 8 + 1)) for i in range(6)]
    hashes = [bits(*range(8 * i)) for i in range(6)]  # each 8 bits from the next
    plan = plan_split(groups, hashes, 0.5, seed=1)
    assert plan.joined == 5
    assert set(plan.split_of_group.values()) == {"train"}


@pytest.mark.parametrize(
    ("groups", "share", "expected"),
    [
        (["a"] * 10, 0.2, 0),  # one group cannot be split
        (["a", "b"], 0.1, 1),  # a share above zero gets at least one
        (["a", "b"], 0.0, 0),
        (["a", "b"], 0.9, 1),  # round(1.8) would leave nothing to train on
        (["a", "b", "b", "b"], 1.0, 1),
        ([], 0.1, 0),
    ],
)
def test_small_sets(groups, share, expected):
    plan = plan_split(groups, [far(i) for i in range(len(groups))], share, seed=0)
    assert list(plan.split_of_group.values()).count("val") == expected


def test_same_seed_same_split_other_seed_another():
    groups = [f"app{i}" for i in range(50)]
    hashes = [far(i) for i in range(50)]
    plans = [plan_split(groups, hashes, 0.2, seed).split_of_group for seed in (0, 0, 1)]
    assert plans[0] == plans[1] != plans[2]


def differing(first, second):
    words = [np.frombuffer(h, np.uint64) for h in (first, second)]
    return int(np.bitwise_count(words[0] ^ words[1]).sum())


def test_a_screen_compressed_again_is_a_near_duplicate_and_other_screens_are_not(real_screens):
    hashes = []
    for path in real_screens:
        pixels = read_pixels(path)
        hashes.append(perceptual_hash(pixels))
        _, jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 60])
        small = cv2.resize(pixels, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
        for copy in (cv2.imdecode(jpeg, cv2.IMREAD_COLOR), small):
            assert differing(hashes[-1], perceptual_hash(copy)) <= NEAR_DUPLICATE_BITS, path
    distances = [differing(a, b) for i, a in enumerate(hashes) for b in hashes[:i]]
    assert min(distances) > NEAR_DUPLICATE_BITS
