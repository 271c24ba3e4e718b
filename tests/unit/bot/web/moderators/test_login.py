from __future__ import annotations

import pytest
import yarl

from bot.web.moderators.access import CHECK_SECONDS
from bot.web.moderators.login import FAILURE_SECONDS, MOST_FAILURES
from bot.web.moderators.sessions import ABSOLUTE_SECONDS, IDLE_SECONDS
from tests.support.discord.payloads import (
    LISTED,
    MANAGE_GUILD,
    MEMBER,
    MODERATOR_ROLE,
    OWNER,
    UNLISTED,
    User,
    make_role,
    snowflake,
)
from tests.support.moderators_page import LOGIN, Browser, ModeratorsPage

QUESTIONS = "/moderate/questions"
ADMINISTRATOR = 1 << 3


async def test_moderator_signs_in_and_sees_the_questions(page: ModeratorsPage, moderator: User) -> None:
    page.library.silent("Who wrote it?")
    reply = await (await page.browser()).sign_in(moderator)
    assert reply.status == 200
    assert "Who wrote it?" in reply.text
    assert "Librarian" in reply.text


async def test_sign_in_asks_discord_for_two_scopes_with_state_and_challenge(page: ModeratorsPage) -> None:
    begun = yarl.URL((await (await page.browser()).get("/moderate/login")).location)
    assert begun.origin() == yarl.URL(page.discord.url).origin()
    assert begun.path == "/oauth2/authorize"
    assert begun.query["scope"] == "identify guilds.members.read"
    assert begun.query["code_challenge_method"] == "S256"
    assert len(begun.query["state"]) >= 43
    assert begun.query["redirect_uri"] == f"{page.url}/moderate/callback"
    assert "code_verifier" not in begun.query


async def test_every_sign_in_has_a_state_of_its_own(page: ModeratorsPage) -> None:
    browser = await page.browser()
    states = {yarl.URL((await browser.get("/moderate/login")).location).query["state"] for _ in range(3)}
    assert len(states) == 3


async def test_state_of_another_browser_signs_nobody_in(page: ModeratorsPage, moderator: User) -> None:
    attacker, victim = await page.browser(), await page.browser()
    back = await attacker.consent(moderator)
    await victim.get("/moderate/login")
    reply = await victim.follow(back)
    assert reply.status == 403
    assert victim.cookie() == ""


async def test_callback_without_a_begun_sign_in_is_refused(page: ModeratorsPage) -> None:
    reply = await (await page.browser()).get("/moderate/callback?code=x&state=")
    assert reply.status == 403
    assert "not begun in this browser" in reply.text


async def test_code_is_taken_once(page: ModeratorsPage, moderator: User) -> None:
    browser = await page.browser()
    back = await browser.consent(moderator)
    nonce = browser.cookie(LOGIN)
    assert (await browser.follow(back)).status == 303
    assert browser.cookie(LOGIN) == ""
    assert (await browser.follow(back)).status == 403
    browser.set_cookie(nonce, LOGIN)
    replay = await browser.follow(back)
    assert replay.status == 403
    assert "did not accept the sign-in" in replay.text


async def test_code_for_another_challenge_is_not_taken(page: ModeratorsPage, moderator: User) -> None:
    first, second = await page.browser(), await page.browser()
    code = yarl.URL((await first.consent(moderator)).location).query["code"]
    state = yarl.URL((await second.get("/moderate/login")).location).query["state"]
    assert (await second.get(f"/moderate/callback?code={code}&state={state}")).status == 403
    assert second.cookie() == ""


async def test_discord_is_spared_after_many_failed_sign_ins(page: ModeratorsPage, moderator: User) -> None:
    browser = await page.browser()
    for _ in range(MOST_FAILURES):
        state = yarl.URL((await browser.get("/moderate/login")).location).query["state"]
        assert (await browser.get(f"/moderate/callback?code=x&state={state}")).status == 403
    assert (await (await page.browser()).sign_in(moderator)).status == 429
    page.clock.now += FAILURE_SECONDS
    assert (await (await page.browser()).sign_in(moderator)).status == 200


async def test_refusal_on_discord_signs_nobody_in(page: ModeratorsPage) -> None:
    browser = await page.browser()
    reply = await browser.follow(await browser.consent(None))
    assert reply.status == 403
    assert "did not allow it" in reply.text


