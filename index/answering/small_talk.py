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
    topic = _topic([name for title in titles if (name := _shorten(title))])
    questions = [question for suggestion in suggestions if (question := _shorten(suggestion))]
    if len(questions) > 1:
        return Message(
            "I answer questions about {topic}: ask me “{first}” or “{second}”.",
            topic=topic,
            first=questions[0],
            second=questions[1],
        )
    if questions:
        return Message("I answer questions about {topic}: ask me “{question}”.", topic=topic, question=questions[0])
    return Message("I answer questions about {topic}.", topic=topic)


def _topic(titles: Sequence[str]) -> Message:
    if not titles:
        return Message("the sources that I have")
    if len(titles) == 1:
        return Message("“{title}”", title=titles[0])
    if len(titles) == 2:
        return Message("“{first}” and “{second}”", first=titles[0], second=titles[1])
    return Message("“{title}” and other sources", title=titles[0])


def _shorten(text: str) -> str:
    whole = " ".join(fix_mojibake(text).split())
    short = textwrap.shorten(whole, LONGEST_NAME, placeholder=ELLIPSIS)
    return short if short != ELLIPSIS else whole[: LONGEST_NAME - 1] + ELLIPSIS
