"""How figures are said, the same on Discord and in the console, which speaks English. Pure; plain text, not escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.text.escape import fold
from bot.text.i18n import format_percentage, gettext, gettext_noop

if TYPE_CHECKING:
    from index import Answer
    from index.domain.answers import Citation

__all__ = [
    "and_more",
    "bold_span",
    "brief_answer",
    "confidence_level",
    "confidence_text",
    "repeats_quotations",
]

VERDICTS = {"yes": gettext_noop("Yes."), "no": gettext_noop("No.")}

NUMBERS = re.compile(r"\s*\[\d+\]")


HIGH, FAIR = 80, 60
"""Whole per cent of confidence from which on an answer is called so; the recorded answers bear it out, see
tests/test_calibrated.py."""


def confidence_level(found: Answer) -> str:
    """How sure an answer is, for code: "high", "fair" or "low"; "none" of an abstention."""
    if found.abstained:
        return "none"
    whole = _percent(found)
    return "high" if whole >= HIGH else "fair" if whole >= FAIR else "low"


def confidence_text(found: Answer) -> str:
    """Confidence in words and per cent; never 0 or 100, since it is an estimate."""
    share, sure = format_percentage(_percent(found) / 100), confidence_level(found)
    if sure == "none":
        return gettext("Chance that the sources answer this: {percent}.", percent=share)
    if sure == "high":
        return gettext("Confidence: high, {percent}.", percent=share)
    if sure == "fair":
        return gettext("Confidence: fair, {percent}.", percent=share)
    return gettext("Confidence: low, {percent}.", percent=share)


def _percent(found: Answer) -> int:
    return min(max(round(100 * found.confidence), 1), 99)


def brief_answer(found: Answer) -> str:
    """The answer in a word or a few: "Yes", or the words that answer; empty where it is not plain, or abstained."""
    if found.abstained:
        return ""
    short = found.short_answer
    if found.verdict in VERDICTS:
        return gettext(VERDICTS[found.verdict])
    return fold(short.text) if short else ""


def and_more(names: str, left: int) -> str:
    """A list with how many more there are, where there are any."""
    return gettext("{names} and {number} more", names=names, number=left) if left > 0 else names


def bold_span(found: Answer, citation: Citation) -> tuple[int, int] | None:
    """Where the short answer stands in the quotation as it is shown, folded; None where that is not certain.

    Of several places it is the one that has as many before it as in the source.
    """
    short = found.short_answer
    if found.abstained or short is None or short.citation != citation.number:
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


def repeats_quotations(found: Answer) -> bool:
    """Whether the answer's text is the quotations over again, which need not be read twice.

    Where the answer stands before them in brief, some of them over again are a repetition too.
    """
    shown = [fold(NUMBERS.sub("", citation.shown)) for citation in found.citations]
    said = fold(NUMBERS.sub("", found.text))
    some = [" ".join(shown[:first]) for first in range(1, len(shown))] if brief_answer(found) else []
    return bool(shown) and said in ("", fold(" ".join(shown)), *some)