async def test_session_id_from_before_the_sign_in_is_not_kept(page: ModeratorsPage, moderator: User) -> None:
    browser = await page.browser()
    browser.set_cookie("chosen-by-somebody-else")
    await browser.sign_in(moderator)
    assert browser.cookie() != "chosen-by-somebody-else"
    other = await page.browser()
    other.set_cookie("chosen-by-somebody-else")
    assert (await other.get(QUESTIONS)).status == 303


async def test_signing_in_again_ends_the_session_before(
    browser: Browser, page: ModeratorsPage, moderator: User
) -> None:
    before = browser.cookie()
    await browser.sign_in(moderator)
    assert browser.cookie() != before
    other = await page.browser()
    other.set_cookie(before)
    assert (await other.get(QUESTIONS)).status == 303


async def test_signing_out_ends_the_session_and_the_token(
    page: ModeratorsPage, browser: Browser, moderator: User
) -> None:
    session = browser.cookie()
    assert page.discord.oauth.has_token(moderator)
    assert (await browser.post("/moderate/logout")).location == "/moderate"
    assert browser.cookie() == ""
    assert not page.discord.oauth.has_token(moderator)
    browser.set_cookie(session)
    assert (await browser.get(QUESTIONS)).status == 303


async def test_session_ends_when_it_is_not_used(page: ModeratorsPage, browser: Browser) -> None:
    page.clock.now += IDLE_SECONDS - 1
    assert (await browser.get(QUESTIONS)).status == 200
    page.clock.now += IDLE_SECONDS + 1
    assert (await browser.get(QUESTIONS)).location == "/moderate"


