from __future__ import annotations

from index.domain.snapshots import Diff, PassageText
from tests.support.discord.payloads import LISTED, User
from tests.support.makers import OLDER
from tests.support.moderators_page import Browser, ModeratorsPage


async def test_snapshots_are_compared_with_the_live_one(page: ModeratorsPage, browser: Browser) -> None:
    old = PassageText("a.md", "", "It was <b>so</b>.")
    page.library.changes = Diff("x", OLDER, changed=("a.md",), passages_removed=1, first_removed=(old,))
    assert OLDER in (await browser.get("/moderate/snapshots")).text
    reply = await browser.get(f"/moderate/snapshots/{OLDER}")
    assert "It was <b>so</b>." in reply.text
    assert "Source changed: a.md" in reply.text


async def test_rollback_is_carried_out_and_recorded(page: ModeratorsPage, browser: Browser, moderator: User) -> None:
    reply = await browser.post(f"/moderate/snapshots/{OLDER}/rollback")
    assert reply.location == "/moderate/reindex"
    assert "Rolled back" in (await browser.ended()).text
    assert page.library.rolled_back == [OLDER]
    assert page.audit()[-1][:3] == (int(moderator.id), LISTED.id, f"rollback {OLDER}")


async def test_rollback_to_an_unknown_snapshot_changes_nothing(page: ModeratorsPage, browser: Browser) -> None:
    for snapshot in ("nothing", "..%2f..%2fetc", OLDER[:5]):
        reply = await browser.post(f"/moderate/snapshots/{snapshot}/rollback")
        assert reply.location == "/moderate/snapshots"
    assert page.library.rolled_back == []
