"""Routes of the moderators: sessions, rights looked up anew, and forms that are ours."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import yarl
from aiohttp import hdrs, web

from bot.services.errors import explain
from bot.text.i18n import Language, gettext, gettext_noop, language_for, using_language
from bot.web.moderators.oauth import DiscordUnavailable
from bot.web.moderators.responses import notice_page, page, see_other
from index.domain.activity import WEB

if TYPE_CHECKING:
    from bot.web.moderators.access import ModeratorAccess
    from bot.web.moderators.oauth import DiscordOAuth
    from bot.web.moderators.sessions import Session, Sessions
    from index import Corpora, Library

__all__ = ["HOME", "Cookies", "ProtectedRoutes", "Visit", "reader_language"]

log = logging.getLogger(__name__)

HOME = "/moderate"
LARGEST_FORM = 64 * 1024
MOST_FIELDS = 50
FORM = "application/x-www-form-urlencoded"

FORM_REFUSED = gettext_noop(
    "This form is not from this page, or too old. Go back, load the page again and send it again."
)
FORM_TOO_LARGE = gettext_noop("This form is too large: at most 64 KB. Shorten the text and send it again.")
ENDED = gettext_noop("You are no longer a moderator here, or took back this page's access on Discord. Sign in again.")
UNAVAILABLE = gettext_noop("Discord can't be reached to check your roles. Try again in a minute.")


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of a moderator; `form` is empty unless one was sent."""

    request: web.Request
    session: Session
    form: Mapping[str, str]

    @property
    def guild(self) -> int | None:
        """The server that is shown; None for all of them."""
        return self.session.place or None

    @property
    def origin(self) -> str:
        """The origin of what is done, for the audit."""
        return str(self.session.place) if self.session.place else WEB

    def library(self, libraries: Corpora) -> Library:
        """Return the library of the place that is shown; only the bot's owner or team sees all servers."""
        return libraries.shared if self.guild is None else libraries.of(self.guild)

    def show(self, template: str, *, status: int = 200, **values: object) -> web.Response:
        """Return a page with the frame of the moderators' pages."""
        notice, self.session.notice = self.session.notice, ""
        return page(template, status=status, session=self.session, notice=notice, path=self.request.path, **values)

    def number(self, name: str, default: int, most: int) -> int:
        """Return a whole number of the query between 1 and `most`."""
        value = self.request.query.get(name, "")
        return min(max(int(value), 1), most) if value.isascii() and value.isdecimal() and len(value) < 10 else default


Handler = Callable[[Visit], Awaitable[web.StreamResponse]]


class Cookies:
    """The cookies of the pages: unreadable for scripts, and bound to the host where the address is https."""

    def __init__(self, public_url: str) -> None:
        self._secure = yarl.URL(public_url).scheme == "https"
        prefix = "__Host-" if self._secure else ""
        self.session = f"{prefix}footnote-session"
        self.login = f"{prefix}footnote-login"

    def set(self, response: web.StreamResponse, name: str, value: str, *, seconds: int | None = None) -> None:
        response.set_cookie(name, value, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="Lax")

    def clear(self, response: web.StreamResponse, name: str) -> None:
        response.del_cookie(name, path="/", secure=self._secure, httponly=True, samesite="Lax")


class ProtectedRoutes:
    """Makes routes of handlers that run for moderators alone; a POST needs the session's token, too."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        access: ModeratorAccess,
        oauth: Callable[[], DiscordOAuth],
        cookies: Cookies,
        public_url: str,
    ) -> None:
        self._sessions = sessions
        self._access = access
        self._oauth = oauth
        self._cookies = cookies
        self._origin = str(yarl.URL(public_url).origin())

    def get(self, path: str, handler: Handler, *, renew: bool = True) -> web.RouteDef:
        """Return a route for moderators; unless `renew` is false, a visit prolongs the session."""

        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._serve(request, handler, renew=renew)

        return web.get(HOME + path, serve)

    def post(self, path: str, handler: Handler) -> web.RouteDef:
        """Return a route for forms of moderators."""

        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._serve(request, handler, renew=True)

        return web.post(HOME + path, serve)

    async def check(self, request: web.Request, *, renew: bool = True) -> Session | None:
        """Return the session of a request if its user is a moderator still; end it otherwise.

        Raises DiscordUnavailable.
        """
        session_id = request.cookies.get(self._cookies.session, "")
        session = self._sessions.find(session_id, renew=renew)
        if session is None or await self._access.is_current(self._oauth(), session):
            return session
        self._sessions.close(session_id)
        return None

    async def _serve(self, request: web.Request, handler: Handler, *, renew: bool) -> web.StreamResponse:
        had = self._sessions.find(request.cookies.get(self._cookies.session, ""), renew=False)
        with using_language(language_for(had.locale) if had else reader_language(request)):
            try:
                session = await self.check(request, renew=renew)
            except DiscordUnavailable:
                return notice_page(gettext(UNAVAILABLE), status=503)
            if session is None:
                return self._turn_away(request, had=had is not None)
            form: Mapping[str, str] = {}
            if request.method == "POST":
                if (refusal := self._refuse_origin(request)) is not None:
                    return refusal
                read = await _read_form(request)
                if read is None:
                    return notice_page(gettext(FORM_TOO_LARGE), status=413)
                if not session.has_csrf(read.get("csrf", "")):
                    return notice_page(gettext(FORM_REFUSED), status=403)
                form = read
            try:
                return await handler(Visit(request, session, form))
            except web.HTTPException:
                raise
            except Exception as error:  # whatever it was, the moderator gets a page
                return notice_page(explain(error, "serving a page of the moderators"), status=500)

    def _turn_away(self, request: web.Request, *, had: bool) -> web.Response:
        """Return the way to the sign-in: for pages by a redirect, for forms and streams by a refusal."""
        if had:
            response = notice_page(gettext(ENDED), status=403)
        elif request.method == "GET" and not request.path.endswith("/events"):
            response = see_other(HOME)
        else:
            response = notice_page(gettext(FORM_REFUSED), status=403)
        self._cookies.clear(response, self._cookies.session)
        return response

    def _refuse_origin(self, request: web.Request) -> web.Response | None:
        """Refuse what a browser says comes from another site; with no-referrer it says "null" of our own forms."""
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        origin = request.headers.get(hdrs.ORIGIN, "null")
        if site != "same-origin" or origin not in ("null", self._origin) or request.content_type != FORM:
            return notice_page(gettext(FORM_REFUSED), status=403)
        return None


def reader_language(request: web.Request) -> Language:
    """Return the first language that the browser asks for."""
    return language_for(request.headers.get(hdrs.ACCEPT_LANGUAGE, "").split(",")[0].split(";")[0].strip())


async def _read_form(request: web.Request) -> dict[str, str] | None:
    """Return the fields of a form; None if it is too large."""
    if (request.content_length or 0) > LARGEST_FORM:
        return None
    body = bytearray()
    async for chunk in request.content.iter_chunked(LARGEST_FORM):
        body += chunk
        if len(body) > LARGEST_FORM:
            return None
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:  # too many fields
        raise web.HTTPBadRequest from None
