from __future__ import annotations

import asyncio

import pytest

from index.domain.snapshots import Diff, PassageText
from tests.support.discord.payloads import LISTED, UNLISTED, User
from tests.support.fake_reindexer import PREVIEW
from tests.support.fakes import OLDER, make_report
from tests.support.journals import ANN
from tests.support.moderators_page import Browser, ModeratorsPage, Reply

QUESTION, ANSWER = "Who wrote Llama?", "A team at Meta wrote it."


def audit(page: ModeratorsPage) -> list[tuple[int | None, str, str, str]]:
    """The lines of the audit, oldest first."""
    entries = page.library.journal.audit_entries(20)
    return [(entry.user, entry.origin, str(entry.action), str(entry.outcome)) for entry in reversed(entries)]


async def ended(browser: Browser) -> Reply:
    """The page of the reindex once nothing goes on."""
    async with asyncio.timeout(10):
        while True:
            reply = await browser.get("/moderate/reindex")
            if 'id="progress"' not in reply.text:
                return reply
            await asyncio.sleep(0.02)


async def save(browser: Browser, question: str = QUESTION, answer: str = ANSWER) -> Reply:
    preview = await browser.post("/moderate/answer", question=question, answer=answer)
    assert preview.status == 200, preview.text
    return await browser.post("/moderate/answer/save", question=question, answer=answer, digest=preview.value("digest"))


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


async def test_gap_is_solved(page: ModeratorsPage, browser: Browser) -> None:
    gap = page.library.silent(QUESTION)
    assert QUESTION in (await browser.get("/moderate/gaps")).text
    assert "Solved: 1 question." in (await browser.follow(await browser.post("/moderate/gaps/solve", answer=gap))).text
    assert QUESTION not in (await browser.get("/moderate/gaps")).text


async def test_gap_of_another_server_can_be_neither_seen_nor_solved(page: ModeratorsPage, browser: Browser) -> None:
    gap = page.library.silent(QUESTION, guild=UNLISTED)
    assert QUESTION not in (await browser.get("/moderate/gaps")).text
    assert QUESTION not in (await browser.get(f"/moderate/answer?gap={gap}")).text
    await browser.post("/moderate/gaps/solve", answer=gap)
    assert page.library.journal.solve([gap], user=None) == 1


async def test_answer_is_previewed_before_it_is_written(page: ModeratorsPage, browser: Browser) -> None:
    gap = page.library.silent(QUESTION)
    assert QUESTION in (await browser.get(f"/moderate/answer?gap={gap}")).text
    preview = await browser.post("/moderate/answer", question=QUESTION, answer=ANSWER)
    assert f"## {QUESTION}\n\n{ANSWER}" in preview.text
    assert page.library.sources.read("faq.md") is None
    assert page.library.previews == 0


async def test_answer_is_written_previewed_and_made_live(
    page: ModeratorsPage, browser: Browser, moderator: User
) -> None:
    reply = await save(browser)
    assert reply.location == "/moderate/reindex"
    assert (
        page.library.sources.read("faq.md") == f"# Frequently asked questions\n\n## {QUESTION}\n\n{ANSWER}\n".encode()
    )
    result = await ended(browser)
    assert "nothing of it is live yet" in result.text
    assert page.library.published == []
    await browser.post("/moderate/reindex/publish", preview=result.value("preview"))
    assert "The preview is live" in (await ended(browser)).text
    assert page.library.published == [PREVIEW]
    who = (int(moderator.id), LISTED.id)
    assert audit(page)[:2] == [
        (*who, "source add faq.md", "added"),
        (*who, "preview", f"snapshot {PREVIEW} is built, not live"),
    ]
    assert audit(page)[2][:3] == (*who, f"preview {PREVIEW} made live")


async def test_discarded_answer_is_taken_out_of_the_file_again(page: ModeratorsPage, browser: Browser) -> None:
    before = b"# Frequently asked questions\r\n\r\n## Old?\r\n\r\nYes.\r\n"
    page.library.sources.add("faq.md", before)
    await save(browser)
    after = page.library.sources.read("faq.md") or b""
    assert after.startswith(before)
    assert after.count(b"\n") == after.count(b"\r\n")
    preview = (await ended(browser)).value("preview")
    reply = await browser.follow(await browser.post("/moderate/reindex/discard", preview=preview, undo="1"))
    assert "faq.md is as it was before" in reply.text
    assert page.library.sources.read("faq.md") == before
    assert page.library.discarded == [PREVIEW]


async def test_new_file_goes_with_its_discarded_answer(page: ModeratorsPage, browser: Browser) -> None:
    await save(browser)
    preview = (await ended(browser)).value("preview")
    await browser.post("/moderate/reindex/discard", preview=preview, undo="1")
    assert page.library.sources.read("faq.md") is None
    assert audit(page)[-1][2:] == ("source remove faq.md", "removed")


async def test_file_that_changed_since_stays_when_an_answer_is_discarded(
    page: ModeratorsPage, browser: Browser
) -> None:
    await save(browser)
    preview = (await ended(browser)).value("preview")
    page.library.sources.add("faq.md", b"# Anew\n\nAll of it.\n", replace=True)
    reply = await browser.follow(await browser.post("/moderate/reindex/discard", preview=preview, undo="1"))
    assert "changed since" in reply.text
    assert page.library.sources.read("faq.md") == b"# Anew\n\nAll of it.\n"


