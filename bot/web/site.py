"""The bot's web server with all that it serves."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.settings import BotSettings
from bot.web.evidence_pages import EvidencePages
from bot.web.health import health_routes
from bot.web.home_page import HomePages, Search
from bot.web.links import PageLinks
from bot.web.metrics import metrics_routes
from bot.web.moderators.routes import configured_routes
from bot.web.secret import web_secret
from bot.web.server import WebServer
from bot.web.static_files import static_routes

if TYPE_CHECKING:
    from aiohttp import web
    from discord import Client

    from bot.services.context import Services

__all__ = ["page_links", "unready", "web_server_of"]

log = logging.getLogger(__name__)


def page_links(settings: BotSettings) -> PageLinks | None:
    """Return what makes links to evidence pages; None if the settings ask for none. Raises CannotKeepSecret."""
    if not settings.public_url:
        return None
    if settings.http_port is None:
        log.warning("PUBLIC_URL is set, but there are no pages without HTTP_PORT: set it, too")
        return None
    configured = settings.web_secret.get_secret_value() if settings.web_secret else ""
    return PageLinks(
        settings.public_url,
        secret=web_secret(settings.web_secret_file, configured),
        access=settings.page_access,
        days=settings.page_link_days,
    )


def web_server_of(
    client: Client, services: Services, settings: BotSettings, links: PageLinks | None = None
) -> WebServer:
    """Return the server that the settings ask for, not yet listening; with `links` it has the evidence pages."""
    routes = [
        *health_routes(lambda: unready(services), services.process.describe),
        *metrics_routes(lambda: services.worker.run(services.metrics.text)),
        *static_routes(),
        *configured_routes(client, services, settings),
    ]
    if links:
        routes += _evidence_routes(services, links, downloads=settings.page_downloads, search=settings.search_page)
    return WebServer(
        host=settings.http_host,
        port=settings.http_port or 0,
        routes=routes,
        hosts=[host] if (host := urlsplit(settings.public_url).hostname) else [],
        on_defect=services.metrics.count_error,
    )


def _evidence_routes(services: Services, links: PageLinks, *, downloads: bool, search: bool) -> list[web.RouteDef]:
    """Return the routes of sources, their files if `downloads`, the page of all sources, and the search if `search`."""
    libraries, worker, questions = services.libraries, services.worker, services.questions
    answers = Search(questions.answering, questions.rate_limiter, services.metrics) if search else None
    return [
        *EvidencePages(libraries=libraries, worker=worker, links=links, downloads=downloads).routes(),
        *HomePages(libraries=libraries, worker=worker, links=links, search=answers).routes(),
    ]


def unready(services: Services) -> str:
    """Return why questions on Discord cannot be answered now; empty if they can."""
    if not services.process.usable:
        return "not connected to Discord"
    if not services.libraries.shared.source_names():
        return "there is no index yet"
    return ""
