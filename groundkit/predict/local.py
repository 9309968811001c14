"""Asks a model that runs here, in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from groundkit.errors import DataError, OptionError
from groundkit.images import Pixels
from groundkit.models.load import LoadedModel
from groundkit.models.problems import is_memory_error
from groundkit.predict.chats import chat_of
from groundkit.predict.questions import Answer, Question, load_image
from groundkit.predict.sampling import Sampler
from groundkit.predict.shared_prefix import SharedPrefix

if TYPE_CHECKING:
    from PIL.Image import Image


class Decoding(msgspec.Struct, frozen=True, kw_only=True):
    """How answers are written.

    Attributes:
        max_new_tokens: an answer ends there.
        temperature: 0 for the likeliest token always.
        seed: of the draws; each has its own stream.
        share: whether questions about one image share its encoding.
    """

    max_new_tokens: int = 128
    temperature: float = 0.0
    seed: int = 0
    share: bool = True


class LocalModel:
    """A loaded model that answers batches of questions whose images have one size."""

    def __init__(self, loaded: LoadedModel, decoding: Decoding) -> None:
        _check_template(loaded)
        self._loaded, self._decoding = loaded, decoding
        self._ends = end_tokens(loaded)
        self._shared = SharedPrefix(loaded, decoding.max_new_tokens, self._ends)

    def answer(self, batch: Sequence[Question]) -> Iterator[Answer]:
        """An answer to each question, without a text where its image cannot be used.

        Raises:
            OptionError: the batch does not fit into memory.
        """
        import torch

        pictures: dict[str, Image | str] = {}
        for question in batch:
            path = str(question.image)
            if path not in pictures:
                pictures[path] = _picture(question)
        problems = {q.number: self._problem(q, pictures[str(q.image)]) for q in batch}
        asked = [q for q in batch if not problems[q.number]]
        try:
            tokens = iter(self._write(asked, pictures) if asked else ())
        except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and not is_memory_error(error):
                raise
            what = f"{len(asked)} answers at once do not fit into the memory of the device"
            raise OptionError(what, "--batch-size", hint="make it smaller") from None
        for question in batch:
            if problem := problems[question.number]:
                yield Answer(question.number, None, problem)
            else:
                yield self._read(question, next(tokens))

    def _problem(self, question: Question, picture: Image | str) -> str:
        """Why a question cannot be asked; empty if it can."""
        if isinstance(picture, str):
            return picture
        words = question.words.before + question.words.after
        tags = [getattr(self._loaded.processor, name, None) for name in _TAGS]
        tag = next((tag for tag in tags if isinstance(tag, str) and tag in words), None)
        return f"the question holds {tag}, which stands for an image" if tag else ""

    def _write(self, batch: Sequence[Question], pictures: dict[str, Any]) -> list[list[int]]:
        """The tokens of answers."""
        chats = [chat_of(self._loaded.processor, question.words) for question in batch]
        sampler = None
        if self._decoding.temperature:
            sampler = Sampler(batch, self._decoding.temperature, self._decoding.seed)
        names = [str(question.image) for question in batch]
        if self._decoding.share and len(set(names)) < len(names):
            shared = self._shared.write(chats, names, pictures, sampler)
            if shared is not None:
                return shared
        return self._generate(chats, [pictures[name] for name in names], sampler)

    def _generate(
        self, chats: list[str], pictures: list[Image], sampler: Sampler | None
    ) -> list[list[int]]:
        """By transformers' own `generate`, for any model."""
        import torch

        loaded = self._loaded
        inputs = loaded.processor(
            text=chats, images=pictures, padding=True, padding_side="left", return_tensors="pt"
        )
        inputs = inputs.to(loaded.model.device, dtype=loaded.model.dtype)
        with torch.inference_mode():
            written = loaded.model.generate(
                **inputs,
                max_new_tokens=self._decoding.max_new_tokens,
                logits_processor=[] if sampler is None else [sampler],
                eos_token_id=self._ends,
                pad_token_id=loaded.processor.tokenizer.pad_token_id,
                **_PLAIN,
            )
        rows: list[list[int]] = written[:, inputs["input_ids"].shape[1] :].tolist()
        return rows

    def _read(self, question: Question, tokens: list[int]) -> Answer:
        """The text up to the token that ends it. Other special tokens are kept: some models write
        coordinates between them."""
        end = next((i for i, token in enumerate(tokens) if token in self._ends), None)
        text = self._loaded.processor.tokenizer.decode(
            tokens[:end], skip_special_tokens=False, clean_up_tokenization_spaces=False
        )
        return Answer(question.number, text, cut=end is None)


# Whatever the checkpoint's own generation_config says: a penalty for repetition spoils coordinates.
_PLAIN: dict[str, Any] = {
    "do_sample": False,
    "num_beams": 1,
    "repetition_penalty": 1.0,
    "temperature": None,
    "top_p": None,
    "top_k": None,
}


_TAGS = ("image_token", "video_token")


def _check_template(loaded: LoadedModel) -> None:
    tokenizer = getattr(loaded.processor, "tokenizer", None)
    templates = (getattr(part, "chat_template", None) for part in (loaded.processor, tokenizer))
    if not any(templates):
        hint = "put the chat_template.jinja of its base model beside the weights"
        raise DataError("the model has no chat template", loaded.name, hint=hint)


def end_tokens(loaded: LoadedModel) -> list[int]:
    """The tokens that end an answer."""
    ends = getattr(loaded.model.generation_config, "eos_token_id", None)
    if ends is None:
        ends = loaded.processor.tokenizer.eos_token_id
    return list(ends) if isinstance(ends, (list, tuple)) else [ends]


def _picture(question: Question) -> Image | str:
    """The image, or what is wrong with it."""
    try:
        return to_pillow(load_image(question))
    except DataError as error:
        return str(error)


def to_pillow(pixels: Pixels) -> Image:
    """As processors take it."""
    from PIL import Image

    return Image.fromarray(np.ascontiguousarray(pixels[:, :, ::-1]))
