"""Turns of a conversation, and how a question after them is read first."""

from __future__ import annotations

from index.conversation._rewriting import rewrite_question
from index.domain.activity import Turn

SCOUT = Turn("What is the context window of Scout?", ("Scout has a context window of 10 million tokens.",))
YUAN = Turn("Who founded the Yuan dynasty?", ("The dynasty was established by Kublai Khan in 1271.",))


def rewritten(question: str, *turns: Turn) -> str:
    """The best reading, empty where the question stands on its own."""
    return next(iter(rewrite_question(question, turns)), "")
