"""The text of an output that is still being written, as far as a person can read it."""

from __future__ import annotations

import pydantic_core

from index.generation._drafts import without_thoughts
from index.text.normalize import collapse_whitespace, strip_hidden

__all__ = ["readable_text"]


def readable_text(output: str) -> str:
    """Return the sentences of a language model's output so far, unchecked, or its prose; empty if there is none yet.

    Nothing in it can control a terminal.
    """
    text = without_thoughts(output).lstrip()
    place = text.find("{")
    if place < 0:
        return "" if text.startswith(("`", "<")) else collapse_whitespace(strip_hidden(text))
    try:
        value = pydantic_core.from_json(text[place:], allow_partial="trailing-strings")
    except ValueError:
        return _first_value(text[place:])
    return _sentences(value)


def _first_value(text: str) -> str:
    """Return the sentences of JSON behind which something else stands, such as the end of a code block."""
    end = text.rfind("}")
    try:
        return _sentences(pydantic_core.from_json(text[: end + 1])) if end > 0 else ""
    except ValueError:
        return ""


def _sentences(value: object) -> str:
    sentences = value.get("sentences") if isinstance(value, dict) else None
    items = sentences if isinstance(sentences, list) else []
    texts = (item.get("text") for item in items if isinstance(item, dict))
    return collapse_whitespace(strip_hidden(" ".join(text for text in texts if isinstance(text, str))))
