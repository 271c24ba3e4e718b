"""Questions at payload level: real payloads, the real command tree, real requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.policy.rate_limits import Limits
from index import LibraryError
from tests.support.asking import asked
from tests.support.discord.payloads import BOT, LISTED, User
from tests.support.discord.rules import EPHEMERAL, text_of
from tests.support.discord.wire import Wire, connected
from tests.support.fakes import FakeLibrary
from tests.support.makers import SCOUT, make_abstention, make_answer, make_citation

QUESTION = "What is the context window of Scout?"
MENTION = f"<@{BOT.id}>"


def nobody_is_mentioned(body: dict) -> bool:
    """Without `replied_user`, nobody is notified by a reply either."""
    return body["allowed_mentions"] == {"parse": []}


async def test_a_command_is_deferred_before_the_library_is_asked(library: FakeLibrary, wire: Wire) -> None:
    library.gate.clear()
    wire.command("ask", {"question": QUESTION})
    callback = await wire.sent.wait_for(lambda sent: sent.is_callback)
    assert callback.body["type"] == 5
    assert [sent for sent in wire.sent if sent.is_edit] == []
    library.gate.set()
    assert "10 million tokens" in (await wire.sent.wait_for(lambda sent: sent.is_edit)).text


async def test_an_answer_has_quotation_place_and_certainty(wire: Wire) -> None:
    wire.command("ask", {"question": QUESTION})
    text = (await wire.sent.wait_for(lambda sent: sent.is_edit)).text
    assert f"> **1.** {SCOUT}" in text
    assert r"-# Models \> Scout · llama-4-release.md" in text
    assert "\n-# I am sure of this.\n" in text


async def test_an_answer_shows_others_what_was_asked(wire: Wire) -> None:
    wire.command("ask", {"question": QUESTION})
    assert f"Asked: {QUESTION}" in (await wire.sent.wait_for(lambda sent: sent.is_edit)).text


async def test_an_abstention_says_so_and_shows_no_passages(library: FakeLibrary, wire: Wire) -> None:
    library.answer = make_abstention(make_citation())
    wire.command("ask", {"question": "Who founded OpenAI?"})
    text = (await wire.sent.wait_for(lambda sent: sent.is_edit)).text
    assert text.startswith("-# Asked: Who founded OpenAI?\nThe sources don't say.\nReport the gap\n")
    assert SCOUT not in text


@pytest.mark.parametrize("private", [True, False])
async def test_an_answer_is_for_the_asker_alone_if_wanted(wire: Wire, private: bool) -> None:
    wire.command("ask", {"question": QUESTION, "private": private})
    assert (await wire.sent.wait_for(lambda sent: sent.is_callback)).body.get("data", {}) == (
        {"flags": 64} if private else {}
    )


@pytest.mark.parametrize(
    ("question", "said"),
    [("", "Ask me something"), (" \u200b\u202e ", "Ask me something"), ("x" * 501, "501 characters long")],
    ids=["empty", "nothing to see", "too long"],
)
async def test_a_question_that_cannot_be_taken_is_refused_in_private(
    library: FakeLibrary, wire: Wire, question: str, said: str
) -> None:
    wire.command("ask", {"question": question})
    refusal = await wire.sent.wait_for(lambda sent: sent.is_callback)
    assert said in refusal.text
    assert refusal.ephemeral
    assert library.asked == []


async def test_a_question_of_500_characters_is_taken_without_white_space_around_it(
    library: FakeLibrary, wire: Wire
) -> None:
    """Exactly the limit is allowed, and white space around the question does not count."""
    wire.command("ask", {"question": "  " + "x" * 500 + "\n"})
    await wire.sent.wait_for(lambda sent: sent.is_edit)
    assert library.asked == ["x" * 500]


async def test_a_second_question_too_soon_is_told_when_to_come_back_wherever_it_is_asked(
    library: FakeLibrary, tmp_path: Path
) -> None:
    user = User.new()
    async with connected(library, tmp_path, limits=Limits(user_seconds=60.0)) as wire:
        wire.command("ask", {"question": QUESTION}, user=user)
        await wire.sent.wait_for(lambda sent: sent.is_edit)
        wire.message("And Maverick?", user=user)
        assert "try again in 60 s" in (await wire.sent.wait_for(lambda sent: sent.is_post)).text
        wire.message(f"{MENTION} And Maverick?", guild=LISTED)
        await wire.sent.wait_for(lambda sent: sent.is_post and "10 million" in sent.text)
    assert library.asked == [QUESTION, "And Maverick?"]


async def test_a_refused_question_does_not_start_the_cool_down(library: FakeLibrary, tmp_path: Path) -> None:
    user = User.new()
    async with connected(library, tmp_path, limits=Limits(user_seconds=60.0)) as wire:
        wire.command("ask", {"question": " "}, user=user)
        wire.command("ask", {"question": QUESTION}, user=user)
        await wire.sent.wait_for(lambda sent: sent.is_edit)
    assert library.asked == [QUESTION]


async def test_what_the_library_says_of_a_failure_is_shown(library: FakeLibrary, wire: Wire) -> None:
    library.answer = LibraryError("There is no index yet: run python -m index reindex")
    reply = await asked(wire, private=True)
    assert text_of(reply) == "There is no index yet: run python -m index reindex"


async def test_a_failure_is_for_the_asker_alone_though_all_saw_that_an_answer_would_come(
    library: FakeLibrary, wire: Wire
) -> None:
    library.answer = LibraryError("There is no index yet.")
    exchange = wire.command("ask", {"question": QUESTION})
    reply = await exchange.answer()
    assert text_of(reply) == "There is no index yet."
    assert reply["flags"] & EPHEMERAL
    assert [message for message in wire.state.messages.values() if not message["flags"] & EPHEMERAL] == []


@pytest.mark.parametrize("how", ["command", "message"])
async def test_an_unexpected_error_shows_an_incident_that_the_log_names_and_nothing_else(
    library: FakeLibrary, wire: Wire, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    secret = "my very private question"
    library.answer = ZeroDivisionError(f"cannot answer {secret}")
    if how == "command":
        wire.command("ask", {"question": secret}, user=User("4242424242424242", "zaphod"))
        text = (await wire.sent.wait_for(lambda sent: "incident" in sent.text)).text
    else:
        wire.message(secret, user=User("4242424242424242", "zaphod"))
        text = (await wire.sent.wait_for(lambda sent: sent.is_post)).text
    incident = text.rsplit(maxsplit=1)[-1].rstrip(".")
    assert len(incident) == 8
    assert "ZeroDivisionError" not in text
    assert secret not in text
    assert f"Incident {incident}" in caplog.text
    for hidden in (secret, "zaphod", "4242424242424242", "interaction-token"):
        assert hidden not in caplog.text


async def test_a_direct_message_is_answered_by_a_reply_that_notifies_nobody(library: FakeLibrary, wire: Wire) -> None:
    message = wire.message(QUESTION)
    post = await wire.sent.wait_for(lambda sent: sent.is_post)
    assert post.path == f"/channels/{message['channel_id']}/messages"
    assert post.body["message_reference"]["message_id"] == int(message["id"])
    assert post.body["message_reference"]["fail_if_not_exists"] is False
    assert nobody_is_mentioned(post.body)
    assert library.asked == [QUESTION]


@pytest.mark.parametrize("mention", [MENTION, f"<@!{BOT.id}>"])
async def test_a_message_that_mentions_the_bot_is_a_question_without_the_mention(
    library: FakeLibrary, wire: Wire, mention: str
) -> None:
    wire.message(f"{mention} {QUESTION}", guild=LISTED)
    post = await wire.sent.wait_for(lambda sent: sent.is_post)
    assert "10 million tokens" in post.text
    assert library.asked == [QUESTION]


async def test_typing_is_shown_before_the_answer_to_a_message(library: FakeLibrary, wire: Wire) -> None:
    library.gate.clear()
    wire.message(QUESTION)
    await wire.sent.wait_for(lambda sent: sent.is_typing)
    library.gate.set()
    await wire.sent.wait_for(lambda sent: sent.is_post)
    kinds = ["typing" if sent.is_typing else "post" for sent in wire.sent if sent.is_typing or sent.is_post]
    assert kinds == ["typing", "post"]


async def test_an_answer_comes_though_typing_could_not_be_shown(wire: Wire) -> None:
    wire.fail("/typing$", 403, 50013)
    wire.message(QUESTION)
    assert (await wire.sent.wait_for(lambda sent: sent.is_post)).status == 200


async def test_a_mention_alone_gets_one_line_on_how_to_ask(library: FakeLibrary, wire: Wire) -> None:
    wire.message(MENTION, guild=LISTED)
    assert (await wire.sent.wait_for(lambda sent: sent.is_post)).text.startswith("Ask me something")
    assert library.asked == []


@pytest.mark.parametrize(
    ("content", "changes"),
    [
        ("@everyone hello", {"mention_everyone": True}),
        ("@here hello", {"mention_everyone": True}),
        (f"<@&{BOT.id}> hello", {"mention_roles": [BOT.id]}),
        ("just talking", {}),
        (f"{MENTION} hello", {"author": User("77", "other", bot=True).payload()}),
        (f"{MENTION} hello", {"author": BOT.payload()}),
        (f"{MENTION} hello", {"webhook_id": "99"}),
        (f"{MENTION} pinned a message", {"type": 6}),
        ("(a sticker)", {"content": "", "type": 19, "mentions": [BOT.payload()]}),
    ],
    ids=["everyone", "here", "role", "no mention", "a bot", "itself", "webhook", "system", "reply without words"],
)
async def test_a_message_that_is_not_for_the_bot_is_left_alone(
    library: FakeLibrary, wire: Wire, content: str, changes: dict
) -> None:
    wire.message(content, guild=LISTED, **changes)
    wire.message(f"{MENTION} {QUESTION}", guild=LISTED)
    await wire.sent.wait_for(lambda sent: sent.is_post)
    assert library.asked == [QUESTION]
    assert len([sent for sent in wire.sent if sent.is_post]) == 1


@pytest.mark.parametrize(("status", "code"), [(403, 50013), (404, 10003)])
async def test_an_unsent_reply_is_counted_and_logged_without_author_or_text(
    library: FakeLibrary, tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int, code: int
) -> None:
    """A reply that cannot be sent leaves nothing in the log by which to know who asked what."""
    async with connected(library, tmp_path) as wire:
        wire.fail("/messages$", status, code)
        wire.message(QUESTION, user=User("4242424242424242", "zaphod"))
        await wire.sent.wait_for(lambda sent: sent.is_post)
    assert wire.bot.services.replies.unsent == 1
    assert f"{status}/{code}" in caplog.text
    for hidden in (QUESTION, "zaphod", "4242424242424242", "10 million"):
        assert hidden not in caplog.text


async def test_an_answer_to_an_interaction_that_died_is_counted_and_not_tried_again(
    library: FakeLibrary, tmp_path: Path
) -> None:
    async with connected(library, tmp_path) as wire:
        wire.fail("/@original$", 404, 10015)
        wire.command("ask", {"question": QUESTION})
        await wire.sent.wait_for(lambda sent: sent.is_edit)
    assert wire.bot.services.replies.unsent == 1
    assert len([sent for sent in wire.sent if sent.is_edit]) == 1


async def test_a_command_that_this_program_does_not_have_is_answered(wire: Wire) -> None:
    wire.command("forgotten")
    refusal = await wire.sent.wait_for(lambda sent: sent.is_callback)
    assert "This command has changed" in refusal.text
    assert refusal.ephemeral


EVIL = (
    "@everyone @here <@123456789012345678> <@&1> <#2> </ask:3> <t:4> <a:b:5> [x](http://y.z) discord.gg/abc \u202e||s||"
)


@pytest.mark.parametrize("how", ["command", "message"])
async def test_evil_text_from_questions_and_sources_goes_out_harmless(
    library: FakeLibrary, wire: Wire, how: str
) -> None:
    library.answer = make_answer(make_citation(quote=EVIL, title=EVIL, section=EVIL, source=EVIL), snapshot=EVIL)
    if how == "command":
        wire.command("ask", {"question": EVIL})
        sent = await wire.sent.wait_for(lambda sent: sent.is_edit)
    else:
        wire.message(EVIL)
        sent = await wire.sent.wait_for(lambda sent: sent.is_post)
    for pattern in ("@everyone", "@here", "<@", "<#", "</", "<t:", "<a:", "](", "://", "discord.gg/", "\u202e", "||"):
        assert pattern not in sent.text
    assert nobody_is_mentioned(sent.body)
    assert sent.body["flags"] == 1 << 15


async def test_the_event_loop_goes_on_while_questions_are_answered(library: FakeLibrary, wire: Wire) -> None:
    """All are acknowledged while the first still waits in its thread, which a loop that waits with it could not do."""
    library.gate.clear()
    for _ in range(6):
        wire.command("ask", {"question": QUESTION})
    await wire.sent.wait_for(lambda _: len([sent for sent in wire.sent if sent.is_callback]) == 6)
    assert [sent for sent in wire.sent if sent.is_edit] == []
    library.gate.set()
    await wire.sent.wait_for(lambda _: len([sent for sent in wire.sent if sent.is_edit]) == 6)
    assert len(library.asked) == 6


async def test_closing_waits_for_an_answer_under_way(library: FakeLibrary, tmp_path: Path) -> None:
    library.seconds = 0.2
    async with connected(library, tmp_path) as wire:
        wire.command("ask", {"question": QUESTION})
        await wire.sent.wait_for(lambda sent: sent.is_callback)
    assert [sent.status for sent in wire.sent if sent.is_edit] == [200]
