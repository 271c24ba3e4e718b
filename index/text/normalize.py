"""Normalisation of text: white space, mojibake, lone surrogates; of questions: manners and punctuation."""

from __future__ import annotations

import re

import ftfy

__all__ = ["collapse_whitespace", "fix_mojibake", "normalize_question", "replace_surrogates"]

GREETING = re.compile(
    r"^(?:(?:hey|hi|hello|yo|ok|so|um)\b(?:\s+(?:all|guys|bot|there|everyone))?[\s,.!:-]+)+", re.IGNORECASE
)
THANKS = re.compile(r"[\s,.!]+(?:(?:pls|plz|please|thx|thanks|ty|lol)[\s,.!]*)+$", re.IGNORECASE)


def collapse_whitespace(text: str) -> str:
    """Return the text with each run of white space as one space, and none at the ends."""
    return " ".join(text.split())


def fix_mojibake(text: str) -> str:
    """Return the text with mojibake repaired ("â€”" is a dash again) and nothing else changed."""
    return text if text.isascii() else ftfy.fix_encoding(text)


def replace_surrogates(text: str) -> str:
    """Return the text with a question mark for each lone surrogate, which no tokenizer reads and UTF-8 cannot hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def normalize_question(question: str) -> str:
    """Return a question without greeting and thanks, and with one question mark at its end.

    Without this, 11 of 320 forms of the evaluation's questions more change between an answer and none
    (`tests/quality/test_decisions.py`). A text that is nothing else stays as it is.
    """
    text = question.strip().rstrip("?!. ")
    text = THANKS.sub("", text)
    text = GREETING.sub("", text).strip()
    return f"{text}?" if text else question
