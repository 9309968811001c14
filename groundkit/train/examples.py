"""Samples as tokens: what is read, what is learned, what is common to all about one image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groundkit.contract import Contract
from groundkit.errors import DataError
from groundkit.geometry import Frame, Size, convert
from groundkit.grammar import write_answer
from groundkit.predict.chats import chat_of
from groundkit.predict.prompts import Prompt
from groundkit.predict.questions import Question, make_questions
from groundkit.records import Sample
from groundkit.vocabulary import type_word


@dataclass(frozen=True)
class Example:
    """A sample as a model is trained on it.

    Attributes:
        id: of the sample.
        image: path of the saved image.
        saved: width and height of the saved image.
        seen: width and height of what the model sees.
        prefix: tokens up to and with the place of the image, which is one token here.
        asked: tokens of the question behind the image.
        answer: tokens of the answer and of the end of the turn.
        numbers: which tokens of the answer hold a digit of its box.
        weight: how often it is drawn in an epoch.
    """

    id: str
    image: Path
    saved: Size
    seen: Size
    prefix: tuple[int, ...]
    asked: tuple[int, ...]
    answer: tuple[int, ...]
    numbers: tuple[bool, ...]
    weight: float = 1.0

    @property
    def own_tokens(self) -> int:
        """Tokens besides those of the prefix."""
        return len(self.asked) + len(self.answer)


def make_examples(
    samples: Sequence[Sample],
    folder: Path,
    processor: Any,
    contract: Contract,
    prompt: Prompt,
    weight: float = 1.0,
) -> list[Example]:
    """Samples as tokens of a model; they are asked as `predict` asks.

    Args:
        folder: that the samples' images start from.
        processor: of the model, with the limits of the contract.

    Raises:
        DataError: a sample cannot be asked or answered, or its chat is cut otherwise by the
            tokenizer with its answer than without.
    """
    questions = make_questions(samples, folder, contract, prompt)
    return [_to_example(question, processor, contract, weight) for question in questions]


def _to_example(question: Question, processor: Any, contract: Contract, weight: float) -> Example:
    sample, tokenizer = question.sample, processor.tokenizer
    asked = chat_of(processor, question.words)
    text = answer_of(sample, contract, question.seen)
    whole = chat_of(processor, question.words, text)
    if not whole.startswith(asked + text):
        what = "the chat template writes an answer otherwise than it announces one"
        raise DataError(what, "chat_template", hint="use the template of the base model")
    head = tokenizer(asked, add_special_tokens=False).input_ids
    tail, numbers = _answer_tokens(tokenizer, whole[len(asked) :], text.rfind("<box>"))
    image = tokenizer.convert_tokens_to_ids(processor.image_token)
    if head.count(image) != 1:
        what = f"{head.count(image)} places of an image in its chat instead of one"
        raise DataError(what, sample.id, hint=f"leave {processor.image_token} out of the prompt")
    cut = head.index(image) + 1
    return Example(
        id=sample.id,
        image=question.image,
        saved=(sample.width, sample.height),
        seen=question.seen,
        prefix=tuple(head[:cut]),
        asked=tuple(head[cut:]),
        answer=tuple(tail),
        numbers=tuple(numbers),
        weight=weight,
    )


def _answer_tokens(tokenizer: Any, text: str, box: int) -> tuple[list[int], list[bool]]:
    """Tokens, and which of them hold a digit behind character `box`."""
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    numbers = [
        start >= box and any(char.isdigit() for char in text[start:end])
        for start, end in encoded.offset_mapping
    ]
    return encoded.input_ids, numbers


def answer_of(sample: Sample, contract: Contract, seen: Size) -> str:
    """What the model should write: the sample's own answer, its box in the model's frame.

    Raises:
        DataError: the sample's own answer holds another box than the sample says.
    """
    size = (sample.width, sample.height)
    if contract.frame == "resized" and seen == size:
        return sample.answer
    where = Frame(contract.frame, sample.original if contract.frame == "pixel" else seen)
    corners = [(sample.box[0], sample.box[1]), (sample.box[2], sample.box[3])]
    x1, y1, x2, y2 = (
        number
        for corner in corners
        for number in convert(corner, Frame("resized", size), where).tolist()
    )
    decimals = {"norm1": 3, "percent": 1}.get(contract.frame)
    box = [round(number, decimals) for number in (x1, y1, x2, y2)]
    return write_answer(type_word(sample.type, sample.lang), sample.name, box)
