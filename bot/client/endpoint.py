"""Where Discord is: its own address, or a proxy or local server that stands in for it."""

from __future__ import annotations

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from bot.settings import DISCORD_API

__all__ = ["serves_files", "use_api", "use_gateway"]

FILES = ("https://cdn.discordapp.com", "https://media.discordapp.net")
"""Where Discord keeps what people attach."""


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


def serves_files(url: str) -> bool:
    """Whether an attachment that lies there lies on Discord, or on what stands in for it."""
    places = FILES if Route.BASE == DISCORD_API else (*FILES, Route.BASE)
    try:
        return yarl.URL(url).origin() in {yarl.URL(place).origin() for place in places}
    except (TypeError, ValueError):  # an address without a host, or none at all
        return False
