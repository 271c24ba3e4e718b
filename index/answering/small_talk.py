"""The reply to small talk: what the bot answers, and questions to ask it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from index.domain.messages import Message
from index.text.normalize import fix_mojibake

__all__ = ["LONGEST_REPLY", "reply_to_small_talk"]

LONGEST_REPLY = 300
"""Characters of a reply in English."""

LONGEST_NAME = 75
"""Characters of a title or question in a reply; a longer one is cut at the end of a word."""

ELLIPSIS = "…"


def reply_to_small_talk(titles: Sequence[str], suggestions: Sequence[str]) -> Message:
    """Return one sentence that names a source and up to two questions that the sources answer."""
    names = [name for title in titles if (name := _shorten(title))]
    questions = [question for suggestion in suggestions if (question := _shorten(suggestion))]
    if questions:
        question = Message("“{title}”", title=questions[0])
        if len(questions) > 1:
            question = Message("“{first}” or “{second}”", first=questions[0], second=questions[1])
        return Message("I answer questions about {topic}: ask me {question}.", topic=_topic(names), question=question)
    if len(names) == 2:
        topic = Message("“{first}” and “{second}”", first=names[0], second=names[1])
        return Message("I answer questions about {topic}.", topic=topic)
    return Message("I answer questions about {topic}.", topic=_topic(names))


def _topic(names: Sequence[str]) -> Message:
    if not names:
        return Message("the sources that I have")
    if len(names) == 1:
        return Message("“{title}”", title=names[0])
    return Message("“{title}” and other sources", title=names[0])


def _shorten(text: str) -> str:
    whole = " ".join(fix_mojibake(text).split())
    short = textwrap.shorten(whole, LONGEST_NAME, placeholder=ELLIPSIS)
    return short if short != ELLIPSIS else whole[: LONGEST_NAME - 1] + ELLIPSIS
