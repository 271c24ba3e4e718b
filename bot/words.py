"""How figures are said, the same on Discord and in the console. Pure; plain text, not escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.escape import fold

if TYPE_CHECKING:
    from index import Answer

__all__ = ["confidence", "count", "repeats"]

NUMBERS = re.compile(r"\s*\[\d+\]")


def confidence(found: Answer) -> str:
    """Confidence in words and per cent; never 0 or 100, since it is an estimate."""
    percent = min(max(round(100 * found.confidence), 1), 99)
    if found.abstained:
        return f"Chance that the sources answer this: {percent} %."
    word = "high" if percent >= 80 else "fair" if percent >= 60 else "low"
    return f"Confidence: {word}, {percent} %."


def count(number: int, noun: str) -> str:
    """The number with its noun: "1 source", "2 sources"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def repeats(found: Answer) -> bool:
    """Whether the answer's text is the quotations over again, which need not be read twice."""
    quoted = " ".join(citation.shown for citation in found.citations)
    return bool(found.citations) and fold(NUMBERS.sub("", found.text)) in ("", fold(NUMBERS.sub("", quoted)))
