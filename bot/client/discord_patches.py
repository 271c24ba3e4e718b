"""All that relies on discord.py's internals: addresses, event parsers, the calls of the command tree, shards.

Each patch says which private name it uses and which public one is missing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

import aiohttp
import discord
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from bot.services.errors import trace
from bot.services.interactions import Interaction
from bot.services.replies import Replies
from bot.settings import DISCORD_API
from bot.text.i18n import set_language

__all__ = [
    "GuardedCommandTree",
    "connected_shards",
    "dispatch_acknowledged",
    "event_parsers",
    "hide_users_in_log",
    "interaction_of",
    "note_shards",
    "set_parsers",
    "skip_unreadable_events",
    "use_api",
    "use_gateway",
]

log = logging.getLogger(__name__)

READY = "READY"
"""The one event without which the bot cannot go on."""
INTERACTION = "INTERACTION_CREATE"
REPLY_FIELDS = ("id", "type", "token")
"""The fields of an interaction that a reply to it needs."""

Parser = Callable[[Any], None]


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


def event_parsers(client: discord.Client) -> dict[str, Parser]:
    """Return the table of a client's parsers by event: `Client._connection.parsers`; what is put there is called.

    Listeners, the public way, come after parsing.
    """
    return client._connection.parsers


def set_parsers(socket: DiscordWebSocket, parsers: dict[str, Parser]) -> None:
    """Let a connection call these parsers: `DiscordWebSocket._discord_parsers`.

    discord.py has no way to tell from which of two connections of a shard an event came.
    """
    socket._discord_parsers = parsers


def skip_unreadable_events(client: discord.Client, replies: Replies) -> None:
    """Skip events from now on that lack a field or have a value of the wrong type, which would end the bot.

    discord.py has no option for it. An interaction that cannot be parsed gets a reply.
    """
    parsers = event_parsers(client)
    tasks: set[asyncio.Task[None]] = set()  # the event loop itself holds tasks weakly
    for event, parse in parsers.items():
        if event != READY:
            parsers[event] = partial(_parse, client, replies, tasks, event, parse)


def _parse(
    client: discord.Client,
    replies: Replies,
    tasks: set[asyncio.Task[None]],
    event: str,
    parse: Parser,
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
        interaction = interaction_of(client, minimal)
    except Exception as failure:  # no reply is possible then
        log.warning("Nor can it be answered: %s", trace(failure))
        return
    with replies.pending():
        set_language(interaction.locale)
        await replies.tell_error(interaction, error, "reading an interaction")


def interaction_of(client: discord.Client, data: Any) -> Interaction:
    """Return the interaction of a payload; discord.py makes interactions only of what the gateway sends.

    Uses `Client._connection`.
    """
    return discord.Interaction(data=data, state=client._connection)


class _AcknowledgedResponse(discord.InteractionResponse[Any]):
    """The response of an interaction that another process acknowledged: it is thinking already."""

    def __init__(self, parent: Interaction) -> None:
        super().__init__(parent)
        self._response_type = discord.InteractionResponseType.deferred_channel_message

    async def defer(self, **_: Any) -> None:
        """Do nothing: Discord would refuse it."""


def dispatch_acknowledged(client: commands.AutoShardedBot, interaction: Interaction) -> None:
    """Deal with an interaction as if it had come just now, except that it is acknowledged already.

    discord.py knows no response but its own, and runs commands only from its parser: `Interaction._cs_response`,
    `InteractionResponse._response_type`, `CommandTree._from_interaction`.
    """
    interaction._cs_response = _AcknowledgedResponse(interaction)  # type: ignore[attr-defined]  # where it is cached
    if interaction.type is discord.InteractionType.application_command:
        client.tree._from_interaction(interaction)
    client.dispatch("interaction", interaction)


def connected_shards(client: discord.AutoShardedClient) -> dict[int, Any]:
    """Return the table of a client's connected shards, `AutoShardedClient.__shards`, to be changed.

    `AutoShardedClient.shards` is a copy, and only discord.py's own way to connect, one shard after another, fills it.
    """
    shards: dict[int, Any] = vars(client)["_AutoShardedClient__shards"]
    return shards


def note_shards(client: discord.AutoShardedClient, ids: Iterable[int]) -> None:
    """Let the client know which of its `shard_count` shards run here: `shard_count`, `shard_ids` of `_connection`.

    The client is ready when each of these is. discord.py sets both only in its own `connect`.
    """
    client._connection.shard_count = client.shard_count
    client._connection.shard_ids = list(ids)


class GuardedCommandTree(app_commands.CommandTree[Any]):
    """A command tree that survives commands it cannot parse; `on_unreadable` is called with them.

    discord.py itself would send no reply, and its log would name the user: it parses in `CommandTree._call`, before
    any check of one's own.
    """

    def handling(self) -> AbstractContextManager[Any]:
        """Return what is entered while an interaction is dealt with."""
        return nullcontext()

    async def on_unreadable(self, interaction: Interaction, error: Exception) -> None:
        """Handle a command that could not be parsed."""

    async def _call(self, interaction: Interaction) -> None:
        with self.handling():
            await self._guarded(interaction)

    async def _guarded(self, interaction: Interaction) -> None:
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
