"""Marks around text that is data, which that text cannot know or close."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable

from index.text.normalize import strip_hidden

__all__ = ["Fence", "as_data"]

MARK_BYTES = 4

_CONTROL_TOKEN = re.compile(r"<(?=[|｜/!]|[a-z_]+[>|｜]|<)|\[(?=/?[A-Z_]+\])", re.IGNORECASE)
"""The beginning of what a chat format may take for a token of its own: <|eot|>, </s>, <think>, [INST], <<SYS>>."""

BREAK = "\u200b"


class Fence:
    """Lines with a random word around each text, drawn anew for each request.

    Notes
    -----
    K. Hines et al. 2024, "Defending Against Indirect Prompt Injection Attacks With Spotlighting" (arXiv:2403.14720):
    delimiting. The two other ways of the paper, a mark between all words and base64, would change the words that
    the model is to copy.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        held = "\n".join(texts).lower()
        self.word = secrets.token_hex(MARK_BYTES)
        while self.word in held:
            self.word = secrets.token_hex(MARK_BYTES)

    def around(self, label: str, text: str) -> str:
        """Return a text as data between two lines."""
        return f"<<{self.word} {label}>>\n{as_data(text)}\n<<{self.word} end>>"


def as_data(text: str) -> str:
    """Return a text without hidden characters, and with nothing in it that a chat format takes for its own token.

    What is put into such a token shows nothing: `strip_hidden` takes it from words that a model copies.
    """
    return _CONTROL_TOKEN.sub(lambda found: found[0] + BREAK, strip_hidden(text)).strip()
