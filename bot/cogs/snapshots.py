"""/snapshots and /rollback: the snapshots that are kept, compared with the live one and gone back to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from discord import app_commands, ui
from discord.ext import commands

from bot.cogs._autocomplete import MAX_CHOICES, quiet, snapshot_choices
from bot.cogs._component import component
from bot.services.audit import audited
from bot.services.context import Services, services_of
from bot.services.errors import explain
from bot.services.interactions import Interaction, acknowledge
from bot.services.progress import Run
from bot.text.i18n import gettext, gettext_noop
from bot.views import reindex_report
from bot.views import snapshots as snapshots_view
from bot.views.custom_id import ComponentId
from bot.views.message import notice_message
from index import Message
from index.domain.activity import report_outcome
from index.domain.errors import Damaged, IndexMismatch, LibraryError, NoIndex, NoSuchSnapshot
from index.domain.snapshots import matching_ids
from index.domain.stages import Stage

if TYPE_CHECKING:
    from index.domain.snapshots import ReindexReport, SnapshotInfo

__all__ = ["SnapshotsCog"]

NO_SUCH_SNAPSHOT = gettext_noop("There is no such snapshot any more: /snapshots lists those that are kept.")
NOTHING_LIVE = gettext_noop("There is no live snapshot to compare with.")
ALREADY_LIVE = gettext_noop("This snapshot is live already.")
NOTHING_CHANGED = gettext_noop("Nothing was changed.")
FAILURES: dict[type[LibraryError], str] = {
    Damaged: gettext_noop(
        "This snapshot is damaged, so it was not made live, and nothing changed. Choose another from /snapshots, or "
        "build the index anew with /reindex."
    ),
    IndexMismatch: gettext_noop(
        "This snapshot does not fit this program or its model, so it was not made live, and nothing changed. Choose "
        "another from /snapshots, or build the index anew with /reindex."
    ),
    NoSuchSnapshot: NO_SUCH_SNAPSHOT,
    NoIndex: NO_SUCH_SNAPSHOT,
}
"""Why a roll-back failed and what to do, by the error's exact class."""