async def test_file_that_changed_since_the_preview_is_not_overwritten(page: ModeratorsPage, browser: Browser) -> None:
    preview = await browser.post("/moderate/answer", question=QUESTION, answer=ANSWER)
    page.library.sources.add("faq.md", b"# Anew\n\nAll of it.\n")
    fields = {"question": QUESTION, "answer": ANSWER, "digest": preview.value("digest")}
    reply = await browser.post("/moderate/answer/save", **fields)
    assert reply.status == 400
    assert "changed by somebody else" in reply.text
    assert page.library.sources.read("faq.md") == b"# Anew\n\nAll of it.\n"


@pytest.mark.parametrize(
    ("question", "answer", "problem"),
    [
        ("", ANSWER, "Write the question"),
        ("##", ANSWER, "Write the question"),
        (QUESTION, " \n ", "Write an answer"),
        ("x" * 201, ANSWER, "more than 200 characters"),
        (QUESTION, "x" * 4001, "more than 4,000 characters"),
        (QUESTION, "Yes.\n# No", "begins with “#”"),
        (QUESTION, "Yes.\n```", "begins with “```”"),
        (QUESTION, "Yes.\n===", "begins with “===”"),
        (QUESTION, "Yes.\n<div>", "begins with “<”"),
        (QUESTION, "Yes\u202e.", "characters that show nothing"),
    ],
)
async def test_answer_that_would_spoil_the_file_is_refused(
    page: ModeratorsPage, browser: Browser, question: str, answer: str, problem: str
) -> None:
    reply = await browser.post("/moderate/answer", question=question, answer=answer)
    assert reply.status == 400
    assert problem in reply.text
    saved = await browser.post("/moderate/answer/save", question=question, answer=answer, digest="")
    assert saved.status == 400
    assert page.library.sources.read("faq.md") is None


async def test_question_that_is_answered_already_is_refused(page: ModeratorsPage, browser: Browser) -> None:
    await save(browser)
    await ended(browser)
    reply = await browser.post("/moderate/answer", question=QUESTION.upper(), answer="Differently.")
    assert "answers this question already" in reply.text


async def test_reindex_shows_its_progress_then_its_report(page: ModeratorsPage, browser: Browser) -> None:
    page.library.reindex_gate.clear()
    await browser.post("/moderate/reindex")
    running = await browser.get("/moderate/reindex")
    assert 'http-equiv="refresh"' in running.text
    async with browser.session.get(f"{page.url}/moderate/reindex/events") as stream:
        assert stream.content_type == "text/event-stream"
        first = await stream.content.readuntil(b"\n\n")
        assert b'"done": 21, "total": 21' in first or b'"done": 10, "total": 21' in first or b"text" in first
        page.library.reindex_gate.set()
        rest = await stream.content.read()
    assert rest.endswith(b"event: end\ndata: {}\n\n")
    assert "The index is rebuilt" in (await ended(browser)).text
    assert page.library.reported_to[-1] == (int(LISTED.id), False)


async def test_reindex_is_cancelled(page: ModeratorsPage, browser: Browser) -> None:
    page.library.reindex_gate.clear()
    await browser.post("/moderate/reindex")
    run = (await browser.get("/moderate/reindex")).value("run")
    await browser.post("/moderate/reindex/cancel", run=run)
    assert "was cancelled" in (await ended(browser)).text
    assert audit(page)[-1][2:] == ("reindex", "cancelled")


async def test_second_run_is_refused_while_one_goes_on(page: ModeratorsPage, browser: Browser) -> None:
    page.library.reindex_gate.clear()
    await browser.post("/moderate/reindex")
    reply = await browser.follow(await browser.post("/moderate/reindex/preview"))
    assert "Other work on the index goes on" in reply.text
    refused = await browser.post("/moderate/answer/save", question=QUESTION, answer=ANSWER, digest="")
    assert "Nothing was written" in refused.text
    page.library.reindex_gate.set()
    await ended(browser)
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
    page.library.report = make_report(answered=("Asked in the listed server?",))
    await browser.post("/moderate/reindex")
    assert "Asked in the listed server?" in (await ended(browser)).text
    run = page.library
    assert run.reported_to == [(int(LISTED.id), False)]


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
    assert "Rolled back" in (await ended(browser)).text
    assert page.library.rolled_back == [OLDER]
    assert audit(page)[-1][:3] == (int(moderator.id), LISTED.id, f"rollback {OLDER}")
    assert f"rollback {OLDER}" in (await browser.get("/moderate/audit")).text


async def test_rollback_to_an_unknown_snapshot_changes_nothing(page: ModeratorsPage, browser: Browser) -> None:
    for snapshot in ("nothing", "..%2f..%2fetc", OLDER[:5]):
        reply = await browser.post(f"/moderate/snapshots/{snapshot}/rollback")
        assert reply.location == "/moderate/snapshots"
    assert page.library.rolled_back == []


async def test_failed_work_says_why(page: ModeratorsPage, browser: Browser) -> None:
    page.library.rollback_error = RuntimeError("a secret path")
    await browser.post(f"/moderate/snapshots/{OLDER}/rollback")
    reply = await ended(browser)
    assert "incident" in reply.text
    assert "a secret path" not in reply.text


async def test_figures_have_plots_and_a_table(page: ModeratorsPage, browser: Browser) -> None:
    page.library.answered("Known?")
    page.library.silent("Lacking?")
    reply = await browser.get("/moderate/figures?days=7")
    assert "Questions: 2, of which 1 answered (50 %)." in reply.text
    assert reply.text.count("<svg") == 3
    assert "<script" not in reply.text
    assert "style=" not in reply.text


async def test_reader_gets_the_language_of_their_discord(page: ModeratorsPage, moderator: User) -> None:
    page.discord.oauth.locale = "de"
    browser = await page.signed_in(moderator)
    assert "Fragen" in (await browser.get("/moderate/figures")).text
