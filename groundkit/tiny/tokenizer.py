"""A small tokenizer of the real class: byte-level BPE, and a token of its own for each number.

A coordinate is one token, so that its embedding can say how far it is from every other number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundkit.dataset.prompts import IMAGE_TAG, write_prompt
from groundkit.geometry import Point
from groundkit.records import Marker
from groundkit.tiny.words import NAMES, QUESTIONS, STAR_QUESTIONS, SYSTEM
from groundkit.vocabulary import LANGS, TYPE_WORDS, Lang

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

NUMBERS = 1408
"""0 to 1407: sides of up to 50 cells of 28 pixels."""
SPECIALS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
# Not special: what skips special tokens must keep them. With `, ` a box is eleven tokens.
MARKUP = ("<ref>", "</ref>", "<box>", "</box>", "[[", "]]", ", ")
_MERGED = 1200  # size of the vocabulary of the BPE


def build_tokenizer() -> PreTrainedTokenizerBase:
    """The tokenizer; always the same."""
    from tokenizers import AddedToken
    from transformers import Qwen2Tokenizer

    vocab, merges = _train_bpe()
    tokenizer = Qwen2Tokenizer(
        vocab=vocab,
        merges=merges,
        unk_token=None,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        model_max_length=4096,
    )
    tokenizer.add_tokens(
        [AddedToken(text, special=True, normalized=False) for text in SPECIALS],
        special_tokens=True,
    )
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in MARKUP])
    numbers = [AddedToken(str(n), normalized=False, single_word=True) for n in range(NUMBERS)]
    tokenizer.add_tokens(numbers)
    return tokenizer


def number_ids(tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """The id of each number's token."""
    ids = tokenizer.convert_tokens_to_ids([str(n) for n in range(NUMBERS)])
    assert isinstance(ids, list)
    return ids


def _train_bpe() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Vocabulary and merges of the texts that the model reads and writes."""
    import json

    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PRETOKENIZE_REGEX), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_MERGED,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [(first, second) for first, second in model["merges"]]


def corpus() -> list[str]:
    """Questions many times, so that each phrase becomes a token, words of types and names once."""
    texts = [SYSTEM, "system\n", "user\n", "assistant\n"] * 50
    texts += [*(word for words in TYPE_WORDS.values() for word in words)] * 20
    point: Point = (1, 2)
    for lang in LANGS:
        for color in ("green", "magenta"):
            marker = Marker(shape="star", color=color, radius=6.0, clipped=False)
            texts += [_text(point, marker, lang)] * 50
        texts += [_text(point, None, lang)] * 50
        texts += [*QUESTIONS[lang], *STAR_QUESTIONS[lang]] * 10
    return texts + [name for names in NAMES.values() for name in names]


def _text(point: Point, marker: Marker | None, lang: Lang) -> str:
    """A question without the tag of the image, whose place the chat template gives."""
    return write_prompt(point, marker, lang).removeprefix(IMAGE_TAG)
