from __future__ import annotations

import asyncio

from tests.support.discord.payloads import LISTED, OWNER
from tests.support.makers import OLDER, make_report
from tests.support.moderators_page import ANSWER, QUESTION, Browser, ModeratorsPage


async def test_reindex_shows_its_progress_then_its_report(page: ModeratorsPage, browser: Browser) -> None:
    page.library.reindex_gate.clear()
    await browser.post("/moderate/reindex")
    running = await browser.get("/moderate/reindex")
    assert 'http-equiv="refresh"' in running.text
    async with browser.session.get(f"{page.url}/moderate/reindex/events") as stream:
        assert stream.content_type == "text/event-stream"
        while b'"total": 21' not in await stream.content.readuntil(b"\n\n"):
            pass  # the state before the first step may come first
        page.library.reindex_gate.set()
        rest = await stream.content.read()
    assert rest.endswith(b"event: end\ndata: {}\n\n")
    assert "The index is rebuilt" in (await browser.ended()).text
    assert page.library.reported_to[-1] == (int(LISTED.id), False)


async def test_reindex_is_cancelled(page: ModeratorsPage, browser: Browser) -> None:
    page.library.reindex_gate.clear()
    await browser.post("/moderate/reindex")
    run = (await browser.get("/moderate/reindex")).value("run")
    await browser.post("/moderate/reindex/cancel", run=run)
    assert "was cancelled" in (await browser.ended()).text
    assert page.audit()[-1][2:] == ("reindex", "cancelled")


async def test_second_run_is_refused_while_one_goes_on(page: ModeratorsPage, browser: Browser) -> None:
    page.library.reindex_gate.clear()
    await browser.post("/moderate/reindex")
    reply = await browser.follow(await browser.post("/moderate/reindex/preview"))
    assert "Other work on the index goes on" in reply.text
    refused = await browser.post("/moderate/answer/save", question=QUESTION, answer=ANSWER, digest="")
    assert "Nothing was written" in refused.text
    page.library.reindex_gate.set()
    await browser.ended()
    assert (page.library.reindexes, page.library.previews) == (1, 0)


async def test_stream_ends_with_the_session(page: ModeratorsPage, browser: Browser) -> None:
    page.library.reindex_gate.clear()
    await browser.post("/moderate/reindex")
    async with browser.session.get(f"{page.url}/moderate/reindex/events") as stream:
        await stream.content.readuntil(b"\n\n")
        await browser.post("/moderate/logout")
        async with asyncio.timeout(10):
            assert (await stream.content.read()).endswith(b"event: end\ndata: {}\n\n")
    page.library.reindex_gate.set()


async def test_report_hides_questions_from_moderators_of_other_places(page: ModeratorsPage, browser: Browser) -> None:
    page.library.report = make_report(answered=("Asked where?",))
    await browser.post("/moderate/reindex")
    assert "Asked where?" in (await browser.ended()).text
    owner = await page.signed_in(OWNER)
    assert "Asked where?" in (await owner.get("/moderate/reindex")).text
    await owner.post("/moderate/reindex")
    assert "Asked where?" in (await owner.ended()).text
    assert "Asked where?" not in (await browser.get("/moderate/reindex")).text
    assert page.library.reported_to == [(int(LISTED.id), False), (None, True)]


async def test_failed_work_says_why(page: ModeratorsPage, browser: Browser) -> None:
    page.library.rollback_error = RuntimeError("a secret path")
    await browser.post(f"/moderate/snapshots/{OLDER}/rollback")
    reply = await browser.ended()
    assert "incident" in reply.text
    assert "a secret path" not in reply.text
