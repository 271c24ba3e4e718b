"""/help and its examples, and questions about the bot itself, at payload level."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.policy.questions import asks_about_bot
from bot.text.i18n import language_codes, using_language
from bot.views.help import BotFacts, help_message, welcome_message
from index.domain.answers import NO_QUESTION
from tests.support.discord.payloads import BOT, LISTED, Json, User
from tests.support.discord.rules import EPHEMERAL, all_components, text_of
from tests.support.discord.wire import Wire
from tests.support.fakes import FakeLibrary
from tests.support.harmless import EVIL, blocks, check_harmless
from tests.support.makers import make_abstention, make_status

WINDOW, EXPERTS = "What is the context window of Scout?", "How many experts does Maverick have?"


def buttons(message: Json) -> list[str]:
    return [item["label"] for item in all_components(message["components"]) if item["type"] == 2]


async def asked_for_help(wire: Wire, **who: Any) -> Json:
    return await wire.command("help", **who).answer()


async def test_help_says_in_five_lines_what_it_reads_how_to_ask_and_what_it_never_does(
    library: FakeLibrary, wire: Wire
) -> None:
    library.known = ("x" * 81 + "?", WINDOW, EXPERTS, "When is LlamaCon?")
    message = await asked_for_help(wire)
    lines = blocks_of(message)
    assert [line.split(":**")[0] for line in lines] == [
        *("**What I read", "**How to ask", "**What you get", "**Then", "**What I never do")
    ]
    assert make_status().sources[0].title in lines[0]
    assert buttons(message) == [WINDOW, EXPERTS]
    assert message["flags"] & EPHEMERAL


def blocks_of(message: Json) -> list[str]:
    (text,) = [item["content"] for item in all_components(message["components"]) if item["type"] == 10]
    return str(text).splitlines()


async def test_an_example_is_asked_of_the_index_and_answered_where_it_stands(library: FakeLibrary, wire: Wire) -> None:
    library.known = (WINDOW, EXPERTS)
    user = User.new()
    message = await asked_for_help(wire, user=user)
    reply = await wire.press(message, EXPERTS, user=user).answer()
    assert library.asked == [EXPERTS]
    assert "10 million" in text_of(reply)
    assert reply["flags"] & EPHEMERAL


async def test_an_example_is_asked_even_if_the_index_no_longer_suggests_it(library: FakeLibrary, wire: Wire) -> None:
    library.known = (WINDOW,)
    user = User.new()
    message = await asked_for_help(wire, user=user)
    library.known = ()
    await wire.press(message, WINDOW, user=user).answer()
    assert library.asked == [WINDOW]


async def test_without_an_index_there_are_no_examples(library: FakeLibrary, wire: Wire) -> None:
    library.current = replace(make_status(), snapshot=None, sources=())
    message = await asked_for_help(wire)
    assert "nothing yet" in blocks_of(message)[0]
    assert buttons(message) == []


@pytest.mark.parametrize("question", ["Who are you?", "what can you do", "wer bist du?"])
async def test_who_asks_what_the_bot_is_gets_the_same(library: FakeLibrary, wire: Wire, question: str) -> None:
    library.known = (WINDOW,)
    library.answer = replace(make_abstention(), why=NO_QUESTION)
    wire.message(f"{BOT.mention} {question}", guild=LISTED)
    sent = await wire.sent.wait_for(lambda sent: sent.is_post)
    assert "**What I never do:**" in sent.text
    assert WINDOW in sent.text


async def test_what_the_sources_say_of_it_goes_before(library: FakeLibrary, wire: Wire) -> None:
    reply = await wire.command("ask", {"question": "What can you do?"}).answer()
    assert "10 million" in text_of(reply)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Hi, who are you??", True),
        ("WHAT CAN YOU DO", True),
        ("help", True),
        ("¿Quién eres?", True),
        ("Qui es-tu ?", True),
        ("使い方は？", True),
        ("What can Scout do?", False),
        ("Who are you going to invite to LlamaCon?", False),
        ("How does it work on Windows?", False),
        ("hi", False),
        ("", False),
    ],
)
def test_only_a_question_about_the_bot_alone_is_one(text: str, about: bool) -> None:
    assert asks_about_bot(text) is about


@pytest.mark.parametrize("code", language_codes())
@pytest.mark.parametrize("writes", [False, True])
def test_what_it_says_of_itself_is_harmless_and_five_lines_in_every_language(code: str, writes: bool) -> None:
    facts = BotFacts([EVIL * 9, "", "T", EVIL, "More"], [EVIL, WINDOW], writes)
    with using_language(code):
        check_harmless(help_message(facts))
        check_harmless(welcome_message(EVIL, facts))
        assert len(blocks(help_message(facts))[0].splitlines()) == 5
