"""Reindexes by moderators: started, previewed, made live, discarded, cancelled; one at a time of each library."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import aiohttp
import discord
from discord import ui

from bot.services.audit import audited
from bot.services.build_queue import BuildQueue
from bot.services.errors import Refused, explain, trace
from bot.services.interactions import Interaction, acknowledge
from bot.services.metrics import Metrics
from bot.services.notices import ALONE, Notices
from bot.services.permissions import Permissions
from bot.services.progress import ProgressMessages, Run
from bot.services.replies import Replies
from bot.services.worker import LibraryWorker
from bot.text.i18n import gettext, gettext_noop
from bot.views import reindex_report
from bot.views.message import notice_message
from index import Corpora, Message
from index.domain.activity import Scope, report_outcome
from index.domain.stages import Stage

if TYPE_CHECKING:
    from index.domain.snapshots import ReindexReport

__all__ = ["ReindexService"]

log = logging.getLogger(__name__)

MAX_RUN_NUMBER = 1_000_000
"""What a button's custom id can hold; after it, numbers begin anew."""

CANCEL = "cancel-run"
"""The topic of notices with the number of a run to cancel, in whichever process it is."""

ALREADY_RUNNING = gettext_noop(
    "A reindex is already running: its report comes where it was started. Questions are answered meanwhile."
)
NOT_RUNNING = gettext_noop("This reindex is no longer running.")
DISCARDED = gettext_noop("The preview is discarded: the index is as it was.")

Views = tuple[ui.LayoutView, ui.LayoutView]
"""The result for the moderator, and the same for everyone in the channel."""


