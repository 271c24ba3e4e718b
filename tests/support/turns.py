"""Turns of a conversation, and the first reading of a question after them."""

from __future__ import annotations

from index.conversation._rewriting import rewrite_question

from index.domain.activity import Turn

SCOUT = Turn("What is the context window of Scout?", ("Scout has a context window of 10 million tokens.",))
YUAN = Turn("Who founded the Yuan dynasty?", ("The dynasty was established by Kublai Khan in 1271.",))


def rewritten(question: str, *turns: Turn) -> str:
    """Return the first reading, or empty if the question is self-contained."""
    return next(iter(rewrite_question(question, turns)), "")
