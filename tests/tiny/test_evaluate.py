"""The figures of the tiny model: how they are made, and that the checkpoint deserves them."""

from __future__ import annotations

import numpy as np
import pytest

from groundkit.metrics.boxes import iou
from groundkit.models.load import load_model
from groundkit.records import Element
from groundkit.tiny import evaluate
from groundkit.tiny.evaluate import Case
from groundkit.tiny.questions import Question, Target


def case(box, point=(10, 10), pixels=None):
    blank = np.zeros((56, 56, 3), np.uint8) if pixels is None else pixels
    return Case(blank, Question("?", Target(box, "text", "name", point), "en"))


def test_scores_of_answers():
    cases = [case((0, 0, 20, 20))] * 4
    texts = [
        "<ref>text-name</ref><box>[[0, 0, 20, 20]]</box>",
        "<box>[[0, 0, 20, 10]]</box>",
        "<box>[[100, 100, 120, 120]]</box>",
        "nothing that I know",
    ]
    scores = evaluate.score(cases, texts)
    assert scores == (4, 0.75, 0.375, 0.5, 0.5)
    assert scores.row("name").split() == ["name", "4", "0.750", "0.375", "0.500", "0.500"]


def test_iou_is_that_of_eval():
    rng = np.random.default_rng(0)
    corners = rng.integers(0, 50, (40, 2))
    boxes = np.concatenate([corners, corners + rng.integers(1, 30, (40, 2))], 1).astype(float)
    ours = [evaluate._iou(a, b) for a, b in zip(boxes[:20], boxes[20:], strict=True)]
    assert np.allclose(ours, iou(boxes[:20], boxes[20:]))


def test_the_constant_box_is_the_best_of_its_sizes():
    size, scores = evaluate.constant_box([case((0, 4, 40, 18), (20, 11)) for _ in range(3)])
    assert size == (40, 14)
    assert scores == (3, 1, 1, 1, 1)


def test_names_are_asked_for_only_if_one_element_has_them():
    blank = np.zeros((56, 56, 3), np.uint8)
    twins = [
        Target((0, 0, 9, 9), "text", "A", (3, 3)),
        Target((20, 0, 29, 9), "text", "A", (23, 3)),
    ]
    other = Target((0, 20, 9, 29), "icon", "B", (3, 23))
    assert evaluate.ask_reverse(blank, twins, None, "en") is None
    asked = evaluate.ask_reverse(blank, [*twins, other], None, "zh")
    assert asked.question == Question("B在哪里?", other, "zh")


def test_cases_are_always_the_same():
    one, other = (
        list(evaluate.synthetic_cases("mixed", 4, evaluate.ask_star, "bundled")) for _ in range(2)
    )
    assert [case.question for case in one] == [case.question for case in other]
    assert {case.question.lang for case in one} == {"zh", "en"}
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(one, other, strict=True))


def test_real_screens_are_asked_about_by_make_dataset(tmp_path):
    import msgspec
    from PIL import Image

    from groundkit.records import Screen

    Image.new("RGB", (600, 400), "white").save(tmp_path / "a.png")
    element = Element(id="e", box=(60, 60, 300, 160), type="button", text="Save")
    screen = Screen(id="a", image="a.png", width=600, height=400, elements=(element,))
    (tmp_path / "screens.jsonl").write_bytes(msgspec.json.encode(screen) + b"\n")
    zh, en = evaluate.real_cases(tmp_path, 224 * 224)
    assert zh.pixels.shape[0] * zh.pixels.shape[1] <= 224 * 224
    assert {zh.question.lang, en.question.lang} == {"zh", "en"}
    assert "<image>" not in zh.question.text
    assert zh.question.target.name == "Save"


def test_answers_come_in_the_order_of_the_cases():
    """Cases of different sizes are answered in groups."""
    loaded = load_model("tiny")
    rng = np.random.default_rng(0)
    cases = [
        case((0, 0, 9, 9), pixels=rng.integers(0, 255, (side, 56, 3), dtype=np.uint8))
        for side in (56, 84, 56, 112)
    ]
    together = evaluate.answer(loaded, cases, max_tokens=24)
    assert together == [evaluate.answer(loaded, [one], max_tokens=24)[0] for one in cases]


@pytest.fixture(scope="module")
def trained():
    cases = list(evaluate.synthetic_cases("mixed", 100, evaluate.ask_star, "bundled"))
    loaded = load_model("tiny")
    return cases, evaluate.answer(loaded, cases)


def test_the_checkpoint_finds_elements_on_screens_it_has_not_seen(trained):
    """What the tiny model is for; docs/log.md has the figures of 300 screens."""
    cases, texts = trained
    scores = evaluate.score(cases, texts)
    _, constant = evaluate.constant_box(cases)
    assert scores.parse >= 0.99
    assert scores.iou >= 0.6
    assert scores.iou50 >= 0.6
    assert scores.hit >= 0.9
    assert scores.iou > constant.iou + 0.25


def test_answers_are_in_our_form_and_language(trained):
    cases, texts = trained
    from groundkit.grammar import read_answer
    from groundkit.vocabulary import LANGS, TYPE_WORDS

    words = [read_answer(text).type_word for text in texts]
    for case, word in zip(cases, words, strict=True):
        known = {both[LANGS.index(case.question.lang)] for both in TYPE_WORDS.values()}
        assert word in known


def test_the_checkpoint_is_small():
    from groundkit.models.find import tiny_folder

    assert sum(path.stat().st_size for path in tiny_folder().iterdir()) < 6_000_000
