"""The buttons below an answer, the modals that they open, and their effects.

Every button's `custom_id` says what it does to which answer, so that it works after a restart.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal

import aiohttp
import discord
from discord.ext import commands

from bot.cogs._component import component
from bot.policy.questions import LONGEST_QUESTION
from bot.services.context import Services, services_of
from bot.services.errors import trace
from bot.services.interactions import Interaction
from bot.text.escape import fit, fold
from bot.text.i18n import gettext, gettext_noop
from bot.views import answer as answer_view
from bot.views import status as status_view
from bot.views.custom_id import ComponentId
from bot.views.message import notice_message
from bot.views.modals import modal_text, question_modal, reason_modal
from bot.views.source_page import source_page_message

if TYPE_CHECKING:
    from index import Library
    from index.domain.activity import JournalEntry
    from index.domain.answers import Citation

__all__ = ["AnswersCog"]

log = logging.getLogger(__name__)

NOT_KEPT = gettext_noop("This answer is no longer kept: please ask again.")
REPORTED = gettext_noop("Reported: the moderators see that the sources don't answer this. Thank you.")
THREADS_OFF = gettext_noop("Threads are switched off in this server.")
ONLY_IN_TEXT_CHANNELS = gettext_noop("Threads can be begun in a server's text channels.")
THREAD_FAILED = gettext_noop(
    "I could not begin a thread here: there is one below this answer already, or I lack the right to create threads."
)
THREAD_OPENING = gettext_noop(
    "Go on from the answer above: mention me with your question, or press Ask a follow-up below any answer."
)
LONGEST_THREAD_NAME = 100
ARCHIVE_MINUTES: Literal[1440] = 1440
"""A thread is archived after a day of silence."""


class AnswersCog(commands.Cog):
    """Source pages, votes, follow-ups, further passages, reported gaps and threads."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @component("source")
    async def show_source(self, interaction: Interaction, component_id: ComponentId) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show_page(interaction, component_id)

    @component("page")
    async def turn_page(self, interaction: Interaction, component_id: ComponentId) -> None:
        """Show a page instead of the one before, if nobody else sees that; a public message stays as it is."""
        private = interaction.message is not None and interaction.message.flags.ephemeral
        await interaction.response.defer(ephemeral=True, thinking=not private)
        await self._show_page(interaction, component_id)

    @component("good")
    async def vote_helpful(self, interaction: Interaction, component_id: ComponentId) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        known = await self._vote(interaction, component_id, helpful=True)
        text = gettext("Noted: helpful. Thank you.") if known else gettext(NOT_KEPT)
        await interaction.edit_original_response(view=notice_message(text))

    @component("bad")
    async def vote_unhelpful(self, interaction: Interaction, component_id: ComponentId) -> None:
        """Count the vote whether or not the modal comes back; the modal must be the first response."""
        await interaction.response.send_modal(reason_modal(component_id.answer))
        await self._vote(interaction, component_id, helpful=False)

    @component("why")
    async def explain_vote(self, interaction: Interaction, component_id: ComponentId) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        reason = modal_text(interaction)
        known = await self._services.worker.run(self._explain_vote, interaction, component_id.answer, reason)
        thanks = gettext("Noted: not helpful. The moderators see it, not who wrote it. Thank you.")
        await interaction.edit_original_response(view=notice_message(thanks if known else gettext(NOT_KEPT)))

    @component("ask")
    async def open_follow_up(self, interaction: Interaction, component_id: ComponentId) -> None:
        await interaction.response.send_modal(question_modal(component_id.answer, LONGEST_QUESTION))

    @component("asked")
    async def answer_follow_up(self, interaction: Interaction, component_id: ComponentId) -> None:
        """Answer where the answer before is shown, privately if that one was private."""
        private = interaction.message is not None and interaction.message.flags.ephemeral
        await self._services.questions.answer_interaction(
            interaction, modal_text(interaction), after=component_id.answer, private=private or None
        )

    @component("more")
    async def show_more(self, interaction: Interaction, component_id: ComponentId) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        answer = await self._services.worker.run(self._library(interaction).viewer.more, component_id.answer)
        view = notice_message(gettext(NOT_KEPT))
        if answer:
            view = answer_view.passages_message(answer.citations, link=self._link(interaction, answer.snapshot))
        await interaction.edit_original_response(view=view)

    @component("near")
    async def show_nearest(self, interaction: Interaction, component_id: ComponentId) -> None:
        """Show the passages that were recorded with an abstention, so those of its snapshot."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        entry = await self._services.worker.run(self._library(interaction).journal.entry, component_id.answer)
        view = notice_message(gettext(NOT_KEPT))
        if entry:
            view = answer_view.nearest_message(entry.citations, entry.id, link=self._link(interaction, entry.snapshot))
        await interaction.edit_original_response(view=view)

    @component("gap")
    async def report_gap(self, interaction: Interaction, component_id: ComponentId) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        known = await self._services.worker.run(self._report_gap, interaction, component_id.answer)
        await interaction.edit_original_response(view=notice_message(gettext(REPORTED) if known else gettext(NOT_KEPT)))

    @component("list")
    async def list_sources(self, interaction: Interaction, component_id: ComponentId) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        status = await self._services.worker.run(self._library(interaction).status)
        links = self._services.links_at(interaction.guild_id)
        await interaction.edit_original_response(view=status_view.sources_message(status, links=links))

    @component("thread")
    async def begin_thread(self, interaction: Interaction, component_id: ComponentId) -> None:
        """Begin a thread below the answer; questions there go on from it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        entry = await self._services.worker.run(self._library(interaction).journal.entry, component_id.answer)
        if entry is None or interaction.message is None:
            await interaction.edit_original_response(view=notice_message(gettext(NOT_KEPT)))
            return
        channel, view = interaction.channel, notice_message(gettext(THREAD_FAILED))
        if not isinstance(channel, discord.TextChannel):
            view = notice_message(gettext(ONLY_IN_TEXT_CHANNELS))
        else:
            context = await self._services.questions.context_of(interaction)
            if not context.settings.threads:
                view = notice_message(gettext(THREADS_OFF))
            elif context.offers_thread:
                message = channel.get_partial_message(interaction.message.id)
                view = await self._begin_thread(message, entry, self._library(interaction))
        await interaction.edit_original_response(view=view)

    def _library(self, interaction: Interaction) -> Library:
        return self._services.libraries.of(interaction.guild_id)

    def _link(self, interaction: Interaction, snapshot: str) -> Callable[[Citation], str | None] | None:
        """Return what links citations of a snapshot to their pages; None without such pages."""
        links = self._services.links_at(interaction.guild_id)
        return partial(links.url, snapshot) if links else None

    async def _show_page(self, interaction: Interaction, component_id: ComponentId) -> None:
        page = await self._services.worker.run(
            self._library(interaction).viewer.page, component_id.answer, component_id.number, component_id.page or None
        )
        view = source_page_message(page, component_id) if page else notice_message(gettext(NOT_KEPT))
        await interaction.edit_original_response(view=view)

    async def _vote(self, interaction: Interaction, component_id: ComponentId, *, helpful: bool) -> bool:
        """Record a vote; False if the answer is no longer kept."""
        vote, user = self._library(interaction).journal.vote, interaction.user.id
        if await self._services.worker.run(vote, component_id.answer, user=user, helpful=helpful) is None:
            return False
        self._services.metrics.count_vote(helpful=helpful)
        return True

    def _explain_vote(self, interaction: Interaction, answer: str, reason: str) -> bool:
        """Record the reason of a vote, in a thread; False if the answer is no longer kept."""
        journal, user = self._library(interaction).journal, interaction.user.id
        # The button recorded the vote already; in case that was lost, it is recorded again.
        return journal.vote(answer, user=user, helpful=False) is not None and (
            not fold(reason) or journal.explain(answer, user=user, reason=reason)
        )

    def _report_gap(self, interaction: Interaction, answer: str) -> bool:
        """Report an answer as a gap, in a thread; False if it is no longer kept."""
        journal = self._library(interaction).journal
        known = journal.entry(answer) is not None
        if known:
            journal.report(answer, user=interaction.user.id)
        return known

    async def _begin_thread(
        self, message: discord.PartialMessage, entry: JournalEntry, library: Library
    ) -> discord.ui.LayoutView:
        """Begin a thread below a message; return the reply to the user."""
        name = fit(entry.question, LONGEST_THREAD_NAME).replace("\\", "")
        try:
            thread = await message.create_thread(name=name, auto_archive_duration=ARCHIVE_MINUTES)
        except discord.HTTPException as error:
            log.warning("A thread could not be begun: %s", trace(error))
            return notice_message(gettext(THREAD_FAILED))
        await self._services.worker.run(library.journal.begin_thread, thread.id, entry.id)
        try:
            await thread.send(view=notice_message(gettext(THREAD_OPENING)))
        except (discord.HTTPException, aiohttp.ClientError) as error:  # it is open all the same
            self._services.replies.count_unsent(error)
        return notice_message(gettext("The thread is open below the answer."))


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(AnswersCog(services_of(bot)))
