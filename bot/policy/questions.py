"""Which texts are taken as questions."""

from __future__ import annotations

import re

from bot.text.escape import fold
from bot.text.i18n import format_number, gettext, gettext_noop

__all__ = ["LONGEST_QUESTION", "problem_of", "question_in"]

LONGEST_QUESTION = 500

HOW_TO_ASK = gettext_noop(
    "Ask me something, for example: What is the context window of Scout? I answer from the sources, or not at all."
)

SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])|\n")
QUESTION_END = re.compile(r"[?？][?!？！]*[\"'”’»」)]*$")
"""The end of a sentence that is a question, closing quotation marks included."""


def question_in(text: str) -> str:
    """Return the question in a message: the whole text, or its first short question if it is too long."""
    text = text.strip()
    if len(text) <= LONGEST_QUESTION:
        return text
    sentences = (sentence.strip() for sentence in SENTENCE_ENDS.split(text))
    return next((short for short in sentences if len(short) <= LONGEST_QUESTION and QUESTION_END.search(short)), text)


def problem_of(question: str) -> str:
    """Return why a question cannot be taken; empty if it can."""
    if not fold(question):
        return gettext(HOW_TO_ASK)
    if len(question) > LONGEST_QUESTION:
        return gettext(
            "That is {length} characters long, and I read at most {most}. Please ask it in a sentence or two.",
            length=format_number(len(question)),
            most=LONGEST_QUESTION,
        )
    return ""
