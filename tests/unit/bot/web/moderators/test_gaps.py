from __future__ import annotations

import pytest

from tests.support.discord.payloads import LISTED, UNLISTED, User
from tests.support.fake_reindexer import PREVIEW
from tests.support.moderators_page import ANSWER, QUESTION, Browser, ModeratorsPage


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
    reply = await browser.save_answer()
    assert reply.location == "/moderate/reindex"
    assert (
        page.library.sources.read("faq.md") == f"# Frequently asked questions\n\n## {QUESTION}\n\n{ANSWER}\n".encode()
    )
    result = await browser.ended()
    assert "nothing of it is live yet" in result.text
    assert page.library.published == []
    await browser.post("/moderate/reindex/publish", preview=result.value("preview"))
    assert "The preview is live" in (await browser.ended()).text
    assert page.library.published == [PREVIEW]
    who = (int(moderator.id), LISTED.id)
    assert page.audit()[:2] == [
        (*who, "source add faq.md", "added"),
        (*who, "preview", f"snapshot {PREVIEW} is built, not live"),
    ]
    assert page.audit()[2][:3] == (*who, f"preview {PREVIEW} made live")


async def test_discarded_answer_is_taken_out_of_the_file_again(page: ModeratorsPage, browser: Browser) -> None:
    before = b"# Frequently asked questions\r\n\r\n## Old?\r\n\r\nYes.\r\n"
    page.library.sources.add("faq.md", before)
    await browser.save_answer()
    after = page.library.sources.read("faq.md") or b""
    assert after.startswith(before)
    assert after.count(b"\n") == after.count(b"\r\n")
    preview = (await browser.ended()).value("preview")
    reply = await browser.follow(await browser.post("/moderate/reindex/discard", preview=preview, undo="1"))
    assert "faq.md is as it was before" in reply.text
    assert page.library.sources.read("faq.md") == before
    assert page.library.discarded == [PREVIEW]


async def test_new_file_goes_with_its_discarded_answer(page: ModeratorsPage, browser: Browser) -> None:
    await browser.save_answer()
    preview = (await browser.ended()).value("preview")
    await browser.post("/moderate/reindex/discard", preview=preview, undo="1")
    assert page.library.sources.read("faq.md") is None
    assert page.audit()[-1][2:] == ("source remove faq.md", "removed")


async def test_file_that_changed_since_stays_when_an_answer_is_discarded(
    page: ModeratorsPage, browser: Browser
) -> None:
    await browser.save_answer()
    preview = (await browser.ended()).value("preview")
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
    await browser.save_answer()
    await browser.ended()
    reply = await browser.post("/moderate/answer", question=QUESTION.upper(), answer="Differently.")
    assert "answers this question already" in reply.text
