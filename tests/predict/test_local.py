from dataclasses import replace

import cv2
import numpy as np
import pytest

from groundkit.errors import DataError, OptionError
from groundkit.models.load import load_model
from groundkit.predict.local import Decoding, LocalModel
from groundkit.predict.prompts import Words
from tests.predict.builders import make_question

SIZE = (280, 140)


@pytest.fixture(scope="module")
def loaded(model):
    return load_model(model, device="cpu")


@pytest.fixture(scope="module")
def questions(tmp_path_factory):
    """Four questions about each of two pictures, and one about a third."""
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    for name in "abc":
        pixels = cv2.resize(rng.integers(0, 255, (5, 10, 3), dtype=np.uint8), SIZE)
        cv2.imwrite(str(folder / f"{name}.png"), pixels)
    return [make_question(n, str(folder / f"{'abc'[n // 4]}.png"), SIZE) for n in range(9)]


def answers(loaded, questions, batch_size, **options):
    model = LocalModel(loaded, Decoding(**{"max_new_tokens": 10, **options}))
    batches = [questions[i : i + batch_size] for i in range(0, len(questions), batch_size)]
    return [answer.text for batch in batches for answer in model.answer(batch)]


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_questions_that_share_an_image_are_answered_as_one_by_one(loaded, questions, temperature):
    alone = answers(loaded, questions, 1, share=False, temperature=temperature)
    assert answers(loaded, questions, 9, temperature=temperature) == alone
    assert answers(loaded, questions, 9, share=False, temperature=temperature) == alone


def test_the_image_is_encoded_once(loaded, questions, monkeypatch):
    seen = []
    visual = loaded.model.model.visual
    run = visual.forward
    monkeypatch.setattr(
        visual, "forward", lambda *a, **k: seen.append(k["grid_thw"].shape[0]) or run(*a, **k)
    )
    answers(loaded, questions, 9)
    assert seen == [3]


def test_draws_differ_and_come_again(loaded, questions):
    one = [replace(questions[0], draw=draw) for draw in range(4)]
    drawn = answers(loaded, one, 4, temperature=1.0)
    assert len(set(drawn)) == 4
    assert answers(loaded, one[::-1], 2, temperature=1.0)[::-1] == drawn
    assert answers(loaded, one, 4, temperature=1.0, seed=1) != drawn
    assert len(set(answers(loaded, one, 4))) == 1


def test_an_image_that_cannot_be_used_costs_its_own_questions_alone(loaded, questions, tmp_path):
    small = tmp_path / "small.png"
    cv2.imwrite(str(small), np.zeros((9, 9, 3), np.uint8))
    asked = [*questions[:2], make_question(9, "gone.png"), make_question(10, str(small))]
    model = LocalModel(loaded, Decoding(max_new_tokens=4))
    found = list(model.answer(asked))
    assert [answer.text is None for answer in found] == [False, False, True, True]
    assert "gone.png: cannot read the image: No such file" in found[2].problem
    assert "the image is 9x9, the sample says 280x140" in found[3].problem


def test_a_question_with_a_tag_of_an_image_costs_itself_alone(loaded, questions):
    words = Words("", "What is <|image_pad|>?")
    asked = [questions[0], replace(questions[1], words=words), questions[2]]
    found = list(LocalModel(loaded, Decoding(max_new_tokens=4)).answer(asked))
    assert [answer.text is None for answer in found] == [False, True, False]
    assert found[1].problem == "the question holds <|image_pad|>, which stands for an image"


def test_a_model_without_a_chat_template_is_refused(loaded, monkeypatch):
    monkeypatch.setattr(loaded.processor, "chat_template", None)
    monkeypatch.setattr(loaded.processor.tokenizer, "chat_template", None)
    with pytest.raises(DataError, match="no chat template; put the chat_template"):
        LocalModel(loaded, Decoding())


def test_a_batch_that_does_not_fit_says_what_to_do(loaded, questions, monkeypatch):
    import torch

    def exhaust(*_, **__):
        torch.empty(1 << 50, dtype=torch.uint8)  # a pebibyte: a real error of the allocator

    model = LocalModel(loaded, Decoding())
    monkeypatch.setattr(model, "_write", exhaust)
    with pytest.raises(OptionError, match="--batch-size: 1 answers at once do not fit"):
        list(model.answer(questions[:1]))


def test_answers_end_at_the_limit(loaded, questions):
    model = LocalModel(loaded, Decoding(max_new_tokens=3))
    (answer,) = model.answer(questions[:1])
    assert answer.cut
    (longer,) = LocalModel(loaded, Decoding(max_new_tokens=9)).answer(questions[:1])
    assert 0 < len(answer.text) < len(longer.text)


def test_the_end_of_an_answer_is_not_in_it(loaded, questions):
    model = LocalModel(loaded, Decoding())
    end = loaded.processor.tokenizer.convert_tokens_to_ids("<|im_end|>")
    pad = loaded.processor.tokenizer.pad_token_id
    words = loaded.processor.tokenizer("<|box_start|>(1,2)<|box_end|>").input_ids
    answer = model._read(questions[0], [*words, end, pad, pad])
    assert (answer.text, answer.cut) == ("<|box_start|>(1,2)<|box_end|>", False)
    assert model._read(questions[0], [end]).text == ""
