"""/source: files that moderators add, remove and list."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs._autocomplete import name_choices, quiet
from bot.cogs._component import component
from bot.services.attachments import DownloadFailed, PendingUpload, PendingUploads
from bot.services.audit import audited
from bot.services.context import Services, services_of
from bot.services.errors import Refused
from bot.services.interactions import Interaction, acknowledge
from bot.services.upload_gate import UploadGate
from bot.text.i18n import gettext, gettext_noop
from bot.views import server_sources as own_view
from bot.views import source_files as source_view
from bot.views.custom_id import ComponentId
from bot.views.message import notice_message
from bot.views.source_files import KEEP, REINDEX, REMOVE, REPLACE
from index import Library, Message
from index.domain.sources import UploadOutcome, UploadResult, Usage

__all__ = ["SourceFilesCog"]

T = TypeVar("T")

REFUSAL = gettext_noop(
    "Only a moderator may add, remove and list the files: the bot's owner or team anywhere, and in the servers that "
    "the owner has listed, members with Manage Server or a moderator role. /sources lists the sources."
)
DOWNLOAD_FAILED = gettext_noop("The file could not be taken from Discord. Please attach it again.")
UPLOAD_GONE = gettext_noop("That file no longer waits here. Please give the command again.")
NO_SUCH_FILE = gettext_noop(
    "There is no such file: choose one while typing. Pages on the web are listed in sources.toml by who runs me."
)
UNCHANGED = gettext_noop("Nothing changed.")
ONLY_OWN = gettext_noop(
    "That is for what a server has of its own: give the command in a server, where who runs me allows own sources."
)
OWN_COMMANDS = ("export", "delete-all")
LEAST_UPLOAD = 10 * 1024 * 1024
"""Bytes that every server may be sent as a file."""
MARGIN = 64 * 1024
OUTCOMES: dict[str, str] = {
    UploadOutcome.ADDED: Message("added"),
    UploadOutcome.REPLACED: Message("replaced"),
    UploadOutcome.REMOVED: Message("removed"),
    UploadOutcome.EXISTS: "",
}
"""The outcome of a change in the audit; empty if nothing is recorded."""


class SourceFilesCog(commands.Cog):
    """Changes the files of the sources; checks at every command and button whether the user is a moderator."""

    source = app_commands.Group(
        name="source",
        description="Add, remove and list the files that I answer from. For moderators.",
        default_permissions=discord.Permissions(manage_guild=True),
    )

    def __init__(self, services: Services) -> None:
        self._services = services
        self._uploads = PendingUploads()
        self._gate = UploadGate()

    async def cog_load(self) -> None:
        """Take away the commands that are about what a server has of its own, if none has."""
        if not self._services.libraries.enabled:
            for name in OWN_COMMANDS:
                self.source.remove_command(name)

    @source.command(description="Add a file that I answer from, or replace one.")
    @app_commands.describe(file="A text, page, PDF, office file, book or table.")
    async def add(self, interaction: Interaction, file: discord.Attachment) -> None:
        """Add a file; ask for confirmation before one is replaced."""
        await self._check(interaction)
        owner = self._services.libraries.owner(interaction.guild_id)
        with self._services.replies.pending():
            async with self._gate.turn(owner):
                await self._add_attachment(interaction, file, owner)

    async def _add_attachment(self, interaction: Interaction, file: discord.Attachment, owner: int | None) -> None:
        services, name = self._services, file.filename
        sources = self._library(interaction).sources
        await services.worker.run(sources.check, name, file.size)
        try:
            data = await services.attachments.download(file.url, sources.max_bytes)
        except DownloadFailed:
            await interaction.edit_original_response(view=notice_message(gettext(DOWNLOAD_FAILED)))
            return
        result = await self._add(interaction, name, data, replace=False)
        if result.outcome == UploadOutcome.EXISTS:
            key = self._uploads.add(interaction.user.id, name, data, owner)
            view = source_view.confirm_replace_message(key, name, len(data), result.notes)
        else:
            view = source_view.source_added_message(result, name, len(data))
        await interaction.edit_original_response(view=view)

    @source.command(description="Remove a file that I answer from.")
    @app_commands.describe(name="Which file.")
    async def remove(self, interaction: Interaction, name: str) -> None:
        """Ask for confirmation before a file is removed."""
        await self._check(interaction)
        exists = name in await self._names(interaction)
        view = (
            source_view.confirm_remove_message(_key_of(name), name) if exists else notice_message(gettext(NO_SUCH_FILE))
        )
        await interaction.edit_original_response(view=view)

    @remove.autocomplete("name")
    @quiet
    async def suggest_files(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer moderators the names that contain what was typed; one too long for a choice can be typed."""
        if not await self._services.permissions.is_moderator(interaction):
            return []
        return name_choices(await self._names(interaction), typed)

    @source.command(name="list", description="The files that I answer from, with size and age.")
    @app_commands.describe(page="Which page, where there are many.")
    async def list_(self, interaction: Interaction, page: int = 1) -> None:
        """List the files with their problems."""
        await self._check(interaction)
        library, worker = self._library(interaction), self._services.worker
        files = await worker.run(library.sources.list_files)
        usage = await self._usage(interaction)
        view = source_view.source_files_message(await worker.run(library.status), files, page, usage=usage)
        await interaction.edit_original_response(view=view)

    @source.command(description="This server's own files and settings, as archives to keep.")
    async def export(self, interaction: Interaction) -> None:
        """Send the archives to the moderator alone, each small enough for Discord."""
        guild = await self._check_server(interaction)
        export, limit = self._services.libraries.export, max(LEAST_UPLOAD, interaction.filesize_limit)
        with self._services.replies.pending(), tempfile.TemporaryDirectory() as folder:
            made = await self._services.worker.run(export, guild, Path(folder), most_bytes=limit - MARGIN)
            await interaction.edit_original_response(view=own_view.export_message(len(made.parts), made.left_out))
            for part in made.parts:
                await interaction.followup.send(file=discord.File(part), ephemeral=True)

    @source.command(name="delete-all", description="Delete all that I keep of this server.")
    async def delete_all(self, interaction: Interaction) -> None:
        """Ask for confirmation."""
        guild = await self._check_server(interaction)
        usage = await self._services.worker.run(self._services.libraries.usage, guild)
        await interaction.edit_original_response(view=own_view.confirm_delete_all_message(usage))

    @component(own_view.DELETE_ALL)
    async def confirm_delete_all(self, interaction: Interaction, component_id: ComponentId) -> None:
        guild = await self._check_server(interaction)
        delete = partial(self._services.libraries.delete, guild)
        action = Message("source delete-all")
        await self._audited(interaction, action, delete, lambda _: UploadOutcome.REMOVED)
        self._services.guild_settings.invalidate(guild)
        await interaction.edit_original_response(view=own_view.deleted_all_message())

    @component(REPLACE)
    async def confirm_replace(self, interaction: Interaction, component_id: ComponentId) -> None:
        await self._check(interaction)
        upload = self._take(interaction, component_id)
        if upload is None:
            await interaction.edit_original_response(view=notice_message(gettext(UPLOAD_GONE)))
            return
        result = await self._add(interaction, upload.name, upload.data, replace=True)
        view = source_view.source_added_message(result, upload.name, len(upload.data))
        await interaction.edit_original_response(view=view)

    @component(REMOVE)
    async def confirm_remove(self, interaction: Interaction, component_id: ComponentId) -> None:
        await self._check(interaction)
        name = next((name for name in await self._names(interaction) if _key_of(name) == component_id.answer), None)
        if name is None:
            await interaction.edit_original_response(view=notice_message(gettext(NO_SUCH_FILE)))
            return
        action, remove = (
            Message("source remove {name}", name=name),
            partial(self._library(interaction).sources.remove, name),
        )
        await self._audited(interaction, action, remove, lambda _: UploadOutcome.REMOVED)
        await interaction.edit_original_response(view=source_view.source_removed_message(name))

    @component(KEEP)
    async def keep(self, interaction: Interaction, component_id: ComponentId) -> None:
        await self._check(interaction)
        self._take(interaction, component_id)
        await interaction.edit_original_response(view=notice_message(gettext(UNCHANGED)))

    @component(REINDEX)
    async def reindex(self, interaction: Interaction, component_id: ComponentId) -> None:
        await self._services.reindexing.reindex(interaction)

    def _take(self, interaction: Interaction, component_id: ComponentId) -> PendingUpload | None:
        """Return the upload that a button is about, if it is this user's and for this place."""
        owner = self._services.libraries.owner(interaction.guild_id)
        return self._uploads.take(component_id.answer, interaction.user.id, owner)

    def _library(self, interaction: Interaction) -> Library:
        return self._services.libraries.of(interaction.guild_id)

    async def _names(self, interaction: Interaction) -> tuple[str, ...]:
        return await self._services.worker.run(self._library(interaction).sources.names)

    async def _check(self, interaction: Interaction) -> None:
        """Acknowledge the interaction, then raise Refused unless the user is a moderator."""
        await acknowledge(interaction)
        await self._services.permissions.require_moderator(interaction, REFUSAL)

    async def _check_server(self, interaction: Interaction) -> int:
        """Acknowledge, and return the server; raise Refused in direct messages, or unless the user moderates it."""
        await self._check(interaction)
        if interaction.guild_id is None or not self._services.libraries.enabled:
            raise Refused(notice_message(gettext(ONLY_OWN)))
        return interaction.guild_id

    async def _usage(self, interaction: Interaction) -> Usage | None:
        owner = self._services.libraries.owner(interaction.guild_id)
        return None if owner is None else await self._services.worker.run(self._services.libraries.usage, owner)

    async def _add(self, interaction: Interaction, name: str, data: bytes, *, replace: bool) -> UploadResult:
        add = partial(self._library(interaction).sources.add, name, data, replace=replace)
        return await self._audited(
            interaction, Message("source add {name}", name=name), add, lambda result: result.outcome
        )

    async def _audited(
        self, interaction: Interaction, action: str, change: Callable[[], T], outcome: Callable[[T], UploadOutcome]
    ) -> T:
        """Return the result of a change, which is recorded in the audit with the user and the place."""

        def record() -> T:
            return audited(
                self._library(interaction), interaction, action, change, lambda result: OUTCOMES[outcome(result)]
            )

        return await self._services.worker.run(record)


def _key_of(name: str) -> str:
    """Return a key that stands for a name in a `custom_id`, which has no room for it."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(SourceFilesCog(services_of(bot)))
