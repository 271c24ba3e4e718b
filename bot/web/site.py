"""The bot's web server with all that it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.settings import BotSettings
from bot.web.health import health_routes
from bot.web.server import WebServer

if TYPE_CHECKING:
    from discord import Client

    from bot.services.context import Services

__all__ = ["unready", "web_server_of"]


def web_server_of(client: Client, services: Services, settings: BotSettings) -> WebServer:
    """Return the server that the settings ask for, not yet listening."""
    return WebServer(
        host=settings.http_host,
        port=settings.http_port or 0,
        routes=health_routes(lambda: unready(client, services)),
    )


def unready(client: Client, services: Services) -> str:
    """Return why questions on Discord cannot be answered now; empty if they can."""
    if not client.is_ready():
        return "not connected to Discord"
    if not services.library.source_names():
        return "there is no index yet"
    return ""
