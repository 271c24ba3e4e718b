"""Questions in one form: what is only manners or punctuation does not change how they are read."""

from __future__ import annotations

import re

__all__ = ["normalize_question"]

GREETING = re.compile(
    r"^(?:(?:hey|hi|hello|yo|ok|so|um)\b(?:\s+(?:all|guys|bot|there|everyone))?[\s,.!:-]+)+", re.IGNORECASE
)
THANKS = re.compile(r"[\s,.!]+(?:(?:pls|plz|please|thx|thanks|ty|lol)[\s,.!]*)+$", re.IGNORECASE)


def normalize_question(question: str) -> str:
    """Return a question without greeting and thanks, and with one question mark at its end.

    Without this, 11 of 320 forms of the evaluation's questions more change between an answer and none
    (`tests/quality/test_decisions.py`). A text that is nothing else stays as it is.
    """
    text = question.strip().rstrip("?!. ")
    text = THANKS.sub("", text)
    text = GREETING.sub("", text).strip()
    return f"{text}?" if text else question
