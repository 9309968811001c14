"""A recipe in the words of the planner of memory."""

import subprocess
import sys

import pytest

from groundkit.errors import DataError, OptionError
from groundkit.memory.plan import GIB, plan_memory
from groundkit.recipe.read import parse, to_recipe
from groundkit.recipe.write import PRESETS, write_preset
from groundkit.train.room import Screens, limits_of, screens_of, setup_of, shape_of
from tests.train.test_run import recipe

SCREENS = Screens((1932, 1092), 8, False)


def preset(name):
    return to_recipe(parse(write_preset(name, "no/such/data"), name), name)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_planned(name):
    made = preset(name)
    setup = setup_of(made, screens_of(made))
    plan = plan_memory(shape_of(made), setup)
    assert plan.total > 0
    assert setup.devices == max(made.launch.processes * made.launch.machines, 1)


def test_the_presets_fit_the_cards_that_they_are_for():
    """By the plan: LoRA of 3B in 24 GiB, of 7B in 48, 7B as a whole on eight of 80."""
    for name, card in (
        ("qwen2.5-vl-3b-lora", 24),
        ("qwen2.5-vl-7b-lora", 48),
        ("qwen2.5-vl-7b-full-fsdp2", 80),
    ):
        made = preset(name)
        assert plan_memory(shape_of(made), setup_of(made, SCREENS)).total < card * GIB, name


def test_the_data_tells_size_and_questions(bare, tmp_path):
    found = screens_of(recipe(bare, tmp_path / "run"))
    assert found.known
    assert found.queries == 6
    assert found.image[0] % 28 == found.image[1] % 28 == 0
    assert screens_of(recipe(tmp_path / "none", tmp_path / "run")) == SCREENS


def test_what_a_recipe_says_reaches_the_plan(bare, tmp_path):
    screens = Screens((224, 224), 4, True)
    setup = setup_of(recipe(bare, tmp_path / "run", lora={"rank": 7, "dropout": 0.5}), screens)
    assert (setup.mode, setup.rank, setup.dropout, setup.parts) == ("lora", 7, 0.5, ("llm",))
    assert (setup.packed, setup.queries, setup.rows) == (True, 4, 2)  # 6 samples a batch
    plain = recipe(bare, tmp_path / "run", data={"train": str(bare), "pack": "none"})
    assert setup_of(plain, screens).rows == 6
    model = {"name": "tiny", "train": "full", "parts": ["merger"]}
    full = setup_of(recipe(bare, tmp_path / "run", model=model), screens)
    assert (full.mode, full.parts) == ("freeze", ("merger",))
    with pytest.raises(OptionError, match=r"trainer\.optim: the memory of lion_8bit is not known"):
        setup_of(recipe(bare, tmp_path / "run", trainer={"optim": "lion_8bit"}), screens)


def test_limits_come_from_the_model_or_its_family(bare, tmp_path):
    assert limits_of(recipe(bare, tmp_path / "run")).max_pixels == 448 * 448
    assert limits_of(preset("qwen2.5-vl-3b-lora")).max_pixels == 16384 * 28 * 28


def test_a_model_that_is_not_known_is_one_line(bare, tmp_path):
    with pytest.raises((OptionError, DataError), match="the shape of 'Who/else' is not known"):
        shape_of(recipe(bare, tmp_path / "run", model={"name": "Who/else"}))


def test_a_plan_needs_no_torch():
    words = ["train", "qwen2.5-vl-7b-lora", "--plan", "--card", "24"]
    code = "import sys; sys.modules['torch'] = None; from groundkit.cli.main import run; run()"
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "GiB on each device" in done.stdout
    assert "no such dataset yet: 8 questions about 1932x1092 assumed" in done.stderr
