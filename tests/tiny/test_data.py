"""Training batches: what make-dataset would ask, the same for a seed, no evaluation screens."""

from __future__ import annotations

import numpy as np
import pytest

from groundkit.dataset.marker import draw_marker
from groundkit.grammar import read_answer
from groundkit.synth import make_screen
from groundkit.tiny import evaluate
from groundkit.tiny.batches import Writer, make_scene
from groundkit.tiny.data import HELD_OUT, BatchMaker, Stage, batches, stage_at
from groundkit.tiny.questions import ask, draw_stars, fill, find_targets, scatter
from groundkit.tiny.tokenizer import build_tokenizer, number_ids

STAGES = (Stage(18, (5, 6), 80, looks_only=True), Stage(40, (6, 8), 80, questions=2))
SIZE = (224, 168)


@pytest.fixture(scope="module")
def drawn():
    made = make_screen("mixed", 5, 4, size=SIZE, fonts="bundled")
    targets, rivals = find_targets(made.screen, SIZE, 12, 0)
    assert len(targets) > 4
    return np.ascontiguousarray(made.image[:, :, ::-1]), targets, rivals


def same(one, other):
    return all(np.array_equal(vars(one)[name], vars(other)[name]) for name in vars(one))


def test_a_batch_depends_on_its_number_alone():
    one, other = BatchMaker(STAGES, 3), BatchMaker(STAGES, 3)
    in_turn = [one.make(step) for step in range(8)]
    for step in (7, 0, 3):
        assert same(in_turn[step], other.make(step))
    assert not same(in_turn[0], in_turn[1])
    assert not same(in_turn[0], BatchMaker(STAGES, 4).make(0))


def test_another_process_makes_the_same_batches():
    maker = BatchMaker(STAGES, 3)
    with batches(STAGES, 3, 5, 8) as stream:
        for step, batch in enumerate(stream, 5):
            assert same(batch, maker.make(step))
    assert step == 7


def test_stages_follow_each_other():
    looks = [stage_at(STAGES, step).looks_only for step in (0, 17, 18, 39, 40)]
    assert looks == [True, True, False, False, False]
    maker = BatchMaker(STAGES, 0)
    assert [maker.make(step).branch.max() for step in (0, 18)] == [3, 2]


def test_training_never_uses_the_seeds_of_evaluation():
    assert evaluate.SEED < HELD_OUT


def test_targets_are_the_smallest_elements_at_their_points(drawn):
    _, targets, rivals = drawn
    for target in targets:
        held = rivals[np.all((rivals[:, :2] <= target.point) & (rivals[:, 2:] > target.point), 1)]
        if len(held):  # a near point lies on nothing
            areas = np.prod(held[:, 2:] - held[:, :2], axis=1)
            assert tuple(held[areas.argmin()].tolist()) == target.box


def test_scattered_points_have_the_smallest_box_that_holds_them(drawn):
    _, _, rivals = drawn
    points, boxes = scatter(np.random.default_rng(0), rivals, 50)
    assert len(points) == 50
    for point, box in zip(points, boxes, strict=True):
        assert np.all((box[:2] <= point) & (point < box[2:]))
        held = rivals[np.all((rivals[:, :2] <= point) & (rivals[:, 2:] > point), axis=1)]
        assert np.prod(box[2:] - box[:2]) == np.prod(held[:, 2:] - held[:, :2], axis=1).min()


def test_stars_are_those_of_make_dataset(drawn):
    pixels, targets, rivals = drawn
    ours, theirs = pixels.copy(), pixels.copy()
    (marker,) = draw_stars(ours, targets[:1], rivals)
    draw_marker(theirs, targets[0].point, marker)
    assert np.array_equal(ours, theirs)
    assert not np.array_equal(ours, pixels)


def test_the_words_are_those_of_make_dataset(drawn):
    _, targets, _ = drawn
    x, y = targets[0].point
    assert fill("", targets[0], None, "zh") == (
        f"点[{x},{y}]所处位置的信息是什么?需要优先匹配最近UI元素的box。"
    )


def test_questions_come_in_both_languages_and_many_wordings(drawn):
    _, targets, rivals = drawn
    (marker,) = draw_stars(np.zeros((168, 224, 3), np.uint8), targets[:1], rivals)
    rng = np.random.default_rng(0)
    texts = {ask(rng, targets[0], marker, alone=True).text for _ in range(300)}
    assert len(texts) == 14
    with_coordinates = [text for text in texts if str(targets[0].point[0]) in text]
    assert len(with_coordinates) == 10


def test_a_screen_has_no_star_one_or_many(drawn):
    pixels, targets, rivals = drawn
    counts = {
        len(make_scene(np.random.default_rng(seed), pixels, targets, rivals, 3).stars)
        for seed in range(40)
    }
    assert {0, 1} < counts
    assert max(counts) > 3


def test_what_is_learned_is_the_answer(drawn):
    pixels, targets, rivals = drawn
    tokenizer = build_tokenizer()
    writer = Writer(tokenizer, number_ids(tokenizer))
    scene = make_scene(np.random.default_rng(1), pixels, targets, rivals, 3)
    row = writer.write(np.random.default_rng(1), scene.questions, SIZE)
    ids, branch, _, wanted, weights, numbers, said = (np.array(column) for column in row)
    assert ids.shape == branch.shape == wanted.shape == weights.shape == numbers.shape
    for number, question in enumerate(scene.questions, 1):
        own = branch == number
        told = own & (weights > 0)
        assert read_answer(tokenizer.decode(wanted[own & numbers])).kind != "refusal"
        box = tokenizer.convert_ids_to_tokens(wanted[own & numbers].tolist())
        assert tuple(map(int, box)) == question.target.box
        if (point := said[number - 1])[0] >= 0:
            words = tokenizer.convert_ids_to_tokens(ids[point].tolist())
            assert tuple(map(int, words)) == question.target.point
        else:
            assert str(question.target.point[0]) not in question.text
        assert tokenizer.decode(wanted[told]).startswith("<ref>")
        assert wanted[told][-1] == tokenizer.eos_token_id
