"""What is kept of a person, in words. Pure; every sentence is true of `index/journal.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import ButtonStyle, ui

from bot.layout import FOUND, NOT_FOUND, message
from bot.press import Press, button
from bot.words import count

if TYPE_CHECKING:
    from index.types import Stored

__all__ = ["confirm", "forgotten", "privacy"]

KEPT = (
    "**What I keep:** your questions with my answers and the server, your votes with what you wrote to them, and that "
    "you reported an answer. In place of you and of the channel stand codes (keyed hashes), which tell nobody who or "
    "where without a key that is kept beside."
)
WHAT_FOR = (
    "**What for:** to understand follow-up questions, to show sources, and to find out what the sources lack. "
    "Moderators of a server and the bot's owner see the questions asked there that were not answered, voted down or "
    "reported, those asked privately too, without who asked, and what voters wrote. Of direct messages the owner sees "
    "those alone that you report. Questions that were voted helpful are suggested to others in the same server."
)
NOT_KEPT = (
    "**What I don't keep:** your name, your id, and messages that are not for me. My logs hold no questions and "
    "nobody's id. Your questions go to nobody but Discord, which brings them."
)
DELETE = "**To delete it:** /forget-me deletes at once all that is kept of you."


def privacy(stored: Stored, *, keep_days: int) -> ui.LayoutView:
    """What is kept, why, for how long, how to delete it, and how much it is for this person."""
    how_long = f"**For how long:** {count(keep_days, 'day')}; then a question is deleted with the votes on its answer."
    yours = f"**Of you now:** {_counted(stored)}."
    return message([KEPT, WHAT_FOR, how_long, NOT_KEPT, DELETE, yours], FOUND)


def confirm(stored: Stored) -> ui.LayoutView:
    """Asks whether to delete, where there is something to delete."""
    asked = (
        f"I keep {_counted(stored)} of yours. Delete all of it, with reports you made? It does not come back. "
        "My answers in Discord's channels stay: those you delete there."
    )
    return message([asked, [button(Press("forgetme"), "Delete", style=ButtonStyle.danger)]], NOT_FOUND)


def forgotten(before: Stored, after: Stored) -> ui.LayoutView:
    """What was deleted, and what is kept now."""
    return message([f"**Deleted.** Kept of you before: {_counted(before)}. Kept of you now: {_counted(after)}."], FOUND)


def _counted(stored: Stored) -> str:
    return f"{count(stored.questions, 'question')} and {count(stored.votes, 'vote')}"
