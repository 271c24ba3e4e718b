from __future__ import annotations

from tests.support.discord.payloads import LISTED, User
from tests.support.journals import ANN
from tests.support.makers import OLDER
from tests.support.moderators_page import Browser, ModeratorsPage


async def test_questions_show_their_answers_and_votes_but_nobody(page: ModeratorsPage, browser: Browser) -> None:
    asker = User.new("secretive")
    page.library.silent("Lacking?", user=asker)
    voted = page.library.answered("Known?", user=asker)
    page.library.journal.vote(voted, user=ANN, helpful=False)
    page.library.journal.explain(voted, user=ANN, reason="It is too old.")
    questions, votes = await browser.get("/moderate/questions"), await browser.get("/moderate/votes")
    assert "Lacking?" in questions.text
    assert "Known?" in questions.text
    assert "Lacking?" not in votes.text
    assert "It is too old." in votes.text
    for text in (questions.text, votes.text):
        assert asker.id not in text
        assert asker.name not in text.casefold()


async def test_questions_come_page_by_page(page: ModeratorsPage, browser: Browser) -> None:
    for number in range(52):
        page.library.silent(f"Number {number:02}?")
    first, second = await browser.get("/moderate/questions"), await browser.get("/moderate/questions?page=2")
    assert "Number 51?" in first.text
    assert "Number 01?" not in first.text
    assert "Number 01?" in second.text
    assert "?page=3" not in second.text


async def test_markup_in_a_question_is_shown_as_text(page: ModeratorsPage, browser: Browser) -> None:
    page.library.silent("<script>alert(1)</script>?")
    async with browser.session.get(f"{page.url}/moderate/gaps") as response:
        raw = await response.text()
    assert "<script>alert" not in raw
    assert "&lt;script&gt;alert" in raw


async def test_reader_gets_the_language_of_their_discord(page: ModeratorsPage, moderator: User) -> None:
    page.discord.oauth.locale = "de"
    browser = await page.signed_in(moderator)
    assert "Fragen" in (await browser.get("/moderate/figures")).text


async def test_audit_names_people_places_and_snapshots(page: ModeratorsPage, browser: Browser, moderator: User) -> None:
    page.wire.state.users[moderator.id] = moderator
    await browser.post(f"/moderate/snapshots/{OLDER}/rollback")
    await browser.ended()
    stranger = User.new()
    page.library.journal.add_audit_entry(user=int(stranger.id), origin=LISTED.id, action="x", outcome="y")
    audit = (await browser.get("/moderate/audit")).text
    assert "<td>Librarian</td>" in audit
    assert f"<td>{LISTED.name}</td>" in audit
    assert "rollback 2025-04-04 12:00 (0bad)" in audit
    assert f"<td>{stranger.id}</td>" in audit
    assert moderator.id not in audit
