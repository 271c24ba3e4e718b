"""The real `python -m bot` on the real article, against a local server that speaks Discord's protocols.

One bot process serves most of the tests: it is started once, asked a question while its model still loads, and
stopped by the last test, which reads the log of the whole run.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.bench.load import ask_at_once
from tests.e2e.bot_process import BotProcess, environment, running_bot, said_goodbye
from tests.support.article import ARTICLE, OTHER_QUESTIONS, WINDOW, WINDOW_EVIDENCE, is_verbatim, readable, source
from tests.support.discord.driver import Discord, Reply, has_ended
from tests.support.discord.gateway import PRIVILEGED
from tests.support.discord.openapi_check import OpenApi
from tests.support.discord.payloads import (
    LISTED,
    MODERATOR_ROLE,
    OWNER,
    UNLISTED,
)
from tests.support.discord.server import TOKEN, DiscordServer
from tests.support.discord.state import Exchange

pytestmark = pytest.mark.asyncio(loop_scope="module")

HERONS = "The heronry of Upper Slaughter keeps forty-one grey herons.\n"
FACTS = {
    WINDOW: "10 million",
    "When is LlamaCon?": "April 29",
    "Who wrote the article?": "Elijah Mondero",
    "What is Maverick's ELO score on LMArena?": "1417",
}
ABSENT = ("What is the weather in Paris?", "Who is the CEO of Meta?")
AT_ONCE = 200


@dataclass
class World:
    """The local Discord, the bot that serves it, and where its files are."""

    discord: Discord
    server: DiscordServer
    bot: BotProcess
    early: Exchange
    settings: dict[str, object]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The bot's settings but for the server's address; the index is built from the real article."""
    folder = tmp_path_factory.mktemp("end-to-end")
    seeds, index = folder / "seeds", folder / "index"
    seeds.mkdir()
    shutil.copy(ARTICLE, seeds)
    command = [sys.executable, "-m", "index", "reindex", "--seeds", str(seeds), "--index", str(index)]
    built = subprocess.run(command, env=environment(), cwd=folder, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return {
        "DISCORD_TOKEN": TOKEN,
        "SEEDS_DIR": seeds,
        "INDEX_DIR": index,
        "STATE_DIR": folder / "state",
        "MODERATOR_GUILDS": LISTED.id,
        "MODERATOR_ROLES": MODERATOR_ROLE,
        "LOG_LEVEL": "DEBUG",
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(settings: dict[str, object], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A running bot, asked its first question as soon as its commands are known, while the model still loads."""
    async with running_bot(settings, tmp_path_factory.mktemp("bot")) as (server, bot):
        await server.requests.wait_for(lambda request: request.route.endswith("/commands"))
        discord = Discord(server)
        early = await discord.send_command("ask", question=WINDOW)
        yield World(discord, server, bot, early, settings)


@pytest.fixture
def discord(world: World) -> Discord:
    return world.discord


@pytest.fixture
def server(world: World) -> DiscordServer:
    return world.server


@pytest.fixture(autouse=True)
def bots_log(world: World) -> Iterator[None]:
    """What the bot logged during a test is shown with it if it fails."""
    before = len(world.bot.stderr())
    yield
    print(world.bot.stderr()[before:])  # noqa: T201 - pytest shows it


def assert_window_is_quoted(reply: Reply) -> None:
    assert reply.answered, reply.text
    assert [quotation for quotation in reply.quotations if WINDOW_EVIDENCE in quotation], reply.text


def requests_of(server: DiscordServer, exchange: Exchange) -> list[tuple[str, str]]:
    return [(request.method, request.route) for request in server.requests if exchange.token in request.path]


async def test_question_asked_while_the_model_loads_is_answered(world: World) -> None:
    reply = await world.discord.reply(world.early)
    assert_window_is_quoted(reply)


async def test_question_is_answered_by_a_sentence_that_is_in_the_source_to_the_letter(discord: Discord) -> None:
    reply = await discord.ask(WINDOW)
    assert_window_is_quoted(reply)
    assert [quote for quote in reply.quotations if WINDOW_EVIDENCE in quote and is_verbatim(quote, source())]
    assert [quote for quote in reply.quotations if not is_verbatim(quote, readable())] == []
    assert "llama-4-release.md" in reply.text.replace("\\", "")


async def test_question_is_acknowledged_before_anything_else(discord: Discord, server: DiscordServer) -> None:
    exchange = await discord.send_command("ask", question=WINDOW)
    await discord.reply(exchange)
    assert requests_of(server, exchange) == [
        ("POST", "/interactions/{interaction_id}/{interaction_token}/callback"),
        ("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/@original"),
    ]


async def test_direct_message_is_answered_after_typing(discord: Discord, server: DiscordServer) -> None:
    reply = await discord.dm(WINDOW)
    assert_window_is_quoted(reply)
    channel = f"/channels/{reply.message['channel_id']}"
    paths = [request.path for request in server.requests if request.path.startswith(channel)]
    assert paths[0] == f"{channel}/typing"
    assert paths[-1] == f"{channel}/messages"


async def test_mention_is_answered_by_a_reply_to_it_that_pings_nobody(discord: Discord, server: DiscordServer) -> None:
    asker = discord.somebody()
    reply = await discord.mention(WINDOW, user=asker)
    assert_window_is_quoted(reply)
    assert reply.message["referenced_message"]["author"]["id"] == asker.id
    assert reply.notified == set()
    posted = next(request for request in reversed(server.requests.items) if request.route.endswith("/messages"))
    assert posted.body["allowed_mentions"]["parse"] == []


@pytest.mark.parametrize(("question", "words"), FACTS.items())
async def test_words_that_answer_come_first(discord: Discord, question: str, words: str) -> None:
    """Above the quotation, unless they are all of it."""
    reply = await discord.ask(question)
    assert reply.answered, reply.text
    assert words in reply.text.partition("\n> ")[0] or words == reply.quotations[0], reply.text


@pytest.mark.parametrize("question", ABSENT)
async def test_question_that_the_sources_do_not_answer_is_not_answered(discord: Discord, question: str) -> None:
    """One line says so; the nearest passages come only when they are asked for."""
    reply = await discord.ask(question)
    assert not reply.answered
    assert "The sources don't say." in reply.text
    assert len(reply.text) <= 400
    nearest = await discord.press(reply, "Nearest passages")
    assert nearest.ephemeral
    assert nearest.quotations
    assert [quote for quote in nearest.quotations if not is_verbatim(quote, readable())] == []


async def test_who_asks_who_it_is_gets_what_it_reads_and_no_answer(discord: Discord) -> None:
    reply = await discord.ask("hello, who are you?")
    assert not reply.answered
    assert "What I read:" in reply.text
    assert {"Report the gap", "Nearest passages"} & set(reply.buttons) == set()


async def test_summary_is_quoted(discord: Discord) -> None:
    reply = await discord.ask("give me a summary of the article")
    assert reply.answered, reply.text
    assert [quote for quote in reply.quotations if not is_verbatim(quote, readable())] == []


async def test_reindex_by_the_owner_reports_what_changed(world: World) -> None:
    added = Path(str(world.settings["SEEDS_DIR"])) / "herons.txt"
    added.write_text(HERONS, encoding="utf-8")
    reply = await world.discord.command("reindex", user=OWNER, guild=None, until=has_ended)
    assert reply.passages, reply.text
    before, after = reply.passages
    assert after == before + 1
    assert "herons.txt" in reply.text
    answer = await world.discord.ask("How many grey herons does the heronry of Upper Slaughter keep?")
    assert answer.quotations[0] == HERONS.strip()


async def test_rate_limited_answer_arrives_after_the_wait(discord: Discord, server: DiscordServer) -> None:
    exchange = await discord.send_command("ask", question=WINDOW)
    server.http.rate_limit("PATCH|POST", f"/webhooks/.*{exchange.token}", retry_after=0.7)
    assert_window_is_quoted(await discord.reply(exchange))
    limited, answered = [request for request in server.requests if f"{exchange.token}/messages" in request.path]
    assert (limited.status, answered.status) == (429, 200)
    assert answered.at - limited.at >= 0.7


async def test_rate_limited_reply_in_a_channel_arrives_after_the_wait(discord: Discord, server: DiscordServer) -> None:
    server.http.rate_limit("POST", f"/channels/{UNLISTED.channel_id}/messages", retry_after=0.7)
    assert_window_is_quoted(await discord.mention(WINDOW, guild=UNLISTED))
    statuses = [
        request.status for request in server.requests if request.path == f"/channels/{UNLISTED.channel_id}/messages"
    ]
    assert statuses[-2:] == [429, 200]


async def test_dropped_gateway_is_resumed_and_nothing_is_lost(discord: Discord, server: DiscordServer) -> None:
    frames = server.gateway.frames
    since = len(frames)
    server.gateway.drop()
    await frames.wait_for(lambda frame: frame.kind == "closed", since=since)
    asked_meanwhile = await discord.send_command("ask", question=WINDOW)
    await frames.wait_for(lambda frame: frame.kind == "resume", since=since)
    assert_window_is_quoted(await discord.reply(asked_meanwhile))
    assert_window_is_quoted(await discord.ask(WINDOW))
    assert "identify" not in [frame.kind for frame in frames.items[since:]]


async def test_session_that_cannot_be_resumed_is_begun_anew(discord: Discord, server: DiscordServer) -> None:
    since = len(server.gateway.frames)
    server.gateway.forget_sessions()
    await server.gateway.ask_to_reconnect()
    await server.gateway.frames.wait_for(lambda frame: frame.kind == "identify", since=since)
    assert_window_is_quoted(await discord.ask(WINDOW))


async def test_two_hundred_questions_at_once_are_all_answered(discord: Discord) -> None:
    """Which the local Discord refuses for those acknowledged after its three seconds."""
    questions = [WINDOW, *OTHER_QUESTIONS] * (AT_ONCE // (1 + len(OTHER_QUESTIONS)))
    load = await ask_at_once(discord, questions)
    print(load)  # noqa: T201 - shown with -s, or if it fails
    assert len(load.replies) == AT_ONCE
    for reply in load.replies[:: 1 + len(OTHER_QUESTIONS)]:
        assert_window_is_quoted(reply)
    known = readable() + HERONS
    quoted = {quotation for reply in load.replies for quotation in reply.quotations}
    assert [quote for quote in quoted if not is_verbatim(quote, known)] == []


async def test_gateway_is_asked_for_no_privileged_intent(server: DiscordServer) -> None:
    identify = await server.gateway.frames.wait_for(lambda frame: frame.kind == "identify")
    assert identify.data["intents"] & PRIVILEGED == 0


async def test_every_body_sent_fits_discords_description(discord: Discord, server: DiscordServer) -> None:
    await asyncio.gather(discord.ask(WINDOW), discord.dm(WINDOW), discord.mention(WINDOW))
    openapi = OpenApi()
    bodies = [request for request in server.requests if request.status != 401]
    assert {"PUT", "POST", "PATCH"} <= {body.method for body in bodies}
    assert [wrong for body in bodies if (wrong := openapi.wrong(body.method, body.path, body.body))] == []


async def test_discord_refused_nothing_of_the_whole_run(discord: Discord, server: DiscordServer) -> None:
    await discord.ask(WINDOW)
    assert [request for request in server.requests if request.status >= 400 and request.status not in (401, 429)] == []
    assert set().union(*server.state.notified.values()) == set()


async def test_signal_ends_the_bot_and_its_log_names_no_token_no_question_and_no_author(world: World) -> None:
    asker = world.discord.somebody()
    await world.discord.dm("Private: when is LlamaCon, and who is Mallory?", user=asker)
    assert await world.bot.end(signal.SIGTERM) == 0
    assert said_goodbye(world.server)
    log = world.bot.stderr() + world.bot.stdout()
    assert log
    secrets = {TOKEN, *world.discord.typed, *world.server.state.exchanges, OWNER.id}
    secrets |= {user.id for user in world.discord.people} | {user.name for user in world.discord.people}
    assert [secret for secret in secrets if secret in log] == []
