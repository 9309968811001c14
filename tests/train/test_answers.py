"""A pack trains as its samples by themselves would: scores, gradients, steps."""

from __future__ import annotations

import copy

import peft
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from groundkit.errors import OptionError
from groundkit.models.load import load_model
from groundkit.models.patches import form_of, to_values
from groundkit.tiny.build import untrained_model
from groundkit.train.answers import answer_loss, answer_scores, keep_answers, visible
from groundkit.train.batches import PADDING, Collator
from groundkit.train.plan import plan_epoch
from tests.train.conftest import examples_of

LLM_ONLY = r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"


@pytest.fixture(scope="module", params=["trained", "random"])
def loaded(request):
    made = load_model("tiny", device="cpu") if request.param == "trained" else untrained_model(5)
    keep_answers(made.model)
    return made


def collators(loaded, **options):
    processor = loaded.processor
    image = processor.tokenizer.convert_tokens_to_ids(processor.image_token)
    common = (form_of(processor.image_processor), image, processor.tokenizer.pad_token_id)
    return Collator(*common, **options), Collator(*common, packed=False, **options)


def batch_of(loaded, data, size=12):
    return plan_epoch(examples_of(loaded, data), size, seed=0, epoch=0)[0]


def gradients(loaded, batch, model=None):
    model = model or loaded.model
    model.zero_grad(set_to_none=True)
    loss = answer_loss(
        answer_scores(model, batch, form_of(loaded.processor.image_processor)), batch
    )
    loss.backward()
    return loss.detach(), {
        name: weight.grad.clone()
        for name, weight in model.named_parameters()
        if weight.requires_grad
    }


def differ(some, others):
    """The greatest difference of two gradients, relative to the greatest value."""
    largest = max(grad.abs().max() for grad in others.values())
    return max((some[name] - others[name]).abs().max() for name in others) / largest


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_scores_and_gradients_are_those_of_separate_samples(loaded, bare, attention):
    packed, plain = collators(loaded)
    examples = batch_of(loaded, bare)
    together, alone = packed(examples), plain(examples)
    assert len(together["input_ids"]) < len(alone["input_ids"]) == len(examples)
    form = form_of(loaded.processor.image_processor)
    loaded.model.set_attn_implementation(attention)
    with torch.no_grad():
        found, expected = (answer_scores(loaded.model, one, form) for one in (together, alone))
    assert torch.equal(together["targets"], alone["targets"])
    assert (found - expected).abs().max() < 1e-5 * expected.abs().max()
    (loss, grads), (other, others) = (gradients(loaded, one) for one in (together, alone))
    loaded.model.set_attn_implementation("sdpa")
    assert abs(loss - other) < 1e-5 * other
    assert differ(grads, others) < 1e-5


def test_the_model_of_transformers_says_the_same_of_one_sample(loaded, bare):
    """Its own processor, chat template, positions and loss, without anything of ours."""
    (example,) = batch_of(loaded, bare, 1)
    _, plain = collators(loaded)
    batch = plain([example])
    found = gradients(loaded, batch)[0]
    from PIL import Image

    processor = loaded.processor
    text = processor.tokenizer.decode([*example.prefix, *example.asked, *example.answer])
    picture = Image.open(example.image).convert("RGB")
    inputs = processor(text=[text], images=[picture], return_tensors="pt")
    labels = torch.full_like(inputs["input_ids"], -100)
    labels[:, -len(example.answer) :] = inputs["input_ids"][:, -len(example.answer) :]
    assert torch.equal(inputs["input_ids"], batch["input_ids"])
    values = to_values(batch["patches"], form_of(processor.image_processor), torch.float32)
    assert torch.allclose(inputs["pixel_values"], values, atol=1e-6)
    with torch.no_grad():
        expected = loaded.model(**inputs, labels=labels).loss
        positions, _ = loaded.model.model.get_rope_index(
            inputs["input_ids"],
            mm_token_type_ids=inputs["mm_token_type_ids"],
            image_grid_thw=inputs["image_grid_thw"],
        )
    assert torch.equal(positions, batch["position_ids"])
    assert abs(found - expected) < 1e-5 * expected


