"""Closed word classes of English: auxiliaries, prepositions, question words and months, each listed once."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["AUXILIARIES", "MONTHS", "PREPOSITIONS", "QUESTION_WORDS", "alternatives"]

BE = ("is", "are", "was", "were")
DO = ("do", "does", "did")
HAVE = ("has", "have", "had")
MODALS = ("can", "could", "will", "would", "should", "may", "must")
"""Modal verbs that begin a question. "Might" begins hardly any."""

AUXILIARIES = (*BE, *DO, *HAVE, *MODALS)

QUESTION_WORDS = ("who", "whom", "whose", "what", "which", "when", "where", "why", "how")

PREPOSITIONS = (
    *("in", "on", "at", "to", "from", "with", "by", "for", "during", "after", "before"),
    *("until", "under", "against", "as", "through"),
)
"""The common prepositions."""

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def alternatives(*words: str, without: Iterable[str] = ()) -> str:
    """Return a group of a regular expression that matches any of the words."""
    return f"(?:{'|'.join(word for word in words if word not in set(without))})"
