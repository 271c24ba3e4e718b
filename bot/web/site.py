"""The bot's web server with all that it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yarl

from bot.settings import BotSettings
from bot.web.health import health_routes
from bot.web.moderators.routes import configured_routes
from bot.web.server import WebServer
from bot.web.static_files import static_routes

if TYPE_CHECKING:
    from discord import Client

    from bot.services.context import Services

__all__ = ["unready", "web_server_of"]


def web_server_of(client: Client, services: Services, settings: BotSettings) -> WebServer:
    """Return the server that the settings ask for, not yet listening."""
    routes = [
        *health_routes(lambda: unready(client, services)),
        *static_routes(),
        *configured_routes(client, services, settings),
    ]
    public_host = yarl.URL(settings.public_url).host
    return WebServer(
        host=settings.http_host,
        port=settings.http_port or 0,
        routes=routes,
        hosts=[public_host] if public_host else [],
    )


def unready(client: Client, services: Services) -> str:
    """Return why questions on Discord cannot be answered now; empty if they can."""
    if not client.is_ready():
        return "not connected to Discord"
    if not services.library.source_names():
        return "there is no index yet"
    return ""
