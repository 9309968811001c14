"""What is trained, of each kind of adapter and mode: only that, really, and it comes back."""

from __future__ import annotations

from typing import get_args

import pytest
import torch

from groundkit.errors import DataError
from groundkit.models.load import LoadedModel, load_model
from groundkit.models.patches import form_of
from groundkit.recipe.keys import Adapter
from groundkit.recipe.read import to_recipe
from groundkit.tiny.build import untrained_model
from groundkit.train.adapters import groups_of, part_of, set_trainable, targets_of, trained_parts
from groundkit.train.answers import answer_loss, answer_scores, keep_answers
from tests.train.conftest import examples_of
from tests.train.test_answers import collators


def prepared(recipe, base=None):
    loaded = base or load_model("tiny", device="cpu")
    keep_answers(loaded.model)
    torch.manual_seed(0)
    model = set_trainable(loaded.model, recipe)
    return LoadedModel(model, loaded.processor, loaded.contract, "tiny")


def recipe_of(**sections):
    plain = {"output": "x", "model": {"name": "tiny"}, "data": {"train": "d"}}
    return to_recipe(plain | sections, "test")


def step(loaded, data, rate=1e-2):
    """One step of an optimizer; the scores after it, without dropout."""
    batch = collators(loaded)[0](examples_of(loaded, data)[:6])
    form = form_of(loaded.processor.image_processor)
    loaded.model.train()
    optimizer = torch.optim.SGD([p for p in loaded.model.parameters() if p.requires_grad], rate)
    answer_loss(answer_scores(loaded.model, batch, form), batch).backward()
    optimizer.step()
    return scores(loaded, batch)


def scores(loaded, batch):
    loaded.model.eval()
    with torch.no_grad():
        return answer_scores(loaded.model, batch, form_of(loaded.processor.image_processor))


def changed(model):
    return {name for name, weight in model.named_parameters() if weight.grad is not None}


@pytest.mark.parametrize("kind", get_args(Adapter))
def test_every_kind_of_adapter_learns_in_the_language_model_and_comes_back(tmp_path, bare, kind):
    loaded = prepared(recipe_of(lora={"kind": kind, "rank": 4}))
    before = scores(loaded, collators(loaded)[0](examples_of(loaded, bare)[:6]))
    # Its matrices are fixed and its scales begin at a tenth: small steps do little.
    after = step(loaded, bare, 10.0 if kind == "vera" else 1e-2)
    assert (after - before).abs().max() > 1e-4
    parts = trained_parts(loaded.model)
    assert 0 < parts["llm"][0] < parts["llm"][1] / 4
    assert parts["vision"][0] == parts["merger"][0] == 0
    assert all(part_of(name) == "llm" for name in changed(loaded.model))
    loaded.model.save_pretrained(tmp_path)
    again = load_model("tiny", adapter=tmp_path, device="cpu")
    keep_answers(again.model.get_base_model())
    batch = collators(again)[0](examples_of(again, bare)[:6])
    assert (scores(again, batch) - after).abs().max() < 1e-4


@pytest.mark.parametrize(
    ("sections", "trained"),
    [
        ({"lora": {"parts": ["vision"], "rank": 4}}, {"vision"}),
        ({"lora": {"parts": ["merger"], "rank": 4}}, {"merger"}),
        ({"lora": {"parts": ["llm", "vision", "merger"], "rank": 4}}, {"llm", "vision", "merger"}),
        ({"model": {"name": "tiny", "train": "full"}}, {"llm"}),
        ({"model": {"name": "tiny", "train": "full", "parts": ["merger"]}}, {"merger"}),
        (
            {"model": {"name": "tiny", "train": "full", "parts": ["llm", "vision", "merger"]}},
            {"llm", "vision", "merger"},
        ),
        ({"model": {"name": "tiny", "train": "freeze", "layers": 1}}, {"llm"}),
    ],
    ids=range(7),  # a set is written in another order in another process
)
def test_parts_are_trained_and_no_others(bare, sections, trained):
    loaded = prepared(recipe_of(**sections), untrained_model(3))
    step(loaded, bare)
    assert {part_of(name) for name in changed(loaded.model)} == trained
    counts = trained_parts(loaded.model)
    assert {part for part, (count, _) in counts.items() if count} == trained
    if sections.get("model", {}).get("train") == "full":
        assert all(counts[part][0] == counts[part][1] for part in trained)


def test_freeze_leaves_the_last_layers():
    recipe = recipe_of(model={"name": "tiny", "train": "freeze", "layers": 2})
    model = prepared(recipe, untrained_model(3)).model
    count = len(model.model.language_model.layers)
    layers = {
        int(name.split("layers.")[1].split(".")[0])
        for name, one in model.named_parameters()
        if one.requires_grad
    }
    assert layers == {count - 2, count - 1}
    with pytest.raises(DataError, match=rf"99 layers of a language model of {count}"):
        prepared(recipe_of(model={"name": "tiny", "train": "freeze", "layers": 99}))


def test_names_alone_would_take_the_vision_tower_too():
    """Which is why targets are a pattern: gate_proj, up_proj and down_proj are in both."""
    import re

    model = untrained_model(3).model
    names = [name for name, _ in model.named_modules()]
    plain = {part_of(name) for name in names if name.endswith(("gate_proj", "up_proj"))}
    assert plain == {"llm", "vision"}
    ours = {part_of(name) for name in names if re.fullmatch(targets_of(["llm"]), name)}
    assert ours == {"llm"}


def test_parts_have_learning_rates_of_their_own():
    model = {"name": "tiny", "train": "full", "parts": ["llm", "vision", "merger"]}
    recipe = recipe_of(model=model | {"vision_lr": 2e-6, "merger_lr": 1e-5})
    found = prepared(recipe, untrained_model(3)).model
    groups = groups_of(found, recipe.model, 1e-4, 0.1)
    rates = {(group["lr"], group["weight_decay"]) for group in groups}
    assert {rate for rate, _ in rates} == {1e-4, 2e-6, 1e-5}
    names = {id(weight): name for name, weight in found.named_parameters()}
    seen = set()
    for group in groups:
        for weight in group["params"]:
            name = names[id(weight)]
            seen.add(name)
            expected = {"llm": 1e-4, "vision": 2e-6, "merger": 1e-5}[part_of(name)]
            assert group["lr"] == expected
            assert (group["weight_decay"] == 0) == (weight.ndim < 2)
    assert seen == set(names.values())
