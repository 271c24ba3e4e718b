"""Normalisation of text: white space, mojibake and lone surrogates."""

from __future__ import annotations

import ftfy

__all__ = ["collapse_whitespace", "fix_mojibake", "replace_surrogates"]


def collapse_whitespace(text: str) -> str:
    """Return the text with each run of white space as one space, and none at the ends."""
    return " ".join(text.split())


def fix_mojibake(text: str) -> str:
    """Return the text with mojibake repaired ("â€”" is a dash again) and nothing else changed."""
    return text if text.isascii() else ftfy.fix_encoding(text)


def replace_surrogates(text: str) -> str:
    """Return the text with a question mark for each lone surrogate, which no tokenizer reads and UTF-8 cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
