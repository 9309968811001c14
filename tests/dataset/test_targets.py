"""The trainers' resize chains, and that they leave every size alone that we save at."""

import random

import pytest

from groundkit.dataset.targets import TARGETS, find_target
from groundkit.errors import DataError, OptionError
from groundkit.geometry import RESIZE_RULES


@pytest.mark.parametrize(
    ("screen", "trained"),
    [
        # What LLaMA-Factory (default limits) shows Qwen2.5-VL of an image saved as it is: its own
        # shrink to 589,824 px, then the processor's rounding. Computed from both formulas.
        ((1920, 1080), (1036, 588)),
        ((1366, 768), (1036, 588)),
        ((1080, 2400), (504, 1148)),
        ((1170, 2532), (532, 1120)),
        ((640, 428), (644, 420)),
        # A multiple of 28 on both sides is still shrunk: sqrt(589824 / 2109744) = 0.52874 gives
        # 1021x577, and 1021 / 28 = 36.5 rounds to 36, 577 / 28 = 20.6 to 21.
        ((1932, 1092), (1008, 588)),
        # Even its own final size is not kept: 1036 * 588 = 609,168 > 589,824.
        ((1036, 588), (1008, 588)),
    ],
)
def test_llamafactory_chain(screen, trained):
    assert find_target("llamafactory-qwen2.5-vl").trained_size(screen) == trained


def test_tiny_and_thin_images_in_the_chain():
    target = find_target("llamafactory-qwen2.5-vl")
    # 10x10 -> 32x32 by sqrt(1024/100) -> processor: 28x28 is under 3136 px -> 56x56
    assert target.trained_size((10, 10)) == (56, 56)
    # 6000x20: a side under 28 becomes 28; 6000/28 > 200 -> width 28*180 = 5040 = 180 * 28
    assert target.trained_size((6000, 20)) == (5040, 28)


@pytest.mark.parametrize("name", TARGETS)
def test_saved_sizes_are_fixed_points_of_the_whole_chain(name):
    rng = random.Random(0)
    for limit in (None, 200_704, 451_584, 1_003_520, 12_845_056):
        target = find_target(name, limit)
        for _ in range(5000):
            size = rng.randint(30, 4000), rng.randint(30, 4000)
            saved = target.saved_size(size)
            assert target.trained_size(saved) == saved
            assert saved[0] * saved[1] <= target.max_pixels


@pytest.mark.parametrize("name", TARGETS)
def test_the_smallest_limit_suits_every_screen(name):
    """Below it the processor enlarges again what the trainer shrank: a screen of 1170x2532 at
    5,755 pixels becomes 28x84, and that 56x112."""
    lowest = 2 * RESIZE_RULES[TARGETS[name].family].min_pixels
    rng = random.Random(0)
    for limit in range(lowest, 2 * lowest, lowest // 50):
        target = find_target(name, limit)
        for _ in range(500):
            width, ratio = rng.randint(300, 4000), rng.uniform(1, 4)
            size = (
                (width, round(width * ratio))
                if rng.random() < 0.5
                else (round(width * ratio), width)
            )
            target.saved_size(size)
    with pytest.raises(OptionError, match="--max-pixels"):
        find_target(name, lowest - 1)
    with pytest.raises(OptionError, match="--max-pixels"):
        find_target(name, 10**12)


@pytest.mark.parametrize("size", [(9000, 30), (1, 400), (0, 10)])
def test_screens_that_no_model_takes_are_refused(size):
    with pytest.raises(DataError, match=r"aspect ratio|no pixels"):
        find_target("llamafactory-qwen2.5-vl").saved_size(size)


def test_flags_carry_the_limit_in_force_and_room_for_the_answer():
    assert find_target("llamafactory-qwen2.5-vl").trainer_flags() == (
        "template: qwen2_vl, image_max_pixels: 589824, image_min_pixels: 1024, cutoff_len: 2048"
    )
    # 12,845,056 / 784 = 16,384 image tokens, and 512 for text: 16,896 = 66 * 256
    assert (
        find_target("llamafactory-qwen2.5-vl", 12_845_056)
        .trainer_flags()
        .endswith("image_max_pixels: 12845056, image_min_pixels: 1024, cutoff_len: 16896")
    )


def test_unknown_target_lists_the_known_and_too_few_pixels_say_how_many():
    with pytest.raises(OptionError, match=r"valid: .*llamafactory-qwen2.5-vl"):
        find_target("trl")
    with pytest.raises(OptionError, match="works with 131072 to 16777216 pixels, not 10000"):
        find_target("llamafactory-qwen3-vl", 10_000)
