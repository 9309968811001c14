"""Samples as questions to one model: its words, the size that it sees, how often it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from groundkit import images
from groundkit.contract import Contract
from groundkit.errors import DataError
from groundkit.geometry import Size
from groundkit.images import Pixels
from groundkit.predict.prompts import Prompt, Words, ask
from groundkit.records import Gold, Prediction, Sample


@dataclass(frozen=True)
class Question:
    """One question, to be answered once.

    Attributes:
        number: its place in the predictions, from 0.
        image: path of the saved image.
        seen: width and height of what the model is shown.
        draw: which of several answers to the sample this is.
    """

    number: int
    sample: Sample
    image: Path
    seen: Size
    words: Words
    draw: int = 0


@dataclass(frozen=True)
class Answer:
    """What came of a question.

    Attributes:
        number: of the question.
        text: None if there is no answer; then `problem` says why.
        cut: whether the answer ended at the limit of its length.
        lost: whether it was asked, and nothing came back.
    """

    number: int
    text: str | None
    problem: str = ""
    cut: bool = False
    lost: bool = False


def make_questions(
    samples: Sequence[Sample], folder: Path, contract: Contract, prompt: Prompt, draws: int = 1
) -> list[Question]:
    """The questions about samples, the draws of a sample one after another.

    Raises:
        DataError: a model cannot see an image of that size, or the words are not known.
    """
    questions: list[Question] = []
    sizes: dict[Size, Size] = {}
    for sample in samples:
        size = (sample.width, sample.height)
        if size not in sizes:
            sizes[size] = _seen(sample, contract)
        words = ask(sample, prompt, contract.frame, sizes[size])
        for draw in range(draws):
            number = len(questions)
            path = folder / sample.image
            questions.append(Question(number, sample, path, sizes[size], words, draw))
    return questions


def _seen(sample: Sample, contract: Contract) -> Size:
    try:
        return contract.seen_size((sample.width, sample.height))
    except DataError as error:
        raise DataError(f"the model cannot see the image: {error.what}", sample.id) from None


def load_image(question: Question) -> Pixels:
    """The image at the size that the model sees.

    Raises:
        DataError: it cannot be read, or has another size than the sample says.
    """
    pixels = images.read_pixels(question.image)
    height, width = pixels.shape[:2]
    expected = (question.sample.width, question.sample.height)
    if (width, height) != expected:
        what = f"the image is {width}x{height}, the sample says {expected[0]}x{expected[1]}"
        raise DataError(what, str(question.image))
    return images.resize(pixels, question.seen)


def to_prediction(
    question: Question, text: str, contract: Contract, model: str, gold: Gold
) -> Prediction:
    """The row of a predictions file."""
    saved = (question.sample.width, question.sample.height)
    other = contract.frame == "resized" and question.seen != saved
    return Prediction(
        id=question.sample.id,
        text=text,
        frame=contract.frame,
        seen=question.seen if other else None,
        contract=contract.terms,
        draw=question.draw,
        model=model,
        gold=gold,
    )
