"""Answers that a language model writes, at payload level: they grow, can be stopped, and harm no other question."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.asking import MENTION, QUESTION, asked, labels, settled
from tests.support.discord.payloads import LISTED, MANAGE_GUILD, OWNER, Json, User
from tests.support.discord.responses import DEFERRED_UPDATE, MESSAGE
from tests.support.discord.rules import EPHEMERAL, text_of
from tests.support.discord.wire import NO_LIMITS, Sent, Wire
from tests.support.journal_library import connected_with_moderators
from tests.support.makers import SCOUT, make_answer
from tests.support.writing_library import WritingLibrary, make_written

ONE, TWO = make_written("Scout reads much."), make_written("Scout reads much.", "It is new.")
PLACES = {"command": {"guild": LISTED}, "direct message": {"guild": None}, "mention": {"guild": LISTED}}


@pytest.fixture
def library(tmp_path: Path) -> WritingLibrary:
    return WritingLibrary(tmp_path)


@pytest.fixture
async def wire(library: WritingLibrary, tmp_path: Path) -> AsyncIterator[Wire]:
    async with connected_with_moderators(library, tmp_path, limits=NO_LIMITS) as wire:
        wire.bot.services.questions.answering.edit_every = 0.0
        yield wire


async def model_is_asked(library: WritingLibrary, times: int = 1) -> None:
    for _ in range(times):
        assert await asyncio.to_thread(library.asked_model.acquire, timeout=20)


def is_shown(sent: Sent) -> bool:
    """Whether it sends or changes a message that everybody sees."""
    return sent.is_edit or sent.is_post or (sent.method == "PATCH" and "/channels/" in sent.path)


async def shown(wire: Wire, words: str) -> Json:
    """The message, as soon as it has these words."""
    sent = await wire.sent.wait_for(lambda sent: is_shown(sent) and words in sent.text and sent.status == 200)
    assert sent.message is not None
    return sent.message


def ask(wire: Wire, how: str, user: User) -> None:
    if how == "command":
        wire.command("ask", {"question": QUESTION}, user=user)
    else:
        wire.message(f"{MENTION} {QUESTION}" if how == "mention" else QUESTION, user=user, **PLACES[how])


@pytest.mark.parametrize("how", PLACES)
async def test_an_answer_grows_in_one_message(library: WritingLibrary, wire: Wire, how: str) -> None:
    ask(wire, how, User.new())
    await model_is_asked(library)
    first = await shown(wire, "Writing …")
    library.verify(ONE)
    grown = await shown(wire, "Scout reads much.")
    assert labels(grown) == ["Stop"]
    library.finish(TWO)
    last = await shown(wire, "It is new.")
    assert first["id"] == grown["id"] == last["id"]
    assert "Written by llama-4-scout, checked." in text_of(last)
    assert "Writing" not in text_of(last)
    assert "Helpful" in labels(last)
    await settled(wire)
    assert len([sent for sent in wire.sent if sent.is_post]) == (0 if how == "command" else 1)


async def test_without_a_language_model_no_request_is_made_of_it(library: WritingLibrary, wire: Wire) -> None:
    library.writes = False
    await asked(wire)
    assert library.writings == [None]
    assert [(sent.is_callback, sent.is_edit) for sent in wire.sent][-2:] == [(True, False), (False, True)]


async def test_an_answer_that_needs_no_model_comes_in_one_edit(library: WritingLibrary, wire: Wire) -> None:
    library.quoted = {QUESTION}
    assert SCOUT in text_of(await asked(wire))
    assert len([sent for sent in wire.sent if sent.is_edit]) == 1


async def test_a_request_says_whose_budget_it_counts_for(library: WritingLibrary, wire: Wire) -> None:
    user = User.new()
    library.finish(ONE)
    await asked(wire, user=user)
    (request,) = library.writings
    assert request is not None
    assert (request.user, request.guild) == (int(user.id), int(LISTED.id))


@pytest.mark.parametrize("verified", [True, False])
async def test_a_stopped_answer_is_what_was_verified_else_quotations(
    library: WritingLibrary, wire: Wire, verified: bool
) -> None:
    user = User.new()
    wire.command("ask", {"question": QUESTION}, user=user)
    await model_is_asked(library)
    if verified:
        library.verify(ONE)
    message = await shown(wire, "Scout reads much." if verified else "Writing …")
    assert await wire.press(message, "Stop", user=user).acknowledged() == DEFERRED_UPDATE
    await settled(wire)
    last = wire.state.messages[message["id"]]
    assert "Stop" not in labels(last)
    assert ("Written by" in text_of(last)) is verified
    assert ("The writing was stopped. These are quotations." in text_of(last)) is not verified
    assert SCOUT in text_of(last)


async def press_by(wire: Wire, message: Json, user: User, **who: Any) -> bool:
    """Whether the press stops the answer; if not, the user alone is told why."""
    exchange = wire.press(message, "Stop", user=user, **who)
    stopped = await exchange.acknowledged() == DEFERRED_UPDATE
    if not stopped:
        refusal = await exchange.answer()
        assert refusal["flags"] & EPHEMERAL
        assert "Only who asked, and moderators" in text_of(refusal)
    return stopped


@pytest.mark.parametrize(
    ("who", "may"),
    [({"user": OWNER}, True), ({"permissions": MANAGE_GUILD}, True), ({}, False)],
    ids=["owner", "moderator", "member"],
)
async def test_only_the_asker_and_moderators_stop_an_answer(
    library: WritingLibrary, wire: Wire, who: dict[str, Any], may: bool
) -> None:
    wire.command("ask", {"question": QUESTION})
    await model_is_asked(library)
    message = await shown(wire, "Writing …")
    assert await press_by(wire, message, **({"user": User.new()} | who)) is may
    library.finish(ONE)


async def test_a_stop_button_of_before_a_restart_says_that_nothing_is_written(
    library: WritingLibrary, wire: Wire, tmp_path: Path
) -> None:
    user = User.new()
    wire.command("ask", {"question": QUESTION}, user=user)
    await model_is_asked(library)
    message = await shown(wire, "Writing …")
    wire.bot.services.questions.answering.writings._writings.clear()
    exchange = wire.press(message, "Stop", user=user)
    assert await exchange.acknowledged() == MESSAGE
    assert "no longer being written" in text_of(await exchange.answer())
    library.finish(ONE)


async def test_closing_ends_what_is_written_with_what_was_verified(library: WritingLibrary, tmp_path: Path) -> None:
    async with connected_with_moderators(library, tmp_path, limits=NO_LIMITS) as wire:
        wire.bot.services.questions.answering.edit_every = 0.0
        wire.command("ask", {"question": QUESTION})
        await model_is_asked(library)
        library.verify(ONE)
        await shown(wire, "Scout reads much.")
    assert "Written by" in [sent for sent in wire.sent if sent.is_edit][-1].text


@pytest.mark.parametrize("how", ["direct message", "mention"])
async def test_a_reply_whose_edits_fail_is_sent_anew(library: WritingLibrary, wire: Wire, how: str) -> None:
    ask(wire, how, User.new())
    await model_is_asked(library)
    await shown(wire, "Writing …")
    wire.fail(r"^/channels/\d+/messages/\d+$", 400, 50001)
    library.verify(ONE)
    library.finish(TWO)
    await settled(wire)
    assert "It is new." in [sent for sent in wire.sent if sent.is_post and sent.status == 200][-1].text


async def test_a_reply_that_somebody_deleted_is_not_sent_anew(library: WritingLibrary, wire: Wire) -> None:
    ask(wire, "mention", User.new())
    await model_is_asked(library)
    await shown(wire, "Writing …")
    wire.fail(r"^/channels/\d+/messages/\d+$", 404, 10008)
    library.finish(TWO)
    await settled(wire)
    assert len([sent for sent in wire.sent if sent.is_post]) == 1
    assert wire.bot.services.replies.unsent == 1


async def test_fifty_questions_that_wait_for_a_model_keep_no_other_waiting(library: WritingLibrary, wire: Wire) -> None:
    """Quotations come meanwhile, and each of the fifty has its answer in the end."""
    waiting = [wire.command("ask", {"question": QUESTION}) for _ in range(50)]
    await model_is_asked(library, 50)
    library.quoted = {"And Maverick?"}
    assert SCOUT in text_of(await asked(wire, "And Maverick?"))
    for _ in waiting:
        library.finish(ONE)
    await settled(wire)
    replies = [wire.state.messages[(await exchange.answer())["id"]] for exchange in waiting]
    assert ["Written by" in text_of(reply) for reply in replies] == [True] * 50


async def test_more_questions_than_can_wait_are_answered_by_quotations(library: WritingLibrary, wire: Wire) -> None:
    wire.bot.services.worker.max_waiting = 2
    waiting = [wire.command("ask", {"question": QUESTION}) for _ in range(2)]
    await model_is_asked(library, 2)
    text = text_of(await asked(wire))
    assert SCOUT in text
    assert "too busy just now. These are quotations." in text
    for _ in waiting:
        library.finish(ONE)


async def test_an_error_after_a_part_was_shown_takes_its_place(library: WritingLibrary, wire: Wire) -> None:
    library.answer = make_answer()
    wire.command("ask", {"question": QUESTION})
    await model_is_asked(library)
    await shown(wire, "Writing …")
    library.finish(None)  # type: ignore[arg-type] - what the library never gives
    error = await wire.sent.wait_for(lambda sent: "Something went wrong" in sent.text)
    assert "Writing …" not in error.text
