"""The real article, and questions with known evidence in it."""

from __future__ import annotations

from tests.support.paths import SEEDS

__all__ = ["ARTICLE", "OTHER_QUESTIONS", "WINDOW", "WINDOW_EVIDENCE", "is_verbatim", "readable", "source"]

ARTICLE = SEEDS / "llama-4-release.md"
WINDOW = "What is the context window of Scout?"
WINDOW_EVIDENCE = "context window of 10 million tokens"
OTHER_QUESTIONS = (
    "How many experts does Maverick have?",
    "When is LlamaCon?",
    "Where can I download the models?",
    "How big is Behemoth?",
)


def source() -> str:
    """The article's text, as quotations have to find it."""
    return ARTICLE.read_bytes().decode()


def readable() -> str:
    """The article's text as a person is shown it: the one dash in its summary that was stored broken is repaired."""
    return source().replace("â€”", "—")


def is_verbatim(quotation: str, text: str) -> bool:
    """Whether a quotation stands in a text, each part of it that an ellipsis cuts off."""
    return all(part.strip() in text for part in quotation.split("…"))
