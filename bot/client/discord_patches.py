"""Events that discord.py cannot read: the first of them would end the bot. Here they are passed over, and who began an
interaction is told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import discord

from bot.services.errors import trace
from bot.text.i18n import set_language

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from bot.settings import DISCORD_API

__all__ = ["pass_over_unreadable", "use_api", "use_gateway"]

log = logging.getLogger(__name__)

FIRST = "READY"
"""Without it there is nothing to go on with."""
ASKED = "INTERACTION_CREATE"
NEEDED = ("id", "type", "token")
"""What an answer to an interaction needs of it."""


def pass_over_unreadable(bot: FootnoteBot) -> None:
    """From now on an event without a field that discord.py wants, or with another thing in it, ends nothing."""
    # discord.py has no option for it, but calls what stands in this table.
    parsers = bot._connection.parsers
    answering: set[asyncio.Task[None]] = set()
    for event, parse in parsers.items():
        if event != FIRST:
            parsers[event] = partial(_read, bot, answering, event, parse)


def _read(
    bot: FootnoteBot, answering: set[asyncio.Task[None]], event: str, parse: Callable[[Any], None], data: Any
) -> None:
    """As discord.py does. `answering` holds the tasks that answer, which the loop itself would let go."""
    try:
        parse(data)
    except Exception as error:  # whatever is in it, the next event may be as it should be
        log.warning("What Discord sent could not be read: %s, %s", event, trace(error))
        if event == ASKED:
            task = asyncio.get_running_loop().create_task(_answer(bot, data, error))
            answering.add(task)
            task.add_done_callback(answering.discard)


async def _answer(bot: FootnoteBot, data: Any, error: Exception) -> None:
    """Tell who began it, as far as the event names what an answer needs."""
    try:
        about = {"application_id": bot.application_id, "version": 1, "attachment_size_limit": 0}
        bare: Any = {name: data[name] for name in NEEDED} | about | {"locale": str(data.get("locale"))}
        interaction = discord.Interaction(data=bare, state=bot._connection)
    except Exception as unfit:  # then nobody can be answered
        log.warning("Nor can it be answered: %s", trace(unfit))
        return
    with bot.owing_a_reply():
        set_language(interaction.locale)
        await bot.tell_error(interaction, error, "reading an interaction")


def use_api(url: str) -> None:
    """Send every HTTP call to `url`. discord.py has no option for it, but builds all addresses on this attribute."""
    Route.BASE = url


async def use_gateway(http: HTTPClient) -> None:
    """Take the gateway's address from the API in use, after login and before connecting.

    discord.py connects to a fixed address, and comes back to it when a session can't be resumed; both read this
    attribute. Discord's own is left alone, which saves a request at every start.
    """
    if Route.BASE == DISCORD_API:
        return
    answer = await http.request(Route("GET", "/gateway"))
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(answer["url"])
