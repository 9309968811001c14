"""The chat that a question is, in the words of the model's own template."""

from __future__ import annotations

from typing import Any

from groundkit.predict.prompts import Words


def chat_of(processor: Any, words: Words, answer: str | None = None) -> str:
    """The text of a chat about one image, up to where the answer begins, or with it.

    Args:
        processor: of transformers, with a chat template.
    """
    content = [{"type": "text", "text": words.before}] if words.before else []
    content += [{"type": "image"}, {"type": "text", "text": words.after}]
    turns: list[dict[str, Any]] = [{"role": "user", "content": content}]
    if answer is not None:
        turns.append({"role": "assistant", "content": [{"type": "text", "text": answer}]})
    chat: str = processor.apply_chat_template(
        turns, add_generation_prompt=answer is None, tokenize=False
    )
    return chat