def test_a_question_does_not_see_the_others(loaded, bare):
    """Fails if the mask is passed over: every score behind the change would be another."""
    packed, _ = collators(loaded)
    batch = packed(batch_of(loaded, bare))
    form = form_of(loaded.processor.image_processor)
    row, column = (batch["branches"] == 1).nonzero()[0].tolist()
    changed = {**batch, "input_ids": batch["input_ids"].clone()}
    changed["input_ids"][row, column] = 7
    with torch.no_grad():
        before, after = (answer_scores(loaded.model, one, form) for one in (batch, changed))
    own = (batch["places"][:, 0] == row) & (
        batch["branches"][batch["places"][:, 0], batch["places"][:, 1]] == 1
    )
    assert (before[own] - after[own]).abs().max() > 1e-3
    assert (before[~own] - after[~own]).abs().max() < 1e-6
    assert (~own).sum() > 20


def test_with_an_adapter_and_checkpoints_of_activations(loaded, bare):
    packed, plain = collators(loaded)
    examples = batch_of(loaded, bare)
    config = peft.LoraConfig(target_modules=LLM_ONLY, r=4, init_lora_weights=False)
    base = copy.deepcopy(loaded.model)
    model = peft.get_peft_model(base, config)
    plain_run = gradients(loaded, plain(examples), model)
    model.activation_checkpointing_enable({"use_reentrant": False})
    model.enable_input_require_grads()
    model.train()  # without which there are no checkpoints; nothing is dropped
    found = gradients(loaded, packed(examples), model)
    assert all("lora" in name for name in found[1])
    assert abs(found[0] - plain_run[0]) < 1e-5 * plain_run[0]
    assert differ(found[1], plain_run[1]) < 1e-5


def test_steps_are_the_same(loaded, bare):
    losses = []
    for collator in collators(loaded):
        model = copy.deepcopy(loaded.model)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
        losses.append([])
        for batch in plan_epoch(examples_of(loaded, bare), 6, seed=1, epoch=0)[:5]:
            loss, _ = gradients(loaded, collator(batch), model)
            optimizer.step()
            losses[-1].append(loss)
    found, expected = map(torch.tensor, losses)
    assert len(expected) == 5
    assert torch.allclose(found, expected, rtol=1e-4)
    assert expected.unique().numel() == 5


def test_in_half_precision_it_is_nearly_the_same(loaded, bare):
    packed, plain = collators(loaded)
    examples = batch_of(loaded, bare)
    exact = gradients(loaded, plain(examples))[0]
    with torch.autocast("cpu", torch.bfloat16):
        rough = gradients(loaded, packed(examples))[0]
    assert abs(rough - exact) < 0.03 * exact


def test_images_of_several_sizes_and_with_a_marker_each(loaded, starred):
    packed, plain = collators(loaded)
    examples = batch_of(loaded, starred, 8)
    assert len({example.seen for example in examples}) > 1
    together, alone = packed(examples), plain(examples)
    assert len(together["input_ids"]) == len(examples)
    assert torch.equal(together["input_ids"], alone["input_ids"])


def test_digits_can_weigh_more(loaded, bare):
    examples = batch_of(loaded, bare)
    packed, _ = collators(loaded, number_weight=3.0)
    batch = packed(examples)
    tokenizer = loaded.processor.tokenizer
    heavy = [tokenizer.decode([token]) for token in batch["targets"][batch["weights"] == 3]]
    assert len(heavy) == 4 * len(examples)  # the tiny model has a token a number
    assert all(text.strip().isdigit() for text in heavy)


def test_attention_that_ignores_masks_is_refused(loaded):
    model = copy.deepcopy(loaded.model)
    model.config._attn_implementation = "flash_attention_2"
    with pytest.raises(OptionError, match=r"model\.attention: flash_attention_2 does not look at"):
        keep_answers(model)


def test_another_architecture_is_refused(loaded):
    model = copy.deepcopy(loaded.model)
    model.config.model_type = "qwen3_vl"
    with pytest.raises(
        OptionError, match=r"model\.name: where the tokens of qwen3_vl stand is not"
    ):
        keep_answers(model)


@given(st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=4), min_size=1, max_size=3))
@settings(deadline=None)
def test_the_mask_is_what_it_says(shapes):
    """Against the definition, token by token. A shape is the length of the prefix, then of each
    branch."""
    rows = [
        [number for number, length in enumerate(shape) for _ in range(length)] for shape in shapes
    ]
    width = max(map(len, rows))
    branches = torch.tensor([row + [PADDING] * (width - len(row)) for row in rows])
    found = visible(branches)
    assert found.shape == (len(rows), 1, width, width)
    for b, row in enumerate(branches.tolist()):
        for i in range(width):
            for j in range(width):
                sees = i == j or (j < i and row[i] != PADDING and row[j] in (0, row[i]))
                assert found[b, 0, i, j] == sees
