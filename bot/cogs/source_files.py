"""/source: files that moderators add, remove and list."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs._autocomplete import name_choices, quiet
from bot.cogs._component import component
from bot.services.attachments import DownloadFailed, PendingUploads
from bot.services.audit import audited
from bot.services.context import Services, services_of
from bot.services.interactions import Interaction, acknowledge
from bot.text.i18n import gettext, gettext_noop
from bot.views import source_files as source_view
from bot.views.custom_id import ComponentId
from bot.views.message import notice_message
from bot.views.source_files import KEEP, REINDEX, REMOVE, REPLACE
from index import Message
from index.domain.sources import UploadOutcome, UploadResult

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

    @source.command(description="Add a file that I answer from, or replace one.")
    @app_commands.describe(file="A text, page, PDF, office file, book or table.")
    async def add(self, interaction: Interaction, file: discord.Attachment) -> None:
        """Add a file; ask for confirmation before one is replaced."""
        await self._check(interaction)
        services, sources, name = self._services, self._services.library.sources, file.filename
        with services.replies.pending():
            await services.worker.run(sources.check, name, file.size)
            try:
                data = await services.attachments.download(file.url, sources.max_bytes)
            except DownloadFailed:
                await interaction.edit_original_response(view=notice_message(gettext(DOWNLOAD_FAILED)))
                return
            result = await self._add(interaction, name, data, replace=False)
            if result.outcome == UploadOutcome.EXISTS:
                key = self._uploads.add(interaction.user.id, name, data)
                view = source_view.confirm_replace_message(key, name, len(data), result.notes)
            else:
                view = source_view.source_added_message(result, name, len(data))
            await interaction.edit_original_response(view=view)

    @source.command(description="Remove a file that I answer from.")
    @app_commands.describe(name="Which file.")
    async def remove(self, interaction: Interaction, name: str) -> None:
        """Ask for confirmation before a file is removed."""
        await self._check(interaction)
        exists = name in await self._names()
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
        return name_choices(await self._names(), typed)

    @source.command(name="list", description="The files that I answer from, with size and age.")
    @app_commands.describe(page="Which page, where there are many.")
    async def list_(self, interaction: Interaction, page: int = 1) -> None:
        """List the files with their problems."""
        await self._check(interaction)
        library, worker = self._services.library, self._services.worker
        files = await worker.run(library.sources.list_files)
        view = source_view.source_files_message(await worker.run(library.status), files, page)
        await interaction.edit_original_response(view=view)

    @component(REPLACE)
    async def confirm_replace(self, interaction: Interaction, component_id: ComponentId) -> None:
        await self._check(interaction)
        upload = self._uploads.take(component_id.answer, interaction.user.id)
        if upload is None:
            await interaction.edit_original_response(view=notice_message(gettext(UPLOAD_GONE)))
            return
        result = await self._add(interaction, upload.name, upload.data, replace=True)
        view = source_view.source_added_message(result, upload.name, len(upload.data))
        await interaction.edit_original_response(view=view)

    @component(REMOVE)
    async def confirm_remove(self, interaction: Interaction, component_id: ComponentId) -> None:
        await self._check(interaction)
        name = next((name for name in await self._names() if _key_of(name) == component_id.answer), None)
        if name is None:
            await interaction.edit_original_response(view=notice_message(gettext(NO_SUCH_FILE)))
            return
        action, remove = (
            Message("source remove {name}", name=name),
            partial(self._services.library.sources.remove, name),
        )
        await self._audited(interaction, action, remove, lambda _: UploadOutcome.REMOVED)
        await interaction.edit_original_response(view=source_view.source_removed_message(name))

    @component(KEEP)
    async def keep(self, interaction: Interaction, component_id: ComponentId) -> None:
        await self._check(interaction)
        self._uploads.take(component_id.answer, interaction.user.id)
        await interaction.edit_original_response(view=notice_message(gettext(UNCHANGED)))

    @component(REINDEX)
    async def reindex(self, interaction: Interaction, component_id: ComponentId) -> None:
        await self._services.reindexing.reindex(interaction)

    async def _names(self) -> tuple[str, ...]:
        return await self._services.worker.run(self._services.library.sources.names)

    async def _check(self, interaction: Interaction) -> None:
        """Acknowledge the interaction, then raise Refused unless the user is a moderator."""
        await acknowledge(interaction)
        await self._services.permissions.require_moderator(interaction, REFUSAL)

    async def _add(self, interaction: Interaction, name: str, data: bytes, *, replace: bool) -> UploadResult:
        add = partial(self._services.library.sources.add, name, data, replace=replace)
        return await self._audited(
            interaction, Message("source add {name}", name=name), add, lambda result: result.outcome
        )

    async def _audited(
        self, interaction: Interaction, action: str, change: Callable[[], T], outcome: Callable[[T], UploadOutcome]
    ) -> T:
        """Return the result of a change, which is recorded in the audit with the user and the place."""

        def record() -> T:
            library = self._services.library
            return audited(library, interaction, action, change, lambda result: OUTCOMES[outcome(result)])

        return await self._services.worker.run(record)


def _key_of(name: str) -> str:
    """Return a key that stands for a name in a `custom_id`, which has no room for it."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(SourceFilesCog(services_of(bot)))
