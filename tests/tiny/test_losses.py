"""The fast paths of training compute what transformers computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

from groundkit.models.patches import to_patches
from groundkit.synth import make_screen
from groundkit.tiny import losses
from groundkit.tiny.batches import FORM, Writer, make_batch, make_scene, normalise
from groundkit.tiny.build import build_model
from groundkit.tiny.muon import Muon, orthogonal
from groundkit.tiny.questions import find_targets
from groundkit.tiny.tokenizer import build_tokenizer, number_ids

SIZE = (196, 168)
TOKENIZER = build_tokenizer()


def batch_of(count=2, seed=0):
    rng = np.random.default_rng(seed)
    scenes = []
    for index in range(20):
        made = make_screen("mixed", 1, index, size=SIZE, fonts="bundled")
        targets, rivals = find_targets(made.screen, SIZE, 6, 0)
        if len(targets) > 2:
            pixels = np.ascontiguousarray(made.image[:, :, ::-1])
            scenes.append(make_scene(rng, pixels, targets, rivals, 3))
    return make_batch(rng, Writer(TOKENIZER, number_ids(TOKENIZER)), scenes[:count], SIZE)


def tensors_of(batch):
    made = {
        name: torch.from_numpy(value)
        for name, value in vars(batch).items()
        if name not in ("patches", "grid")
    }
    return made | {"patches": torch.from_numpy(normalise(batch.patches))}


def test_patches_are_those_of_the_processor():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
    seen = Qwen2VLImageProcessorPil()(Image.fromarray(image), return_tensors="np")
    both_frames = seen["pixel_values"].reshape(-1, 3, 2, 196)
    ours = normalise(to_patches(np.ascontiguousarray(image[:, :, ::-1]), FORM)).reshape(-1, 3, 196)
    assert np.array_equal(ours, both_frames[:, :, 0])
    assert np.array_equal(ours, both_frames[:, :, 1])


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_many_questions_in_one_sequence_are_as_many_sequences(attention):
    """Each branch, alone and through the model of transformers, has the same logits.

    Training uses plain attention, which ignores a mask of booleans without a word.
    """
    model, batch = build_model(TOKENIZER), batch_of()
    model.model.language_model.config._attn_implementation = attention
    tensors = tensors_of(batch)
    with torch.no_grad():
        end = losses.forward(model, tensors, batch.grid).end
        ours = model.lm_head(end)
        for row in range(len(batch.ids)):
            frames = tensors["patches"][row].view(-1, 3, 1, 196).expand(-1, -1, 2, -1)
            for number in range(1, batch.branch[row].max() + 1):
                own = np.isin(batch.branch[row], (0, number))
                ids = torch.from_numpy(batch.ids[row][own])[None]
                logits = model(
                    input_ids=ids,
                    pixel_values=frames.reshape(-1, 1176),
                    image_grid_thw=torch.tensor([[1, *batch.grid]]),
                    mm_token_type_ids=(ids == model.config.image_token_id).int(),
                ).logits[0]
                assert torch.allclose(ours[row][torch.from_numpy(own)], logits, atol=1e-4)


def test_no_question_sees_another():
    model, batch = build_model(TOKENIZER), batch_of()
    tensors = tensors_of(batch)
    changed = {**tensors, "ids": tensors["ids"].clone()}
    changed["ids"][tensors["branch"] == 1] = 7
    with torch.no_grad():
        before, after = (losses.forward(model, t, batch.grid).end for t in (tensors, changed))
    same = (before == after).all(-1)
    assert not same[tensors["branch"] == 1].any()
    assert same[(tensors["branch"] == 0) | (tensors["branch"] > 1)].all()


def test_edges_and_boxes_are_inverse():
    points = torch.tensor([[0, 50, 60, 0, 10, 20, 190, 61], [0, 5, 6, 0, 5, 0, 6, 167]])
    corner = points[:, 1:3].float()
    boxes = losses.boxes_of(losses.edge_targets(points.float(), corner), corner)
    assert torch.allclose(boxes, points[:, 4:].float(), atol=1e-3)


def test_iou_is_that_of_the_scorer():
    from groundkit.metrics.boxes import iou

    rng = np.random.default_rng(0)
    boxes = np.sort(rng.integers(0, 60, (50, 2, 2)), axis=1).reshape(50, 4)[:, [0, 1, 2, 3]]
    boxes[:, 2:] += 1
    some, others = boxes[:25].astype(float), boxes[25:].astype(float)
    ours = losses.iou(torch.from_numpy(some), torch.from_numpy(others)).numpy()
    assert np.allclose(ours, iou(some, others), atol=1e-6)


def test_numbers_are_to_look_at_what_is_asked():
    batch = batch_of()
    assert len(batch.looks) == batch.numbers.sum()
    tokens = TOKENIZER.convert_ids_to_tokens
    for screen, place, cell, x_at, y_at in batch.looks.tolist():
        assert batch.numbers[screen, place]
        if x_at >= 0:
            x, y = (int(number) for number in tokens(batch.ids[screen, [x_at, y_at]].tolist()))
            assert y // 28 * (SIZE[0] // 28) + x // 28 == cell
            assert batch.branch[screen, x_at] == batch.branch[screen, place]


def test_a_question_without_numbers_has_nothing_to_be_read():
    model, batch = build_model(TOKENIZER), batch_of()
    tensors = tensors_of(batch)
    said = tensors["looks"][tensors["looks"][:, 3] >= 0]
    assert len(said)
    loss = losses.forward(model, tensors, batch.grid).reads
    assert 1 < float(loss.detach()) < np.log(batch.ids.shape[1]) + 2
    silent = {**tensors, "looks": tensors["looks"].clone()}
    silent["looks"][:, 3:] = -1
    assert float(losses.forward(model, silent, batch.grid).reads.detach()) == 0


def test_no_star_costs_nothing():
    cells = torch.ones(2, 3, 128, requires_grad=True)
    loss, iou = losses.edge_loss(losses.Heads().star, cells, torch.zeros(0, 8).long(), False)
    assert float(loss.detach()) == 0
    assert np.isnan(iou)


@pytest.mark.parametrize("shape", [(24, 64), (64, 24), (32, 32)])
def test_muon_is_that_of_torch(shape):
    """torch.optim.Muon of torch 2.13 works in bfloat16: three digits."""
    torch.manual_seed(0)
    ours, theirs = (torch.nn.Parameter(torch.randn(shape)) for _ in range(2))
    theirs.data.copy_(ours.data)
    settings = {"lr": 0.01, "weight_decay": 0.1}
    optimizers = [
        Muon([ours], **settings),
        torch.optim.Muon([theirs], **settings, adjust_lr_fn="match_rms_adamw"),
    ]
    start = ours.data.clone()
    for _ in range(4):
        gradient = torch.randn(shape)
        for parameter, optimizer in zip((ours, theirs), optimizers, strict=True):
            parameter.grad = gradient.clone()
            optimizer.step()
    moved = (theirs - start).norm()
    assert (ours - theirs).norm() < 0.03 * moved


def test_matrices_become_orthogonal_together():
    torch.manual_seed(0)
    matrices = torch.randn(3, 16, 40)
    values = torch.linalg.svdvals(orthogonal(matrices))
    assert values.min() > 0.5
    assert values.max() < 1.3
    assert torch.allclose(orthogonal(matrices)[1], orthogonal(matrices[1:2])[0], atol=1e-5)
