"""How many tokens a text is at most likely to be, without a model's tokenizer."""

from __future__ import annotations

from collections.abc import Iterable

from index.domain.generation import ChatMessage

__all__ = ["PICTURE_TOKENS", "estimate_messages", "estimate_tokens"]

CHARACTERS_PER_TOKEN = 3
"""Of ASCII text. English prose has four and more, code and numbers about three."""

BYTES_PER_TOKEN = 2
"""Of other characters in UTF-8: a Chinese one has three bytes and is a token or less, a letter with an accent two."""

PICTURE_TOKENS = 2_600
"""A large picture of 17 tiles of 144 tokens, as Llama 4 cuts it, with what marks the tiles."""

MESSAGE_TOKENS = 8
"""What a chat format adds to a message."""


def estimate_tokens(text: str) -> int:
    """Return more tokens than a text is likely to have."""
    size = len(text)
    ascii_only = size if text.isascii() else sum(map(str.isascii, text))
    other_bytes = 0 if ascii_only == size else len(text.encode("utf-8", "replace")) - ascii_only
    return -(-ascii_only // CHARACTERS_PER_TOKEN) - (-other_bytes // BYTES_PER_TOKEN)


def estimate_messages(messages: Iterable[ChatMessage]) -> int:
    """Return more tokens than messages are likely to have, pictures included."""
    return sum(
        MESSAGE_TOKENS + estimate_tokens(message.text) + PICTURE_TOKENS * len(message.pictures) for message in messages
    )
