"""The real article, and questions with known evidence in it."""

from __future__ import annotations

from tests.support.paths import SEEDS

__all__ = ["ARTICLE", "OTHER_QUESTIONS", "WINDOW", "WINDOW_EVIDENCE", "readable", "source"]

ARTICLE = SEEDS / "llama-4-release.md"
WINDOW = "What is the context window of Scout?"
WINDOW_EVIDENCE = "offers an industry-leading context window of 10 million tokens."
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
