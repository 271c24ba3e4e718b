"""Synchronization of the commands with Discord, only if they changed: 200 creations a day are the limit."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

import aiohttp
import discord
from discord.app_commands import CommandTree

from bot.services.errors import trace
from bot.services.worker import LibraryWorker
from index.storage.atomic import write_atomically

__all__ = ["CommandSync"]

log = logging.getLogger(__name__)


class CommandSync:
    """Syncs the commands; `file` holds, by application id, a fingerprint of the commands that were synced last."""

    def __init__(self, tree: CommandTree[Any], *, file: Path, worker: LibraryWorker) -> None:
        self._tree = tree
        self._file = file
        self._worker = worker

    async def sync_if_changed(self) -> None:
        """Sync the commands unless Discord has them already; a failure is logged."""
        application = self._tree.client.application_id
        if application is None:
            return
        current = await fingerprint(self._tree)
        try:
            if await self._worker.run(self._read_fingerprint, application) == current:
                return
            await self._tree.sync()
            log.info("Discord was told of the commands, which changed")
            await self._worker.run(self._write_fingerprint, application, current)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            log.warning("The commands could not be synced, next try at the next start: %s", trace(error))

    def _read_fingerprint(self, application: int) -> str:
        """Return the fingerprint synced last; empty if none is known."""
        return self._read_file().get(str(application), "")

    def _write_fingerprint(self, application: int, synced: str) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps(self._read_file() | {str(application): synced}, indent=1)
        write_atomically(self._file, content.encode(), temporary=self._file.with_name(f"{self._file.name}.new"))

    def _read_file(self) -> dict[str, str]:
        try:
            fingerprints = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            # Then the commands are synced once more than needed, which is harmless.
            return {}
        return fingerprints if isinstance(fingerprints, dict) else {}


async def fingerprint(tree: CommandTree[Any]) -> str:
    """Return a hash of the commands' definition in all languages."""
    commands = [*tree.get_commands(), *tree.get_commands(type=discord.AppCommandType.message)]
    payloads = [await _payload(tree, command) for command in commands]
    payloads.sort(key=lambda payload: (str(payload["name"]), str(payload.get("type"))))
    return hashlib.sha256(json.dumps(payloads, sort_keys=True).encode()).hexdigest()


async def _payload(tree: CommandTree[Any], command: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (
        await command.get_translated_payload(tree, tree.translator) if tree.translator else command.to_dict(tree)
    )
    return payload
