"""What a person reads in a stretch of text: white space folded, broken characters repaired, offsets exact."""

from __future__ import annotations

import ftfy

__all__ = ["collapse_whitespace", "fix_mojibake", "replace_surrogates"]


def collapse_whitespace(text: str) -> str:
    """White space folded to single spaces, none at the ends."""
    return " ".join(text.split())


def fix_mojibake(text: str) -> str:
    """Text with mojibake repaired ("â€”" is a dash again) and nothing else changed."""
    return text if text.isascii() else ftfy.fix_encoding(text)


def replace_surrogates(text: str) -> str:
    """The text with a question mark for each half character (lone surrogate), which no tokenizer reads and no file of
    UTF-8 can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