class ReindexService:
    """Runs reindexes and previews for moderators; checks the permission at every call."""

    def __init__(
        self,
        *,
        libraries: Corpora,
        worker: LibraryWorker,
        replies: Replies,
        permissions: Permissions,
        progress: ProgressMessages,
        builds: BuildQueue,
        metrics: Metrics | None = None,
        notices: Notices = ALONE,
    ) -> None:
        self._libraries = libraries
        self._builds = builds
        self._worker = worker
        self._replies = replies
        self._permissions = permissions
        self._progress = progress
        self._metrics = metrics or Metrics()
        self._notices = notices
        self._runs: dict[int | None, Run] = {}
        # Other processes number their runs too.
        self._last_number = secrets.randbelow(MAX_RUN_NUMBER) if notices.shared else 0
        notices.on(CANCEL, self._cancel_named)

    async def reindex(self, interaction: Interaction) -> None:
        """Rebuild the index, showing progress, then a report."""
        await self._carry_out(interaction, self._reindex, cancellable=True)

    async def preview(self, interaction: Interaction) -> None:
        """Build a snapshot beside the live one, and report what it would change."""
        await self._carry_out(interaction, self._preview, cancellable=True)

    async def publish(self, interaction: Interaction, preview: str) -> None:
        """Make a preview live."""
        await self._carry_out(interaction, partial(self._publish, preview), cancellable=False)

    async def discard(self, interaction: Interaction, preview: str) -> None:
        """Delete a preview."""
        await self._permissions.require_moderator(interaction)
        await interaction.response.defer()
        action, result = Message("preview {id}", id=preview), Message("discarded")
        library = self._libraries.of(interaction.guild_id)
        discard = partial(library.discard, preview)
        await self._worker.run(audited, library, interaction, action, discard, lambda _: result)
        await interaction.edit_original_response(view=notice_message(gettext(DISCARDED)))

    async def cancel(self, interaction: Interaction, number: int) -> None:
        """Cancel the run with this number; its own message then says so."""
        await self._permissions.require_moderator(interaction)
        owner = self._libraries.owner(interaction.guild_id)
        if not self._cancel(owner, number) and not await self._notices.ask(CANCEL, f"{owner or 0} {number}"):
            raise Refused(notice_message(gettext(NOT_RUNNING)))
        await interaction.response.defer()

    def _cancel(self, owner: int | None, number: int) -> bool:
        """Cancel a run of this process; return whether there is one of this library with this number."""
        run = self._runs.get(owner)
        if run is None or run.number != number:
            return False
        run.cancelled.set()
        return True

    def _cancel_named(self, text: str) -> bool:
        """Cancel the run that another process's notice names: a server, 0 for the shared library, and a number."""
        owner, _, number = text.partition(" ")
        return owner.isdecimal() and number.isdecimal() and self._cancel(int(owner) or None, int(number))

    async def _carry_out(
        self, interaction: Interaction, work: Callable[[Interaction, Run], Views], *, cancellable: bool
    ) -> None:
        """Run `work` in a thread and show its result. Raises Refused without permission or if another run goes on."""
        await self._permissions.require_moderator(interaction)
        owner = self._libraries.owner(interaction.guild_id)
        if owner in self._runs:
            raise Refused(notice_message(gettext(ALREADY_RUNNING)))
        self._last_number = self._last_number % (MAX_RUN_NUMBER - 1) + 1
        self._runs[owner] = run = Run(Stage.READING_SOURCES, self._last_number if cancellable else 0)
        try:
            await acknowledge(interaction)  # privately: the report may name questions asked in private
            views = await self._views_of(interaction, run, work)
        finally:
            del self._runs[owner]
        with self._replies.pending():
            await self._deliver(interaction, *views)

    async def _views_of(self, interaction: Interaction, run: Run, work: Callable[[Interaction, Run], Views]) -> Views:
        try:
            timed = partial(self._timed, work, interaction, run)
            return await self._progress.run(interaction, run, timed, turn=self._builds.turn(run))
        except Exception as error:  # whatever it was, the moderator gets a reply
            self._metrics.count_error(error)
            failed = notice_message(explain(error, "reindexing"))
            return failed, failed

    def _timed(self, work: Callable[[Interaction, Run], Views], interaction: Interaction, run: Run) -> Views:
        with self._metrics.reindex():
            return work(interaction, run)

    def _reindex(self, interaction: Interaction, run: Run) -> Views:
        """Reindex, in a thread; in direct messages for the bot's owner, who sees the gaps of all servers."""
        library = self._libraries.of(interaction.guild_id)
        reindex = partial(library.reindex, run, scope=Scope.of_moderator(interaction.guild_id), cancelled=run.cancelled)
        report = audited(library, interaction, Message("reindex"), reindex, report_outcome)
        return reindex_report.reindex_report_message(report), reindex_report.reindex_report_message(
            _without_questions(report)
        )

    def _preview(self, interaction: Interaction, run: Run) -> Views:
        library = self._libraries.of(interaction.guild_id)
        preview = audited(
            library,
            interaction,
            Message("preview"),
            partial(library.preview, run, scope=Scope.of_moderator(interaction.guild_id), cancelled=run.cancelled),
            lambda preview: Message("snapshot {id} is built, not live", id=preview.id),
        )
        public = replace(preview, report=_without_questions(preview.report))
        return reindex_report.preview_message(preview), reindex_report.preview_message(public)

    def _publish(self, preview: str, interaction: Interaction, run: Run) -> Views:
        library = self._libraries.of(interaction.guild_id)
        publish = partial(library.publish, preview, run, scope=Scope.of_moderator(interaction.guild_id))
        report = audited(library, interaction, Message("preview {id} made live", id=preview), publish, report_outcome)
        return reindex_report.reindex_report_message(report), reindex_report.reindex_report_message(
            _without_questions(report)
        )

    async def _deliver(self, interaction: Interaction, view: ui.LayoutView, public: ui.LayoutView) -> None:
        """Show the result; in the channel if the response can no longer be edited, which ends after 15 minutes."""
        try:
            await interaction.edit_original_response(view=view)
            return
        except (discord.HTTPException, aiohttp.ClientError) as error:
            log.warning("The report goes to the channel instead: %s", trace(error))
        try:
            if isinstance(interaction.channel, discord.abc.Messageable):
                await interaction.channel.send(view=public)
        except (discord.HTTPException, aiohttp.ClientError) as error:
            self._replies.count_unsent(error)


def _without_questions(report: ReindexReport) -> ReindexReport:
    """Return the report without questions of users and of the operator."""
    return replace(report, answered=(), regressions=())
