"""What the bot says of itself: the message of /help, and the first message in a server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from discord import ButtonStyle, ui

from bot.text.escape import fit, fold, utf16_length
from bot.text.i18n import KINDS, gettext, gettext_noop
from bot.views.custom_id import ComponentId, button
from bot.views.formatting import join_names
from bot.views.message import FOUND, Block, build_message

__all__ = ["EXAMPLE", "MOST_EXAMPLES", "BotFacts", "help_message", "label_of", "welcome_message"]

EXAMPLE = "example"
"""The action of a button that asks the question on it."""
MOST_EXAMPLES = 2
MOST_TITLES = 3
TITLE_ROOM = 80

HOW = gettext_noop(
    "**How to ask:** /ask with your question, a direct message to me, or a message that mentions me. I read English."
)
QUOTED = gettext_noop(
    "**What you get:** the words of the sources that answer, to the letter, with the place where they stand. If they "
    "don't answer, I say so."
)
WRITTEN = gettext_noop(
    "**What you get:** a short answer by a language model, each sentence checked against the quotations below it. If "
    "the sources don't answer, I say so."
)
GOING_ON = gettext_noop(
    "**Then:** check it with Show in source, ask on with Ask a follow-up, and tell the moderators what is missing with "
    "Report the gap."
)
NEVER = gettext_noop(
    "**What I never do:** guess, answer from anything but the sources, ping anybody, or read messages that are not for "
    "me. /privacy says what I keep."
)
HELLO = gettext_noop("**Hello, I am {name}.** I answer questions about {sources}, or say that they don't answer.")
HOW_IN_SERVER = gettext_noop(
    "**To ask:** /ask with your question, or mention me in a message. /help says more; /privacy what I keep."
)
FOR_MODERATORS = gettext_noop(
    "**For moderators:** begin with /settings, where I answer and how often. /gaps and /stats show what is asked. "
    "Members don't see these commands, unless an admin shows them to a role under Server Settings, Integrations."
)


@dataclass(frozen=True, slots=True)
class BotFacts:
    """What the bot says of itself: the titles of its sources, examples, and whether a language model writes answers.

    `examples` are questions that the sources answer, each short enough for a button.
    """

    titles: Sequence[str] = ()
    examples: Sequence[str] = ()
    writes: bool = False


def help_message(facts: BotFacts) -> ui.LayoutView:
    """Return five lines on what the bot reads, how to ask, what comes of it and what it never does; and examples."""
    reads = gettext("**What I read:** nothing yet, there is no index.")
    if names := _names(facts.titles):
        reads = gettext("**What I read:** {sources}. /sources lists all.", sources=names)
    lines = [reads, *map(gettext, (HOW, WRITTEN if facts.writes else QUOTED, GOING_ON, NEVER))]
    return build_message(["\n".join(lines), *_example_row(facts.examples)], FOUND)


def welcome_message(name: str, facts: BotFacts) -> ui.LayoutView:
    """Return the first message in a server, for members and for moderators."""
    sources = _names(facts.titles) or gettext("the sources that I have")
    hello = gettext(HELLO, name=fit(name, TITLE_ROOM), sources=sources)
    lines = [hello, gettext(HOW_IN_SERVER), gettext(FOR_MODERATORS)]
    return build_message(["\n".join(lines), *_example_row(facts.examples)], FOUND)


def label_of(question: str) -> str:
    """Return a question as the label of a button; empty if it is too long or not one line."""
    fits = fold(question) == question and 0 < utf16_length(question) <= KINDS["button"]
    return question if fits else ""


def _example_row(examples: Sequence[str]) -> list[Block]:
    shown = [label for question in examples if (label := label_of(question))][:MOST_EXAMPLES]
    return [[_example(label, number) for number, label in enumerate(shown, 1)]] if shown else []


def _example(label: str, number: int) -> ui.Button[ui.LayoutView]:
    return button(ComponentId(EXAMPLE, number=number), label, style=ButtonStyle.primary)


def _names(titles: Sequence[str]) -> str:
    """Return the first titles in a row, and the number of the others."""
    quoted = [gettext("“{title}”", title=title) for title in dict.fromkeys(titles) if fold(title)]
    return join_names(quoted, MOST_TITLES)
