"""Every answer comes back to the letter, and every number is one token."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundkit.grammar import read_answer, write_answer
from groundkit.tiny.tokenizer import NUMBERS, SPECIALS, build_tokenizer, corpus, number_ids
from groundkit.vocabulary import TYPE_WORDS

TOKENIZER = build_tokenizer()


def there_and_back(text):
    return TOKENIZER.decode(TOKENIZER(text).input_ids)


ANSWERS = {
    "Chinese": write_answer("文本", "地址", (33, 241, 66, 264)),
    "English": write_answer("search box", "Search mail", (0, 0, 1343, 1343)),
    "markup in the name": write_answer("text", "<b>a & b</b>\n1, 2", (1, 2, 3, 4)),
    "numbers in the name": write_answer("text", "12:30, room 7a, 2024", (1, 2, 3, 4)),
    "emoji and accents": write_answer("button", "Café 👩‍👩‍👧 🇨🇭", (10, 20, 30, 40)),
    "brackets in the name": write_answer("text", "[[1, 2]], {3}", (5, 6, 7, 8)),
    "no name": write_answer("icon", "", (5, 6, 7, 8)),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_answers_come_back(answer):
    assert there_and_back(answer) == answer


@given(
    st.sampled_from([word for words in TYPE_WORDS.values() for word in words]),
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30),
    st.tuples(*[st.integers(0, NUMBERS - 1)] * 4),
)
def test_any_answer_in_normal_form_comes_back(word, name, box):
    import unicodedata

    answer = write_answer(word, unicodedata.normalize("NFC", name), box)
    if unicodedata.is_normalized("NFC", answer):
        assert there_and_back(answer) == answer
        assert read_answer(there_and_back(answer)).numbers[-4:] == read_answer(answer).numbers[-4:]


def test_each_number_is_one_token():
    ids = number_ids(TOKENIZER)
    assert NUMBERS > 1343
    assert len(set(ids)) == NUMBERS
    for number, id in enumerate(ids):
        assert TOKENIZER(f"[{number},").input_ids[1] == id
        assert TOKENIZER.decode([id]) == str(number)


def test_a_box_is_eleven_tokens():
    tokens = TOKENIZER.tokenize("<box>[[33, 241, 66, 264]]</box>")
    assert tokens == ["<box>", "[[", "33", ", ", "241", ", ", "66", ", ", "264", "]]", "</box>"]


def test_larger_numbers_fall_into_digits():
    assert there_and_back("<box>[[1408, 99999, 3, 4]]</box>") == "<box>[[1408, 99999, 3, 4]]</box>"


def test_numbers_in_words_stay_text():
    assert there_and_back("Line2 x10y 共33个") == "Line2 x10y 共33个"


def test_the_special_tokens_are_those_of_qwen():
    assert set(SPECIALS) <= set(TOKENIZER.get_vocab())
    text = "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>Hi<|im_end|>"
    assert TOKENIZER.decode(TOKENIZER(text).input_ids, skip_special_tokens=True) == "user\nHi"
    assert (TOKENIZER.eos_token, TOKENIZER.pad_token) == ("<|im_end|>", "<|endoftext|>")


def test_markup_is_kept_when_special_tokens_are_skipped():
    answer = ANSWERS["Chinese"]
    ids = TOKENIZER(answer + "<|im_end|>").input_ids
    assert TOKENIZER.decode(ids, skip_special_tokens=True) == answer


def test_it_is_always_the_same():
    assert build_tokenizer().get_vocab() == TOKENIZER.get_vocab()


def test_questions_are_short():
    for text in set(corpus()):
        assert len(TOKENIZER(text).input_ids) <= max(45, len(text.encode()))
