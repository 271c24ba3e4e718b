"""The messages of /privacy and /forget-me; every sentence must be true of `index/journal`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import ButtonStyle, ui

from bot.text.i18n import gettext, gettext_noop, ngettext, pgettext
from bot.views.custom_id import ComponentId, button
from bot.views.message import FOUND, NOT_FOUND, build_message

if TYPE_CHECKING:
    from index.domain.activity import StoredCounts

__all__ = ["confirm_deletion_message", "deleted_message", "privacy_message"]

KEPT = gettext_noop(
    "**What I keep:** your questions with my answers and the server, your votes with what you wrote to them, and that "
    "you reported an answer. In place of you and of the channel stand codes (keyed hashes), which tell nobody who or "
    "where without a key that is kept beside."
)
WHAT_FOR = gettext_noop(
    "**What for:** to understand follow-up questions, to show sources, and to find out what the sources lack. "
    "Moderators of a server and the bot's owner see the questions asked there, those asked privately too, without who "
    "asked, the votes on the answers, and what voters wrote. Of direct messages the owner sees those alone that you "
    "report. Questions that were voted helpful are suggested to others in the same server; its "
    "moderators and the bot's owner see whether an edit changes their answers."
)
NOT_KEPT = gettext_noop(
    "**What I don't keep:** your name, your id, and messages that are not for me. My logs hold no questions and "
    "nobody's id. Your questions go to nobody but Discord, which brings them."
)
NOT_KEPT_WRITING = gettext_noop(
    "**What I don't keep:** your name, your id, your pictures, and messages that are not for me. My logs hold no "
    "questions and nobody's id."
)
WRITING = gettext_noop(
    "**Where it goes:** a language model writes my answers. Your question, those before it with what I quoted, "
    "passages of the sources, and pictures that you attach, if the model reads any, go to its server, without your "
    "name or id. Where its use is limited, I count what your answers of a day took, by your code, and delete that when "
    "the day is over."
)
DELETE = gettext_noop("**To delete it:** /forget-me deletes at once all that is kept of you.")


def privacy_message(stored: StoredCounts, *, keep_days: int, writes: bool = False) -> ui.LayoutView:
    """Return what is kept, why, for how long, how to delete it, and how much is kept of this user.

    `writes` says whether a language model writes answers, and so what is sent to it.
    """
    how_long = ngettext(
        "**For how long:** {number} day; then a question is deleted with the votes on its answer.",
        "**For how long:** {number} days; then a question is deleted with the votes on its answer.",
        keep_days,
    )
    yours = gettext("**Of you now:** {counted}.", counted=_count(stored))
    sent = [gettext(NOT_KEPT_WRITING), gettext(WRITING)] if writes else [gettext(NOT_KEPT)]
    return build_message([gettext(KEPT), gettext(WHAT_FOR), how_long, *sent, gettext(DELETE), yours], FOUND)


def confirm_deletion_message(stored: StoredCounts) -> ui.LayoutView:
    """Return a question whether to delete what is kept, with a button that does."""
    question = gettext(
        "I keep {counted} of yours. Delete all of it, with reports you made? It does not come back. "
        "My answers in Discord's channels stay: those you delete there.",
        counted=_count(stored),
    )
    delete = button(ComponentId("forgetme"), pgettext("button", "Delete"), style=ButtonStyle.danger)
    return build_message([question, [delete]], NOT_FOUND)


def deleted_message(before: StoredCounts, after: StoredCounts) -> ui.LayoutView:
    """Return how much was deleted, and how much is kept now."""
    text = gettext(
        "**Deleted.** Kept of you before: {before}. Kept of you now: {after}.",
        before=_count(before),
        after=_count(after),
    )
    return build_message([text], FOUND)


def _count(stored: StoredCounts) -> str:
    return gettext(
        "{questions} and {votes}",
        questions=ngettext("{number} question", "{number} questions", stored.questions),
        votes=ngettext("{number} vote", "{number} votes", stored.votes),
    )
