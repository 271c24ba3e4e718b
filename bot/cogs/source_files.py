"""Sources that moderators bring and take away."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.reindex import ReindexCog
from bot.services.attachments import DownloadFailed, PendingUploads, download
from bot.services.audit import failure
from bot.text.i18n import gettext, gettext_noop
from bot.views import source_files as source_view
from bot.views.custom_id import ComponentId
from bot.views.message import notice_message
from bot.views.source_files import KEEP, REINDEX, REMOVE, REPLACE
from index import LibraryError, Message
from index.domain.activity import DIRECT

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot
    from bot.services.permissions import Permissions

__all__ = ["SourceFilesCog"]

Interaction = discord.Interaction[Any]

REFUSAL = gettext_noop(
    "Only a moderator may add, remove and list the files: the bot's owner or team anywhere, and in the servers that "
    "the owner has listed, members with Manage Server or a moderator role. /sources lists the sources."
)
NOT_TAKEN = gettext_noop("The file could not be taken from Discord. Please attach it again.")
FORGOTTEN = gettext_noop("That file no longer waits here. Please give the command again.")
NO_SUCH = gettext_noop(
    "There is no such file: choose one while typing. Pages on the web are listed in sources.toml by who runs me."
)
UNCHANGED = gettext_noop("Nothing changed.")
OUTCOMES = {"added": Message("added"), "replaced": Message("replaced"), "removed": Message("removed")}
"""What came of it, for the audit."""
MOST_CHOICES = 25
LONGEST_CHOICE = 100


class SourceFilesCog(commands.Cog):
    """/source with its subcommands, for those who may reindex; asked anew at every press."""

    source = app_commands.Group(
        name="source", description="Add, remove and list the files that I answer from. For moderators."
    )

    def __init__(self, bot: FootnoteBot, *, rights: Permissions) -> None:
        self.bot = bot
        self._rights = rights
        self._waiting = PendingUploads()
        bot.choices["source remove"] = self._choices
        self.actions: dict[str, Callable[[Interaction, ComponentId], Awaitable[None]]] = {
            REPLACE: self._replace,
            REMOVE: self._remove,
            KEEP: self._keep,
            REINDEX: self._reindex,
        }

    @source.command(description="Add a file that I answer from, or replace one.")
    @app_commands.describe(file="A text, page, PDF, Word file or table.")
    async def add(self, interaction: discord.Interaction[FootnoteBot], file: discord.Attachment) -> None:
        """Take a file in; ask before one is replaced."""
        if not await self._may(interaction):
            return
        shelving, name = self.bot.library.sources, file.filename
        with self.bot.owing_a_reply():
            await self.bot.in_thread(shelving.check, name, file.size)
            try:
                data = await download(file.url, shelving.max_bytes)
            except DownloadFailed:
                await interaction.edit_original_response(view=notice_message(gettext(NOT_TAKEN)))
                return
            outcome = await self._added(interaction, name, data, replace=False)
            if outcome == "there":
                key = self._waiting.hold(interaction.user.id, name, data)
                view = source_view.confirm_replace_message(key, name, len(data))
            else:
                view = source_view.source_added_message(outcome, name, len(data))
            await interaction.edit_original_response(view=view)

    @source.command(description="Remove a file that I answer from.")
    @app_commands.describe(name="Which file.")
    async def remove(self, interaction: discord.Interaction[FootnoteBot], name: str) -> None:
        """Ask before a file goes."""
        if not await self._may(interaction):
            return
        there = name in await self.bot.in_thread(self.bot.library.sources.names)
        view = source_view.confirm_remove_message(_key(name), name) if there else notice_message(gettext(NO_SUCH))
        await interaction.edit_original_response(view=view)

    @source.command(name="list", description="The files that I answer from, with size and age.")
    @app_commands.describe(page="Which page, where there are many.")
    async def list_(self, interaction: discord.Interaction[FootnoteBot], page: int = 1) -> None:
        """List them with what is wrong with them."""
        if not await self._may(interaction):
            return
        files = await self.bot.in_thread(self.bot.library.sources.shelved)
        view = source_view.source_files_message(await self.bot.index_status(), files, page)
        await interaction.edit_original_response(view=view)

    @remove.autocomplete("name")
    async def named(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Never asked: the tree offers what `_choices` finds."""
        return []

    async def _choices(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Names of files with what is being typed in them, for moderators; one too long for a choice can be typed."""
        if not await self._rights.moderates(interaction):
            return []
        names = await self.bot.in_thread(self.bot.library.sources.names)
        wanted = typed.casefold()
        found = [one for one in names if wanted in one.casefold() and len(one) <= LONGEST_CHOICE][:MOST_CHOICES]
        return [app_commands.Choice(name=one, value=one) for one in found]

    async def _replace(self, interaction: Interaction, press: ComponentId) -> None:
        if not await self._may(interaction):
            return
        held = self._waiting.give(press.answer, interaction.user.id)
        if held is None:
            await interaction.edit_original_response(view=notice_message(gettext(FORGOTTEN)))
            return
        outcome = await self._added(interaction, held.name, held.data, replace=True)
        view = source_view.source_added_message(outcome, held.name, len(held.data))
        await interaction.edit_original_response(view=view)

    async def _remove(self, interaction: Interaction, press: ComponentId) -> None:
        if not await self._may(interaction):
            return
        shelving = self.bot.library.sources
        name = next((one for one in await self.bot.in_thread(shelving.names) if _key(one) == press.answer), None)
        if name is None:
            await interaction.edit_original_response(view=notice_message(gettext(NO_SUCH)))
            return
        await self._audited(
            interaction, Message("source remove {name}", name=name), partial(shelving.remove, name), "removed"
        )
        await interaction.edit_original_response(view=source_view.source_removed_message(name))

    async def _keep(self, interaction: Interaction, press: ComponentId) -> None:
        if not await self._may(interaction):
            return
        self._waiting.give(press.answer, interaction.user.id)
        await interaction.edit_original_response(view=notice_message(gettext(UNCHANGED)))

    async def _reindex(self, interaction: Interaction, press: ComponentId) -> None:
        """As /reindex does, who may included; its report is a message of its own."""
        cog = self.bot.get_cog(ReindexCog.__name__)
        if isinstance(cog, ReindexCog):
            command: Any = cog.reindex
            await command.callback(cog, interaction)

    async def _may(self, interaction: Interaction) -> bool:
        """Whether the person may, here and now; else they are told. Either way the interaction is acknowledged."""
        if interaction.type is discord.InteractionType.component:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
        if await self._rights.moderates(interaction):
            return True
        await self.bot.tell(interaction, notice_message(gettext(REFUSAL)))
        return False

    async def _added(self, interaction: Interaction, name: str, data: bytes, *, replace: bool) -> str:
        add = partial(self.bot.library.sources.add, name, data, replace=replace)
        return await self._audited(interaction, Message("source add {name}", name=name), add)

    async def _audited(self, interaction: Interaction, what: str, do: Callable[[], str | None], done: str = "") -> str:
        """What comes of it, written down with who did it and where."""
        guild = interaction.guild_id
        audit = partial(
            self.bot.library.audit,
            what,
            where=DIRECT if guild is None else str(guild),
            who=interaction.user.id,
        )
        try:
            outcome = await self.bot.in_thread(do) or done
        except LibraryError as error:
            await self.bot.in_thread(audit, failure(error))
            raise
        if outcome != "there":
            await self.bot.in_thread(audit, OUTCOMES[outcome])
        return outcome


def _key(name: str) -> str:
    """Stands for a name in a button, where there is no room for it; the name is found by it among those there are."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]