async def test_session_ends_after_its_longest_time(page: ModeratorsPage, browser: Browser) -> None:
    for _ in range(int(ABSOLUTE_SECONDS // (IDLE_SECONDS / 2))):
        page.clock.now += IDLE_SECONDS / 2
        assert (await browser.get(QUESTIONS)).status == 200
    page.clock.now += IDLE_SECONDS / 2
    assert (await browser.get(QUESTIONS)).status == 303


async def test_lost_role_ends_the_session(page: ModeratorsPage, browser: Browser, moderator: User) -> None:
    page.discord.oauth.join(moderator, LISTED)
    assert (await browser.get(QUESTIONS)).status == 200
    page.clock.now += CHECK_SECONDS
    reply = await browser.get(QUESTIONS)
    assert reply.status == 403
    assert "no longer a moderator" in reply.text
    page.discord.oauth.join(moderator, LISTED, MODERATOR_ROLE)
    assert (await browser.get(QUESTIONS)).status == 303


async def test_who_left_the_server_or_took_back_access_is_signed_out(page: ModeratorsPage, moderator: User) -> None:
    for end in (
        lambda: page.discord.oauth.leave(moderator, LISTED),
        lambda: page.discord.oauth.revoke(moderator),
        lambda: page.discord.oauth.join(
            moderator, LISTED, MODERATOR_ROLE, communication_disabled_until="2999-01-01T00:00:00+00:00"
        ),
    ):
        page.discord.oauth.join(moderator, LISTED, MODERATOR_ROLE)
        browser = await page.signed_in(moderator)
        end()
        page.clock.now += CHECK_SECONDS
        assert (await browser.get(QUESTIONS)).status == 403


async def test_roles_are_looked_up_at_most_every_few_minutes(page: ModeratorsPage, browser: Browser) -> None:
    page.discord.oauth.reads.clear()
    for _ in range(5):
        await browser.get(QUESTIONS)
    assert page.discord.oauth.reads == []


async def test_nothing_is_shown_while_discord_does_not_answer(page: ModeratorsPage, browser: Browser) -> None:
    page.clock.now += CHECK_SECONDS
    page.discord.oauth.down = True
    assert (await browser.get(QUESTIONS)).status == 503
    page.discord.oauth.down = False
    assert (await browser.get(QUESTIONS)).status == 200


async def test_short_pause_that_discord_wants_is_waited(page: ModeratorsPage, moderator: User) -> None:
    page.discord.oauth.limited = 2
    assert (await (await page.browser()).sign_in(moderator)).status == 200


async def test_long_pause_that_discord_wants_is_told(page: ModeratorsPage, browser: Browser) -> None:
    page.clock.now += CHECK_SECONDS
    page.discord.oauth.limited, page.discord.oauth.retry_after = 1, 3600
    assert (await browser.get(QUESTIONS)).status == 503
    assert (await browser.get(QUESTIONS)).status == 200


async def test_member_without_a_role_is_refused_and_their_token_is_given_back(page: ModeratorsPage) -> None:
    member = User.new()
    page.discord.oauth.join(member, LISTED)
    reply = await (await page.browser()).sign_in(member)
    assert reply.status == 403
    assert "no moderator of mine" in reply.text
    assert not page.discord.oauth.has_token(member)


async def test_moderator_of_an_unlisted_server_is_refused(page: ModeratorsPage) -> None:
    user = User.new()
    page.discord.oauth.join(user, UNLISTED, MODERATOR_ROLE)
    assert (await (await page.browser()).sign_in(user)).status == 403


async def test_owner_of_the_listed_server_may_come_in(page: ModeratorsPage) -> None:
    page.discord.oauth.join(LISTED.owner, LISTED)
    assert (await (await page.browser()).sign_in(LISTED.owner)).status == 200


@pytest.mark.parametrize(
    ("permissions", "restricted", "status"),
    [
        (MANAGE_GUILD, {}, 200),
        (ADMINISTRATOR, {}, 200),
        (MEMBER, {}, 403),
        (MANAGE_GUILD, {"pending": True}, 403),
        (MANAGE_GUILD, {"communication_disabled_until": "2999-01-01T00:00:00+00:00"}, 403),
        (MANAGE_GUILD, {"communication_disabled_until": "2001-01-01T00:00:00+00:00"}, 200),
        (ADMINISTRATOR, {"communication_disabled_until": "2999-01-01T00:00:00+00:00"}, 200),
    ],
)
async def test_roles_let_in_by_what_they_allow(
    page: ModeratorsPage, permissions: int, restricted: dict[str, object], status: int
) -> None:
    role = snowflake()
    payload = make_role(role, "Helpers", permissions)
    page.wire.receive("GUILD_ROLE_CREATE", {"guild_id": LISTED.id, "role": payload})
    user = User.new()
    page.discord.oauth.join(user, LISTED, role, **restricted)
    assert (await (await page.browser()).sign_in(user)).status == status


async def test_server_that_the_bot_left_has_no_moderators(page: ModeratorsPage, browser: Browser) -> None:
    page.wire.receive("GUILD_DELETE", {"id": LISTED.id})
    page.clock.now += CHECK_SECONDS
    assert (await browser.get(QUESTIONS)).status == 403


async def test_bots_owner_sees_all_servers_and_chooses_one(page: ModeratorsPage) -> None:
    page.library.silent("Asked elsewhere?", guild=UNLISTED)
    page.library.silent("Asked here?")
    page.library.silent("Asked in private?", guild=None)
    browser = await page.signed_in(OWNER)
    everywhere = await browser.get(QUESTIONS)
    assert "Asked elsewhere?" in everywhere.text
    assert "Asked in private?" not in everywhere.text
    await browser.post("/moderate/place", place=LISTED.id)
    here = await browser.get(QUESTIONS)
    assert "Asked here?" in here.text
    assert "Asked elsewhere?" not in here.text


async def test_moderator_cannot_choose_a_place_of_others(page: ModeratorsPage, browser: Browser) -> None:
    page.library.silent("Asked elsewhere?", guild=UNLISTED)
    for place in ("0", UNLISTED.id, "x"):
        assert (await browser.post("/moderate/place", place=place)).status == 403
    assert "Asked elsewhere?" not in (await browser.get(QUESTIONS)).text


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(page: ModeratorsPage, moderator: User) -> None:
    browser = await page.browser()
    begun = await browser.get("/moderate/login")
    back = await browser.follow(await browser.consent(moderator))
    for cookie in (begun.headers["Set-Cookie"], *back.headers.getall("Set-Cookie")):  # type: ignore[attr-defined]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie


async def test_no_address_in_a_request_is_redirected_to(
    page: ModeratorsPage, browser: Browser, moderator: User
) -> None:
    for path in ("/moderate?next=", "/moderate/callback?next=", "/moderate/login?redirect_uri="):
        reply = await browser.get(f"{path}https://evil.example/&return_to=//evil.example")
        assert "evil.example" not in reply.location
    fresh = await page.browser()
    assert (await fresh.get("/moderate/questions?next=//evil.example")).location == "/moderate"
