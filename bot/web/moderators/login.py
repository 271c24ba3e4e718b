"""Signing in with Discord, and out again."""

from __future__ import annotations

import hmac
import logging
from collections import deque
from typing import TYPE_CHECKING

from aiohttp import web

from bot.services.errors import trace
from bot.text.i18n import gettext, gettext_noop, language_for, using_language
from bot.web.moderators.oauth import DiscordUnavailable, LoginFailed, TokenRejected, login_secrets, new_nonce
from bot.web.moderators.protected_routes import HOME, reader_language
from bot.web.moderators.responses import notice_page, page, see_other

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.web.moderators.access import ModeratorAccess
    from bot.web.moderators.oauth import DiscordOAuth
    from bot.web.moderators.protected_routes import Cookies, ProtectedRoutes, Visit
    from bot.web.moderators.sessions import Sessions

__all__ = ["LoginPages"]

log = logging.getLogger(__name__)

LOGIN_SECONDS = 600
QUESTIONS = f"{HOME}/questions"
MOST_FAILURES, FAILURE_SECONDS = 20, 60.0
"""Sign-ins that Discord refused, after which nobody is sent there for a while: too many refusals block the bot's IP."""

NOT_BEGUN_HERE = gettext_noop(
    "This sign-in was not begun in this browser, or more than ten minutes ago. Sign in again."
)
DENIED = gettext_noop("You did not allow it on Discord, so you are not signed in.")
NOT_TAKEN = gettext_noop(
    "Discord did not accept the sign-in. Sign in again; if it happens again, tell the bot's owner."
)
TOO_MANY = gettext_noop("Too many sign-ins failed in the last minute. Sign in again in a minute.")
UNAVAILABLE = gettext_noop("Discord can't be reached just now. Sign in again in a minute.")
NO_MODERATOR = gettext_noop(
    "You are signed in on Discord as {name}, who is no moderator of mine: that are the bot's owner or team, and in the "
    "servers that the owner has listed, members with Manage Server or a moderator role."
)


class LoginPages:
    """The pages that anybody may open: the door, the way to Discord and back; and the way out."""

    def __init__(
        self,
        *,
        protected: ProtectedRoutes,
        sessions: Sessions,
        access: ModeratorAccess,
        oauth: Callable[[], DiscordOAuth],
        cookies: Cookies,
    ) -> None:
        self._protected = protected
        self._sessions = sessions
        self._access = access
        self._oauth = oauth
        self._cookies = cookies
        self._failures: deque[float] = deque(maxlen=MOST_FAILURES)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(HOME, self._door),
            web.get(f"{HOME}/login", self._begin),
            web.get(f"{HOME}/callback", self._finish),
            self._protected.post("/logout", self._log_out),
            self._protected.post("/place", self._change_place),
        ]

    async def _door(self, request: web.Request) -> web.StreamResponse:
        """Show a link to sign in, or go on to the questions."""
        with using_language(reader_language(request)):
            try:
                if await self._protected.check(request) is not None:
                    return see_other(QUESTIONS)
            except DiscordUnavailable:
                return notice_page(gettext(UNAVAILABLE), status=503)
            return page("door.html")

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        """Send the browser to Discord, with a secret in a cookie to which the state and the challenge are bound."""
        nonce = new_nonce()
        state, verifier = login_secrets(nonce)
        response = see_other(self._oauth().authorize_url(state=state, verifier=verifier))
        self._cookies.set(response, self._cookies.login, nonce, seconds=LOGIN_SECONDS)
        return response

    async def _finish(self, request: web.Request) -> web.StreamResponse:
        """Take the browser back from Discord; a sign-in can be finished once, and always opens a new session."""
        with using_language(reader_language(request)):
            response = await self._sign_in(request)
        self._cookies.clear(response, self._cookies.login)
        return response

    async def _sign_in(self, request: web.Request) -> web.Response:
        nonce = request.cookies.get(self._cookies.login, "")
        state, verifier = login_secrets(nonce)
        if not nonce or not hmac.compare_digest(state.encode(), request.query.get("state", "").encode()):
            return notice_page(gettext(NOT_BEGUN_HERE), status=403)
        code = request.query.get("code", "")
        if not code:
            return notice_page(gettext(DENIED), status=403)
        clock = self._sessions.clock
        if len(self._failures) == MOST_FAILURES and clock() - self._failures[0] < FAILURE_SECONDS:
            return notice_page(gettext(TOO_MANY), status=429)
        oauth = self._oauth()
        try:
            token = await oauth.exchange(code, verifier)
            user = await oauth.user(token)
            with using_language(language_for(user.locale)):
                places = await self._access.places(oauth, token, user.id)
                if not places:
                    await self._forget(token)
                    return notice_page(gettext(NO_MODERATOR, name=user.name), status=403)
        except (LoginFailed, TokenRejected):
            self._failures.append(clock())
            return notice_page(gettext(NOT_TAKEN), status=403)
        except DiscordUnavailable as error:
            log.warning("A sign-in failed, since Discord did not answer as described: %s", trace(error))
            return notice_page(gettext(UNAVAILABLE), status=503)
        self._sessions.close(request.cookies.get(self._cookies.session, ""))
        session_id = self._sessions.open(user.id, user.name, user.locale, token, places)
        response = see_other(QUESTIONS)
        self._cookies.set(response, self._cookies.session, session_id)
        return response

    async def _log_out(self, visit: Visit) -> web.StreamResponse:
        self._sessions.close(visit.request.cookies.get(self._cookies.session, ""))
        await self._forget(visit.session.token)
        response = see_other(HOME)
        self._cookies.clear(response, self._cookies.session)
        return response

    async def _change_place(self, visit: Visit) -> web.StreamResponse:
        """Show another place that the user moderates."""
        chosen = visit.form.get("place", "")
        place = next((place for place in visit.session.places if str(place) == chosen), None)
        if place is None:
            raise web.HTTPForbidden
        visit.session.place = place
        return see_other(QUESTIONS)

    async def _forget(self, token: str) -> None:
        try:
            await self._oauth().revoke(token)
        except DiscordUnavailable as error:
            log.info("Discord was not told that a sign-in has ended: %s", trace(error))