class SnapshotsCog(commands.Cog):
    """Lists snapshots, compares them and rolls back, for moderators; checks at every button whether the user is one."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.default_permissions(manage_guild=True)
    @app_commands.command(
        description="The versions of the index that are kept, to compare and go back. For moderators."
    )
    async def snapshots(self, interaction: Interaction) -> None:
        await self._services.permissions.require_moderator(interaction)
        await acknowledge(interaction)
        await self._show_list(interaction, 1)

    @app_commands.default_permissions(manage_guild=True)
    @app_commands.command(description="Go back to an earlier version of the index. For moderators.")
    @app_commands.describe(id="Which snapshot; /snapshots lists them.")
    async def rollback(self, interaction: Interaction, id: str) -> None:  # noqa: A002 - the option's name
        """Ask for confirmation."""
        await self._services.permissions.require_moderator(interaction)
        await acknowledge(interaction)
        await self._show_confirmation(interaction, id.strip())

    @rollback.autocomplete("id")
    @quiet
    async def suggest_snapshots(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer moderators the snapshots that one can go back to, by a part of their id."""
        if not await self._services.permissions.is_moderator(interaction):
            return []
        choices = snapshot_choices(await self._snapshots(interaction), typed)
        return [choice for snapshot, choice in choices if snapshot.whole][:MAX_CHOICES]

    @component("snapshots")
    async def turn_page(self, interaction: Interaction, component_id: ComponentId) -> None:
        await self._services.permissions.require_moderator(interaction)
        await acknowledge(interaction)
        await self._show_list(interaction, component_id.page)

    @component("snapdiff")
    async def compare(self, interaction: Interaction, component_id: ComponentId) -> None:
        """Show in a message of its own what a roll-back would change."""
        await self._services.permissions.require_moderator(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=await self._difference(interaction, component_id.answer))

    @component("rollask")
    async def ask_rollback(self, interaction: Interaction, component_id: ComponentId) -> None:
        """Ask for confirmation in a message of its own."""
        await self._services.permissions.require_moderator(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show_confirmation(interaction, component_id.answer)

    @component("rollnot")
    async def keep_live(self, interaction: Interaction, component_id: ComponentId) -> None:
        await self._services.permissions.require_moderator(interaction)
        await acknowledge(interaction)
        await interaction.edit_original_response(view=notice_message(gettext(NOTHING_CHANGED)))

    @component("rollback")
    async def roll_back(self, interaction: Interaction, component_id: ComponentId) -> None:
        """Make a snapshot live, and show what that changed, or why it failed."""
        await self._services.permissions.require_moderator(interaction)
        await acknowledge(interaction)
        run = Run(Stage.CHECKING_SNAPSHOT)
        with self._services.replies.pending():
            try:
                work = partial(self._roll_back, interaction, component_id.answer, run)
                view = reindex_report.rollback_report_message(await self._services.progress.run(interaction, run, work))
            except Exception as error:  # whatever it was, the user is told
                failure = FAILURES.get(type(error)) if isinstance(error, LibraryError) else None
                view = notice_message(gettext(failure) if failure else explain(error, "rolling back"))
            await interaction.edit_original_response(view=view)

    def _roll_back(self, interaction: Interaction, snapshot: str, run: Run) -> ReindexReport:
        """Roll back, in a thread."""
        library = self._services.libraries.of(interaction.guild_id)
        action = Message("rollback {id}", id=snapshot)
        return audited(library, interaction, action, partial(library.rollback, snapshot, run), report_outcome)

    async def _show_list(self, interaction: Interaction, page: int) -> None:
        await interaction.edit_original_response(
            view=snapshots_view.snapshots_message(await self._snapshots(interaction), page)
        )

    async def _show_confirmation(self, interaction: Interaction, part: str) -> None:
        """Ask whether to roll back; `part` is an id, or a part that only one has."""
        snapshots = await self._snapshots(interaction)
        snapshot = _find(snapshots, part)
        if snapshot is None or snapshot.live:
            view = notice_message(gettext(NO_SUCH_SNAPSHOT) if snapshot is None else gettext(ALREADY_LIVE))
        else:
            view = snapshots_view.confirm_rollback_message(snapshot, snapshots)
        await interaction.edit_original_response(view=view)

    async def _difference(self, interaction: Interaction, part: str) -> ui.LayoutView:
        """Return a comparison of the live snapshot with another one."""
        snapshots = await self._snapshots(interaction)
        snapshot = _find(snapshots, part)
        live = next((candidate for candidate in snapshots if candidate.live), None)
        if snapshot is None or live is None:
            return notice_message(gettext(NO_SUCH_SNAPSHOT) if snapshot is None else gettext(NOTHING_LIVE))
        try:
            diff = await self._services.worker.run(
                self._services.libraries.of(interaction.guild_id).diff, live.id, snapshot.id
            )
            title, row = snapshots_view.comparison_header(snapshot, snapshots)
            return reindex_report.diff_message(title, diff, row)
        except Exception as error:  # whatever it was, the user is told
            return notice_message(explain(error, "comparing snapshots"))

    async def _snapshots(self, interaction: Interaction) -> Sequence[SnapshotInfo]:
        return await self._services.worker.run(self._services.libraries.of(interaction.guild_id).snapshots)


def _find(snapshots: Sequence[SnapshotInfo], part: str) -> SnapshotInfo | None:
    """Return the only snapshot that a part of its id means; None if it means none or several."""
    matching = matching_ids(part, [snapshot.id for snapshot in snapshots])
    return next((snapshot for snapshot in snapshots if matching == [snapshot.id]), None)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(SnapshotsCog(services_of(bot)))
