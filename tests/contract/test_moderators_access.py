"""Who may open which page of the moderators, as a table: every route and method for every kind of visitor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.web.moderators.access import CHECK_SECONDS
from bot.web.moderators.sessions import IDLE_SECONDS
from tests.support.discord.payloads import LISTED, MODERATOR_ROLE, OWNER, UNLISTED, User
from tests.support.makers import OLDER
from tests.support.moderators_page import Browser, ModeratorsPage, Reply, moderators_page

OPEN = ("GET /moderate", "GET /moderate/login", "GET /moderate/callback")
ROUTES = (
    "GET /moderate/questions",
    "GET /moderate/votes",
    "GET /moderate/audit",
    "GET /moderate/gaps",
    "GET /moderate/answer",
    "GET /moderate/figures",
    "GET /moderate/snapshots",
    "GET /moderate/snapshots/{id}",
    "GET /moderate/reindex",
    "GET /moderate/reindex/events",
    "POST /moderate/gaps/solve",
    "POST /moderate/answer",
    "POST /moderate/answer/save",
    "POST /moderate/reindex",
    "POST /moderate/reindex/preview",
    "POST /moderate/reindex/cancel",
    "POST /moderate/reindex/publish",
    "POST /moderate/reindex/discard",
    "POST /moderate/snapshots/{id}/rollback",
    "POST /moderate/place",
    "POST /moderate/logout",
)
TABLE = {
    "nobody": False,
    "member": False,
    "moderator of another server": False,
    "moderator": True,
    "bot's owner": True,
    "expired session": False,
    "revoked role": False,
    "signed out": False,
    "made-up session": False,
}
"""Who may open all of ROUTES; the others may open none of them."""


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[ModeratorsPage]:
    async with moderators_page(tmp_path) as page:
        yield page


async def visitor(page: ModeratorsPage, who: str) -> tuple[Browser, str]:
    """A browser of such a visitor, and the token of the session that it has or had."""
    user, oauth = User.new(), page.discord.oauth
    if who in ("nobody", "made-up session"):
        browser = await page.browser()
        if who == "made-up session":
            browser.set_cookie("x" * 43)
        return browser, "x"
    if who in ("member", "moderator of another server"):
        oauth.join(user, *((LISTED,) if who == "member" else (UNLISTED, MODERATOR_ROLE)))
        browser = await page.browser()
        assert (await browser.sign_in(user)).status == 403
        return browser, "x"
    oauth.join(user, LISTED, MODERATOR_ROLE)
    browser = await page.signed_in(OWNER if who == "bot's owner" else user)
    token = (await browser.get("/moderate/questions")).csrf
    if who == "expired session":
        page.clock.now += IDLE_SECONDS + 1
    elif who == "revoked role":
        oauth.join(user, LISTED)
        page.clock.now += CHECK_SECONDS
    elif who == "signed out":
        session = browser.cookie()
        await browser.post("/moderate/logout")
        browser.set_cookie(session)
    return browser, token


async def visit(browser: Browser, route: str, token: str) -> Reply:
    method, path = route.replace("{id}", OLDER).split()
    return await (browser.get(path) if method == "GET" else browser.post(path, csrf=token))


def may(reply: Reply) -> bool:
    """Whether the visitor came in, wherever the page then led."""
    return reply.status != 403 and reply.location != "/moderate"


@pytest.mark.parametrize("who", TABLE)
async def test_page_opens_for_moderators_alone(page: ModeratorsPage, who: str) -> None:
    if TABLE[who]:
        browser, token = await visitor(page, who)
        place = "0" if who == "bot's owner" else LISTED.id
        for route in ROUTES[:-2]:
            assert may(await visit(browser, route, token)), route
        assert may(await browser.post("/moderate/place", csrf=token, place=place))
        assert (await browser.post("/moderate/logout", csrf=token)).status == 303
        return
    page.library.silent("A question of the listed server?")
    for route in ROUTES:
        browser, token = await visitor(page, who)
        reply = await visit(browser, route, token)
        assert not may(reply), route
        assert "A question of" not in reply.text
    library = page.library
    assert (library.reindexes, library.previews, library.rolled_back, library.published) == (0, 0, [], [])
    assert library.journal.audit_entries(1) == ()


async def test_table_has_every_route(page: ModeratorsPage) -> None:
    assert {f"{route.method} {route.path}" for route in page.routes} == {*OPEN, *ROUTES}
