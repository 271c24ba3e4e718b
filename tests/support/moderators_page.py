"""The moderators' page on a real port, with the local Discord's OAuth2, and browsers that sign in on it."""

from __future__ import annotations

import asyncio
import html
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import yarl
from aiohttp import web

from bot.web.moderators.routes import routes
from bot.web.server import WebServer
from bot.web.static_files import static_routes
from index import Corpora
from tests.support.discord.client import Clock
from tests.support.discord.oauth import CLIENT_SECRET
from tests.support.discord.payloads import User
from tests.support.discord.server import DiscordServer
from tests.support.discord.wire import Wire
from tests.support.journal_library import JournalLibrary, connected_with_moderators

__all__ = ["ANSWER", "LOGIN", "QUESTION", "Browser", "ModeratorsPage", "Reply", "Site", "free_port", "moderators_page"]

QUESTION, ANSWER = "Who wrote Llama?", "A team at Meta wrote it."
SESSION, LOGIN = "footnote-session", "footnote-login"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a browser got: `text` is the page with entities as characters, `location` where a redirect leads."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def csrf(self) -> str:
        return self.value("csrf")

    def value(self, name: str) -> str:
        """The value of the first field of this name; empty if there is none."""
        match = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        return match[1] if match else ""


class Site(Protocol):
    """Where the page is, and the Discord on which people sign in."""

    url: str
    discord: DiscordServer


class Browser:
    """A browser with cookies of its own, which follows no redirect unless told."""

    def __init__(self, page: Site, session: aiohttp.ClientSession) -> None:
        self.page = page
        self.session = session

    async def get(self, path: str, **headers: str) -> Reply:
        return await self._request("GET", path, headers=headers)

    async def post(self, path: str, headers: Mapping[str, str] | None = None, **fields: str) -> Reply:
        """Send a form; without `csrf` with the token of the session's pages, if it has one."""
        if "csrf" not in fields:
            fields["csrf"] = (await self.get("/moderate/questions")).csrf
        return await self._request("POST", path, data=fields, headers=headers or {})

    async def follow(self, reply: Reply) -> Reply:
        return await self.get(reply.location)

    async def _request(self, method: str, path: str, **how: Any) -> Reply:
        url = yarl.URL(path, encoded=True) if path.startswith("http") else yarl.URL(self.page.url + path, encoded=True)
        async with self.session.request(method, url, allow_redirects=False, **how) as response:
            return Reply(response.status, html.unescape(await response.text()), response.headers.copy())

    def cookie(self, name: str = SESSION) -> str:
        cookies = self.session.cookie_jar.filter_cookies(yarl.URL(self.page.url))
        return cookies[name].value if name in cookies else ""

    def set_cookie(self, value: str, name: str = SESSION) -> None:
        self.session.cookie_jar.update_cookies({name: value}, yarl.URL(self.page.url))

    async def consent(self, user: User | None) -> Reply:
        """Begin to sign in and consent on Discord, or refuse without a user; the redirect back is not followed."""
        begun = await self.get("/moderate/login")
        fields = dict(yarl.URL(begun.location).query)
        if user is not None:
            self.page.discord.state.users[user.id] = user
        return await self._request(
            "POST", begun.location.partition("?")[0], data={**fields, "user": user.id if user else ""}
        )

    async def ended(self) -> Reply:
        """Return the page of the reindex once nothing goes on."""
        async with asyncio.timeout(120):
            while True:
                reply = await self.get("/moderate/reindex")
                if 'id="progress"' not in reply.text:
                    return reply
                await asyncio.sleep(0.02)

    async def save_answer(self, question: str = QUESTION, answer: str = ANSWER) -> Reply:
        """Write an answer, after its preview."""
        preview = await self.post("/moderate/answer", question=question, answer=answer)
        assert preview.status == 200, preview.text
        digest = preview.value("digest")
        return await self.post("/moderate/answer/save", question=question, answer=answer, digest=digest)

    async def sign_in(self, user: User) -> Reply:
        """Sign in all the way; the reply is the last page, or the refusal."""
        reply = await self.follow(await self.consent(user))
        return await self.follow(reply) if reply.status == 303 else reply


@dataclass
class ModeratorsPage:
    """What a test needs of the page: its address, Discord, the library and the clock of the sessions."""

    discord: DiscordServer
    library: JournalLibrary
    wire: Wire
    clock: Clock
    stack: AsyncExitStack
    url: str
    routes: tuple[web.RouteDef, ...]

    def audit(self) -> list[tuple[int | None, str, str, str]]:
        """User, origin, action and outcome of each line of the audit, oldest first."""
        entries = self.library.journal.audit_entries(20)
        return [(entry.user, entry.origin, str(entry.action), str(entry.outcome)) for entry in reversed(entries)]

    async def browser(self) -> Browser:
        jar = aiohttp.CookieJar(unsafe=True)
        return Browser(self, await self.stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar)))

    async def signed_in(self, user: User) -> Browser:
        browser = await self.browser()
        reply = await browser.sign_in(user)
        assert reply.status == 200, reply.text
        return browser


@asynccontextmanager
async def moderators_page(
    folder: Path, *, team: bool = False, libraries: Corpora | None = None, **changes: Any
) -> AsyncIterator[ModeratorsPage]:
    """The page over a fake library, whose journal and sources are real, or over `libraries` in its place."""
    async with AsyncExitStack() as stack:
        discord, library, clock = DiscordServer(team=team), JournalLibrary(folder), Clock()
        await discord.start()
        stack.push_async_callback(discord.stop)
        wire = await stack.enter_async_context(connected_with_moderators(libraries or library, folder, **changes))
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        offered = routes(
            services=wire.bot.services,
            public_url=url,
            api_url=discord.url,
            client=wire.bot,
            client_secret=CLIENT_SECRET,
            clock=clock,
        )
        discord.oauth.redirects.add(f"{url}/moderate/callback")
        server = WebServer(host="127.0.0.1", port=port, routes=[*offered, *static_routes()])
        await server.start()
        stack.push_async_callback(server.stop)
        yield ModeratorsPage(discord, library, wire, clock, stack, url, tuple(offered))


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
