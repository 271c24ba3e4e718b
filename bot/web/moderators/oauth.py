"""A client of Discord's OAuth2: authorization code with PKCE, and what a user's token may read."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
import yarl

__all__ = [
    "DiscordOAuth",
    "DiscordUnavailable",
    "LoginFailed",
    "Member",
    "TokenRejected",
    "User",
    "login_secrets",
    "new_nonce",
]

log = logging.getLogger(__name__)

SCOPES = "identify guilds.members.read"
GUILDS_SCOPE = "guilds"
"""Asked for only where every server has moderators of its own: then it is not known beforehand where to look."""
TIMEOUT_SECONDS = 10.0
LARGEST_REPLY = 512 * 1024
"""Bytes; a user may be in two hundred servers, of which each takes some hundred."""
MANAGE_GUILD, ADMINISTRATOR = 1 << 5, 1 << 3
UNAUTHORIZED, NOT_FOUND, TOO_MANY = 401, 404, 429
MOST_TRIES, LONGEST_PAUSE_SECONDS = 3, 2.0
"""How often Discord is asked again that wants a pause, and the longest pause that is waited."""


class DiscordUnavailable(Exception):
    """Discord did not answer, or not as described."""


class LoginFailed(Exception):
    """Discord did not take the code of a sign-in, or the client secret."""


class TokenRejected(Exception):
    """A user's token is no longer valid."""


@dataclass(frozen=True, slots=True)
class User:
    """Who signed in; `locale` is the language of their client."""

    id: int
    name: str
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A user in a server; one who is `restricted` is timed out or has not passed its rules screening."""

    roles: frozenset[int]
    restricted: bool = False


def login_secrets(nonce: str) -> tuple[str, str]:
    """Return the state and the PKCE verifier of a sign-in, from the secret in its cookie."""
    state, verifier = (_urlsafe(hashlib.sha256(f"{use}:{nonce}".encode()).digest()) for use in ("state", "verifier"))
    return state, verifier


class DiscordOAuth:
    """Discord's endpoints of OAuth2 and of users' tokens. Never logs a token or a code."""

    def __init__(
        self, *, api_url: str, client_id: str, client_secret: str, redirect_uri: str, lists_guilds: bool = False
    ) -> None:
        self._api_url = api_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._scopes = f"{SCOPES} {GUILDS_SCOPE}" if lists_guilds else SCOPES

    def authorize_url(self, *, state: str, verifier: str) -> str:
        """Return the address of Discord's page of consent; the verifier itself is not in it."""
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "scope": self._scopes,
            "redirect_uri": self._redirect_uri,
            "state": state,
            "code_challenge": _urlsafe(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
            "prompt": "none",
        }
        return f"{yarl.URL(self._api_url).origin()}/oauth2/authorize?{urlencode(query)}"

    async def exchange(self, code: str, verifier: str) -> str:
        """Return the access token for a code. Raises LoginFailed, DiscordUnavailable."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        status, reply = await self._ask("POST", "/oauth2/token", form=form)
        if status in (400, 401, 403):
            error = reply.get("error")
            if error == "invalid_client":
                log.error("Discord did not accept DISCORD_CLIENT_SECRET: copy it again from the developer portal.")
            raise LoginFailed
        token = reply.get("access_token")
        if status != 200 or not isinstance(token, str) or not token:
            raise DiscordUnavailable
        return token

    async def revoke(self, token: str) -> None:
        """Tell Discord that a token is no longer used. Raises DiscordUnavailable."""
        await self._request("POST", "/oauth2/token/revoke", form={"token": token, "token_type_hint": "access_token"})

    async def user(self, token: str) -> User:
        """Return whose token it is. Raises TokenRejected, DiscordUnavailable."""
        status, reply = await self._ask("GET", "/users/@me", token=token)
        if status != 200:
            raise DiscordUnavailable
        try:
            name = str(reply.get("global_name") or reply["username"])
            return User(int(reply["id"]), name, str(reply.get("locale") or ""))
        except (KeyError, ValueError) as error:
            raise DiscordUnavailable from error

    async def managed_guilds(self, token: str) -> frozenset[int]:
        """Return the servers that the token's user may manage. Raises TokenRejected, DiscordUnavailable."""
        status, reply = await self._request("GET", "/users/@me/guilds", token=token)
        if status != 200 or not isinstance(reply, list):
            raise DiscordUnavailable
        try:
            return frozenset(
                int(guild["id"])
                for guild in reply
                if guild.get("owner") or int(guild["permissions"]) & (MANAGE_GUILD | ADMINISTRATOR)
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise DiscordUnavailable from error

    async def member(self, token: str, guild: int) -> Member | None:
        """Return the token's user in a server; None if they are not in it. Raises TokenRejected, DiscordUnavailable."""
        status, reply = await self._ask("GET", f"/users/@me/guilds/{guild}/member", token=token)
        if status == NOT_FOUND:
            return None
        if status != 200:
            raise DiscordUnavailable
        try:
            roles = frozenset(int(role) for role in reply["roles"])
            until = reply.get("communication_disabled_until")
            silenced = until is not None and datetime.fromisoformat(until) > datetime.now().astimezone()
            return Member(roles, restricted=silenced or bool(reply.get("pending")))
        except (KeyError, TypeError, ValueError) as error:
            raise DiscordUnavailable from error

    async def _ask(
        self, method: str, path: str, *, token: str = "", form: dict[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Return the status and the object in the reply, empty if there is none."""
        status, reply = await self._request(method, path, token=token, form=form)
        return status, reply if isinstance(reply, dict) else {}

    async def _request(
        self, method: str, path: str, *, token: str = "", form: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Return the status and the object, or the list, in the reply; wait a moment where Discord asks to."""
        for _ in range(MOST_TRIES):
            status, reply = await self._try(method, path, token, form)
            if status != TOO_MANY:
                break
            pause = reply.get("retry_after") if isinstance(reply, dict) else None
            if not isinstance(pause, int | float) or not 0 <= pause <= LONGEST_PAUSE_SECONDS:
                break
            await asyncio.sleep(pause)
        if token and status == UNAUTHORIZED:
            raise TokenRejected
        return status, reply

    async def _try(self, method: str, path: str, token: str, form: dict[str, str] | None) -> tuple[int, Any]:
        credentials = f"Bearer {token}" if token else aiohttp.encode_basic_auth(self._client_id, self._client_secret)
        headers = {"Authorization": credentials}
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)) as session,
                session.request(
                    method, self._api_url + path, data=form, headers=headers, allow_redirects=False
                ) as response,
            ):
                body = bytearray()
                async for chunk in response.content.iter_chunked(LARGEST_REPLY):
                    body += chunk
                    if len(body) > LARGEST_REPLY:
                        raise DiscordUnavailable
                reply = json.loads(body) if body else {}
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise DiscordUnavailable from error
        return response.status, reply if isinstance(reply, dict | list) else {}


def new_nonce() -> str:
    """Return the secret of a sign-in's cookie."""
    return secrets.token_urlsafe(32)


def _urlsafe(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
