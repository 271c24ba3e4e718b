"""The wording of an answer, the same on Discord and in the console; plain text that is not escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.text.escape import fold
from bot.text.i18n import format_percentage, gettext, gettext_noop
from index.domain.answers import NO, YES

if TYPE_CHECKING:
    from index import Answer
    from index.domain.answers import Citation

__all__ = ["and_more", "bold_span", "brief_answer", "confidence_level", "confidence_text", "repeats_quotations"]

VERDICTS = {YES: gettext_noop("Yes."), NO: gettext_noop("No.")}

CITATION_NUMBERS = re.compile(r"\s*\[\d+\]")

HIGH, FAIR = 80, 60
"""Least whole per cent of each confidence level; measured in tests/quality/test_calibrated.py."""


def confidence_level(answer: Answer) -> str:
    """Return "high", "fair" or "low", or "none" for an abstention; for code, not for display."""
    if answer.abstained:
        return "none"
    percentage = _percentage(answer)
    return "high" if percentage >= HIGH else "fair" if percentage >= FAIR else "low"


def confidence_text(answer: Answer) -> str:
    """Return the confidence in words and per cent; never 0 or 100, since it is an estimate."""
    share, level = format_percentage(_percentage(answer) / 100), confidence_level(answer)
    if level == "none":
        return gettext("Chance that the sources answer this: {percent}.", percent=share)
    if level == "high":
        return gettext("Confidence: high, {percent}.", percent=share)
    if level == "fair":
        return gettext("Confidence: fair, {percent}.", percent=share)
    return gettext("Confidence: low, {percent}.", percent=share)


def _percentage(answer: Answer) -> int:
    return min(max(round(100 * answer.confidence), 1), 99)


def brief_answer(answer: Answer) -> str:
    """Return "Yes", "No" or the words that answer; empty if there are none, or of an abstention."""
    if answer.abstained:
        return ""
    if answer.verdict in VERDICTS:
        return gettext(VERDICTS[answer.verdict])
    return fold(answer.short_answer.text) if answer.short_answer else ""


def and_more(names: str, left: int) -> str:
    """Return a list, with the number of further items if there are any."""
    return gettext("{names} and {number} more", names=names, number=left) if left > 0 else names


def bold_span(answer: Answer, citation: Citation) -> tuple[int, int] | None:
    """Return where the short answer stands in a quotation.

    Returns
    -------
    tuple of int, or None
        Start and end in the folded quotation as it is shown; None if the place is uncertain. If the words occur
        several times, it is the occurrence with as many before it as in the source.
    """
    short = answer.short_answer
    if answer.abstained or short is None or short.citation != citation.number:
        return None
    words, shown, quote = fold(short.text), fold(citation.shown), fold(citation.quote)
    before = fold(citation.quote[: max(short.start - citation.start, 0)])
    if not words or shown.count(words) != quote.count(words):
        return None
    start = -1
    for _ in range(before.count(words) + 1):
        start = shown.find(words, start + 1)
        if start < 0:
            return None
    return start, start + len(words)


def repeats_quotations(answer: Answer) -> bool:
    """Return whether the text of an answer only repeats its quotations, so that it need not be shown as well.

    Below a brief answer, repeating the first of them counts too.
    """
    quotations = [fold(CITATION_NUMBERS.sub("", citation.shown)) for citation in answer.citations]
    text = fold(CITATION_NUMBERS.sub("", answer.text))
    beginnings = [" ".join(quotations[:end]) for end in range(1, len(quotations))] if brief_answer(answer) else []
    return bool(quotations) and text in ("", fold(" ".join(quotations)), *beginnings)
