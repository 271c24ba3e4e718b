"""The routes of the moderators' page, and the page that says which settings it needs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import yarl
from aiohttp import web

from bot.text.i18n import gettext, gettext_noop, using_language
from bot.web.moderators.access import ModeratorAccess
from bot.web.moderators.figures import FigurePages
from bot.web.moderators.gaps import GapPages
from bot.web.moderators.login import LoginPages
from bot.web.moderators.oauth import DiscordOAuth
from bot.web.moderators.protected_routes import HOME, Cookies, ProtectedRoutes, reader_language
from bot.web.moderators.questions import QuestionPages
from bot.web.moderators.reindex import ReindexPages
from bot.web.moderators.responses import notice_page
from bot.web.moderators.runs import IndexRuns
from bot.web.moderators.sessions import Sessions
from bot.web.moderators.snapshots import SnapshotPages
from bot.web.moderators.user_names import UserNames

if TYPE_CHECKING:
    from discord import Client

    from bot.services.context import Services
    from bot.settings import BotSettings

__all__ = ["configured_routes", "routes", "routes_without_settings"]

log = logging.getLogger(__name__)

LOOPBACK = ("localhost", "127.0.0.1", "::1")

NEEDED = gettext_noop(
    "The moderators' page is not set up. Who runs me sets {settings}, adds {redirect} to the redirects of OAuth2 in "
    "Discord's developer portal, and starts me again."
)


def configured_routes(client: Client, services: Services, settings: BotSettings) -> list[web.RouteDef]:
    """Return the routes by the settings; if one is missing, those of a page that says so."""
    secret = settings.discord_client_secret
    if not settings.public_url or secret is None:
        needed = {"PUBLIC_URL": settings.public_url, "DISCORD_CLIENT_SECRET": secret}
        return routes_without_settings([name for name, value in needed.items() if not value])
    public = yarl.URL(settings.public_url)
    if public.scheme == "http" and public.host not in LOOPBACK:
        log.warning("PUBLIC_URL is http: moderators' sessions can be read on the way; put a proxy with https before it")
    return routes(
        services=services,
        public_url=settings.public_url,
        api_url=settings.discord_api_url,
        client=client,
        client_secret=secret.get_secret_value(),
    )


def routes(
    *,
    services: Services,
    public_url: str,
    api_url: str,
    client: Client,
    client_secret: str,
    clock: Callable[[], float] = time.monotonic,
) -> list[web.RouteDef]:
    """Return the routes; the application's id is known once the client is logged in."""
    redirect_uri = f"{public_url.rstrip('/')}{HOME}/callback"

    def oauth() -> DiscordOAuth:
        return DiscordOAuth(
            api_url=api_url,
            client_id=str(client.application_id or 0),
            client_secret=client_secret,
            redirect_uri=redirect_uri,
            lists_guilds=services.permissions.everywhere,
        )

    sessions, cookies, runs = Sessions(clock=clock), Cookies(public_url), IndexRuns(services)
    access = ModeratorAccess(permissions=services.permissions, clock=clock)
    protected = ProtectedRoutes(sessions=sessions, access=access, oauth=oauth, cookies=cookies, public_url=public_url)
    return [
        *LoginPages(protected=protected, sessions=sessions, access=access, oauth=oauth, cookies=cookies).routes(),
        *QuestionPages(protected=protected, services=services, names=UserNames(client)).routes(),
        *GapPages(protected=protected, services=services, runs=runs).routes(),
        *FigurePages(protected=protected, services=services).routes(),
        *SnapshotPages(protected=protected, services=services, runs=runs).routes(),
        *ReindexPages(protected=protected, services=services, runs=runs).routes(),
    ]


def routes_without_settings(missing: list[str]) -> list[web.RouteDef]:
    """Return the routes of a page that says which settings are missing."""

    async def serve(request: web.Request) -> web.Response:
        with using_language(reader_language(request)):
            text = gettext(NEEDED, settings=missing, redirect=f"PUBLIC_URL{HOME}/callback")
            return notice_page(text, status=503)

    return [web.get(HOME, serve), web.get(HOME + "/{rest:.*}", serve)]
