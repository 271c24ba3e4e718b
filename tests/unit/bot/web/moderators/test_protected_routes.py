from __future__ import annotations

import pytest
from aiohttp import web

from bot.web.moderators.protected_routes import Cookies
from tests.support.discord.payloads import LISTED, MODERATOR_ROLE, User
from tests.support.makers import OLDER
from tests.support.moderators_page import Browser, ModeratorsPage

FORMS = (
    "/moderate/logout",
    "/moderate/place",
    "/moderate/gaps/solve",
    "/moderate/answer",
    "/moderate/answer/save",
    "/moderate/reindex",
    "/moderate/reindex/preview",
    "/moderate/reindex/cancel",
    "/moderate/reindex/publish",
    "/moderate/reindex/discard",
    f"/moderate/snapshots/{OLDER}/rollback",
)


def changed(page: ModeratorsPage) -> bool:
    library = page.library
    return bool(library.reindexes or library.previews or library.rolled_back or library.journal.audit_entries(1))


@pytest.mark.parametrize("form", FORMS)
async def test_form_without_the_sessions_token_does_nothing(page: ModeratorsPage, browser: Browser, form: str) -> None:
    other = User.new()
    page.discord.oauth.join(other, LISTED, MODERATOR_ROLE)
    token_of_another = (await (await page.signed_in(other)).get("/moderate/questions")).csrf
    for csrf in ("", "x", token_of_another):
        assert (await browser.post(form, csrf=csrf)).status == 403
    assert not changed(page)
    assert (await browser.get("/moderate/questions")).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "null"},
        {"Content-Type": "text/plain"},
    ],
)
async def test_form_from_another_site_does_nothing(
    page: ModeratorsPage, browser: Browser, headers: dict[str, str]
) -> None:
    assert (await browser.post("/moderate/reindex", headers=headers)).status == 403
    assert not changed(page)


async def test_form_of_our_own_page_is_taken(page: ModeratorsPage, browser: Browser) -> None:
    for origin in ("null", page.url):
        headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
        assert (await browser.post("/moderate/place", headers=headers, place=LISTED.id)).status == 303


async def test_too_large_form_is_refused(page: ModeratorsPage, browser: Browser) -> None:
    reply = await browser.post("/moderate/answer", question="x", answer="x" * 70_000)
    assert reply.status == 413
    assert "64 KB" in reply.text
    assert (await browser.get("/moderate/questions")).status == 200


async def test_form_of_too_many_fields_is_refused(browser: Browser) -> None:
    fields = {f"field{number}": "x" for number in range(200)}
    assert (await browser.post("/moderate/answer", **fields)).status == 400


async def test_reading_a_page_changes_nothing(page: ModeratorsPage, browser: Browser) -> None:
    for form in FORMS:
        assert (await browser.get(form)).status in (200, 303, 404, 405)
    assert not changed(page)
    assert (await browser.get("/moderate/questions")).status == 200


async def test_pages_are_not_kept_by_caches(browser: Browser) -> None:
    for path in ("/moderate/questions", "/moderate", "/moderate/login"):
        assert (await browser.get(path)).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=99999999999999999999", "page=%00", "page=%C2%B2"]
)
async def test_odd_page_numbers_show_a_page(browser: Browser, query: str) -> None:
    for path in ("questions", "votes", "gaps", "audit", "figures"):
        assert (await browser.get(f"/moderate/{path}?{query}")).status == 200


@pytest.mark.parametrize("url", ["https://footnote.example", "http://localhost:8080"])
def test_cookies_are_bound_to_the_host_where_the_address_is_https(url: str) -> None:
    cookies, response = Cookies(url), web.Response()
    cookies.set(response, cookies.session, "x")
    written = response.cookies[cookies.session].OutputString()
    secure = url.startswith("https")
    assert cookies.session.startswith("__Host-") == secure
    assert cookies.login.startswith("__Host-") == secure
    assert ("Secure" in written) == secure
    assert "Path=/" in written
    assert "Domain" not in written
