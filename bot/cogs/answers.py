"""What can be done with an answer: the buttons below it, the forms they open, and their effects.

Every button says in its `custom_id` what it does to which answer, so that it works after a restart.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import aiohttp
import discord
from discord.ext import commands

from bot.services.errors import trace
from bot.services.questions import LONGEST_QUESTION, QuestionService
from bot.text.escape import fit, fold
from bot.text.i18n import gettext, gettext_noop
from bot.views import answer as render
from bot.views import status as reports
from bot.views.custom_id import ComponentId
from bot.views.message import notice_message
from bot.views.modals import modal_text, question_modal, reason_modal
from bot.views.source_page import source_page_message

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot
    from index.domain.activity import JournalEntry

__all__ = ["AnswersCog"]

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]

FORGOTTEN = gettext_noop("This answer is no longer kept: please ask again.")
REPORTED = gettext_noop("Reported: the moderators see that the sources don't answer this. Thank you.")
SWITCHED_OFF = gettext_noop("Threads are switched off in this server.")
ONLY_THERE = gettext_noop("Threads can be begun in a server's text channels.")
CANNOT_BEGIN = gettext_noop(
    "I could not begin a thread here: there is one below this answer already, or I lack the right to create threads."
)
GO_ON = gettext_noop(
    "Go on from the answer above: mention me with your question, or press Ask a follow-up below any answer."
)
LONGEST_THREAD_NAME = 100
DAY_MINUTES: Literal[1440] = 1440
"""A thread is archived after a day of silence."""


class AnswersCog(commands.Cog):
    """Show in source, votes, follow-ups, further passages, gaps, threads."""

    def __init__(self, bot: FootnoteBot, *, asking: QuestionService) -> None:
        self.bot = bot
        self._asking = asking
        self.actions: dict[str, Callable[[Interaction, ComponentId], Awaitable[None]]] = {
            "source": self._source,
            "page": self._page,
            "good": self._good,
            "bad": self._bad,
            "why": self._why,
            "ask": self._ask,
            "asked": self._asked,
            "more": self._more,
            "gap": self._gap,
            "list": self._list,
            "thread": self._thread,
        }

    async def _source(self, interaction: Interaction, press: ComponentId) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show_page(interaction, press)

    async def _page(self, interaction: Interaction, press: ComponentId) -> None:
        """Show it in the place of the page before, which nobody else sees; what all see stays as it is."""
        alone = interaction.message is not None and interaction.message.flags.ephemeral
        await interaction.response.defer(ephemeral=True, thinking=not alone)
        await self._show_page(interaction, press)

    async def _show_page(self, interaction: Interaction, press: ComponentId) -> None:
        found = await self.bot.in_thread(self.bot.library.viewer.page, press.answer, press.number, press.page or None)
        await interaction.edit_original_response(
            view=source_page_message(found, press) if found else notice_message(gettext(FORGOTTEN))
        )

    async def _good(self, interaction: Interaction, press: ComponentId) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        known = await self._vote(interaction, press, helpful=True)
        await interaction.edit_original_response(
            view=notice_message(gettext("Noted: helpful. Thank you.") if known else gettext(FORGOTTEN))
        )

    async def _bad(self, interaction: Interaction, press: ComponentId) -> None:
        """The vote counts whether or not the form comes back; the form must be the first response."""
        await interaction.response.send_modal(reason_modal(press.answer))
        await self._vote(interaction, press, helpful=False)

    async def _vote(self, interaction: Interaction, press: ComponentId, *, helpful: bool) -> bool:
        vote = partial(self.bot.library.journal.vote, press.answer, user=interaction.user.id, helpful=helpful)
        return await self.bot.in_thread(vote) is not None

    async def _why(self, interaction: Interaction, press: ComponentId) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        reason, user = modal_text(interaction), interaction.user.id

        def explain() -> bool:
            journal = self.bot.library.journal
            # The vote comes by the button already; should that have been lost, the reason says the same.
            return journal.vote(press.answer, user=user, helpful=False) is not None and (
                not fold(reason) or journal.explain(press.answer, user=user, reason=reason)
            )

        known = await self.bot.in_thread(explain)
        said = gettext("Noted: not helpful. The moderators see it, not who wrote it. Thank you.")
        await interaction.edit_original_response(view=notice_message(said if known else gettext(FORGOTTEN)))

    async def _ask(self, interaction: Interaction, press: ComponentId) -> None:
        await interaction.response.send_modal(question_modal(press.answer, LONGEST_QUESTION))

    async def _asked(self, interaction: Interaction, press: ComponentId) -> None:
        """Answer the follow-up where the answer before is shown, to the asker alone if that one was."""
        hidden = interaction.message is not None and interaction.message.flags.ephemeral
        await self._asking.answer(interaction, modal_text(interaction), after=press.answer, private=hidden or None)

    async def _more(self, interaction: Interaction, press: ComponentId) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await self.bot.in_thread(self.bot.library.viewer.more, press.answer)
        await interaction.edit_original_response(
            view=render.passages_message(found) if found else notice_message(gettext(FORGOTTEN))
        )

    async def _gap(self, interaction: Interaction, press: ComponentId) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)

        def report() -> bool:
            journal = self.bot.library.journal
            known = journal.answered(press.answer) is not None
            if known:
                journal.report(press.answer, user=interaction.user.id)
            return known

        known = await self.bot.in_thread(report)
        await interaction.edit_original_response(
            view=notice_message(gettext(REPORTED) if known else gettext(FORGOTTEN))
        )

    async def _list(self, interaction: Interaction, press: ComponentId) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=reports.sources_message(await self.bot.index_status()))

    async def _thread(self, interaction: Interaction, press: ComponentId) -> None:
        """Begin a thread below the answer; who asks there goes on from it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        kept = await self.bot.in_thread(self.bot.library.journal.answered, press.answer)
        if kept is None or interaction.message is None:
            await interaction.edit_original_response(view=notice_message(gettext(FORGOTTEN)))
            return
        channel, view = interaction.channel, notice_message(gettext(CANNOT_BEGIN))
        if not isinstance(channel, discord.TextChannel):
            view = notice_message(gettext(ONLY_THERE))
        else:
            place = await self._asking.place(interaction)
            if not place.preferences.threads:
                view = notice_message(gettext(SWITCHED_OFF))
            elif place.threads:
                view = await self._begin(channel.get_partial_message(interaction.message.id), kept)
        await interaction.edit_original_response(view=view)

    async def _begin(self, message: discord.PartialMessage, kept: JournalEntry) -> discord.ui.LayoutView:
        """Begin a thread below a message; what to say of it."""
        name = fit(kept.question, LONGEST_THREAD_NAME).replace("\\", "")
        try:
            thread = await message.create_thread(name=name, auto_archive_duration=DAY_MINUTES)
        except discord.HTTPException as error:
            log.warning("A thread could not be begun: %s", trace(error))
            return notice_message(gettext(CANNOT_BEGIN))
        await self.bot.in_thread(self.bot.library.journal.begin, thread.id, kept.id)
        try:
            await thread.send(view=notice_message(gettext(GO_ON)))
        except (discord.HTTPException, aiohttp.ClientError) as error:  # it is open all the same
            self.bot.count_unsent(error)
        return notice_message(gettext("The thread is open below the answer."))
