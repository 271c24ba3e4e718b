"""Normalisation of text: white space, mojibake, hidden characters; of questions: manners and punctuation."""

from __future__ import annotations

import re

import ftfy
import regex

__all__ = ["collapse_whitespace", "fix_mojibake", "normalize_question", "replace_surrogates", "strip_hidden"]

_HIDDEN = regex.compile(
    r"[[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}\uFFF9-\uFFFB\uFFFE\uFFFF]--[\s\x1C-\x1F\u200C\u200D]]",
    regex.VERSION1,
)
# A single joiner or non-joiner between letters belongs to Persian or Hindi; anywhere else it shows nothing.
_IDLE_JOINER = regex.compile(
    r"(?<![^\x00-\x7F\s\u200C\u200D])[\u200C\u200D]+|[\u200C\u200D]+(?![^\x00-\x7F\s\u200C\u200D])|[\u200C\u200D]{2,}"
)

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


def strip_hidden(text: str) -> str:
    """Return the text without characters that show nothing or reorder it: controls, zero-width, bidirectional, tags.

    White space stays, and so does a joiner that a word needs.
    """
    return text if text.isascii() and text.isprintable() else _IDLE_JOINER.sub("", _HIDDEN.sub("", text))


def normalize_question(question: str) -> str:
    """Return a question without greeting and thanks, and with one question mark at its end.

    Without this, 11 of 320 forms of the evaluation's questions more change between an answer and none
    (`tests/quality/test_decisions.py`). A text that is nothing else stays as it is.
    """
    text = question.strip().rstrip("?!. ")
    text = THANKS.sub("", text)
    text = GREETING.sub("", text).strip()
    return f"{text}?" if text else question
