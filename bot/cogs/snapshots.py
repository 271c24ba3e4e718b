"""The snapshots that are kept: listed, compared with the live one, rolled back to. For moderators."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.policy.moderators import REFUSAL
from bot.services.audit import audited, outcome
from bot.services.errors import explain
from bot.services.reindexing import EDIT_EVERY_SECONDS, Run, done
from bot.text.i18n import gettext, gettext_noop
from bot.views import reindex_report as rebuilt
from bot.views import snapshots as snapshots_view
from bot.views.custom_id import ComponentId
from bot.views.message import notice_message
from index import Message

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot
    from bot.services.permissions import Permissions
    from index.domain.snapshots import ReindexReport, SnapshotInfo

__all__ = ["SnapshotsCog"]

Interaction = discord.Interaction[Any]

MOST_CHOICES = 25
"""Discord's limit."""

GONE = gettext_noop("There is no such snapshot any more: /snapshots lists those that are kept.")
NOTHING_LIVE = gettext_noop("There is no live snapshot to compare with.")
IS_LIVE = gettext_noop("This snapshot is live already.")
NOT_DONE = gettext_noop("Nothing was changed.")
FAILED = {
    "Damaged": gettext_noop(
        "This snapshot is damaged, so it was not made live, and nothing changed. Choose another from /snapshots, or "
        "build the index anew with /reindex."
    ),
    "IndexMismatch": gettext_noop(
        "This snapshot does not fit this program or its model, so it was not made live, and nothing changed. Choose "
        "another from /snapshots, or build the index anew with /reindex."
    ),
    "NoSuchSnapshot": GONE,
    "NoIndex": GONE,
}
"""Why a roll-back failed and which step mends it, by the error's name."""


class SnapshotsCog(commands.Cog):
    """/snapshots, /rollback, and the buttons below them. Every press is checked for the right anew."""

    def __init__(self, bot: FootnoteBot, *, rights: Permissions, edit_every: float = EDIT_EVERY_SECONDS) -> None:
        self.bot = bot
        self.edit_every = edit_every
        self._rights = rights
        self.actions: dict[str, Callable[[Interaction, ComponentId], Awaitable[None]]] = {
            "snapshots": self._turn,
            "snapdiff": self._compare,
            "rollask": self._ask,
            "rollback": self._roll_back,
            "rollnot": self._leave,
        }
        bot.choices["rollback"] = self._choices

    @app_commands.command(
        description="The versions of the index that are kept, to compare and go back. For moderators."
    )
    async def snapshots(self, interaction: discord.Interaction[FootnoteBot]) -> None:
        """Show the first page."""
        if await self._begun(interaction):
            await self._page(interaction, 1)

    @app_commands.command(description="Go back to an earlier version of the index. For moderators.")
    @app_commands.describe(id="Which snapshot; /snapshots lists them.")
    async def rollback(self, interaction: discord.Interaction[FootnoteBot], id: str) -> None:  # noqa: A002 - the option's name
        """Ask whether it is to be made live."""
        if await self._begun(interaction):
            await self._asked(interaction, id.strip())

    @rollback.autocomplete("id")
    async def suggest(
        self, interaction: discord.Interaction[FootnoteBot], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Tells Discord that there are choices; they are offered before this, by `bot.client.command_tree`."""
        return []

    async def _choices(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The snapshots that one can go back to, by a part of their id; none for whoever may not."""
        if not await self._rights.moderates(interaction):
            return []
        kept = [one for one in await self._kept() if typed.strip() in one.id and not one.live and one.whole]
        return [
            app_commands.Choice(name=f"{one.created:%Y-%m-%d %H:%M} UTC · {one.id}", value=one.id)
            for one in kept[:MOST_CHOICES]
        ]

    async def _turn(self, interaction: Interaction, press: ComponentId) -> None:
        if await self._begun(interaction, instead=True):
            await self._page(interaction, press.page)

    async def _compare(self, interaction: Interaction, press: ComponentId) -> None:
        """Show in a message of its own what a roll-back would change."""
        if not await self._begun(interaction):
            return
        kept = await self._kept()
        one, live = self._named(kept, press.answer), next((one for one in kept if one.live), None)
        if one is None or live is None:
            view = notice_message(gettext(GONE) if one is None else gettext(NOTHING_LIVE))
        else:
            try:
                changes = await self.bot.in_thread(self.bot.library.diff, live.id, one.id)
                title, row = snapshots_view.comparison_header(one)
                view = rebuilt.diff_message(title, changes, row)
            except Exception as error:  # whatever it was, who pressed is told
                view = notice_message(explain(error, "comparing snapshots"))
        await interaction.edit_original_response(view=view)

    async def _ask(self, interaction: Interaction, press: ComponentId) -> None:
        if await self._begun(interaction):
            await self._asked(interaction, press.answer)

    async def _leave(self, interaction: Interaction, press: ComponentId) -> None:
        if await self._begun(interaction, instead=True):
            await interaction.edit_original_response(view=notice_message(gettext(NOT_DONE)))

    async def _roll_back(self, interaction: Interaction, press: ComponentId) -> None:
        """Make it live, and show what that changed, or why it failed."""
        if not await self._begun(interaction, instead=True):
            return
        run = Run("checking the snapshot")
        act = partial(self._rolled_back, interaction, press.answer, run)
        with self.bot.owing_a_reply():
            try:
                made = await done(self.bot, interaction, run, act, edit_every=self.edit_every)
                view = rebuilt.rollback_report_message(made)
            except Exception as error:  # whatever it was, who pressed is told
                known = FAILED.get(type(error).__name__)
                view = notice_message(gettext(known) if known else explain(error, "rolling back"))
            await interaction.edit_original_response(view=view)

    def _rolled_back(self, interaction: Interaction, snapshot: str, run: Run) -> ReindexReport:
        """From a thread."""
        library = self.bot.library
        what = Message("rollback {id}", id=snapshot)
        return audited(library, interaction, what, partial(library.rollback, snapshot, run), outcome)

    async def _page(self, interaction: Interaction, page: int) -> None:
        await interaction.edit_original_response(view=snapshots_view.snapshots_message(await self._kept(), page))

    async def _asked(self, interaction: Interaction, snapshot: str) -> None:
        """Show what is to be confirmed; `snapshot` is an id, or a part that only one has."""
        one = self._named(await self._kept(), snapshot)
        if one is None or one.live:
            view = notice_message(gettext(GONE) if one is None else gettext(IS_LIVE))
        else:
            view = snapshots_view.confirm_rollback_message(one)
        await interaction.edit_original_response(view=view)

    async def _kept(self) -> tuple[SnapshotInfo, ...]:
        return await self.bot.in_thread(self.bot.library.snapshots)

    def _named(self, kept: tuple[SnapshotInfo, ...], part: str) -> SnapshotInfo | None:
        found = [one for one in kept if part and part in one.id]
        return found[0] if len(found) == 1 else None

    async def _begun(self, interaction: Interaction, *, instead: bool = False) -> bool:
        """Whether the person may, and so something is shown soon: in a message of its own, or `instead` of the one that
        the button is on. Else they are told."""
        if not await self._rights.moderates(interaction):
            await interaction.response.send_message(view=notice_message(gettext(REFUSAL)), ephemeral=True)
            return False
        if instead:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
        return True
