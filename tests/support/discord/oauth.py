"""OAuth2 of the local Discord: consent, tokens, and what a user's token may read."""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import yarl
from aiohttp import BasicAuth, web

from tests.support.discord.payloads import BOT, Guild, Json, User
from tests.support.discord.places import Places

__all__ = ["CLIENT_SECRET", "OAuth"]

CLIENT_SECRET = "local-client-secret-not-a-secret"
LIVES_S = 604_800
KNOWN_SCOPES = {"identify", "guilds", "guilds.members.read", "email"}


@dataclass(frozen=True, slots=True)
class Grant:
    """What a user consented to."""

    user: User
    scopes: frozenset[str]
    redirect_uri: str = ""
    challenge: str = ""


class OAuth:
    """The endpoints of OAuth2; `members` are the roles of users by server, `redirects` the registered addresses.

    `reads` are the paths that users' tokens read. While `down` is set, every endpoint answers 503; the next `limited`
    reads are told to wait `retry_after` seconds.
    """

    def __init__(self, places: Places) -> None:
        self.redirects: set[str] = set()
        self.members: dict[tuple[str, str], tuple[str, ...]] = {}
        self.extra: dict[tuple[str, str], Json] = {}
        self.rights: dict[tuple[str, str], int] = {}
        self.reads: list[str] = []
        self.down = False
        self.limited = 0
        self.retry_after = 0.01
        self.locale = "en-US"
        self._places = places
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, Grant] = {}

    def join(self, user: User, guild: Guild, *roles: str, **extra: object) -> None:
        """The user is in a server, with these roles only; `extra` are other fields of the member."""
        self._places.users[user.id] = user
        self.members[guild.id, user.id] = roles
        self.extra[guild.id, user.id] = dict(extra)

    def leave(self, user: User, guild: Guild) -> None:
        self.members.pop((guild.id, user.id), None)

    def revoke(self, user: User) -> None:
        """The user takes back what they consented to."""
        self._tokens = {token: grant for token, grant in self._tokens.items() if grant.user != user}

    def has_token(self, user: User) -> bool:
        return any(grant.user == user for grant in self._tokens.values())

    def register(self, router: web.UrlDispatcher, api: str) -> None:
        """Take the page of consent and the tokens; what tokens read comes by `answer`."""
        router.add_get("/oauth2/authorize", self._show_consent)
        router.add_post("/oauth2/authorize", self._consent)
        router.add_post(f"{api}/oauth2/token", self._exchange)
        router.add_post(f"{api}/oauth2/token/revoke", self._revoke)

    def answer(self, path: str, token: str) -> tuple[int, Json]:
        """Status and body of a request with a user's token."""
        self.reads.append(path)
        if self.down:
            return 503, {"message": "Service Unavailable", "code": 0}
        if self.limited:
            self.limited -= 1
            return 429, {"message": "You are being rate limited.", "retry_after": self.retry_after, "global": False}
        grant = self._tokens.get(token)
        if grant is None:
            return 401, {"message": "401: Unauthorized", "code": 0}
        if path == "/users/@me" and "identify" in grant.scopes:
            about = {"flags": 0, "banner": None, "accent_color": None, "mfa_enabled": True, "locale": self.locale}
            return 200, grant.user.payload() | about
        if path == "/users/@me/guilds":
            if "guilds" not in grant.scopes:
                return 403, {"message": "Missing Access", "code": 50001}
            return 200, self._guilds_of(grant.user)  # type: ignore[return-value]  # the only list
        parts = path.split("/")
        if parts[:4] == ["", "users", "@me", "guilds"] and parts[5:] == ["member"]:
            if "guilds.members.read" not in grant.scopes:
                return 403, {"message": "Missing Access", "code": 50001}
            roles = self.members.get((parts[4], grant.user.id))
            if roles is None:
                return 404, {"message": "Unknown Guild", "code": 10004}
            member = grant.user.member(roles=roles) | {"banner": None} | self.extra[parts[4], grant.user.id]
            return 200, member | {"user": member["user"] | {"flags": 0, "primary_guild": None}}
        return 403, {"message": "Missing Access", "code": 50001}

    def _guilds_of(self, user: User) -> list[Json]:
        """The servers of a user, as Discord lists them; a member may there what `rights` or its being owner says."""
        guilds = [guild for guild in self._places.guilds if (guild.id, user.id) in self.members]
        return [
            {
                "id": guild.id,
                "name": guild.name,
                "icon": None,
                "banner": None,
                "owner": guild.owner.id == user.id,
                "permissions": str(guild.everyone | self.rights.get((guild.id, user.id), 0)),
                "features": [],
            }
            for guild in guilds
        ]

    async def _show_consent(self, request: web.Request) -> web.Response:
        """The page on which a person consents."""
        if problem := self._problem(request.query):
            return web.json_response({"message": problem, "code": 50035}, status=400)
        fields = {**request.query, "user": ""}
        hidden = [f'<input name="{html.escape(name)}" value="{html.escape(value)}">' for name, value in fields.items()]
        page = f'<!doctype html><form method="post">{"".join(hidden)}<button>Authorize</button></form>'
        return web.Response(text=page, content_type="text/html")

    async def _consent(self, request: web.Request) -> web.Response:
        """A person consents, or refuses if there is no `user`; then the browser goes back."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        if problem := self._problem(form):
            return web.json_response({"message": problem, "code": 50035}, status=400)
        user = self._places.users.get(form.get("user", ""))
        back = {"state": form.get("state", "")}
        if user is None:
            back |= {"error": "access_denied", "error_description": "The resource owner denied the request"}
        else:
            back["code"] = code = secrets.token_urlsafe(22)
            scopes = frozenset(form["scope"].split())
            self._codes[code] = Grant(user, scopes, form["redirect_uri"], form.get("code_challenge", ""))
        location = yarl.URL(f"{form['redirect_uri']}?{urlencode(back)}", encoded=True)
        raise web.HTTPFound(location)

    def _problem(self, fields: Mapping[str, str]) -> str:
        if fields.get("client_id") != BOT.id:
            return "Unknown Application"
        if fields.get("redirect_uri") not in self.redirects:
            return "Invalid OAuth2 redirect_uri"
        if fields.get("response_type") != "code":
            return "Invalid response_type"
        if fields.get("code_challenge") and fields.get("code_challenge_method") != "S256":
            return "Invalid code_challenge_method"
        scopes = set(fields.get("scope", "").split())
        return "" if scopes and scopes <= KNOWN_SCOPES else "Invalid scope"

    async def _exchange(self, request: web.Request) -> web.Response:
        """A code for a token: each code once, with the same address and the verifier of its challenge."""
        if self.down:
            return web.json_response({"message": "Service Unavailable", "code": 0}, status=503)
        form = {name: str(value) for name, value in (await request.post()).items()}
        if not _is_client(request, form):
            return web.json_response({"error": "invalid_client"}, status=401)
        grant = self._codes.pop(form.get("code", ""), None)
        fits = grant is not None and grant.redirect_uri == form.get("redirect_uri")
        if grant is None or not fits or form.get("grant_type") != "authorization_code" or not _verified(grant, form):
            about = {"error": "invalid_grant", "error_description": 'Invalid "code" in request.'}
            return web.json_response(about, status=400)
        token = secrets.token_urlsafe(22)
        self._tokens[token] = grant
        return web.json_response(
            {
                "token_type": "Bearer",
                "access_token": token,
                "expires_in": LIVES_S,
                "refresh_token": secrets.token_urlsafe(22),
                "scope": " ".join(sorted(grant.scopes)),
            }
        )

    async def _revoke(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if not _is_client(request, form):
            return web.json_response({"error": "invalid_client"}, status=401)
        self._tokens.pop(form.get("token", ""), None)
        return web.json_response({})


def _is_client(request: web.Request, form: Mapping[str, str]) -> bool:
    header = request.headers.get("Authorization")
    if header:
        auth = BasicAuth.decode(header)
        return (auth.login, auth.password) == (BOT.id, CLIENT_SECRET)
    return (form.get("client_id"), form.get("client_secret")) == (BOT.id, CLIENT_SECRET)


def _verified(grant: Grant, form: Mapping[str, str]) -> bool:
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return not grant.challenge or base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == grant.challenge
