"""YAML to a recipe: what is read, what is refused, and in which words."""

import pytest

from groundkit.errors import DataError, OptionError
from groundkit.recipe import Source, read_recipe
from groundkit.recipe.check import sources_of

PLAIN = "output: run\nmodel: {name: tiny}\ndata: {train: data}\n"


def read(tmp_path, text, *changes):
    path = tmp_path / "r.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_recipe(path, changes)


def test_defaults_fill_what_is_left_out(tmp_path):
    recipe = read(tmp_path, PLAIN)
    assert (recipe.method, recipe.model.train, recipe.data.pack) == ("sft", "lora", "shared-image")
    assert sources_of(recipe) == (Source(path="data"),)


def test_numbers_are_read_as_people_write_them(tmp_path):
    """In YAML 1.1, as PyYAML reads it, 1e-4 is a string."""
    text = PLAIN + "trainer: {learning_rate: 1e-4, max_steps: 30, warmup_ratio: 2.5E-2}"
    assert read(tmp_path, text).trainer == {
        "learning_rate": 0.0001,
        "max_steps": 30,
        "warmup_ratio": 0.025,
    }


def test_several_datasets_have_weights(tmp_path):
    text = PLAIN.replace("data: {train: data}", "data: {train: [a, {path: b, weight: 2}]}")
    assert sources_of(read(tmp_path, text)) == (Source(path="a"), Source(path="b", weight=2))


def test_keys_are_set_from_the_command_line(tmp_path):
    recipe = read(
        tmp_path, PLAIN, "trainer.learning_rate=5e-5", "lora.parts=[llm, vision]", "data.train=x"
    )
    assert recipe.trainer == {"learning_rate": 5e-5}
    assert (recipe.lora.parts, recipe.data.train) == (("llm", "vision"), "x")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("trainer.learning_rate", "--set: no change: 'trainer.learning_rate'; write it as"),
        ("=1", "--set: no change"),
        ("seed.x=1", "--set: seed.x leads into a value"),
        ("lora.rnak=8", "lora.rnak: unknown key; did you mean lora.rank"),
        ("seed=[", "--set seed:1: no YAML for a recipe"),
    ],
)
def test_a_change_that_cannot_be_made(tmp_path, change, message):
    with pytest.raises((OptionError, DataError)) as caught:
        read(tmp_path, PLAIN + "seed: 1\n", change)
    assert message in str(caught.value)


REFUSED = {
    "a misspelt key": ("lora: {rnak: 8}", "lora.rnak: unknown key; did you mean lora.rank?"),
    "a key of nothing": ("zebra: 8", "zebra: unknown key; valid: output, model, data, method"),
    "a wrong word": ("lora: {kind: adalora}", "lora.kind: Invalid enum value 'adalora'"),
    "a wrong type": ("seed: many", "seed: Expected `int`, got `str`"),
    "a key twice": ("seed: 1\nseed: 2", "r.yaml:5: no YAML for a recipe: the key 'seed' comes twi"),
    "a tag": ("seed: !!python/object/apply:os.getcwd []", "r.yaml:4: .*a recipe has no tags"),
    "an own tag": ("seed: !x 1", "a recipe has no tags: !x"),
    "an alias": ("lora: &a {rank: 8}\ntrainer: *a", "a recipe has no aliases"),
    "no YAML": ("seed: [", "no YAML for a recipe"),
    "a control character": ("seed: \x00", "no YAML for a recipe"),
    "a negative rank": ("lora: {rank: -1}", "lora.rank: -1 is less than 1"),
    "a wrong share": ("lora: {dropout: 1}", "lora.dropout: no share of inputs: 1"),
    "no dropout at all": ("lora: {dropout: .nan}", "lora.dropout: no share of inputs: nan"),
    "nothing adapted": ("lora: {parts: []}", "lora.parts: nothing gets an adapter"),
    "a rate of nothing": (
        "trainer: {output_dir: x}",
        "trainer.output_dir: groundkit makes it from",
    ),
    "patience alone": ("eval: {patience: 2}", "eval.patience: there is one evaluation only"),
    "a weight": ("data: {train: [{path: a, weight: .inf}]}", "comes twice|data.train: weights are"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_recipe(tmp_path, text, message):
    with pytest.raises(DataError, match=message.replace("?", r"\?").replace("(", r"\(")):
        read(tmp_path, PLAIN + text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a recipe is a mapping of keys; valid: output, model"),
        ("- a", "a recipe is a mapping of keys"),
        ("model: {name: tiny}", "Object missing required field `output`"),
        ("output: x\nmodel: {name: tiny}\ndata: {train: []}", "data.train: no dataset"),
        (b"\xff\xfe", "a recipe is text in UTF-8"),
        ("x: " + "[" * 5000, "no YAML for a recipe: too deep"),
        ("#" * (1 << 20) + "\n", "too long for a recipe"),
        (
            "output: x\nmodel: {name: tiny, vision_lr: 1e-6}\ndata: {train: d}",
            "model.vision_lr: the vision is not trained; add vision to the parts",
        ),
        (
            "output: x\nmodel: {name: tiny, attention: flash_attention_2}\ndata: {train: d}",
            "flash attention cannot see which question a token belongs to; attention: sdpa, or",
        ),
    ],
    ids=range(9),
)
def test_what_is_no_recipe_as_a_whole(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, text)


def test_a_missing_file_says_where_recipes_are(tmp_path):
    with pytest.raises(DataError, match=r"cannot read the file: No such file.*groundkit recipe"):
        read_recipe(tmp_path / "none.yaml")
