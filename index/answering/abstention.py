"""Abstention: why there is no answer, in one short line."""

from __future__ import annotations

from index.domain.answers import ABSTENTION, OTHER_LANGUAGE
from index.domain.messages import BILINGUAL, Message
from index.text.languages import ASK_IN_ENGLISH, detect_foreign_language

__all__ = ["READ", "explain_abstention"]

READ = frozenset(["en", "es", "de", "fr", "it", "pt", "nl"])
"""ISO 639-1 codes of the languages of questions that the bundled reader was trained on."""


def explain_abstention(question: str) -> tuple[str, str]:
    """Return the text of an abstention and its reason: `OTHER_LANGUAGE`, or empty if nothing more is known."""
    code = detect_foreign_language(question)
    if not code or code in READ:
        return ABSTENTION, ""
    english = Message("I read English only: please ask in English.")
    if code not in ASK_IN_ENGLISH:
        return english, OTHER_LANGUAGE
    return Message(BILINGUAL, message=english, repeated=ASK_IN_ENGLISH[code]), OTHER_LANGUAGE
