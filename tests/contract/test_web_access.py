"""Who may see what of the web server, as a table: each path for each kind of visitor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.policy.rate_limits import Limits
from bot.settings import PageAccess
from bot.web.links import HomeLink, OriginalLink
from tests.support.evidence_pages import FIRST, QUOTE, EvidenceSite, evidence_site

PAGE, WHOLE, FILE, HOME, SEARCH = "page", "whole", "file", "home", "search"

VISITORS = ("nobody", "link", "expired link", "forged link", "link of another page", "other host")

TABLE = {
    # what, access: the status for each of VISITORS
    (PAGE, PageAccess.SIGNED): (403, 200, 410, 403, 403, 421),
    (FILE, PageAccess.SIGNED): (403, 200, 410, 403, 403, 421),
    (HOME, PageAccess.SIGNED): (403, 200, 410, 403, 403, 421),
    (SEARCH, PageAccess.SIGNED): (403, 200, 410, 403, 403, 421),
    (PAGE, PageAccess.OPEN): (200, 200, 200, 200, 200, 421),
    (FILE, PageAccess.OPEN): (200, 200, 200, 200, 200, 421),
    (HOME, PageAccess.OPEN): (200, 200, 200, 200, 200, 421),
    (SEARCH, PageAccess.OPEN): (200, 200, 200, 200, 200, 421),
}
"""The moderators' pages have a table of their own, in test_moderators_access.py."""

SECRET_WORDS = ("tokens", "There are models", "a.md")
"""Words of the source, and its name."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


@pytest.fixture(params=[PageAccess.SIGNED, PageAccess.OPEN])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EvidenceSite]:
    free = Limits(user_seconds=0, server_per_minute=0)
    async with evidence_site(tmp_path, access=request.param, downloads=True, search=True, limits=free) as site:
        yield site


def address(site: EvidenceSite, what: str, who: str) -> str:
    """Return the path and query by which a visitor asks for a page."""
    targets = {PAGE: site.link(), FILE: OriginalLink("a.md"), HOME: HomeLink(), SEARCH: HomeLink()}
    other = HomeLink() if what in (PAGE, FILE) else site.link()
    until = site.links.today - 1 if who == "expired link" else site.links.today + 1
    signature = site.links.signature(other if who == "link of another page" else targets[what], until)
    if who == "forged link":
        signature["t"] = str(until + 100)
    query = targets[what].query | ({} if who == "nobody" else signature)
    if what == SEARCH:
        query["question"] = "tokens"
    path = "/search" if what == SEARCH else targets[what].path
    return f"{path}?{'&'.join(f'{name}={value}' for name, value in query.items())}"


@pytest.mark.parametrize("who", VISITORS)
@pytest.mark.parametrize("what", [PAGE, FILE, HOME, SEARCH])
async def test_each_visitor_sees_what_the_table_says_and_nothing_else(what, who, site):
    headers = {"Host": "evil.example"} if who == "other host" else {}
    status, text, answered = await site.get(address(site, what, who), **headers)
    assert status == TABLE[what, site.links.access][VISITORS.index(who)]
    if status != 200:
        assert [word for word in SECRET_WORDS if word in text] == []
    assert {name: answered[name] for name in HEADERS} == HEADERS
    policy = answered["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy or status in (404, 421)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("what", [PAGE, FILE, HOME, SEARCH])
async def test_pages_are_read_only(what, method, site):
    async with site.session.request(method, f"{site.address}{address(site, what, 'link')}") as response:
        assert response.status == 405
        assert QUOTE not in await response.text()


async def test_no_page_sets_a_cookie_or_leads_elsewhere(site):
    for what in (PAGE, FILE, HOME, SEARCH):
        _, text, headers = await site.get(address(site, what, "link"))
        assert "Set-Cookie" not in headers
        assert "Location" not in headers
        assert 'http-equiv="refresh"' not in text
        assert "<script" not in text


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", f"/s/{FIRST}", "/s//a.md", "/f/", "/static/", "/static/../links.py"]
)
async def test_other_paths_are_not_found(path, site):
    status, text, headers = await site.get(path)
    assert status in (403, 404)
    assert "Location" not in headers
    assert QUOTE not in text
