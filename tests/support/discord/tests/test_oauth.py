"""The local Discord's OAuth2 is as Discord describes it, and as strict."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
import yarl

from tests.support.discord.oauth import CLIENT_SECRET
from tests.support.discord.openapi_check import OpenApi
from tests.support.discord.payloads import BOT, LISTED, MODERATOR_ROLE, UNLISTED, User
from tests.support.discord.server import DiscordServer

BACK = "http://127.0.0.1:1/callback"
CHALLENGE = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
"""The S256 challenge of an empty verifier."""
ASKED = {
    "client_id": BOT.id,
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": "identify guilds.members.read",
    "state": "s",
}


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    server = DiscordServer()
    await server.start()
    server.oauth.redirects.add(BACK)
    yield server
    await server.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def consent(discord: DiscordServer, session: aiohttp.ClientSession, user: User, **changes: str) -> yarl.URL:
    discord.state.users[user.id] = user
    url = yarl.URL(discord.url).with_path("/oauth2/authorize")
    form = ASKED | {"user": user.id} | changes
    async with session.post(url, data=form, allow_redirects=False) as reply:
        return yarl.URL(reply.headers.get("Location", "")) if reply.status == 302 else yarl.URL()


async def exchange(
    discord: DiscordServer, session: aiohttp.ClientSession, **changes: str
) -> tuple[int, dict[str, str]]:
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": BACK,
        "client_id": BOT.id,
        "client_secret": CLIENT_SECRET,
    }
    async with session.post(f"{discord.url}/oauth2/token", data=form | changes) as reply:
        return reply.status, await reply.json()


async def test_token_reads_the_user_and_their_roles(discord: DiscordServer, session: aiohttp.ClientSession) -> None:
    user = User.new()
    discord.oauth.join(user, LISTED, MODERATOR_ROLE)
    code = (await consent(discord, session, user)).query["code"]
    _, grant = await exchange(discord, session, code=code)
    headers = {"Authorization": f"Bearer {grant['access_token']}"}
    openapi = OpenApi()
    for path, schema in (
        ("/users/@me", "UserPIIResponse"),
        (f"/users/@me/guilds/{LISTED.id}/member", "PrivateGuildMemberResponse"),
    ):
        async with session.get(discord.url + path, headers=headers) as reply:
            assert openapi.unlike(schema, await reply.json()) == ""
    async with session.get(f"{discord.url}/users/@me/guilds/{UNLISTED.id}/member", headers=headers) as reply:
        assert (reply.status, (await reply.json())["code"]) == (404, 10004)
    async with session.get(f"{discord.url}/gateway/bot", headers=headers) as reply:
        assert reply.status == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "1"},
        {"redirect_uri": "http://127.0.0.1:1/other"},
        {"response_type": "token"},
        {"scope": "identify everything"},
        {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
    ],
)
async def test_wrong_request_is_not_consented_to(
    discord: DiscordServer, session: aiohttp.ClientSession, changes: dict[str, str]
) -> None:
    assert (await consent(discord, session, User.new(), **changes)) == yarl.URL()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"code": "x"}, 400),
        ({"redirect_uri": "http://127.0.0.1:1/other"}, 400),
        ({"grant_type": "password"}, 400),
        ({"client_secret": "x"}, 401),
        ({"code_verifier": "x"}, 400),
    ],
)
async def test_code_is_exchanged_under_the_same_terms_only(
    discord: DiscordServer, session: aiohttp.ClientSession, changes: dict[str, str], status: int
) -> None:
    terms = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    code = (await consent(discord, session, User.new(), **terms)).query["code"]
    assert (await exchange(discord, session, **{"code": code} | changes))[0] == status


async def test_code_is_exchanged_once(discord: DiscordServer, session: aiohttp.ClientSession) -> None:
    code = (await consent(discord, session, User.new())).query["code"]
    assert [(await exchange(discord, session, code=code))[0] for _ in range(2)] == [200, 400]
