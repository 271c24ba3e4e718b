"""All that relies on discord.py's internals: its addresses, its event parsers, the calls of its command tree.

An event that discord.py cannot parse would end the bot. Here it is skipped, and an interaction gets a reply.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import aiohttp
import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from bot.services.errors import trace
from bot.services.interactions import Interaction
from bot.services.replies import Replies
from bot.settings import DISCORD_API
from bot.text.i18n import set_language

__all__ = ["GuardedCommandTree", "hide_users_in_log", "skip_unreadable_events", "use_api", "use_gateway"]

log = logging.getLogger(__name__)

READY = "READY"
"""The one event without which the bot cannot go on."""
INTERACTION = "INTERACTION_CREATE"
REPLY_FIELDS = ("id", "type", "token")
"""The fields of an interaction that a reply to it needs."""


def use_api(url: str) -> None:
    """Send every HTTP request to `url`: discord.py has no option for it, but builds all URLs on this attribute."""
    Route.BASE = url


async def use_gateway(http: HTTPClient) -> None:
    """Take the gateway's address from the API in use, after login and before connecting.

    discord.py connects to a fixed address, and returns to it if a session can't be resumed; both read this attribute.
    Discord's own is left alone, which saves a request at every start.
    """
    if Route.BASE == DISCORD_API:
        return
    gateway = await http.request(Route("GET", "/gateway"))
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway["url"])


def skip_unreadable_events(client: discord.Client, replies: Replies) -> None:
    """Skip events from now on that lack a field or have a value of the wrong type."""
    # discord.py has no option for it, but calls what is in this table.
    parsers = client._connection.parsers
    tasks: set[asyncio.Task[None]] = set()  # the event loop itself holds tasks weakly
    for event, parse in parsers.items():
        if event != READY:
            parsers[event] = partial(_parse, client, replies, tasks, event, parse)


def _parse(
    client: discord.Client,
    replies: Replies,
    tasks: set[asyncio.Task[None]],
    event: str,
    parse: Callable[[Any], None],
    data: Any,
) -> None:
    """Parse an event as discord.py does; reply to an interaction that cannot be parsed."""
    try:
        parse(data)
    except Exception as error:  # whatever is wrong with it, the next event may be well-formed
        log.warning("What Discord sent could not be read: %s, %s", event, trace(error))
        if event == INTERACTION:
            task = asyncio.get_running_loop().create_task(_reply(client, replies, data, error))
            tasks.add(task)
            task.add_done_callback(tasks.discard)


async def _reply(client: discord.Client, replies: Replies, data: Any, error: Exception) -> None:
    """Reply to an interaction that cannot be parsed, if it has the fields that a reply needs."""
    try:
        defaults = {"application_id": client.application_id, "version": 1, "attachment_size_limit": 0}
        minimal: Any = {name: data[name] for name in REPLY_FIELDS} | defaults | {"locale": str(data.get("locale"))}
        interaction: Interaction = discord.Interaction(data=minimal, state=client._connection)
    except Exception as failure:  # no reply is possible then
        log.warning("Nor can it be answered: %s", trace(failure))
        return
    with replies.pending():
        set_language(interaction.locale)
        await replies.tell_error(interaction, error, "reading an interaction")


class GuardedCommandTree(app_commands.CommandTree[Any]):
    """A command tree that survives commands it cannot parse; `on_unreadable` is called with them.

    discord.py itself would send no reply, and its log would name the user.
    """

    async def on_unreadable(self, interaction: Interaction, error: Exception) -> None:
        """Handle a command that could not be parsed."""

    async def _call(self, interaction: Interaction) -> None:
        completing = interaction.type is discord.InteractionType.autocomplete
        try:
            await super()._call(interaction)
        except app_commands.AppCommandError:
            if not completing:
                raise
        except Exception as error:  # whatever is wrong with it, the user gets a reply
            await self.on_unreadable(interaction, error)
        if completing and not interaction.response.is_done():
            await _send_no_choices(interaction)


async def _send_no_choices(interaction: Interaction) -> None:
    """Answer an autocompletion that discord.py did not answer, such as that of an option that no longer exists."""
    try:
        await interaction.response.autocomplete([])
    except (discord.HTTPException, aiohttp.ClientError) as error:
        log.info("Suggestions could not be sent: %s", trace(error))


class _AutocompleteFilter(logging.Filter):
    """Drops discord.py's records of autocompletions that failed, which name the user; only the place is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is None or not str(record.msg).startswith("Ignoring exception in autocomplete"):
            return True
        log.info("Suggestions could not be sent: %s", trace(error))
        return False


AUTOCOMPLETE_FILTER = _AutocompleteFilter()


def hide_users_in_log() -> None:
    """Keep users and what they typed out of what discord.py logs of autocompletions."""
    logging.getLogger("discord.app_commands.tree").addFilter(AUTOCOMPLETE_FILTER)
